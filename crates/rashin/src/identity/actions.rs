//! Everything anyone may ask about people. Sessions and links have their own files.

use platform::{Actor, Ctx, Error, Fault, Message, Object, Result};

use super::model::Account;
use super::sessions::token_hash;
use super::{acts, password, password_rules, store};
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

/// Changes one's own password; all other sessions end.
pub async fn change_password(ctx: &Ctx, old: &str, new: &str, session_token: &str) -> Result<()> {
    let (account_id, _) = ctx.account()?;
    let account = store::by_id(ctx, account_id).await?;
    let mut faults: Vec<Fault> = Vec::new();
    if !password::fits(old, Some(&account.password_hash)).await? {
        faults.push(Fault::new("old_password", "", Message::new("error-old-password")));
    }
    let organisation = store::tenant_name(ctx, &account.tenant_id).await?;
    let new = match password_rules::check("password", new, &[&account.name, &account.email, &organisation])? {
        Ok(new) if faults.is_empty() => new,
        Ok(_) => return Err(Error::Invalid(faults)),
        Err(fault) => {
            faults.push(fault);
            return Err(Error::Invalid(faults));
        }
    };
    let hash = password::hash(ctx, &new).await?;
    let mut deed = ctx.begin(&acts::CHANGE_PASSWORD, Object::free("account", account_id)).await?;
    store::set_password(&mut deed, account_id, &hash, &token_hash(session_token)).await?;
    deed.commit("").await
}
