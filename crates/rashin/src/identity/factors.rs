//! One's own second factors: the authenticator app and the recovery codes, and the fresh proof that sensitive acts ask
//! for. Passkeys have their own file.

use platform::{Ctx, Deed, Error, Message, Object, Result};

use super::budget::{Budget, tried};
use super::model::Factors;
use super::sessions::token_hash;
use super::sign_in::{read_code, refuse, use_up};
use super::{acts, password, recovery, store, totp};

/// What an authenticator app is told.
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// Secret as text, base 32.
    pub secret: String,
    /// Address for apps, `otpauth://…`.
    pub address: String,
}

/// The asker's second factors.
pub async fn own_factors(ctx: &Ctx) -> Result<Factors> {
    let (account_id, _) = ctx.account()?;
    store::factors(ctx, account_id).await
}

/// Whether the asker has a password; whoever came by another system has none.
pub async fn has_password(ctx: &Ctx) -> Result<bool> {
    let (account_id, _) = ctx.account()?;
    Ok(store::by_id(ctx, account_id).await?.password_hash != password::NOBODY)
}

/// Makes a secret for an authenticator app; it counts once a code of it is confirmed. One begun before is replaced.
pub async fn begin_totp(ctx: &Ctx) -> Result<Enrolment> {
    let (account_id, _) = ctx.account()?;
    let mut bytes = [0_u8; totp::SECRET_LENGTH];
    ctx.fill_random(&mut bytes)?;
    let secret = totp::secret_text(bytes);
    let mut deed = ctx.begin(&acts::BEGIN_TOTP, Object::free("account", account_id)).await?;
    if !store::begin_totp(&mut deed, account_id, &secret).await? {
        return Err(Error::conflict("error-totp-there"));
    }
    deed.commit("").await?;
    enrolment(ctx, secret).await
}

async fn enrolment(ctx: &Ctx, secret: String) -> Result<Enrolment> {
    let (account_id, _) = ctx.account()?;
    let account = store::by_id(ctx, account_id).await?;
    Ok(Enrolment { address: totp::address(&secret, &account.email)?, secret })
}

/// The secret that waits for its first code.
pub async fn begun_totp(ctx: &Ctx) -> Result<Enrolment> {
    let (account_id, _) = ctx.account()?;
    if !ctx.is_fresh() {
        let object = Object::free("account", account_id);
        return Err(ctx.refuse(&acts::BEGIN_TOTP, &object, Message::new("error-proof-needed")).await);
    }
    let secret = store::totp_secret(ctx, account_id, false).await?.ok_or(Error::NotFound)?;
    enrolment(ctx, secret).await
}

/// Confirms the authenticator app by a code of it. All other sessions end. Gives the recovery codes if there were none.
pub async fn confirm_totp(ctx: &Ctx, code: &str, session_token: &str) -> Result<Vec<String>> {
    let (account_id, _) = ctx.account()?;
    let secret = store::totp_secret(ctx, account_id, false).await?.ok_or(Error::NotFound)?;
    let code: String = code.chars().filter(|sign| !sign.is_whitespace()).collect();
    let wrong = || Error::field("code", "", Message::new("error-code-first"));
    let step = totp::step_of(&secret, &super::password_rules::normal(&code), ctx.now_ms())?.ok_or_else(wrong)?;
    let mut deed = ctx.begin(&acts::CONFIRM_TOTP, Object::free("account", account_id)).await?;
    if !store::use_code(&mut deed, account_id, step).await? {
        return Err(wrong());
    }
    store::confirm_totp(&mut deed, account_id, &secret).await?;
    let codes = first_recovery_codes(ctx, &mut deed, account_id).await?;
    store::end_sessions_of(&mut deed, account_id, &token_hash(session_token)).await?;
    deed.commit("").await?;
    Ok(codes)
}

/// Takes the authenticator app away. All other sessions end.
pub async fn remove_totp(ctx: &Ctx, session_token: &str) -> Result<()> {
    let (account_id, _) = ctx.account()?;
    let mut deed = ctx.begin(&acts::REMOVE_TOTP, Object::free("account", account_id)).await?;
    if store::remove_totp(&mut deed, account_id).await? == 0 {
        return Err(Error::NotFound);
    }
    tidy_after_removal(&mut deed, account_id, session_token).await?;
    deed.commit("").await
}

