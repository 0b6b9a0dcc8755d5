//! `rashin token …`: machine tokens.

use clap::Subcommand;
use platform::Result;

use super::model::{NewToken, Token};
use crate::face::commands::Desk;

/// Machine tokens
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// List one's own tokens, and the tenant's for those who may see them
    List,
    /// Make a token; prints its secret, this once
    Make {
        /// Name
        name: String,
        /// api, or scim for provisioning of people
        #[arg(long, default_value = "api")]
        purpose: String,
        /// Role
        #[arg(long, default_value = "")]
        role: String,
        /// Unit
        #[arg(long, default_value = "")]
        unit: String,
        /// Act it is limited to; several times for several
        #[arg(long = "act")]
        acts: Vec<String>,
        /// How many days it works, 1 to 365
        #[arg(long, default_value_t = 90)]
        days: i64,
    },
    /// Revoke a token
    Revoke {
        /// Token id
        token: String,
    },
}

fn line(token: &Token) -> String {
    let state = if token.revoked_at_ms.is_some() { " (revoked)" } else { "" };
    format!(
        "{}  {}  {}@{}  {}{state}  {}",
        token.id,
        token.name,
        token.role,
        token.unit_name,
        token.owner_name,
        token.acts.join(" ")
    )
}

/// Runs `rashin token`.
pub async fn run_token(command: TokenCommand, desk: &Desk) -> Result<()> {
    let ctx = &desk.ctx;
    match command {
        TokenCommand::List => {
            let tokens = super::list_tokens(ctx).await?;
            desk.say(&tokens, || tokens.iter().map(line).collect())
        }
        TokenCommand::Make { name, purpose, role, unit, acts, days } => {
            let new = NewToken { name, purpose, role, unit_id: unit, acts, days };
            let (token, secret) = super::make_token(ctx, &new).await?;
            desk.say(&serde_json::json!({ "token": token, "secret": secret }), || {
                vec![token.id.clone(), secret.clone()]
            })
        }
        TokenCommand::Revoke { token } => super::revoke_token(ctx, &token).await,
    }
}
