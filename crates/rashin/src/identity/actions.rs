//! Everything anyone may ask about people and their grants. Sessions and links have their own files.

use platform::{Act, Actor, Ctx, Error, Fault, Message, Object, Result, new_id};

use super::gate::role_list;
use super::model::{Account, Grant, checked_password};
use super::sessions::token_hash;
use super::{acts, password, store};
use crate::organisation::{self, roles};

/// People of the tenant with their grants.
pub async fn list_accounts(ctx: &Ctx) -> Result<Vec<Account>> {
    let (_, tenant_id) = ctx.account()?;
    if !ctx.may(&acts::READ, &Object::of_unit("tenant", tenant_id, tenant_id)).await? {
        return Err(Error::Forbidden(Message::new("error-not-allowed").with("roles", acts::READ.roles.join(" "))));
    }
    store::of_tenant(ctx, tenant_id).await
}

/// How many people of the asker's tenant can sign in.
pub async fn people_count(ctx: &Ctx) -> Result<i64> {
    let (_, tenant_id) = ctx.account()?;
    store::count_active(ctx, tenant_id).await
}

/// The asker's own grants.
pub async fn own_grants(ctx: &Ctx) -> Result<Vec<Grant>> {
    let (account_id, _) = ctx.account()?;
    store::grants_of(ctx, account_id).await
}

/// A person by address, as the actor of commands run on the installation itself.
pub async fn actor_by_email(ctx: &Ctx, email: &str) -> Result<Actor> {
    let account = store::by_email(ctx, &email.trim().to_lowercase()).await?.ok_or(Error::NotFound)?;
    if account.suspended {
        return Err(Error::Forbidden(Message::new("error-suspended")));
    }
    Ok(Actor::Account { id: account.id, tenant_id: account.tenant_id, name: account.name })
}

async fn of_own_tenant(ctx: &Ctx, account_id: &str) -> Result<store::Credentials> {
    let (_, tenant_id) = ctx.account()?;
    let account = store::by_id(ctx, account_id).await?;
    if account.tenant_id == tenant_id { Ok(account) } else { Err(Error::NotFound) }
}

/// Gives a person a role in a unit, until a moment or without end.
pub async fn add_grant(ctx: &Ctx, account_id: &str, role: &str, unit_id: &str, reason: &str) -> Result<Grant> {
    let account = of_own_tenant(ctx, account_id).await?;
    if !roles::ALL.contains(&role) {
        return Err(Error::field("role", role, Message::new("error-choice")));
    }
    let unit = organisation::unit(ctx, unit_id).await?;
    let grant = Grant {
        id: new_id(ctx)?,
        account_id: account.id.clone(),
        role: role.to_owned(),
        unit_id: unit.id.clone(),
        unit_name: unit.name.clone(),
        granted_at_ms: ctx.now_ms(),
        until_ms: None,
        reason: reason.to_owned(),
    };
    let mut deed = ctx.begin(&acts::GRANT, Object::of_unit("account", &account.id, &unit.id)).await?;
    store::add_grant(&mut deed, &account.tenant_id, &grant, ctx.actor().account_id().unwrap_or("")).await?;
    deed.note("role", role);
    deed.commit(reason).await?;
    Ok(grant)
}

/// Takes a role back. The last administrator of the whole tenant keeps the role.
pub async fn end_grant(ctx: &Ctx, account_id: &str, grant_id: &str, reason: &str) -> Result<()> {
    let account = of_own_tenant(ctx, account_id).await?;
    let grants = store::grants_of(ctx, &account.id).await?;
    let grant = grants.into_iter().find(|grant| grant.id == grant_id).ok_or(Error::NotFound)?;
    let mut deed = ctx.begin(&acts::END_GRANT, Object::of_unit("account", &account.id, &grant.unit_id)).await?;
    organisation::hold(&mut deed, &account.tenant_id).await?;
    store::end_grant(&mut deed, grant_id).await?;
    if store::administrators(&mut deed, &account.tenant_id).await? == 0 {
        return Err(Error::conflict("error-last-administrator"));
    }
    deed.note("role", grant.role);
    deed.commit(reason).await
}

/// Suspends a person: sessions end at once. The last administrator cannot be suspended.
pub async fn suspend(ctx: &Ctx, account_id: &str, reason: &str) -> Result<()> {
    let account = of_own_tenant(ctx, account_id).await?;
    let mut deed = ctx.begin(&acts::SUSPEND, Object::of_unit("account", &account.id, &account.tenant_id)).await?;
    organisation::hold(&mut deed, &account.tenant_id).await?;
    store::suspend(&mut deed, &account.id, ctx.actor().account_id().unwrap_or(""), reason).await?;
    if store::administrators(&mut deed, &account.tenant_id).await? == 0 {
        return Err(Error::conflict("error-last-administrator"));
    }
    deed.note("suspended", true);
    deed.commit(reason).await
}

/// Ends a suspension.
pub async fn unsuspend(ctx: &Ctx, account_id: &str, reason: &str) -> Result<()> {
    let account = of_own_tenant(ctx, account_id).await?;
    let mut deed = ctx.begin(&acts::SUSPEND, Object::of_unit("account", &account.id, &account.tenant_id)).await?;
    store::unsuspend(&mut deed, &account.id).await?;
    deed.note("suspended", false);
    deed.commit(reason).await
}

/// Changes one's own password; all other sessions end.
pub async fn change_password(ctx: &Ctx, old: &str, new: &str, session_token: &str) -> Result<()> {
    let (account_id, _) = ctx.account()?;
    let account = store::by_id(ctx, account_id).await?;
    let mut faults: Vec<Fault> = Vec::new();
    if !password::fits(old, Some(&account.password_hash)).await? {
        faults.push(Fault::new("old_password", "", Message::new("error-old-password")));
    }
    if let Err(fault) = checked_password(new) {
        faults.push(fault);
    }
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    let hash = password::hash(ctx, new).await?;
    let mut deed = ctx.begin(&acts::CHANGE_PASSWORD, Object::free("account", account_id)).await?;
    store::set_password(&mut deed, account_id, &hash, &token_hash(session_token)).await?;
    deed.commit("").await
}

/// Everybody in the tenant who can sign in and do an act to a unit's objects, as (id, name): for choosing whom to ask.
pub async fn colleagues(ctx: &Ctx, act: &Act, unit_id: &str) -> Result<Vec<(String, String)>> {
    store::colleagues(ctx, unit_id, &role_list(act.roles)).await
}
