//! The tables `grants`, `consents` with their decisions and uses, `custom_roles` with their acts and closures, `external_parties`, and what the gate asks of them.

use platform::{Ctx, Deed, Error, Result, Row, Statement, statements};

use super::last_one::Administrators;
use super::model::{CustomRole, Fit, Grant, Machine, PartyUnit, Subject};
use crate::domains::Place;

mod consents;
pub(super) use consents::*;

/// The one rule of who may: rows of `grant_powers` that carry one of the powers (`|a|b|`), lie on the unit or above it,
/// and have not run out.
macro_rules! held {
    ($column:literal, $unit:literal, $powers:literal, $now:literal) => {
        concat!(
            "SELECT ",
            $column,
            " FROM grant_powers p JOIN units pu ON pu.id = p.unit_id JOIN units below ON below.id = ",
            $unit,
            " WHERE ",
            $powers,
            " LIKE '%|' || p.power || '|%' AND (p.until_ms IS NULL OR p.until_ms > ",
            $now,
            ") AND below.path LIKE pu.path || '%'"
        )
    };
}

/// What a consent is read by.
macro_rules! consent_rows {
    () => {
        "SELECT c.id, c.act, c.object_kind, c.object_id, c.unit_id, u.name AS unit_name, c.content, c.asked_by, a.name AS asked_by_name, \
         c.asked_at_ms, c.reason, c.until_ms, b.name AS decided_by_name, d.agreed, x.used_at_ms FROM consents c JOIN units u ON u.id = c.unit_id \
         JOIN accounts a ON a.id = c.asked_by LEFT JOIN consent_decisions d ON d.consent_id = c.id LEFT JOIN accounts b ON b.id = d.decided_by \
         LEFT JOIN consent_uses x ON x.consent_id = c.id "
    };
}

/// What a grant is read by.
macro_rules! grant_rows {
    ($rest:literal) => {
        concat!(
            "SELECT g.id, g.account_id, g.role, c.name AS role_name, g.unit_id, u.name AS unit_name, b.name AS granted_by, \
             g.granted_at_ms, g.until_ms, g.reason FROM grants g JOIN units u ON u.id = g.unit_id \
             LEFT JOIN custom_roles c ON c.id = g.role LEFT JOIN accounts b ON b.id = g.granted_by ",
            $rest
        )
    };
}

