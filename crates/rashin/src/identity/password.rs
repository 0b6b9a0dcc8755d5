//! Password hashing: Argon2id with 19 MiB and two passes, never more than two at a time.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use platform::{Ctx, Error, Result};
use tokio::sync::Semaphore;

static TURNS: Semaphore = Semaphore::const_new(2);

/// Hash of a password nobody has; verified for unknown accounts, so that they take as long as known ones.
pub(super) const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5aGFzdGhpc3B3$vFHJlF1eP9TT8Xk4gQ9MGnlYqzY7BqmWBhnVZpbE4cQ";

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(Error::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The hash to store of a password as the rules gave it.
pub async fn hash(ctx: &Ctx, password: &str) -> Result<String> {
    let mut salt = [0_u8; 16];
    ctx.fill_random(&mut salt)?;
    let password = password.to_owned();
    let _turn = TURNS.acquire().await.map_err(Error::internal)?;
    let hashed = tokio::task::spawn_blocking(move || -> Result<String> {
        let hash = argon2()?.hash_password_with_salt(password.as_bytes(), &salt).map_err(Error::internal)?;
        Ok(hash.to_string())
    });
    hashed.await.map_err(Error::internal)?
}

/// Whether the password fits the stored hash; `None` for an unknown account costs the same and never fits.
pub async fn fits(password: &str, stored: Option<&str>) -> Result<bool> {
    let known = stored.is_some();
    let stored = stored.unwrap_or(NOBODY).to_owned();
    let password = super::password_rules::normal(password);
    let _turn = TURNS.acquire().await.map_err(Error::internal)?;
    let verified = tokio::task::spawn_blocking(move || -> Result<bool> {
        let parsed = PasswordHash::new(&stored).map_err(Error::internal)?;
        Ok(argon2()?.verify_password(password.as_bytes(), &parsed).is_ok())
    });
    Ok(verified.await.map_err(Error::internal)?? && known)
}
