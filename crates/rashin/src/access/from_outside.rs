//! Grants that another system causes, as part of a larger deed: membership of its groups, tokens of machines.

use platform::{Ctx, Deed, Result};

use super::actions::{Terms, draft, enter};
use super::{last_one, store};

/// Gives an account of the tenant a role; gives the grant's id, by which it is ended. Invalid where the role does not fit
/// the unit or what the account holds already; then nothing of it is written.
pub async fn give(ctx: &Ctx, deed: &mut Deed, tenant_id: &str, account_id: &str, terms: Terms<'_>) -> Result<String> {
    let by = ctx.actor().account_id().unwrap_or("");
    Ok(enter(deed, tenant_id, draft(ctx, account_id, &terms)?, by).await?.id)
}

/// Ends a grant, unless its holder is the tenant's last administrator; tells whether it was ended.
pub async fn end(deed: &mut Deed, tenant_id: &str, grant_id: &str) -> Result<bool> {
    last_one::end(deed, tenant_id, grant_id).await
}

/// Ends all that a machine holds.
pub async fn end_all_of(deed: &mut Deed, machine_id: &str) -> Result<()> {
    store::end_grants_of(deed, machine_id).await
}