statements! {
    TENANT_OF = "SELECT tenant_id FROM accounts WHERE id = $1 AND kind = 'person'";
    ADD_GRANT = "INSERT INTO grants (id, tenant_id, account_id, role, unit_id, granted_by, granted_at_ms, reason, until_ms) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    END_GRANT = "UPDATE grants SET ended_at_ms = $2 WHERE id = $1 AND ended_at_ms IS NULL";
    END_GRANTS_OF = "UPDATE grants SET ended_at_ms = $2 WHERE account_id = $1 AND ended_at_ms IS NULL";
    RESUME_GRANT = "UPDATE grants SET ended_at_ms = NULL WHERE id = $1";
    // In pieces, each after the last one's end.
    GRANTS_OF_TENANT = grant_rows!("WHERE g.tenant_id = $1 AND g.ended_at_ms IS NULL \
        AND (g.until_ms IS NULL OR g.until_ms > $2) AND g.id > $3 ORDER BY g.id LIMIT 5000");
    GRANTS_OF_ACCOUNT = grant_rows!("WHERE g.account_id = $1 AND g.ended_at_ms IS NULL \
        AND (g.until_ms IS NULL OR g.until_ms > $2) AND g.id > $3 ORDER BY g.id LIMIT 5000");
    GRANT = grant_rows!("WHERE g.account_id = $1 AND g.id = $3 AND g.ended_at_ms IS NULL AND (g.until_ms IS NULL OR g.until_ms > $2)");
    IS_INSIDE = "SELECT 1 AS yes FROM grants WHERE account_id = $1 AND role <> 'respondent' AND ended_at_ms IS NULL \
        AND (until_ms IS NULL OR until_ms > $2) LIMIT 1";
    // What decides whether a grant fits: whose place the unit is, and what the account is and holds.
    FIT = "SELECT u.name, a.kind, (SELECT COUNT(*) FROM external_parties e JOIN units eu ON eu.id = e.unit_id WHERE u.path LIKE eu.path || '%') AS parties, \
        (SELECT COUNT(*) FROM grants g WHERE g.account_id = a.id AND g.role = 'respondent' AND g.ended_at_ms IS NULL AND (g.until_ms IS NULL OR g.until_ms > $4)) AS outside, \
        (SELECT COUNT(*) FROM grants g WHERE g.account_id = a.id AND g.role <> 'respondent' AND g.ended_at_ms IS NULL AND (g.until_ms IS NULL OR g.until_ms > $4)) AS inside \
        FROM units u JOIN accounts a ON a.id = $3 WHERE u.id = $2 AND u.tenant_id = $1 AND a.tenant_id = $1";
    COLLEAGUES = concat!("SELECT a.id, a.name FROM accounts a WHERE a.tenant_id = $1 AND a.kind = 'person' \
        AND NOT EXISTS (SELECT 1 FROM account_suspensions s WHERE s.account_id = a.id) AND a.id IN (",
        held!("p.account_id", "$2", "$3", "$4"), ") ORDER BY a.name, a.id LIMIT 1000");
    // From the unit upwards: the cost follows the depth of the tree, not how many grants the person holds.
    ALLOWED_ = "SELECT 1 AS yes FROM grant_powers g LEFT JOIN account_suspensions s ON s.account_id = g.account_id \
        WHERE g.account_id = $1 AND $3 LIKE '%|' || g.power || '|%' AND (g.until_ms IS NULL OR g.until_ms > $4) AND s.account_id IS NULL \
        AND g.unit_id IN (WITH RECURSIVE above (id, parent_id) AS (SELECT id, parent_id FROM units WHERE id = $2 \
          UNION SELECT u.id, u.parent_id FROM units u JOIN above ON u.id = above.parent_id) SELECT id FROM above) LIMIT 1";
    ADMINISTRATORS = "SELECT COUNT(DISTINCT g.account_id) AS today, COUNT(DISTINCT CASE WHEN g.until_ms IS NULL THEN g.account_id END) AS lasting \
        FROM grants g JOIN accounts a ON a.id = g.account_id AND a.kind = 'person' \
        LEFT JOIN account_suspensions s ON s.account_id = g.account_id WHERE g.tenant_id = $1 AND g.unit_id = $1 AND g.role = 'administrator' AND g.ended_at_ms IS NULL \
        AND (g.until_ms IS NULL OR g.until_ms > $2) AND s.account_id IS NULL";
    // Who can give rights on a unit: its administrators and those above, who can sign in.
    GIVERS = concat!("SELECT a.name FROM accounts a WHERE a.tenant_id = $1 AND a.kind = 'person' \
        AND NOT EXISTS (SELECT 1 FROM account_suspensions s WHERE s.account_id = a.id) AND a.id IN (",
        held!("p.account_id", "$2", "'|administrator|'", "$3"), ") ORDER BY a.name, a.id LIMIT 5");
    POWERS_OF = "SELECT DISTINCT unit_id, power FROM grant_powers WHERE account_id = $1 AND (until_ms IS NULL OR until_ms > $2) LIMIT 5000";
    HOLDS_ANY = "SELECT 1 AS yes FROM grant_powers WHERE account_id = $1 AND $2 LIKE '%|' || power || '|%' \
        AND (until_ms IS NULL OR until_ms > $3) LIMIT 1";
    // Why somebody may: the grants behind the gate's answer.
    WAYS = concat!(grant_rows!("WHERE g.account_id = $1 AND g.id IN ("), held!("p.id", "$2", "$3", "$4"), ") ORDER BY g.granted_at_ms, g.id LIMIT 100");
    SUBJECT = "SELECT a.id, a.name, a.kind, s.suspended_at_ms FROM accounts a LEFT JOIN account_suspensions s ON s.account_id = a.id \
        WHERE (a.id = $1 OR a.email = $1) AND a.tenant_id = $2";
    PLACE_OF_ROLE = "SELECT tenant_id AS unit_id FROM custom_roles WHERE id = $1";
    PLACE_OF_GRANT = "SELECT unit_id FROM grants WHERE id = $1";
    PLACE_OF_CONSENT = "SELECT unit_id FROM consents WHERE id = $1";
    // Those in use come first.
    ROLES = "SELECT r.id, r.name, r.version, x.closed_at_ms FROM custom_roles r LEFT JOIN custom_role_closures x ON x.role_id = r.id \
        WHERE r.tenant_id = $1 ORDER BY CASE WHEN x.role_id IS NULL THEN 0 ELSE 1 END, r.name, r.id LIMIT $2 OFFSET $3";
    ROLE = "SELECT r.id, r.name, r.version, x.closed_at_ms FROM custom_roles r LEFT JOIN custom_role_closures x ON x.role_id = r.id \
        WHERE r.tenant_id = $1 AND r.id = $2";
    OPEN_ROLES = "SELECT COUNT(*) AS n FROM custom_roles r LEFT JOIN custom_role_closures x ON x.role_id = r.id WHERE r.tenant_id = $1 AND x.role_id IS NULL";
    // Of all the roles of a piece of the list, or of one.
    ROLE_ACTS = "SELECT c.role_id, c.act_id FROM custom_role_acts c WHERE $1 LIKE '%|' || c.role_id || '|%' ORDER BY c.role_id, c.act_id";
    ROLES_WITH = "SELECT r.name FROM custom_roles r JOIN custom_role_acts c ON c.role_id = r.id LEFT JOIN custom_role_closures x ON x.role_id = r.id \
        WHERE r.tenant_id = $1 AND c.act_id = $2 AND x.role_id IS NULL ORDER BY r.name, r.id LIMIT 20";
    ADD_ROLE = "INSERT INTO custom_roles (id, tenant_id, name, made_by, made_at_ms, version) VALUES ($1, $2, $3, $4, $5, 1)";
    CHANGE_ROLE = "UPDATE custom_roles SET name = $2, version = version + 1 WHERE id = $1 AND version = $3 \
        AND NOT EXISTS (SELECT 1 FROM custom_role_closures x WHERE x.role_id = custom_roles.id)";
    CLEAR_ROLE_ACTS = "DELETE FROM custom_role_acts WHERE role_id = $1";
    ADD_ROLE_ACT = "INSERT INTO custom_role_acts (role_id, act_id) VALUES ($1, $2)";
    CLOSE_ROLE = "INSERT INTO custom_role_closures (role_id, closed_by, closed_at_ms, reason) VALUES ($1, $2, $3, $4)";
    ADD_CONSENT = "INSERT INTO consents (id, tenant_id, act, object_kind, object_id, unit_id, content_hash, content, asked_by, asked_at_ms, reason, until_ms) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    IS_ASKED = "SELECT c.id FROM consents c LEFT JOIN consent_decisions d ON d.consent_id = c.id \
        WHERE c.tenant_id = $1 AND c.asked_by = $2 AND c.act = $3 AND c.object_kind = $4 AND c.object_id = $5 AND c.content_hash = $6 \
        AND c.until_ms > $7 AND c.asked_at_ms <= $7 AND d.consent_id IS NULL LIMIT 1";
    // A consent counts if it is of somebody else than both who asked and who acts, who can still sign in and could still
    // do the act, and unused.
    STANDING = concat!("SELECT c.id, a.name FROM consents c JOIN consent_decisions d ON d.consent_id = c.id JOIN accounts a ON a.id = d.decided_by \
        LEFT JOIN consent_uses u ON u.consent_id = c.id LEFT JOIN account_suspensions s ON s.account_id = d.decided_by \
        WHERE c.tenant_id = $1 AND c.act = $3 AND c.object_kind = $4 AND c.object_id = $5 AND c.content_hash = $6 AND c.until_ms > $7 AND c.asked_at_ms <= $7 \
        AND d.agreed = 1 AND d.decided_by <> $2 AND d.decided_by <> c.asked_by AND u.consent_id IS NULL AND s.account_id IS NULL \
        AND d.decided_by IN (", held!("p.account_id", "c.unit_id", "$8", "$7"), ") ORDER BY c.asked_at_ms, c.id LIMIT 1");
    USE_CONSENT = "INSERT INTO consent_uses (consent_id, used_by, used_at_ms) VALUES ($1, $2, $3)";
    // Other people who hold the power, and those who held it since a moment: nobody becomes alone by taking it from them.
    OTHERS_WHO_MAY = "SELECT COUNT(DISTINCT g.account_id) AS since, COUNT(DISTINCT CASE WHEN g.ended_at_ms IS NULL \
        AND (g.until_ms IS NULL OR g.until_ms > $5) AND s.account_id IS NULL THEN g.account_id END) AS today \
        FROM grants g JOIN accounts a ON a.id = g.account_id AND a.kind = 'person' JOIN units gu ON gu.id = g.unit_id JOIN units u ON u.id = $3 \
        LEFT JOIN account_suspensions s ON s.account_id = g.account_id WHERE g.tenant_id = $1 AND g.account_id <> $2 \
        AND $4 LIKE '%|' || g.role || '|%' AND (g.ended_at_ms IS NULL OR g.ended_at_ms > $6) AND (g.until_ms IS NULL OR g.until_ms > $6) \
        AND (s.account_id IS NULL OR s.suspended_at_ms > $6) AND u.path LIKE gu.path || '%'";
    // What waits comes first.
    CONSENTS = concat!(consent_rows!(), "WHERE c.tenant_id = $1 AND c.act = $5 AND $2 IN (", held!("p.account_id", "c.unit_id", "$3", "$4"),
        ") ORDER BY CASE WHEN d.consent_id IS NULL AND c.until_ms > $4 THEN 0 ELSE 1 END, c.asked_at_ms DESC, c.id DESC LIMIT $6");
    CONSENT = concat!(consent_rows!(), "WHERE c.tenant_id = $1 AND c.id = $2");
    DECIDE = "INSERT INTO consent_decisions (consent_id, decided_by, decided_at_ms, agreed, reason) VALUES ($1, $2, $3, $4, $5)";
    PARTY_OF = "SELECT e.party FROM external_parties e JOIN units eu ON eu.id = e.unit_id JOIN units u ON u.id = $1 \
        WHERE u.path LIKE eu.path || '%' LIMIT 1";
    PARTIES = "SELECT e.unit_id, e.party, u.name AS unit_name FROM external_parties e JOIN units u ON u.id = e.unit_id WHERE u.tenant_id = $1 \
        ORDER BY u.name, u.id LIMIT 5000";
    ENTER_PARTY = "INSERT INTO external_parties (unit_id, party, entered_by, entered_at_ms) VALUES ($1, $2, $3, $4)";
    INSIDERS_BELOW = "SELECT COUNT(*) AS n FROM grants g JOIN units gu ON gu.id = g.unit_id JOIN units u ON u.id = $1 \
        WHERE gu.path LIKE u.path || '%' AND g.role <> 'respondent' AND g.ended_at_ms IS NULL AND (g.until_ms IS NULL OR g.until_ms > $2)";
}

