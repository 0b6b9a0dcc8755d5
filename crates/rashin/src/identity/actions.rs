//! Everything anyone may ask about people. Sessions and links have their own files.

use platform::{Actor, Ctx, Error, Fault, Message, Object, Result};

use super::budget::{Budget, tried};
use super::model::Account;
use super::sessions::token_hash;
use super::sign_in::refuse;
use super::{acts, password, store};
use crate::access;

/// People of the tenant with their grants.
pub async fn list_accounts(ctx: &Ctx) -> Result<Vec<Account>> {
    let (_, tenant_id) = ctx.account()?;
    ctx.require(&acts::READ, &Object::of_unit("tenant", tenant_id, tenant_id)).await?;
    store::of_tenant(ctx, tenant_id).await
}

/// How many people of the asker's tenant can sign in.
pub async fn people_count(ctx: &Ctx) -> Result<i64> {
    let (_, tenant_id) = ctx.account()?;
    store::count_active(ctx, tenant_id).await
}

/// A person by address, as the actor of commands run on the installation itself.
pub async fn actor_by_email(ctx: &Ctx, email: &str) -> Result<Actor> {
    let account = store::by_email(ctx, &email.trim().to_lowercase()).await?.ok_or(Error::NotFound)?;
    let object = Object::of_unit("account", &account.id, &account.tenant_id);
    let actor = Actor::Account { id: account.id, tenant_id: account.tenant_id, name: account.name };
    if account.suspended {
        let why = Message::new("error-suspended");
        return Err(ctx.as_actor(actor).refuse(&acts::SIGN_IN, &object, why).await);
    }
    Ok(actor)
}

pub(super) async fn of_own_tenant(ctx: &Ctx, account_id: &str) -> Result<store::Credentials> {
    access::of_own_tenant(ctx, account_id).await?;
    store::by_id(ctx, account_id).await
}

/// Suspends a person: sessions end at once. The last administrator cannot be suspended. One whom a machine suspended is
/// suspended by the asker from now on.
pub async fn suspend(ctx: &Ctx, account_id: &str, reason: &str) -> Result<()> {
    let account = of_own_tenant(ctx, account_id).await?;
    let mut deed = ctx.begin(&acts::SUSPEND, Object::of_unit("account", &account.id, &account.tenant_id)).await?;
    let before = access::count_administrators(&mut deed, &account.tenant_id).await?;
    store::take_over(&mut deed, &account.id).await?;
    store::suspend(&mut deed, &account.id, ctx.actor().account_id().unwrap_or(""), reason).await?;
    access::keep_administrator(&mut deed, &account.tenant_id, before).await?;
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

/// Changes one's own password; all other sessions end and all devices are forgotten.
pub async fn change_password(ctx: &Ctx, old: &str, new: &str, session_token: &str) -> Result<()> {
    change_password_at(ctx, old, new, session_token, "").await
}

/// As [`change_password`], on a device that stays known. A wrong old password counts as any wrong proof does.
pub async fn change_password_at(ctx: &Ctx, old: &str, new: &str, session_token: &str, device: &str) -> Result<()> {
    let (asker, old, new) = (ctx.clone(), old.to_owned(), new.to_owned());
    let kept = (token_hash(session_token), token_hash(device));
    tried(ctx, &acts::CHANGE_PASSWORD, async move { try_change(&asker, &old, &new, (&kept.0, &kept.1)).await }).await
}

/// `kept` are the session and the device that stay, as they are stored.
async fn try_change(ctx: &Ctx, old: &str, new: &str, kept: (&str, &str)) -> Result<()> {
    let (account_id, _) = ctx.account()?;
    let account = store::by_id(ctx, account_id).await?;
    let budget = Budget::of_proofs(account_id);
    budget.check(ctx).await?;
    let fits = password::fits(old, Some(&account.password_hash)).await?;
    let organisation = store::tenant_name(ctx, &account.tenant_id).await?;
    let new = password::check("password", new, &[&account.name, &account.email, &organisation])?;
    if !fits {
        let wrong = Fault::new("old_password", "", Message::new("error-old-password"));
        let faults = std::iter::once(wrong).chain(new.err()).collect();
        return Err(refuse(ctx, &acts::CHANGE_PASSWORD, &budget, &account.email, Error::Invalid(faults)).await);
    }
    // Once more, or guesses sent all at once could read from this answer which of them was right.
    budget.check(ctx).await?;
    let new = new.map_err(|fault| Error::Invalid(vec![fault]))?;
    let hash = password::hash(ctx, &new).await?;
    let mut deed = ctx.begin(&acts::CHANGE_PASSWORD, Object::free("account", account_id)).await?;
    budget.hold(&mut deed).await?;
    budget.forgive(&mut deed).await?;
    store::set_password(&mut deed, account_id, &hash, kept).await?;
    deed.commit("").await
}