/// With the last factor the recovery codes go too; other sessions, and whatever was begun with the factor, end.
pub(super) async fn tidy_after_removal(deed: &mut Deed, account_id: &str, session_token: &str) -> Result<()> {
    store::remove_lonely_recovery_codes(deed, account_id).await?;
    store::drop_begun(deed, account_id).await?;
    store::end_sessions_of(deed, account_id, &token_hash(session_token)).await
}

/// New recovery codes if there are none that can be used.
async fn first_recovery_codes(ctx: &Ctx, deed: &mut Deed, account_id: &str) -> Result<Vec<String>> {
    if store::recovery_codes_left(deed, account_id).await? > 0 {
        return Ok(Vec::new());
    }
    write_recovery_codes(ctx, deed, account_id).await
}

async fn write_recovery_codes(ctx: &Ctx, deed: &mut Deed, account_id: &str) -> Result<Vec<String>> {
    store::remove_recovery_codes(deed, account_id).await?;
    let mut codes = Vec::with_capacity(recovery::COUNT);
    for _ in 0..recovery::COUNT {
        let mut bytes = [0_u8; recovery::LENGTH];
        ctx.fill_random(&mut bytes)?;
        let code = recovery::shown(bytes);
        let hash = recovery::hash(&code).ok_or_else(|| Error::internal("a recovery code that is none"))?;
        store::add_recovery_code(deed, account_id, &hash).await?;
        codes.push(code);
    }
    Ok(codes)
}

/// Makes new recovery codes, to be shown once; the old ones stop working and all other sessions end.
pub async fn renew_recovery_codes(ctx: &Ctx, session_token: &str) -> Result<Vec<String>> {
    let (account_id, _) = ctx.account()?;
    if !store::factors(ctx, account_id).await?.any() {
        return Err(Error::conflict("error-no-factor"));
    }
    let mut deed = ctx.begin(&acts::RENEW_RECOVERY_CODES, Object::free("account", account_id)).await?;
    let codes = write_recovery_codes(ctx, &mut deed, account_id).await?;
    store::end_sessions_of(&mut deed, account_id, &token_hash(session_token)).await?;
    deed.commit("").await?;
    Ok(codes)
}

/// Proves to be there, by password or by a code; the session counts as fresh for five minutes.
pub async fn prove(ctx: &Ctx, secret: &str, session_token: &str) -> Result<()> {
    let (asker, secret, session_token) = (ctx.clone(), secret.to_owned(), session_token.to_owned());
    tried(ctx, &acts::PROVE, async move { try_proof(&asker, &secret, &session_token).await }).await
}

async fn try_proof(ctx: &Ctx, secret: &str, session_token: &str) -> Result<()> {
    let (account_id, _) = ctx.account()?;
    let account = store::by_id(ctx, account_id).await?;
    let budget = Budget::of_proofs(account_id);
    budget.check(ctx).await?;
    // First the password, which may look like a code.
    let by_password = password::fits(secret, Some(&account.password_hash)).await?;
    let used = if by_password { None } else { read_code(ctx, account_id, secret).await? };
    if by_password || used.is_some() {
        let mut deed = ctx.begin(&acts::PROVE, Object::free("account", account_id)).await?;
        budget.hold(&mut deed).await?;
        let outcome = match &used {
            Some(used) => use_up(&mut deed, account_id, used).await,
            None => Ok(()),
        };
        match outcome {
            Ok(()) => {
                budget.forgive(&mut deed).await?;
                store::prove(&mut deed, &token_hash(session_token)).await?;
                return deed.commit("").await;
            }
            Err(Error::Invalid(_)) => {}
            Err(error) => return Err(error),
        }
    }
    let wrong = Error::field("secret", "", Message::new("error-proof"));
    Err(refuse(ctx, &acts::PROVE, &budget, &account.email, wrong).await)
}
