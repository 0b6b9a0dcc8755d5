//! What operating asks of the tables of all domains.

use platform::{Ctx, Db, Deed, Error, Result, Statement, statements};

statements! {
    HAS_PEOPLE = "SELECT id FROM accounts LIMIT 1";
    TENANTS = "SELECT id, name FROM units WHERE parent_id IS NULL ORDER BY name, id LIMIT 1000";
    EVIDENCE = "SELECT DISTINCT content_hash FROM evidence_files";
    NEWEST_ENTRY = "SELECT MAX(at_ms) AS at_ms FROM audit_entries";
    ENTRIES = "SELECT COUNT(*) AS n FROM audit_entries";
    NEWEST_STEP = "SELECT COALESCE(MAX(number), 0) AS n FROM migrations";
    SESSIONS = "SELECT COUNT(*) AS n FROM sessions WHERE expires_at_ms > $1";
    COUNT_FAILURES = "SELECT COUNT(*) AS n FROM sign_in_failures WHERE last_at_ms < $1";
    FORGET_FAILURES = "DELETE FROM sign_in_failures WHERE last_at_ms < $1";
    COUNT_LINKS = "SELECT COUNT(*) AS n FROM links WHERE COALESCE(used_at_ms, expires_at_ms) < $1";
    FORGET_LINKS = "DELETE FROM links WHERE COALESCE(used_at_ms, expires_at_ms) < $1";
    COUNT_SESSIONS = "SELECT COUNT(*) AS n FROM sessions WHERE expires_at_ms < $1";
    FORGET_SESSIONS = "DELETE FROM sessions WHERE expires_at_ms < $1";
    COUNT_DEVICES = "SELECT COUNT(*) AS n FROM devices WHERE expires_at_ms < $1";
    FORGET_DEVICES = "DELETE FROM devices WHERE expires_at_ms < $1";
    COUNT_TICKETS = "SELECT COUNT(*) AS n FROM tickets WHERE expires_at_ms < $1";
    FORGET_TICKETS = "DELETE FROM tickets WHERE expires_at_ms < $1";
    COUNT_ATTEMPTS = "SELECT COUNT(*) AS n FROM sign_on_attempts WHERE COALESCE(used_at_ms, expires_at_ms) < $1";
    FORGET_ATTEMPTS = "DELETE FROM sign_on_attempts WHERE COALESCE(used_at_ms, expires_at_ms) < $1";
    COUNT_RESETS = "SELECT COUNT(*) AS n FROM password_resets WHERE COALESCE(used_at_ms, expires_at_ms) < $1";
    FORGET_RESETS = "DELETE FROM password_resets WHERE COALESCE(used_at_ms, expires_at_ms) < $1";
    COUNT_CODES = "SELECT COUNT(*) AS n FROM used_codes WHERE step * 30000 < $1";
    FORGET_CODES = "DELETE FROM used_codes WHERE step * 30000 < $1";
    END_SESSIONS = "DELETE FROM sessions";
    END_DEVICES = "DELETE FROM devices";
    END_TICKETS = "DELETE FROM tickets";
    END_ATTEMPTS = "UPDATE sign_on_attempts SET used_at_ms = $1 WHERE used_at_ms IS NULL";
    END_LINKS = "UPDATE links SET used_at_ms = $1 WHERE used_at_ms IS NULL";
    END_RESETS = "UPDATE password_resets SET used_at_ms = $1 WHERE used_at_ms IS NULL";
    SECRETS = "SELECT name, secret_id FROM sign_on_providers WHERE ended_at_ms IS NULL ORDER BY name, id";
}

/// Kinds of records that are forgotten after a time: how those before a moment are counted and forgotten.
const KINDS: &[(&str, Statement, Statement)] = &[
    ("sign-in-failures", COUNT_FAILURES, FORGET_FAILURES),
    ("used-links", COUNT_LINKS, FORGET_LINKS),
    ("ended-sessions", COUNT_SESSIONS, FORGET_SESSIONS),
    ("known-devices", COUNT_DEVICES, FORGET_DEVICES),
    ("unfinished-steps", COUNT_TICKETS, FORGET_TICKETS),
    ("sign-on-attempts", COUNT_ATTEMPTS, FORGET_ATTEMPTS),
    ("used-resets", COUNT_RESETS, FORGET_RESETS),
    ("used-codes", COUNT_CODES, FORGET_CODES),
];

