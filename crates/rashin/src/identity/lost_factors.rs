//! Second factors somebody lost: an administrator takes them away, so that the person can get in by password and register
//! new ones. The person is told at every sign-in of the next thirty days, since whoever talked the administrator into it
//! may be somebody else.

use platform::{Ctx, Error, Message, Object, Result};

use super::actions::of_own_tenant;
use super::model::{Factors, FactorsTaken};
use super::sessions::{new_token, token_hash};
use super::{acts, store};

/// So long the person is told.
pub(super) const TOLD_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// Whose factors one looks at.
#[derive(Debug, Clone)]
pub struct Holder {
    /// Name.
    pub name: String,
    /// Address.
    pub email: String,
    /// What the person has besides the password.
    pub factors: Factors,
}

/// The second factors of somebody in one's own tenant.
pub async fn factors_of(ctx: &Ctx, account_id: &str) -> Result<Holder> {
    let account = of_own_tenant(ctx, account_id).await?;
    ctx.require(&acts::READ, &Object::of_unit("account", &account.id, &account.tenant_id)).await?;
    let factors = store::factors(ctx, &account.id).await?;
    Ok(Holder { name: account.name, email: account.email, factors })
}

/// Takes all of somebody's second factors away. All sessions of that person end and all devices are forgotten. Gives the
/// address by which to tell the person. One's own are changed on the page of one's own settings.
pub async fn take_factors(ctx: &Ctx, account_id: &str, reason: &str) -> Result<String> {
    let account = of_own_tenant(ctx, account_id).await?;
    let note = token_hash(&new_token(ctx)?);
    let object = Object::of_unit("account", &account.id, &account.tenant_id);
    let mut deed = ctx.begin(&acts::TAKE_FACTORS, object).await?;
    if ctx.actor().account_id() == Some(account.id.as_str()) {
        return Err(Error::conflict("error-own-factors"));
    }
    if reason.trim().is_empty() {
        return Err(Error::field("reason", "", Message::new("error-reason")));
    }
    let had = store::held_factors(&mut deed, &account.id).await?;
    if !had.any() && had.recovery_codes == 0 {
        return Err(Error::conflict("error-factors-none"));
    }
    store::take_factors(&mut deed, &account.id).await?;
    store::end_sessions_of(&mut deed, &account.id, "").await?;
    let by = store::by_id(ctx, ctx.account()?.0).await?.name;
    store::add_ticket(&mut deed, &note, store::TAKEN, Some(&account.id), &by, ctx.now_ms() + TOLD_MS).await?;
    deed.note("totp", had.totp);
    deed.note("passkeys", had.passkeys);
    deed.note("recovery_codes", had.recovery_codes);
    deed.commit(reason.trim()).await?;
    Ok(account.email)
}

/// Who took one's own factors away in the last thirty days, if anybody did.
pub async fn own_factors_taken(ctx: &Ctx) -> Result<Option<FactorsTaken>> {
    let (account_id, _) = ctx.account()?;
    store::factors_taken(ctx, account_id).await
}
