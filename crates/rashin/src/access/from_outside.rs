//! Grants that another system causes, as part of a larger deed: membership of its groups, tokens of machines.

use platform::{Ctx, Deed, Result};

use super::actions::{Terms, draft};
use super::store;
use crate::organisation::{self, roles};

/// Gives an account of the tenant a role; gives the grant's id, by which it is ended.
pub async fn give(ctx: &Ctx, deed: &mut Deed, tenant_id: &str, account_id: &str, terms: Terms<'_>) -> Result<String> {
    let grant = draft(ctx, account_id, &terms)?;
    store::add_grant(deed, tenant_id, &grant, ctx.actor().account_id().unwrap_or("")).await?;
    Ok(grant.id)
}

/// Ends a grant, unless its holder is the tenant's last administrator; tells whether it was ended.
pub async fn end(deed: &mut Deed, tenant_id: &str, role: &str, unit_id: &str, grant_id: &str) -> Result<bool> {
    organisation::hold(deed, tenant_id).await?;
    let counts = role == roles::ADMINISTRATOR && unit_id == tenant_id;
    if counts && store::administrators(deed, tenant_id).await? <= 1 {
        return Ok(false);
    }
    store::end_grant(deed, grant_id).await?;
    Ok(true)
}

/// Ends all that a machine holds.
pub async fn end_all_of(deed: &mut Deed, machine_id: &str) -> Result<()> {
    store::end_grants_of(deed, machine_id).await
}
