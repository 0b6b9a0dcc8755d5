//! Grants, own roles, refusals and their traces, through actions and the front door, on both databases.

use platform::{Ctx, Result};

use super::{Grant, Terms, grant};

mod administrators;
mod commands;
mod consents;
mod lists;
mod outside;
mod refusals;
mod roles;

/// Gives a role without end.
pub(crate) async fn add_grant(ctx: &Ctx, account_id: &str, role: &str, unit_id: &str, reason: &str) -> Result<Grant> {
    grant(ctx, account_id, &Terms { role, unit_id, reason, until_ms: None }).await
}