/// Whether a grant allows an act; asked by the gate.
pub(super) const ALLOWED: Statement = ALLOWED_;

/// Where objects of access lie.
pub(crate) const PLACES: &[Place] = &[
    Place { kind: "role", unit_of: PLACE_OF_ROLE },
    Place { kind: "grant", unit_of: PLACE_OF_GRANT },
    Place { kind: "consent", unit_of: PLACE_OF_CONSENT },
];

fn grant_of(row: &Row) -> Result<Grant> {
    Ok(Grant {
        id: row.text("id")?,
        account_id: row.text("account_id")?,
        role: row.text("role")?,
        role_name: row.opt_text("role_name")?,
        unit_id: row.text("unit_id")?,
        unit_name: row.text("unit_name")?,
        granted_by: row.opt_text("granted_by")?,
        granted_at_ms: row.int("granted_at_ms")?,
        until_ms: row.opt_int("until_ms")?,
        reason: row.text("reason")?,
    })
}

pub(super) async fn tenant_of(ctx: &Ctx, account_id: &str) -> Result<String> {
    ctx.row(&TENANT_OF, &[account_id.into()]).await?.ok_or(Error::NotFound)?.text("tenant_id")
}

/// So many grants one statement gives.
const PIECE: usize = 5000;

/// All grants of somebody or of a tenant, however many pieces it takes, the oldest of each account first.
async fn all_grants(ctx: &Ctx, statement: &Statement, whose: &str) -> Result<Vec<Grant>> {
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let rows = ctx.rows(statement, &[whose.into(), ctx.now_ms().into(), after.as_str().into()]).await?;
        let piece = rows.iter().map(grant_of).collect::<Result<Vec<Grant>>>()?;
        let full = piece.len() == PIECE;
        if let Some(last) = piece.last() {
            after.clone_from(&last.id);
        }
        all.extend(piece);
        if !full {
            break;
        }
    }
    let key = |grant: &Grant| (grant.account_id.clone(), grant.granted_at_ms, grant.id.clone());
    all.sort_by_cached_key(key);
    Ok(all)
}

