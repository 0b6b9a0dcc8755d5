//! Signing in and out, and the sessions between. Tokens are 256 random bits; the database has only their SHA-256.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use platform::{Actor, Ctx, Error, Message, Object, Result};
use sha2::{Digest, Sha256};

use super::model::Session;
use super::store::{Credentials, Failures};
use super::{acts, password, store};

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
const SESSION_MS: i64 = 12 * 60 * MINUTE_MS;
const ROTATE_AFTER_MS: i64 = 15 * MINUTE_MS;
/// So long the token before the last rotation still works, for requests that were under way.
const GRACE_MS: i64 = MINUTE_MS;

/// A new secret as text.
pub(super) fn new_token(ctx: &Ctx) -> Result<String> {
    let mut bytes = [0_u8; 32];
    ctx.fill_random(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// What is stored of a secret.
pub(super) fn token_hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

/// Milliseconds one must wait after so many failures in a row; none once the day's tries are used up.
fn wait_ms(failures: i64) -> Option<i64> {
    match failures {
        ..3 => Some(0),
        3..9 => Some(3_000),
        9..25 => Some(5_000),
        25..100 => Some(10_000),
        _ => None,
    }
}

/// Refuses while a subject must wait. Failures that lie in the future, after the clock was put back, do not count.
fn check_budget(failures: &Failures, now_ms: i64) -> Result<()> {
    let Failures { count, first_at_ms, last_at_ms } = *failures;
    if now_ms - first_at_ms > DAY_MS || first_at_ms.max(last_at_ms) > now_ms {
        return Ok(());
    }
    let free_at_ms = wait_ms(count).map_or(first_at_ms + DAY_MS, |wait| last_at_ms + wait);
    if now_ms < free_at_ms {
        let seconds = (free_at_ms - now_ms + 999) / 1000;
        return Err(Error::TooMany(Message::new("error-too-many").with("seconds", seconds)));
    }
    Ok(())
}

/// Signs in and gives the session's token. A wrong password and an unknown address answer alike and take the same time.
///
/// The budget is looked at twice: before the password is hashed, to save the work, and again inside the deed, so that
/// guesses sent all at once get no further than guesses sent one after another.
pub async fn sign_in(ctx: &Ctx, email: &str, password: &str, source: &str) -> Result<String> {
    let email = email.trim().to_lowercase();
    let subjects = [format!("account:{}", token_hash(&email)), format!("address:{source}")];
    for subject in &subjects {
        check_budget(&store::failures(ctx, subject).await?, ctx.now_ms())?;
    }
    let found = store::by_email(ctx, &email).await?;
    let fits = password::fits(password, found.as_ref().map(|account| account.password_hash.as_str())).await?;
    if let Some(account) = found.filter(|account| fits && !account.suspended) {
        return admit(ctx, &account, &subjects).await;
    }
    let mut deed = ctx.begin(&acts::SIGN_IN, Object::free("account", "")).await?;
    for subject in &subjects {
        check_budget(&store::hold_failures(&mut deed, subject).await?, ctx.now_ms())?;
        store::fail(&mut deed, subject, DAY_MS).await?;
    }
    deed.note("outcome", "refused");
    deed.note("email_hash", token_hash(&email));
    deed.commit("").await?;
    Err(Error::field("email", &email, Message::new("error-sign-in")))
}

/// Opens a session for somebody who has proved who they are, unless one of `subjects` must wait. The first of them is
/// the account and is forgiven its failures.
async fn admit(ctx: &Ctx, account: &Credentials, subjects: &[String]) -> Result<String> {
    let ctx = ctx.as_actor(Actor::Account {
        id: account.id.clone(),
        tenant_id: account.tenant_id.clone(),
        name: account.name.clone(),
    });
    let token = new_token(&ctx)?;
    let mut deed = ctx.begin(&acts::SIGN_IN, Object::free("account", &account.id)).await?;
    for subject in subjects {
        check_budget(&store::hold_failures(&mut deed, subject).await?, ctx.now_ms())?;
    }
    if let Some(own) = subjects.first() {
        store::forgive(&mut deed, own).await?;
    }
    store::add_session(&mut deed, &token_hash(&token), &account.id, ctx.now_ms() + SESSION_MS).await?;
    deed.note("outcome", "signed in");
    deed.commit("").await?;
    Ok(token)
}

/// Opens a session straight after setting up or taking up an invitation.
pub(super) async fn admit_newcomer(ctx: &Ctx, account_id: &str) -> Result<String> {
    let account = store::by_id(ctx, account_id).await?;
    admit(ctx, &account, &[]).await
}

/// The session a token stands for, if it is open and its person is not suspended.
pub async fn find_session(ctx: &Ctx, token: &str) -> Result<Option<Session>> {
    if token.len() > 64 {
        return Ok(None);
    }
    store::session(ctx, &token_hash(token), ctx.now_ms() - GRACE_MS).await
}

/// Gives a fresh token when the one held is older than a quarter of an hour.
pub async fn rotate(ctx: &Ctx, session: &Session, token: &str) -> Result<Option<String>> {
    let due = ctx.now_ms() - session.rotated_at_ms >= ROTATE_AFTER_MS;
    if !due || session.token_hash != token_hash(token) {
        return Ok(None);
    }
    let fresh = new_token(ctx)?;
    let mut deed = ctx.begin(&acts::ROTATE_SESSION, Object::free("account", &session.account_id)).await?;
    if !store::rotate(&mut deed, &session.token_hash, &token_hash(&fresh)).await? {
        return Ok(None);
    }
    deed.commit("").await?;
    Ok(Some(fresh))
}

/// Ends the session.
pub async fn sign_out(ctx: &Ctx, token: &str) -> Result<()> {
    let (account_id, _) = ctx.account()?;
    let mut deed = ctx.begin(&acts::SIGN_OUT, Object::free("account", account_id)).await?;
    store::end_session(&mut deed, &token_hash(token)).await?;
    deed.commit("").await
}
