//! A new password for somebody who forgot the old one: an administrator makes a one-time link and hands it over. The
//! second factor stays, so whoever gets hold of the link alone gets no further.

use platform::{Ctx, Error, Object, Result};

use super::sessions::{new_token, token_hash};
use super::{acts, password, password_rules, store};

/// So long the link works.
const RESET_MS: i64 = 24 * 60 * 60 * 1000;

/// Makes the link's token; earlier ones for this person stop working.
pub async fn offer_reset(ctx: &Ctx, account_id: &str) -> Result<String> {
    let account = super::actions::of_own_tenant(ctx, account_id).await?;
    let token = new_token(ctx)?;
    let object = Object::of_unit("account", &account.id, &account.tenant_id);
    let mut deed = ctx.begin(&acts::OFFER_RESET, object).await?;
    let by = ctx.actor().account_id().unwrap_or("");
    store::add_reset(&mut deed, &token_hash(&token), &account.id, by, ctx.now_ms() + RESET_MS).await?;
    deed.commit("").await?;
    Ok(token)
}

/// The address of the account an unused link is for; not found once used or expired.
pub async fn reset(ctx: &Ctx, token: &str) -> Result<String> {
    let account_id = store::reset(ctx, &token_hash(token)).await?;
    Ok(store::by_id(ctx, &account_id).await?.email)
}

/// Chooses the new password with the link. All sessions end, all devices are forgotten; nobody is signed in by it.
pub async fn take_reset(ctx: &Ctx, token: &str, new: &str) -> Result<()> {
    let account_id = store::reset(ctx, &token_hash(token)).await?;
    let account = store::by_id(ctx, &account_id).await?;
    if account.suspended {
        return Err(Error::NotFound);
    }
    let organisation = store::tenant_name(&ctx.led_to(&account.tenant_id), &account.tenant_id).await?;
    let new = password_rules::checked("password", new, &[&account.name, &account.email, &organisation])?;
    let hash = password::hash(ctx, &new).await?;
    let mut deed = ctx.begin(&acts::TAKE_RESET, Object::free("account", &account.id)).await?;
    deed.in_log_of(&account.tenant_id).await?;
    store::use_reset(&mut deed, &token_hash(token)).await?;
    store::set_password(&mut deed, &account.id, &hash, "").await?;
    deed.commit("").await
}