/// Tables of which nothing is forgotten by itself, each with the reason.
#[cfg(test)]
pub(super) const KEPT: &[(&str, &str)] = &[
    ("units", "the organisation; a unit is closed, and the log tells of it"),
    ("unit_closures", "goes with its unit"),
    ("accounts", "the log names people; somebody who left is suspended"),
    ("account_suspensions", "goes with its account"),
    ("grants", "who could do what, and why, is asked for years later"),
    ("external_parties", "goes with its unit"),
    ("custom_roles", "what a grant meant"),
    ("custom_role_closures", "goes with its role"),
    ("custom_role_acts", "goes with its role"),
    ("consents", "who agreed to what is asked for years later; a consent is used up or runs out by itself"),
    ("consent_decisions", "goes with its consent"),
    ("consent_uses", "goes with its consent"),
    ("totp_factors", "of use until the person removes it"),
    ("recovery_codes", "of use until the person makes new ones"),
    ("passkeys", "of use until the person removes them"),
    ("factor_demands", "the organisation's own rule, in force until it is changed"),
    ("machine_tokens", "who could get in by machine is asked for years later; they run out by themselves"),
    ("sign_on_providers", "of use until it is ended"),
    ("sign_on_identities", "of use as long as the account"),
    ("group_roles", "of use until it is ended"),
    ("federated_grants", "goes with its grant"),
    ("provisioned_people", "the other system removes them"),
    ("provisioned_groups", "the other system removes them"),
    ("provisioned_members", "goes with its group"),
    ("assessments", "the organisation's own work"),
    ("profile_answers", "goes with its self-check"),
    ("item_answers", "goes with its self-check"),
    ("exclusion_approvals", "goes with its self-check"),
    ("evidence_files", "goes with its self-check"),
    ("parts", "goes with its self-check"),
    ("submissions", "goes with its self-check"),
    ("approvals", "goes with its self-check"),
    ("releases", "figures of no person"),
    ("audit_heads", "the log"),
    ("audit_entries", "the log"),
    ("audit_values", "the log; an administrator erases what is personal, entry by entry"),
    ("audit_nodes", "the log"),
    ("audit_checkpoints", "the log"),
    ("audit_halts", "the log"),
];

/// Tables of which something is forgotten.
#[cfg(test)]
pub(super) fn forgotten_tables() -> impl Iterator<Item = &'static str> {
    let table = |sql: &'static str| sql.split(" FROM ").nth(1).and_then(|rest| rest.split(' ').next());
    KINDS.iter().filter_map(move |(_, count, _)| table(count.sql))
}

/// Names of the kinds.
pub(super) fn kinds() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|(kind, _, _)| *kind)
}

fn kind(name: &str) -> Result<&'static (&'static str, Statement, Statement)> {
    KINDS.iter().find(|(kind, _, _)| *kind == name).ok_or(Error::NotFound)
}

/// How many records of a kind end before a moment.
pub(super) async fn count(ctx: &Ctx, name: &str, before_ms: i64) -> Result<i64> {
    let (_, statement, _) = kind(name)?;
    ctx.row(statement, &[before_ms.into()]).await?.ok_or(Error::NotFound)?.int("n")
}

/// Forgets the records of a kind that end before a moment; gives how many.
pub(super) async fn forget(deed: &mut Deed, name: &str, before_ms: i64) -> Result<u64> {
    let (_, _, statement) = kind(name)?;
    deed.write(statement, &[before_ms.into()]).await
}

/// Ends everything by which somebody could get in with what they held before; gives how many.
pub(super) async fn end_what_was_open(deed: &mut Deed, now_ms: i64) -> Result<u64> {
    let mut ended = 0;
    for statement in [&END_SESSIONS, &END_DEVICES, &END_TICKETS] {
        ended += deed.write(statement, &[]).await?;
    }
    for statement in [&END_ATTEMPTS, &END_LINKS, &END_RESETS] {
        ended += deed.write(statement, &[now_ms.into()]).await?;
    }
    Ok(ended)
}

/// Of every provider of single sign-on in use: its name and that of its secret.
pub(super) async fn secrets(db: &Db) -> Result<Vec<(String, String)>> {
    db.rows(&SECRETS, &[]).await?.iter().map(|row| Ok((row.text("name")?, row.text("secret_id")?))).collect()
}

/// How the rows of a tenant are told apart from those of others.
#[derive(Debug)]
pub(super) struct OwnTable {
    /// The table.
    pub name: &'static str,
    /// Which rows; `$1` is the tenant.
    pub only: &'static str,
    /// Columns that are secrets and stay here.
    pub secret: &'static [&'static str],
}

const fn own(name: &'static str, only: &'static str) -> OwnTable {
    OwnTable { name, only, secret: &[] }
}

const OF_TENANT: &str = "tenant_id = $1";
const OF_ASSESSMENT: &str = "assessment_id IN (SELECT id FROM assessments WHERE tenant_id = $1)";

const OF_ACCOUNT: &str = "account_id IN (SELECT id FROM accounts WHERE tenant_id = $1)";
const OF_ROLE: &str = "role_id IN (SELECT id FROM custom_roles WHERE tenant_id = $1)";
const OF_CONSENT: &str = "consent_id IN (SELECT id FROM consents WHERE tenant_id = $1)";