pub(super) async fn grants_of_tenant(ctx: &Ctx, tenant_id: &str) -> Result<Vec<Grant>> {
    all_grants(ctx, &GRANTS_OF_TENANT, tenant_id).await
}

pub(super) async fn colleagues(ctx: &Ctx, unit_id: &str, roles: &str) -> Result<Vec<(String, String)>> {
    let (_, tenant_id) = ctx.account()?;
    let values = [tenant_id.into(), unit_id.into(), roles.into(), ctx.now_ms().into()];
    ctx.rows(&COLLEAGUES, &values).await?.iter().map(|row| Ok((row.text("id")?, row.text("name")?))).collect()
}

pub(super) async fn grants_of(ctx: &Ctx, account_id: &str) -> Result<Vec<Grant>> {
    all_grants(ctx, &GRANTS_OF_ACCOUNT, account_id).await
}

/// A grant of an account that stands.
pub(super) async fn standing_grant(ctx: &Ctx, account_id: &str, id: &str) -> Result<Grant> {
    let values = [account_id.into(), ctx.now_ms().into(), id.into()];
    grant_of(&ctx.row(&GRANT, &values).await?.ok_or(Error::NotFound)?)
}

/// Whether an account holds a role of people inside.
pub(super) async fn is_inside(ctx: &Ctx, account_id: &str) -> Result<bool> {
    Ok(ctx.row(&IS_INSIDE, &[account_id.into(), ctx.now_ms().into()]).await?.is_some())
}

