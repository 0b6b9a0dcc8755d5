//! `rashin access …`: the tenant's own roles, external parties, and why somebody may. Roles are given by
//! `rashin account grant`.

use clap::Subcommand;
use platform::Result;

use super::consents::Consent;
use super::explain::Explanation;
use super::model::{CustomRole, Grant, PartyUnit};
use crate::face::commands::Desk;

/// Own roles, external parties, explanations
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Say whether a person may do an act to an object, and why
    Explain {
        /// Account id or address
        person: String,
        /// Act, such as assessment.read
        act: String,
        /// Id of a unit, self-check, evidence file, account, role, grant, consent, token, sign-on provider or log entry
        object: String,
    },
    /// List the roles the tenant made, those in use first, 200 at a time
    Roles {
        /// Without the first so many
        #[arg(long, default_value_t = 0)]
        skip: u32,
    },
    /// Make a role out of acts
    AddRole {
        /// Name
        name: String,
        /// Acts, such as assessment.read
        #[arg(required = true)]
        acts: Vec<String>,
    },
    /// Change a role, for all who hold it
    EditRole {
        /// Role id
        id: String,
        /// Name
        #[arg(long)]
        name: String,
        /// The version seen
        #[arg(long)]
        version: i64,
        /// All its acts
        #[arg(required = true)]
        acts: Vec<String>,
    },
    /// Close a role for good
    CloseRole {
        /// Role id
        id: String,
        /// Why
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// List what others ask one to agree to, and what one asked, 200 at a time
    Consents {
        /// Without the first so many
        #[arg(long, default_value_t = 0)]
        skip: u32,
    },
    /// Agree to what another person asked, or do not
    Decide {
        /// Consent id
        id: String,
        /// Do not agree
        #[arg(long)]
        decline: bool,
        /// Why
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// List the units of external parties
    Parties,
    /// Say that a unit is that of an external party
    Party {
        /// Unit id
        unit: String,
        /// supplier, bidder or rater
        party: String,
    },
}

fn role_line(role: &CustomRole) -> String {
    let state = if role.closed { " (closed)" } else { "" };
    format!("{}  {}{state}  v{}  {}", role.id, role.name, role.version, role.acts.join(", "))
}

fn grant_line(grant: &Grant) -> String {
    let role = grant.role_name.as_ref().unwrap_or(&grant.role);
    let until = grant.until_ms.and_then(|until_ms| jiff::Timestamp::from_millisecond(until_ms).ok());
    let until = until.map_or_else(|| "–".to_owned(), |until| until.to_string());
    let by = grant.granted_by.as_deref().unwrap_or("–");
    format!("  {role} @ {}  by {by}  until {until}  {}", grant.unit_name, grant.reason)
}

fn consent_line(consent: &Consent) -> String {
    let state = match (consent.used, consent.agreed) {
        (true, _) => "done",
        (_, Some(true)) => "agreed",
        (_, Some(false)) => "declined",
        _ => "asked",
    };
    let Consent { id, act, unit_name, asked_by_name, reason, .. } = consent;
    format!("{id}  {state}  {act} @ {unit_name}  by {asked_by_name}  {reason}")
}

/// The answer in lines.
pub fn lines(found: &Explanation) -> Vec<String> {
    let word = if found.allowed { "yes" } else { "no" };
    let mut lines = vec![format!("{word}: {} {} {} ({})", found.person, found.act, found.unit, found.because)];
    lines.extend(found.grants.iter().map(grant_line));
    if !found.allowed {
        let roles: Vec<&str> = found.roles.iter().chain(&found.own_roles).map(String::as_str).collect();
        lines.push(format!("  roles: {}", roles.join(", ")));
        lines.push(format!("  ask: {}", found.givers.join(", ")));
    }
    lines
}

/// Runs the command.
pub async fn run(command: Command, desk: &Desk) -> Result<()> {
    let ctx = &desk.ctx;
    match command {
        Command::Explain { person, act, object } => {
            let found = super::explain(ctx, &person, &act, &object).await?;
            desk.say(&found, || lines(&found))
        }
        Command::Roles { skip } => {
            let roles = super::list_roles(ctx, skip).await?;
            desk.say(&roles, || roles.iter().map(role_line).collect())
        }
        Command::AddRole { name, acts } => {
            let role = super::make_role(ctx, &name, &acts).await?;
            desk.say(&role, || vec![role.id.clone()])
        }
        Command::EditRole { id, name, version, acts } => {
            super::change_role(ctx, &id, &name, &acts, version).await.map(|_| ())
        }
        Command::CloseRole { id, reason } => super::close_role(ctx, &id, &reason).await,
        Command::Consents { skip } => {
            let consents = super::more_consents(ctx, skip).await?;
            desk.say(&consents, || consents.iter().map(consent_line).collect())
        }
        Command::Decide { id, decline, reason } => super::decide(ctx, &id, !decline, &reason).await,
        Command::Parties => {
            let parties = super::parties(ctx).await?;
            let line = |one: &PartyUnit| format!("{}  {}  {}", one.unit_id, one.party, one.unit_name);
            desk.say(&parties, || parties.iter().map(line).collect())
        }
        Command::Party { unit, party } => super::enter_party(ctx, &unit, &party).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_told_with_what_it_holds_and_whether_it_still_counts() {
        let acts = vec!["assessment.read".to_owned(), "organisation.read".to_owned()];
        let mut role = CustomRole { id: "7f".into(), name: "閲覧者".into(), acts, closed: false, version: 3 };
        assert_eq!(role_line(&role), "7f  閲覧者  v3  assessment.read, organisation.read");
        role.closed = true;
        assert_eq!(role_line(&role), "7f  閲覧者 (closed)  v3  assessment.read, organisation.read");
    }

    #[test]
    fn a_grant_is_told_with_its_giver_and_its_end() {
        let mut grant = Grant {
            id: "1".into(),
            account_id: "2".into(),
            role: "7f".into(),
            role_name: None,
            unit_id: "3".into(),
            unit_name: "羅針電機".into(),
            granted_by: None,
            granted_at_ms: 0,
            until_ms: None,
            reason: "代理".into(),
        };
        assert_eq!(grant_line(&grant), "  7f @ 羅針電機  by –  until –  代理");
        grant.role_name = Some("提出係".into());
        grant.granted_by = Some("羅針 花子".into());
        grant.until_ms = Some(86_400_000);
        assert_eq!(grant_line(&grant), "  提出係 @ 羅針電機  by 羅針 花子  until 1970-01-02T00:00:00Z  代理");
    }

    #[test]
    fn a_consent_is_told_with_how_it_stands() {
        let consent = |agreed, used| Consent {
            id: "c".into(),
            act: "organisation.close-company".into(),
            object_kind: "unit".into(),
            object_id: "o".into(),
            unit_id: "u".into(),
            unit_name: "羅針電機".into(),
            content: "{}".into(),
            asked_by: "a".into(),
            asked_by_name: "羅針 花子".into(),
            asked_at_ms: 0,
            reason: "統合".into(),
            until_ms: 1,
            decided_by_name: None,
            agreed,
            used,
        };
        let cases = [
            (None, false, "asked"),
            (Some(false), false, "declined"),
            (Some(true), false, "agreed"),
            (Some(true), true, "done"),
        ];
        for (agreed, used, word) in cases {
            let line = consent_line(&consent(agreed, used));
            assert_eq!(line, format!("c  {word}  organisation.close-company @ 羅針電機  by 羅針 花子  統合"));
        }
    }

    #[test]
    fn who_may_is_told_by_which_grant_and_not_whom_to_ask() {
        let found = Explanation {
            allowed: true,
            person: "山田 太郎".into(),
            act: "assessment.read".into(),
            unit: "羅針電機".into(),
            because: "granted".into(),
            grants: Vec::new(),
            roles: vec!["staff".into()],
            own_roles: Vec::new(),
            givers: vec!["羅針 花子".into()],
        };
        assert_eq!(lines(&found), ["yes: 山田 太郎 assessment.read 羅針電機 (granted)"]);
    }
}
