//! What groups of other systems mean here: roles given and ended as records.

use std::collections::BTreeSet;

use platform::{Ctx, Deed, Result};
use serde_json::json;

use super::store::{self, Held};
use crate::access::{Terms, from_outside};

/// What tells roles by a provider's groups apart.
pub(super) fn source_of(provider_id: &str) -> String {
    format!("sso:{provider_id}")
}

/// Ends a role, unless it is that of the last administrator; tells whether it was ended.
async fn end(deed: &mut Deed, tenant_id: &str, held: Held) -> Result<bool> {
    let ended = from_outside::end(deed, tenant_id, &held.role, &held.unit_id, &held.grant_id).await?;
    if ended {
        store::end_held(deed, &held.grant_id).await?;
        deed.note_one_more("grants_ended", json!({ "grant": held.grant_id, "role": held.role, "unit": held.unit_id }));
    }
    Ok(ended)
}

/// Ends all roles of a source that is there no more; gives their number.
pub(super) async fn end_all(deed: &mut Deed, tenant_id: &str, source: &str) -> Result<usize> {
    let mut ended = 0;
    for held in store::held_of_all(deed, source).await? {
        ended += usize::from(end(deed, tenant_id, held).await?);
    }
    Ok(ended)
}

/// Makes the roles an account has from a source those that its groups give. Roles given by hand are left alone, and the
/// last administrator keeps the role.
pub(super) async fn settle(
    ctx: &Ctx,
    deed: &mut Deed,
    tenant_id: &str,
    account_id: &str,
    source: &str,
    groups: &BTreeSet<String>,
) -> Result<()> {
    let mapped = store::mapped(deed, tenant_id).await?;
    let wanted: Vec<_> = mapped.into_iter().filter(|mapped| groups.contains(&mapped.group)).collect();
    let held = store::held(deed, account_id, source).await?;
    let mut given: BTreeSet<(String, String)> = BTreeSet::new();
    for held in held {
        if wanted.iter().any(|wanted| wanted.role == held.role && wanted.unit_id == held.unit_id) {
            given.insert((held.role, held.unit_id));
        } else {
            end(deed, tenant_id, held).await?;
        }
    }
    for wanted in wanted {
        if !given.insert((wanted.role.clone(), wanted.unit_id.clone())) {
            continue;
        }
        let reason = format!("{source}: {}", wanted.group);
        let terms = Terms { role: &wanted.role, unit_id: &wanted.unit_id, reason: &reason, until_ms: None };
        let grant_id = from_outside::give(ctx, deed, tenant_id, account_id, terms).await?;
        let given = json!({ "account": account_id, "grant": grant_id, "role": wanted.role, "unit": wanted.unit_id });
        deed.note_one_more("grants_given", given);
        let held = Held { grant_id, role: wanted.role, unit_id: wanted.unit_id };
        store::add_held(deed, account_id, source, &held).await?;
    }
    Ok(())
}
