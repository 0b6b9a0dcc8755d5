//! Everything anyone may ask about grants.

use platform::{Act, Ctx, Deed, Error, Message, Object, Result, new_id};

use super::gate::role_list;
use super::model::Grant;
use super::{acts, store};
use crate::organisation::{self, roles};

/// What a grant shall say, besides whose it is.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// Role.
    pub role: &'a str,
    /// Unit.
    pub unit_id: &'a str,
    /// Why.
    pub reason: &'a str,
}

/// The asker's own grants.
pub async fn own_grants(ctx: &Ctx) -> Result<Vec<Grant>> {
    let (account_id, _) = ctx.account()?;
    store::grants_of(ctx, account_id).await
}

/// Grants that stand in a tenant; whoever asks has checked that they may be seen.
pub async fn grants_of_tenant(ctx: &Ctx, tenant_id: &str) -> Result<Vec<Grant>> {
    store::grants_of_tenant(ctx, tenant_id).await
}

/// Everybody in the tenant who can sign in and do an act to a unit's objects, as (id, name): for choosing whom to ask.
pub async fn colleagues(ctx: &Ctx, act: &Act, unit_id: &str) -> Result<Vec<(String, String)>> {
    store::colleagues(ctx, unit_id, &role_list(act.roles)).await
}

/// How many active administrators the whole tenant has, inside a deed that holds it.
pub async fn administrators(deed: &mut Deed, tenant_id: &str) -> Result<i64> {
    store::administrators(deed, tenant_id).await
}

/// Gives an account of the tenant a role as part of a larger deed: setting up, taking up an invitation.
pub async fn give(ctx: &Ctx, deed: &mut Deed, tenant_id: &str, account_id: &str, terms: Terms<'_>) -> Result<()> {
    let grant = Grant {
        id: new_id(ctx)?,
        account_id: account_id.to_owned(),
        role: terms.role.to_owned(),
        unit_id: terms.unit_id.to_owned(),
        unit_name: String::new(),
        granted_at_ms: ctx.now_ms(),
        until_ms: None,
        reason: terms.reason.to_owned(),
    };
    store::add_grant(deed, tenant_id, &grant, ctx.actor().account_id().unwrap_or(account_id)).await
}

async fn of_own_tenant<'a>(ctx: &'a Ctx, account_id: &str) -> Result<&'a str> {
    let (_, tenant_id) = ctx.account()?;
    if store::tenant_of(ctx, account_id).await? == tenant_id { Ok(tenant_id) } else { Err(Error::NotFound) }
}

/// Gives a person a role in a unit, until a moment or without end.
pub async fn add_grant(ctx: &Ctx, account_id: &str, role: &str, unit_id: &str, reason: &str) -> Result<Grant> {
    let tenant_id = of_own_tenant(ctx, account_id).await?;
    if !roles::ALL.contains(&role) {
        return Err(Error::field("role", role, Message::new("error-choice")));
    }
    let unit = organisation::unit(ctx, unit_id).await?;
    let grant = Grant {
        id: new_id(ctx)?,
        account_id: account_id.to_owned(),
        role: role.to_owned(),
        unit_id: unit.id.clone(),
        unit_name: unit.name.clone(),
        granted_at_ms: ctx.now_ms(),
        until_ms: None,
        reason: reason.to_owned(),
    };
    let mut deed = ctx.begin(&acts::GRANT, Object::of_unit("account", account_id, &unit.id)).await?;
    store::add_grant(&mut deed, tenant_id, &grant, ctx.actor().account_id().unwrap_or("")).await?;
    deed.note("role", role);
    deed.commit(reason).await?;
    Ok(grant)
}

/// Takes a role back. The last administrator of the whole tenant keeps the role.
pub async fn end_grant(ctx: &Ctx, account_id: &str, grant_id: &str, reason: &str) -> Result<()> {
    let tenant_id = of_own_tenant(ctx, account_id).await?;
    let grants = store::grants_of(ctx, account_id).await?;
    let grant = grants.into_iter().find(|grant| grant.id == grant_id).ok_or(Error::NotFound)?;
    let mut deed = ctx.begin(&acts::END_GRANT, Object::of_unit("account", account_id, &grant.unit_id)).await?;
    organisation::hold(&mut deed, tenant_id).await?;
    store::end_grant(&mut deed, grant_id).await?;
    if store::administrators(&mut deed, tenant_id).await? == 0 {
        return Err(Error::conflict("error-last-administrator"));
    }
    deed.note("role", grant.role);
    deed.commit(reason).await
}
