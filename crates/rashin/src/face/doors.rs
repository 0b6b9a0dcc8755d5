//! Ways to sign in besides the password, as the sign-in page offers them.

use platform::{Ctx, Error, Result};

use super::page::encode;
use crate::federation::{providers, tokens};

/// Buttons of the sign-in page.
#[derive(Debug, Clone, Default)]
pub struct Doors {
    /// Address and name of each.
    pub doors: Vec<(String, String)>,
    /// Whether the address must say first which one it is.
    pub by_address: bool,
}

/// The door by which somebody came in who has no password: address and name of the provider that answers for them.
pub async fn own_door(ctx: &Ctx, email: &str, next: &str) -> Result<Option<(String, String)>> {
    match providers::provider_for(ctx, email).await {
        Ok(door) => Ok(Some((format!("/sign-in/sso/{}?next={}", door.id, encode(next)), door.name))),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The doors there are; whoever comes in is led to `next`.
pub async fn doors(ctx: &Ctx, next: &str) -> Result<Doors> {
    let (found, by_address) = providers::offered(ctx).await?;
    let next = encode(next);
    let doors = found.into_iter().map(|door| (format!("/sign-in/sso/{}?next={next}", door.id), door.name)).collect();
    Ok(Doors { doors, by_address })
}

/// How many machine tokens of somebody work now: they go on when the password changes.
pub async fn machine_tokens_of(ctx: &Ctx, account_id: &str) -> Result<i64> {
    tokens::working_tokens_of(ctx, account_id).await
}