/// What decides whether the account can be given a role on the unit; both are of the tenant.
pub(super) async fn fit(deed: &mut Deed, tenant_id: &str, unit_id: &str, account_id: &str) -> Result<Fit> {
    let now_ms = deed.now_ms();
    let values = [tenant_id.into(), unit_id.into(), account_id.into(), now_ms.into()];
    let row = deed.row(&FIT, &values).await?.ok_or(Error::NotFound)?;
    Ok(Fit {
        unit_name: row.text("name")?,
        of_party: row.int("parties")? > 0,
        machine: row.text("kind")? == "machine",
        outside: row.int("outside")?,
        inside: row.int("inside")?,
    })
}

pub(super) async fn add_grant(deed: &mut Deed, tenant_id: &str, grant: &Grant, by: &str) -> Result<()> {
    let values = [
        grant.id.as_str().into(),
        tenant_id.into(),
        grant.account_id.as_str().into(),
        grant.role.as_str().into(),
        grant.unit_id.as_str().into(),
        by.into(),
        grant.granted_at_ms.into(),
        grant.reason.as_str().into(),
        grant.until_ms.into(),
    ];
    deed.write(&ADD_GRANT, &values).await.map(|_| ())
}

pub(super) async fn end_grant(deed: &mut Deed, id: &str) -> Result<()> {
    let now_ms = deed.now_ms();
    match deed.write(&END_GRANT, &[id.into(), now_ms.into()]).await? {
        1 => Ok(()),
        _ => Err(Error::conflict("error-changed-meanwhile")),
    }
}

pub(super) async fn end_grants_of(deed: &mut Deed, account_id: &str) -> Result<()> {
    let now_ms = deed.now_ms();
    deed.write(&END_GRANTS_OF, &[account_id.into(), now_ms.into()]).await.map(|_| ())
}

/// Takes back that a grant was ended in this deed.
pub(super) async fn resume_grant(deed: &mut Deed, id: &str) -> Result<()> {
    deed.write(&RESUME_GRANT, &[id.into()]).await.map(|_| ())
}

pub(super) async fn administrators(deed: &mut Deed, tenant_id: &str) -> Result<Administrators> {
    let now_ms = deed.now_ms();
    let row = deed.row(&ADMINISTRATORS, &[tenant_id.into(), now_ms.into()]).await?.ok_or(Error::NotFound)?;
    Ok(Administrators { today: row.int("today")?, lasting: row.int("lasting")? })
}

/// Names of those who can give rights on a unit of the asker's tenant.
pub(super) async fn givers(ctx: &Ctx, unit_id: &str) -> Result<Vec<String>> {
    let (_, tenant_id) = ctx.account()?;
    let values = [tenant_id.into(), unit_id.into(), ctx.now_ms().into()];
    ctx.rows(&GIVERS, &values).await?.iter().map(|row| row.text("name")).collect()
}

