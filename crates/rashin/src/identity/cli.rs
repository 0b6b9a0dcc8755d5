//! `rashin account …`: people and their grants. Passwords and tokens are read from standard input, never from arguments,
//! which every program of the machine can see.

use std::io::BufRead;

use clap::Subcommand;
use platform::{Error, Result};

use super::links::{Newcomer, SetUp};
use super::mailing::{self, Handed};
use super::model::{Account, FactorDemand, Factors, Headcount, OpenLink, WithoutFactor};
use super::passkeys;
use crate::access::{self, Terms, model::checked_until};
use crate::face::App;
use crate::face::commands::{Desk, LinkArgs};

/// People and access
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List people with their grants
    List,
    /// Make the first organisation and person: the token of the set-up link and the password on two lines of standard input
    SetUp {
        /// Name of the organisation
        #[arg(long)]
        organisation: String,
        /// group or company
        #[arg(long, default_value = "company")]
        kind: String,
        /// Name of the person
        #[arg(long)]
        name: String,
        /// Address of the person
        #[arg(long)]
        email: String,
    },
    /// Invite a person; prints the link, and mails it where mail is set up
    Invite {
        /// Address
        email: String,
        /// Role
        #[arg(long)]
        role: String,
        /// Unit
        #[arg(long)]
        unit: String,
        /// How the link, or the letter, gets there
        #[command(flatten)]
        link: LinkArgs,
    },
    /// Take up an invitation: the token of its link and the password on two lines of standard input
    Accept {
        /// Name
        #[arg(long)]
        name: String,
    },
    /// List links of invitations and for new passwords that nobody has used yet
    Links,
    /// Withdraw such a link; it no longer works
    Withdraw {
        /// Link id
        link: String,
    },
    /// Give a person a role in a unit
    Grant {
        /// Account id
        account: String,
        /// Role
        #[arg(long)]
        role: String,
        /// Unit
        #[arg(long)]
        unit: String,
        /// Why
        #[arg(long, default_value = "")]
        reason: String,
        /// Last day on which it counts, such as 2027-03-31
        #[arg(long, default_value = "")]
        until: String,
    },
    /// Take a role back
    EndGrant {
        /// Account id
        account: String,
        /// Grant id
        grant: String,
        /// Why
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Suspend a person
    Suspend {
        /// Account id
        account: String,
        /// Why
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// End a suspension
    Unsuspend {
        /// Account id
        account: String,
        /// Why
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Change one's own password: the old and the new one on two lines of standard input
    Password,
    /// Make a link for somebody's new password; prints it, and mails it where mail is set up. The second factor stays
    Reset {
        /// Account id
        account: String,
        /// How the link, or the letter, gets there
        #[command(flatten)]
        link: LinkArgs,
    },
    /// Take away all second factors of somebody who lost them; the person is told
    TakeFactors {
        /// Account id
        account: String,
        /// Why
        #[arg(long)]
        reason: String,
        /// How the link, or the letter, gets there
        #[command(flatten)]
        link: LinkArgs,
    },
    /// Say who must sign in with a second factor, nobody, administrators or everybody; without it, show who has none
    DemandFactors {
        /// nobody, administrators or everybody
        of: Option<String>,
    },
    /// Choose a new password with such a link: its token and the password on two lines of standard input
    TakeReset,
    /// About oneself
    #[command(flatten)]
    Own(OwnCommand),
}

/// One's own sessions and second factors
#[derive(Debug, Subcommand)]
pub enum OwnCommand {
    /// List one's own sessions
    Sessions,
    /// End one's own sessions: one of them, or all
    EndSessions {
        /// Session id
        id: Option<String>,
    },
    /// Show one's own second factors, or those of somebody else
    Factors {
        /// Account id
        account: Option<String>,
    },
    /// Begin with an authenticator app; prints its key and address
    BeginTotp,
    /// Confirm the authenticator app by the code on standard input; prints the recovery codes
    ConfirmTotp,
    /// Take one's own authenticator app away
    RemoveTotp,
    /// Make new recovery codes and print them
    RecoveryCodes,
    /// List one's own passkeys
    Passkeys,
    /// Take one of one's own passkeys away
    RemovePasskey {
        /// Passkey id
        id: String,
    },
}

fn read_line() -> Result<String> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(Error::internal)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn held(grant: &access::Grant) -> String {
    let role = grant.role_name.as_ref().unwrap_or(&grant.role);
    format!("{role}@{} ({})", grant.unit_name, grant.id)
}

fn line(account: &Account) -> String {
    let grants: Vec<String> = account.grants.iter().map(held).collect();
    let state = if account.suspended { " (suspended)" } else { "" };
    format!("{}  {} <{}>{state}  {}", account.id, account.name, account.email, grants.join(", "))
}

/// Of whom a second factor is demanded, and a line for each who has none.
fn demand_lines(demand: &FactorDemand) -> Vec<String> {
    let FactorDemand { demanded_of, administrators, everybody, without } = demand;
    let of = |counted: &Headcount| format!("{} of {} without", counted.without, counted.people);
    let first = [
        format!("demanded of {}", demanded_of.as_str()),
        format!("administrators {}  everybody {}", of(administrators), of(everybody)),
    ];
    let mark = |administrator| if administrator { "  (administrator)" } else { "" };
    let line =
        |one: &WithoutFactor| format!("{}  {} <{}>{}", one.account_id, one.name, one.email, mark(one.administrator));
    first.into_iter().chain(without.iter().map(line)).collect()
}

/// Prints a link, with what became of the letter if one was to be sent.
fn hand_over(desk: &Desk, app: &App, handed: Handed) -> Result<()> {
    let Handed { token, link, mailed } = handed;
    let json = serde_json::json!({ "token": token, "link": link, "mailed": mailed == Some(true) });
    desk.say(&json, || {
        let said = mailing::said(mailed);
        let told = (!said.is_empty()).then(|| app.texts.get(desk.language, said, &[]));
        std::iter::once(link.clone()).chain(told).collect()
    })
}

fn open_link_line(link: &OpenLink) -> String {
    let role = link.role_name.as_ref().or(link.role.as_ref()).map(String::as_str).unwrap_or_default();
    let unit = link.unit_name.as_deref().unwrap_or_default();
    format!("{}  {}  {}  {role}  {unit}", link.id, link.kind, link.email)
}

/// Runs the command.
pub async fn run(command: Command, desk: &Desk) -> Result<()> {
    let ctx = &desk.ctx;
    match command {
        Command::List => {
            let accounts = super::list_accounts(ctx).await?;
            desk.say(&accounts, || accounts.iter().map(line).collect())
        }
        Command::SetUp { organisation, kind, name, email } => {
            let token = read_line()?;
            let person = Newcomer { name, email, password: read_line()? };
            super::set_up(ctx, &token, &SetUp { organisation, kind, person }).await.map(|_| ())
        }
        Command::Invite { email, role, unit, link } => {
            let app = link.app(desk)?;
            hand_over(desk, &app, mailing::invite(&app, ctx, &email, &role, &unit).await?)
        }
        Command::Accept { name } => {
            super::accept_invitation(ctx, &read_line()?, &name, &read_line()?).await.map(|_| ())
        }
        Command::Grant { account, role, unit, reason, until } => {
            let until_ms = checked_until(&until, ctx.now_ms()).map_err(|fault| Error::Invalid(vec![fault]))?;
            let terms = Terms { role: &role, unit_id: &unit, reason: &reason, until_ms };
            let grant = access::grant(ctx, &account, &terms).await?;
            desk.say(&grant, || vec![grant.id.clone()])
        }
        Command::EndGrant { account, grant, reason } => access::end_grant(ctx, &account, &grant, &reason).await,
        Command::Links => {
            let links = super::open_links(ctx).await?;
            desk.say(&links, || links.iter().map(open_link_line).collect())
        }
        Command::Withdraw { link } => super::withdraw_link(ctx, &link).await,
        Command::Suspend { account, reason } => super::suspend(ctx, &account, &reason).await,
        Command::Unsuspend { account, reason } => super::unsuspend(ctx, &account, &reason).await,
        Command::Reset { account, link } => {
            let app = link.app(desk)?;
            hand_over(desk, &app, mailing::offer_reset(&app, ctx, &account).await?)
        }
        Command::TakeFactors { account, reason, link } => {
            let app = link.app(desk)?;
            let email = super::take_factors(ctx, &account, &reason).await?;
            let mailed = mailing::mail(&app, &email, &mailing::FACTORS_TAKEN, &app.public_url).await == Some(true);
            desk.say(&serde_json::json!({ "mailed": mailed }), Vec::new)
        }
        Command::DemandFactors { of: Some(of) } => super::demand_factors(ctx, &of).await,
        Command::DemandFactors { of: None } => {
            let demand = super::factor_demand(ctx).await?;
            desk.say(&demand, || demand_lines(&demand))
        }
        Command::TakeReset => super::take_reset(ctx, &read_line()?, &read_line()?).await.map(|_| ()),
        Command::Password => super::change_password(ctx, &read_line()?, &read_line()?, "").await,
        Command::Own(own) => run_own(own, desk).await,
    }
}

/// Commands about one's own sessions and factors.
async fn run_own(command: OwnCommand, desk: &Desk) -> Result<()> {
    let ctx = &desk.ctx;
    match command {
        OwnCommand::Sessions => {
            let sessions = super::own_sessions(ctx, "").await?;
            desk.say(&sessions, || sessions.iter().map(|one| format!("{}  {}", one.id, one.device)).collect())
        }
        OwnCommand::EndSessions { id: Some(id) } => super::end_own_session(ctx, &id).await,
        OwnCommand::EndSessions { id: None } => super::end_other_sessions(ctx, "").await,
        OwnCommand::Factors { account } => {
            let factors = match account {
                Some(account) => super::factors_of(ctx, &account).await?.factors,
                None => super::own_factors(ctx).await?,
            };
            let Factors { totp, passkeys, recovery_codes } = factors;
            desk.say(&factors, || vec![format!("totp {totp}  passkeys {passkeys}  recovery codes {recovery_codes}")])
        }
        OwnCommand::BeginTotp => {
            let begun = super::begin_totp(ctx).await?;
            let json = serde_json::json!({ "secret": begun.secret, "address": begun.address });
            desk.say(&json, || vec![begun.secret.clone(), begun.address.clone()])
        }
        OwnCommand::ConfirmTotp => {
            let codes = super::confirm_totp(ctx, &read_line()?, "").await?;
            desk.say(&codes, || codes.clone())
        }
        OwnCommand::RemoveTotp => super::remove_totp(ctx, "").await,
        OwnCommand::RecoveryCodes => {
            let codes = super::renew_recovery_codes(ctx, "").await?;
            desk.say(&codes, || codes.clone())
        }
        OwnCommand::Passkeys => {
            let passkeys = passkeys::own_passkeys(ctx).await?;
            desk.say(&passkeys, || passkeys.iter().map(|one| format!("{}  {}", one.id, one.name)).collect())
        }
        OwnCommand::RemovePasskey { id } => passkeys::remove_passkey(ctx, &id, "").await,
    }
}