/// Tables of which a tenant takes its own rows along, whether or not the schema has them yet.
pub(super) const OWN_TABLES: &[OwnTable] = &[
    own("units", OF_TENANT),
    own("unit_closures", "unit_id IN (SELECT id FROM units WHERE tenant_id = $1)"),
    OwnTable { name: "accounts", only: OF_TENANT, secret: &["password_hash"] },
    own("account_suspensions", OF_ACCOUNT),
    own("grants", OF_TENANT),
    OwnTable { name: "links", only: OF_TENANT, secret: &["token_hash"] },
    own("assessments", OF_TENANT),
    own("profile_answers", OF_ASSESSMENT),
    own("item_answers", OF_ASSESSMENT),
    own("exclusion_approvals", OF_ASSESSMENT),
    own("evidence_files", OF_ASSESSMENT),
    own("parts", OF_ASSESSMENT),
    own("submissions", OF_ASSESSMENT),
    own("approvals", OF_ASSESSMENT),
    own("custom_roles", OF_TENANT),
    own("custom_role_closures", OF_ROLE),
    own("custom_role_acts", OF_ROLE),
    own("external_parties", "unit_id IN (SELECT id FROM units WHERE tenant_id = $1)"),
    own("consents", OF_TENANT),
    own("consent_decisions", OF_CONSENT),
    own("consent_uses", OF_CONSENT),
    own("factor_demands", OF_TENANT),
    OwnTable { name: "machine_tokens", only: OF_TENANT, secret: &["token_hash"] },
    OwnTable { name: "sign_on_providers", only: OF_TENANT, secret: &["secret_id"] },
    own("sign_on_identities", OF_ACCOUNT),
    own("group_roles", OF_TENANT),
    own("federated_grants", OF_ACCOUNT),
    own("provisioned_people", OF_TENANT),
    own("provisioned_groups", OF_TENANT),
    own("provisioned_members", OF_ACCOUNT),
    own("audit_values", OF_TENANT),
    own("audit_nodes", OF_TENANT),
    own("audit_checkpoints", OF_TENANT),
    own("audit_halts", OF_TENANT),
    own("audit_heads", OF_TENANT),
    own("audit_entries", OF_TENANT),
];

/// Tables of which nobody takes rows along, each with the reason.
#[cfg(test)]
pub(super) const NOT_TAKEN: &[(&str, &str)] = &[
    ("sessions", "secrets of people who are signed in at the moment"),
    ("devices", "secrets of people's browsers"),
    ("totp_factors", "secrets of second factors"),
    ("used_codes", "of no use elsewhere"),
    ("recovery_codes", "secrets of second factors"),
    ("passkeys", "of no use elsewhere"),
    ("tickets", "secrets for minutes, and notes to people"),
    ("password_resets", "secrets of links"),
    ("sign_on_attempts", "secrets, for minutes"),
    ("sign_in_failures", "of no tenant"),
    ("releases", "of the installation; `rashin population export` writes their members"),
];

/// Whether anybody has an account: then there is something to lose.
pub(super) async fn has_people(db: &Db) -> Result<bool> {
    Ok(db.row(&HAS_PEOPLE, &[]).await?.is_some())
}

/// All tenants: id and name.
pub(super) async fn tenants(ctx: &Ctx) -> Result<Vec<(String, String)>> {
    ctx.rows(&TENANTS, &[]).await?.iter().map(|row| Ok((row.text("id")?, row.text("name")?))).collect()
}

/// Hashes of all evidence that the database speaks of.
pub(super) async fn evidence(db: &Db) -> Result<Vec<String>> {
    db.rows(&EVIDENCE, &[]).await?.iter().map(|row| row.text("content_hash")).collect()
}

/// The moment of the newest entry in the log.
pub(super) async fn newest_entry_ms(db: &Db) -> Result<Option<i64>> {
    db.row(&NEWEST_ENTRY, &[]).await?.map(|row| row.opt_int("at_ms")).transpose().map(Option::flatten)
}

/// Entries of all logs.
pub(super) async fn entries(db: &Db) -> Result<i64> {
    db.row(&ENTRIES, &[]).await?.ok_or(Error::NotFound)?.int("n")
}

/// The newest step of the schema that was run.
pub(super) async fn newest_step(db: &Db) -> Result<i64> {
    db.row(&NEWEST_STEP, &[]).await?.ok_or(Error::NotFound)?.int("n")
}

/// Sessions that are open.
pub(super) async fn sessions(db: &Db, now_ms: i64) -> Result<i64> {
    db.row(&SESSIONS, &[now_ms.into()]).await?.ok_or(Error::NotFound)?.int("n")
}
