//! Sessions from the first request to the last. Tokens are 256 random bits; the database has only their SHA-256.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use platform::{Ctx, Error, Object, Result};
use sha2::{Digest, Sha256};

use super::model::{OwnSession, Session};
use super::{acts, store};

const MINUTE_MS: i64 = 60_000;
/// A session ends so long after it began, however busy.
pub(super) const SESSION_MS: i64 = 12 * 60 * MINUTE_MS;
/// A session nobody uses for so long ends.
pub const IDLE_MS: i64 = 30 * MINUTE_MS;
/// A request so long after the last sign of life is a new one; so idle sessions end after 25 to 30 minutes.
const KEEP_AFTER_MS: i64 = 5 * MINUTE_MS;
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

/// The session a token stands for, if it is open, in use, and its person is not suspended.
pub async fn find_session(ctx: &Ctx, token: &str) -> Result<Option<Session>> {
    if token.len() > 64 {
        return Ok(None);
    }
    let now_ms = ctx.now_ms();
    store::session(ctx, &token_hash(token), now_ms - GRACE_MS, now_ms - IDLE_MS).await
}

/// Notes that a session is in use; where it is held by a cookie, gives a fresh token for the one held.
pub async fn keep(ctx: &Ctx, session: &Session, token: &str, by_cookie: bool) -> Result<Option<String>> {
    let due = ctx.now_ms() - session.rotated_at_ms >= KEEP_AFTER_MS;
    if !due || session.token_hash != token_hash(token) {
        return Ok(None);
    }
    let fresh = if by_cookie { Some(new_token(ctx)?) } else { None };
    let mut deed = ctx.begin(&acts::ROTATE_SESSION, Object::free("account", &session.account_id)).await?;
    let kept = match &fresh {
        Some(fresh) => store::rotate(&mut deed, &session.token_hash, &token_hash(fresh)).await?,
        None => store::keep_session(&mut deed, &session.token_hash).await?,
    };
    if !kept {
        return Ok(None);
    }
    deed.commit("").await?;
    Ok(fresh)
}

/// Ends the session.
pub async fn sign_out(ctx: &Ctx, token: &str) -> Result<()> {
    let (account_id, _) = ctx.account()?;
    let mut deed = ctx.begin(&acts::SIGN_OUT, Object::free("account", account_id)).await?;
    store::end_session(&mut deed, &token_hash(token)).await?;
    deed.commit("").await
}

/// One's own open sessions, the one that asks among them.
pub async fn own_sessions(ctx: &Ctx, token: &str) -> Result<Vec<OwnSession>> {
    let (account_id, _) = ctx.account()?;
    store::own_sessions(ctx, account_id, &token_hash(token), ctx.now_ms() - IDLE_MS).await
}

/// Ends one of one's own sessions.
pub async fn end_own_session(ctx: &Ctx, id: &str) -> Result<()> {
    let (account_id, _) = ctx.account()?;
    let mut deed = ctx.begin(&acts::END_SESSIONS, Object::free("account", account_id)).await?;
    if store::end_own_session(&mut deed, account_id, id).await? == 0 {
        return Err(Error::NotFound);
    }
    deed.commit("").await
}

/// Ends all of one's own sessions but the one that asks; the command line has none and ends all.
pub async fn end_other_sessions(ctx: &Ctx, token: &str) -> Result<()> {
    let (account_id, _) = ctx.account()?;
    let mut deed = ctx.begin(&acts::END_SESSIONS, Object::free("account", account_id)).await?;
    store::end_sessions_of(&mut deed, account_id, &token_hash(token)).await?;
    deed.commit("").await
}

/// What a person calls the browser a request comes from: its kind and system, read from what it says of itself.
#[must_use]
pub fn device_of(agent: &str) -> String {
    const BROWSERS: [(&str, &str); 6] = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ];
    const SYSTEMS: [(&str, &str); 6] = [
        ("Windows", "Windows"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let name =
        |table: &[(&str, &'static str)]| table.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    [name(&BROWSERS), name(&SYSTEMS)].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_named_by_kind_and_system() {
        for (agent, name) in [
            ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0", "Edge, Windows"),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14) AppleWebKit/605.1 Version/17 Safari/605.1", "Safari, macOS"),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox, Linux"),
            ("curl/8.0", "curl"),
            ("Linux", "Linux"),
            ("nothing known", ""),
        ] {
            assert_eq!(device_of(agent), name);
        }
    }
}
