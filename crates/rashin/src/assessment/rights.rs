//! What one may do where, worked out once for a whole list instead of asking for every row.

use std::collections::BTreeMap;

use platform::{Act, Ctx, Result};

use crate::{access, organisation};

/// The asker's grants and the places of the units one sees.
#[derive(Debug, Clone, Default)]
pub struct Rights {
    grants: Vec<(String, String)>,
    paths: BTreeMap<String, String>,
}

impl Rights {
    /// The asker's. Deeds check again; this only decides what is offered.
    pub async fn of(ctx: &Ctx) -> Result<Self> {
        let units = organisation::list_units(ctx).await?;
        let paths: BTreeMap<String, String> = units.into_iter().map(|unit| (unit.id, unit.path)).collect();
        let grants = access::own_grants(ctx).await?;
        let placed = |grant: access::Grant| paths.get(&grant.unit_id).cloned().map(|path| (grant.role, path));
        let grants = grants.into_iter().filter_map(placed).collect();
        Ok(Self { grants, paths })
    }

    /// Whether a grant on the unit or one above it allows the act.
    #[must_use]
    pub fn may(&self, act: &Act, unit_id: &str) -> bool {
        let Some(path) = self.paths.get(unit_id) else { return false };
        self.grants.iter().any(|(role, above)| act.roles.contains(&role.as_str()) && path.starts_with(above.as_str()))
    }

    /// Whether the act is allowed anywhere at all.
    #[must_use]
    pub fn may_anywhere(&self, act: &Act) -> bool {
        self.grants.iter().any(|(role, _)| act.roles.contains(&role.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assessment::acts;

    fn rights() -> Rights {
        let paths = [("root", "/root/"), ("plant", "/root/plant/"), ("shop", "/root/shop/")];
        Rights {
            grants: vec![
                ("manager".to_owned(), "/root/plant/".to_owned()),
                ("auditor".to_owned(), "/root/".to_owned()),
            ],
            paths: paths.into_iter().map(|(id, path)| (id.to_owned(), path.to_owned())).collect(),
        }
    }

    #[test]
    fn a_grant_counts_in_its_unit_and_below() {
        assert!(rights().may(&acts::SUBMIT, "plant"));
        assert!(!rights().may(&acts::SUBMIT, "shop"));
        assert!(!rights().may(&acts::SUBMIT, "root"));
        assert!(rights().may(&acts::READ, "shop"));
    }

    #[test]
    fn an_unknown_unit_allows_nothing() {
        assert!(!rights().may(&acts::READ, "elsewhere"));
        assert!(rights().may_anywhere(&acts::CREATE));
        assert!(!rights().may_anywhere(&acts::APPROVE));
    }
}
