//! `rashin token …`: machine tokens. `rashin sign-on …`: single sign-on; secrets are read from standard input.

use clap::Subcommand;
use platform::{Error, Result};

use super::model::{GroupRole, NewProvider, NewToken, Token};
use super::providers;
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
        token.role_name.as_ref().unwrap_or(&token.role),
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

/// Single sign-on
#[derive(Debug, Subcommand)]
pub enum SignOnCommand {
    /// List providers
    List,
    /// Add a provider; the client secret is read from standard input
    Add {
        /// Name on the button
        name: String,
        /// Issuer, as its tokens name it
        #[arg(long)]
        issuer: String,
        /// Our name there
        #[arg(long)]
        client_id: String,
        /// Domain of mail addresses it answers for; several times for several
        #[arg(long = "domain")]
        domains: Vec<String>,
        /// Claim that names groups
        #[arg(long, default_value = "groups")]
        groups_claim: String,
        /// It may bring people who have no account yet
        #[arg(long)]
        brings_people: bool,
    },
    /// End a provider
    End {
        /// Provider id
        provider: String,
    },
    /// List which groups give which roles
    Groups,
    /// Give members of a group a role in a unit
    Map {
        /// Group
        group: String,
        /// Role
        #[arg(long)]
        role: String,
        /// Unit
        #[arg(long)]
        unit: String,
    },
    /// End what a group gives
    Unmap {
        /// Id of the entry
        id: String,
    },
}

/// Runs `rashin sign-on`.
pub async fn run_sign_on(command: SignOnCommand, desk: &Desk) -> Result<()> {
    let (ctx, means) = (&desk.ctx, &desk.app.sign_on);
    match command {
        SignOnCommand::List => {
            let all = providers::list_providers(ctx).await?;
            desk.say(&all, || all.iter().map(|one| format!("{}  {}  {}", one.id, one.name, one.issuer)).collect())
        }
        SignOnCommand::Add { name, issuer, client_id, domains, groups_claim, brings_people } => {
            let mut client_secret = String::new();
            std::io::stdin().read_line(&mut client_secret).map_err(Error::internal)?;
            let domains = domains.join(",");
            let new = NewProvider { name, issuer, client_id, client_secret, domains, groups_claim, brings_people };
            let made = providers::add_provider(ctx, means, &new).await?;
            desk.say(&made, || vec![made.id.clone()])
        }
        SignOnCommand::End { provider } => providers::end_provider(ctx, means, &provider).await,
        SignOnCommand::Groups => {
            let all = providers::list_group_roles(ctx).await?;
            desk.say(&all, || {
                let role = |one: &GroupRole| one.role_name.clone().unwrap_or_else(|| one.role.clone());
                all.iter().map(|one| format!("{}  {}  {}@{}", one.id, one.group, role(one), one.unit_name)).collect()
            })
        }
        SignOnCommand::Map { group, role, unit } => {
            let made = providers::map_group(ctx, &group, &role, &unit).await?;
            desk.say(&made, || vec![made.id.clone()])
        }
        SignOnCommand::Unmap { id } => providers::unmap_group(ctx, &id).await,
    }
}
