//! A new password for somebody who forgot the old one: an administrator makes a one-time link and hands it over. The
//! second factor stays, so whoever gets hold of the link alone gets no further.

use platform::{Ctx, Error, Object, Result, Via};

use super::links::maker_may;
use super::sessions::{new_token, token_hash};
use super::sign_in::learn;
use super::store::Credentials;
use super::{acts, password, store};

/// So long the link works.
const RESET_MS: i64 = 24 * 60 * 60 * 1000;

/// Makes the link's token; earlier ones for this person stop working.
pub async fn offer_reset(ctx: &Ctx, account_id: &str) -> Result<String> {
    let account = super::actions::of_own_tenant(ctx, account_id).await?;
    let token = new_token(ctx)?;
    let object = Object::of_unit("account", &account.id, &account.tenant_id);
    let mut deed = ctx.begin(&acts::OFFER_RESET, object).await?;
    if account.suspended {
        return Err(Error::conflict("error-reset-suspended"));
    }
    let by = ctx.actor().account_id().unwrap_or("");
    store::add_reset(&mut deed, &token_hash(&token), &account.id, by, ctx.now_ms() + RESET_MS).await?;
    deed.commit("").await?;
    Ok(token)
}

/// Whom an unused link is for; not found once used or expired, for somebody suspended, and once whoever made it may not
/// make one any more.
async fn holder(ctx: &Ctx, token: &str) -> Result<Credentials> {
    let (account_id, made_by) = store::reset(ctx, &token_hash(token)).await?;
    let account = store::by_id(ctx, &account_id).await?;
    let object = Object::of_unit("account", &account.id, &account.tenant_id);
    let stands = maker_may(ctx, &made_by, &account.tenant_id, &acts::OFFER_RESET, &object).await?;
    if stands && !account.suspended { Ok(account) } else { Err(Error::NotFound) }
}

/// The address of the account an unused link is for.
pub async fn reset(ctx: &Ctx, token: &str) -> Result<String> {
    Ok(holder(ctx, token).await?.email)
}

/// Chooses the new password with the link. All sessions end, all devices are forgotten; nobody is signed in by it. Gives
/// the token of the browser it was done in, which is known from now on: others' wrong tries do not keep its owner out.
pub async fn take_reset(ctx: &Ctx, token: &str, new: &str) -> Result<Option<String>> {
    let account = holder(ctx, token).await?;
    let organisation = store::tenant_name(&ctx.led_to(&account.tenant_id), &account.tenant_id).await?;
    let new = password::checked("password", new, &[&account.name, &account.email, &organisation])?;
    let hash = password::hash(ctx, &new).await?;
    let device = if ctx.via() == Via::Page { Some(new_token(ctx)?) } else { None };
    let mut deed = ctx.begin(&acts::TAKE_RESET, Object::free("account", &account.id)).await?;
    deed.in_log_of(&account.tenant_id).await?;
    store::use_reset(&mut deed, &token_hash(token)).await?;
    store::set_password(&mut deed, &account.id, &hash, ("", "")).await?;
    learn(&mut deed, device.as_deref(), &account.id).await?;
    deed.commit("").await?;
    Ok(device)
}