pub(super) async fn powers_of(ctx: &Ctx, account_id: &str) -> Result<Vec<(String, String)>> {
    let rows = ctx.rows(&POWERS_OF, &[account_id.into(), ctx.now_ms().into()]).await?;
    rows.iter().map(|row| Ok((row.text("power")?, row.text("unit_id")?))).collect()
}

pub(super) async fn holds_any(ctx: &Ctx, account_id: &str, powers: &str) -> Result<bool> {
    Ok(ctx.row(&HOLDS_ANY, &[account_id.into(), powers.into(), ctx.now_ms().into()]).await?.is_some())
}

pub(super) async fn ways(ctx: &Ctx, account_id: &str, unit_id: &str, powers: &str) -> Result<Vec<Grant>> {
    let values = [account_id.into(), unit_id.into(), powers.into(), ctx.now_ms().into()];
    ctx.rows(&WAYS, &values).await?.iter().map(grant_of).collect()
}

/// Somebody, or a machine, of the asker's tenant.
pub(super) async fn subject(ctx: &Ctx, id_or_email: &str) -> Result<Subject> {
    let (_, tenant_id) = ctx.account()?;
    let row = ctx.row(&SUBJECT, &[id_or_email.into(), tenant_id.into()]).await?.ok_or(Error::NotFound)?;
    Ok(Subject {
        id: row.text("id")?,
        name: row.text("name")?,
        machine: row.text("kind")? == "machine",
        suspended: row.opt_int("suspended_at_ms")?.is_some(),
    })
}

/// What a machine may do at most; none if its token works no more. Asked with a statement of a later domain.
pub(super) async fn machine(ctx: &Ctx, token_of: &Statement, account_id: &str) -> Result<Option<Machine>> {
    let row = ctx.row(token_of, &[account_id.into(), ctx.now_ms().into()]).await?;
    row.map(|row| {
        Ok(Machine {
            owner_id: row.text("owner_id")?,
            leans_on: row.text("leans_on")?,
            unit_id: row.text("unit_id")?,
            acts: row.text("acts")?.split_whitespace().map(str::to_owned).collect(),
        })
    })
    .transpose()
}

/// The unit the object with this identifier lies in, asked with a statement of its domain.
pub(super) async fn place(ctx: &Ctx, place: &Place, id: &str) -> Result<Option<String>> {
    ctx.row(&place.unit_of, &[id.into()]).await?.map(|row| row.text("unit_id")).transpose()
}

/// Whether an account that can sign in holds one of the powers (`|a|b|`) for the unit.
pub(super) async fn holds(ctx: &Ctx, account_id: &str, unit_id: &str, powers: &str) -> Result<bool> {
    let values = [account_id.into(), unit_id.into(), powers.into(), ctx.now_ms().into()];
    Ok(ctx.row(&ALLOWED, &values).await?.is_some())
}

/// As [`holds`], inside a deed.
pub(super) async fn holds_in(deed: &mut Deed, account_id: &str, unit_id: &str, powers: &str) -> Result<bool> {
    let values = [account_id.into(), unit_id.into(), powers.into(), deed.now_ms().into()];
    Ok(deed.row(&ALLOWED, &values).await?.is_some())
}

fn role_of(row: &Row, acts: &[(String, String)]) -> Result<CustomRole> {
    let id = row.text("id")?;
    let own = acts.iter().filter(|(role_id, _)| *role_id == id).map(|(_, act_id)| act_id.clone()).collect();
    let closed = row.opt_int("closed_at_ms")?.is_some();
    Ok(CustomRole { id, name: row.text("name")?, acts: own, closed, version: row.int("version")? })
}

async fn with_acts(ctx: &Ctx, rows: &[Row]) -> Result<Vec<CustomRole>> {
    let ids = rows.iter().map(|row| row.text("id")).collect::<Result<Vec<_>>>()?;
    let acts = ctx.rows(&ROLE_ACTS, &[format!("|{}|", ids.join("|")).into()]).await?;
    let acts = acts.iter().map(|row| Ok((row.text("role_id")?, row.text("act_id")?))).collect::<Result<Vec<_>>>()?;
    rows.iter().map(|row| role_of(row, &acts)).collect()
}

/// A piece of the tenant's own roles, those in use first.
pub(super) async fn roles(ctx: &Ctx, tenant_id: &str, limit: i64, skip: i64) -> Result<Vec<CustomRole>> {
    with_acts(ctx, &ctx.rows(&ROLES, &[tenant_id.into(), limit.into(), skip.into()]).await?).await
}

