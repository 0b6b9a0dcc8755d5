//! Decides, in one SQL statement, whether a person may do an act to an object.

use platform::act::BoxFuture;
use platform::db::Reader;
use platform::{Act, Gate, Object, Result};

use super::store;

/// The gate of the product: a grant with one of the act's roles on the object's unit or one above it.
#[derive(Debug, Default)]
pub struct Grants;

impl Gate for Grants {
    fn allows<'a>(
        &'a self,
        reader: &'a mut dyn Reader,
        account_id: &'a str,
        act: &'static Act,
        object: &'a Object,
        now_ms: i64,
    ) -> BoxFuture<'a, Result<bool>> {
        Box::pin(async move {
            let Some(unit_id) = &object.unit_id else { return Ok(false) };
            let values = [account_id.into(), unit_id.as_str().into(), role_list(act.roles).into(), now_ms.into()];
            Ok(!reader.fetch(&store::ALLOWED, &values).await?.is_empty())
        })
    }
}

/// Roles as one text `|a|b|`, to be matched in SQL.
#[must_use]
pub fn role_list(roles: &[&str]) -> String {
    format!("|{}|", roles.join("|"))
}
