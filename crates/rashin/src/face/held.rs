//! Held sessions: people from whom a second factor is demanded and who have none yet. They reach what stands here, which
//! is what registering one takes, and what is open to everybody; nothing else.

use axum::http::Method;
use platform::{Ctx, Result};

use crate::identity::{self, Session};

/// What a held session reaches of what needs a session.
const REACHED: &[(Method, &str)] = &[
    (Method::GET, "/me"),
    (Method::GET, "/me/totp"),
    (Method::POST, "/me/totp"),
    (Method::POST, "/me/totp/confirmation"),
    (Method::POST, "/me/passkeys/ceremony"),
    (Method::POST, "/me/passkeys"),
    (Method::GET, "/me/proof"),
    (Method::POST, "/me/proof"),
    (Method::POST, "/me/proof/form"),
    (Method::POST, "/sign-out"),
    (Method::GET, "/api/v1/sessions/current"),
    (Method::DELETE, "/api/v1/sessions/current"),
    (Method::POST, "/api/v1/sessions/current/proof"),
    (Method::GET, "/api/v1/factors"),
    (Method::POST, "/api/v1/factors/totp"),
    (Method::PUT, "/api/v1/factors/totp"),
];

/// What is open without a session, and gives no more with one: the address itself and everything below.
const OPEN: &[&str] = &[
    "/sign-in",
    "/setup",
    "/invitation",
    "/invitations",
    "/password-reset",
    "/password-resets",
    "/item-sets",
    "/help",
    "/health",
    "/metrics",
    "/preferences",
    "/api/v1/docs",
    "/api/v1/openapi.json",
    "/api/v1/setup",
    "/api/v1/invitations/acceptance",
    "/api/v1/password-resets",
];

fn lies_below(path: &str, top: &str) -> bool {
    path.strip_prefix(top).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a held session reaches this.
pub(super) fn reaches(method: &Method, path: &str) -> bool {
    let method = if *method == Method::HEAD { &Method::GET } else { method };
    let signs_in = *method == Method::POST && path == "/api/v1/sessions";
    signs_in
        || REACHED.iter().any(|(allowed, at)| allowed == method && *at == path)
        || OPEN.iter().any(|top| lies_below(path, top))
}

/// Whether the session is held; refused where it asks for what held sessions do not reach. `ctx` is that of its person.
pub(super) async fn is_held(ctx: &Ctx, session: &Session, reached: bool) -> Result<bool> {
    let held = identity::is_held(ctx, session).await?;
    if held && !reached {
        return Err(identity::hold_back(ctx).await?);
    }
    Ok(held)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_begins_alike_is_not_reached() {
        for (method, path) in [
            (Method::GET, "/sign-in"),
            (Method::HEAD, "/me"),
            (Method::GET, "/sign-in/sso/1/callback"),
            (Method::POST, "/api/v1/sessions"),
            (Method::POST, "/me/passkeys"),
        ] {
            assert!(reaches(&method, path), "{method} {path}");
        }
        for (method, path) in [
            (Method::GET, "/sign-in-log"),
            (Method::GET, "/sign-on"),
            (Method::POST, "/me"),
            (Method::GET, "/me/"),
            (Method::GET, "/me/passkeys"),
            (Method::GET, "/api/v1/sessions"),
            (Method::POST, "/api/v1/invitations"),
            (Method::DELETE, "/api/v1/factors/totp"),
            (Method::GET, "/"),
        ] {
            assert!(!reaches(&method, path), "{method} {path}");
        }
    }
}