/// One of the tenant's own roles.
pub(super) async fn role(ctx: &Ctx, tenant_id: &str, id: &str) -> Result<Option<CustomRole>> {
    let rows = ctx.rows(&ROLE, &[tenant_id.into(), id.into()]).await?;
    Ok(with_acts(ctx, &rows).await?.pop())
}

/// The name of one of the tenant's own roles, if it is in use.
pub(super) async fn open_role(deed: &mut Deed, tenant_id: &str, id: &str) -> Result<Option<String>> {
    let row = deed.row(&ROLE, &[tenant_id.into(), id.into()]).await?;
    let row = row.map(|row| role_of(&row, &[])).transpose()?;
    Ok(row.filter(|role| !role.closed).map(|role| role.name))
}

/// How many of the tenant's own roles are in use.
pub(super) async fn count_open_roles(deed: &mut Deed, tenant_id: &str) -> Result<i64> {
    deed.row(&OPEN_ROLES, &[tenant_id.into()]).await?.ok_or(Error::NotFound)?.int("n")
}

pub(super) async fn roles_with(ctx: &Ctx, act_id: &str) -> Result<Vec<String>> {
    let (_, tenant_id) = ctx.account()?;
    let rows = ctx.rows(&ROLES_WITH, &[tenant_id.into(), act_id.into()]).await?;
    rows.iter().map(|row| row.text("name")).collect()
}

pub(super) async fn add_role(deed: &mut Deed, tenant_id: &str, role: &CustomRole, by: &str) -> Result<()> {
    let now_ms = deed.now_ms();
    let values = [role.id.as_str().into(), tenant_id.into(), role.name.as_str().into(), by.into(), now_ms.into()];
    deed.write(&ADD_ROLE, &values).await?;
    set_role_acts(deed, role).await
}

async fn set_role_acts(deed: &mut Deed, role: &CustomRole) -> Result<()> {
    deed.write(&CLEAR_ROLE_ACTS, &[role.id.as_str().into()]).await?;
    for act_id in &role.acts {
        deed.write(&ADD_ROLE_ACT, &[role.id.as_str().into(), act_id.as_str().into()]).await?;
    }
    Ok(())
}

/// Changes an open role that is still as its editor saw it.
pub(super) async fn change_role(deed: &mut Deed, role: &CustomRole, seen_version: i64) -> Result<()> {
    let values = [role.id.as_str().into(), role.name.as_str().into(), seen_version.into()];
    match deed.write(&CHANGE_ROLE, &values).await? {
        1 => set_role_acts(deed, role).await,
        _ => Err(Error::conflict("error-changed-meanwhile")),
    }
}

pub(super) async fn close_role(deed: &mut Deed, id: &str, by: &str, reason: &str) -> Result<()> {
    let now_ms = deed.now_ms();
    deed.write(&CLOSE_ROLE, &[id.into(), by.into(), now_ms.into(), reason.into()]).await.map(|_| ())
}

/// What the unit's party, or that of a unit above, is; none for units of the group itself.
pub(super) async fn party_of(ctx: &Ctx, unit_id: &str) -> Result<Option<String>> {
    ctx.row(&PARTY_OF, &[unit_id.into()]).await?.map(|row| row.text("party")).transpose()
}

pub(super) async fn parties(ctx: &Ctx) -> Result<Vec<PartyUnit>> {
    let (_, tenant_id) = ctx.account()?;
    let rows = ctx.rows(&PARTIES, &[tenant_id.into()]).await?;
    let party = |row: &Row| {
        Ok(PartyUnit { unit_id: row.text("unit_id")?, unit_name: row.text("unit_name")?, party: row.text("party")? })
    };
    rows.iter().map(party).collect()
}

pub(super) async fn enter_party(deed: &mut Deed, unit_id: &str, party: &str, by: &str) -> Result<()> {
    let now_ms = deed.now_ms();
    deed.write(&ENTER_PARTY, &[unit_id.into(), party.into(), by.into(), now_ms.into()]).await.map(|_| ())
}

/// How many grants on the unit or below it are those of insiders.
pub(super) async fn insiders_below(deed: &mut Deed, unit_id: &str) -> Result<i64> {
    let now_ms = deed.now_ms();
    deed.row(&INSIDERS_BELOW, &[unit_id.into(), now_ms.into()]).await?.ok_or(Error::NotFound)?.int("n")
}
