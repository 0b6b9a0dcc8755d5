//! The tables `grants`, `consents` with their decisions and uses, `custom_roles` with their acts and closures, `external_parties`, and what the gate asks of them.

use platform::{Act, Ctx, Deed, Error, Object, Result, Row, Statement, Value, statements};

use super::consents::Consent;
use super::model::{CustomRole, Grant};

statements! {
    TENANT_OF = "SELECT tenant_id FROM accounts WHERE id = $1 AND kind = 'person'";
    ADD_GRANT = "INSERT INTO grants (id, tenant_id, account_id, role, unit_id, granted_by, granted_at_ms, reason, until_ms) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    END_GRANT = "UPDATE grants SET ended_at_ms = $2 WHERE id = $1 AND ended_at_ms IS NULL";
    END_GRANTS_OF = "UPDATE grants SET ended_at_ms = $2 WHERE account_id = $1 AND ended_at_ms IS NULL";
    GRANTS_OF_TENANT = "SELECT g.id, g.account_id, g.role, c.name AS role_name, g.unit_id, u.name AS unit_name, b.name AS granted_by, \
        g.granted_at_ms, g.until_ms, g.reason FROM grants g JOIN units u ON u.id = g.unit_id \
        LEFT JOIN custom_roles c ON c.id = g.role LEFT JOIN accounts b ON b.id = g.granted_by WHERE g.tenant_id = $1 AND g.ended_at_ms IS NULL \
        AND (g.until_ms IS NULL OR g.until_ms > $2) ORDER BY g.account_id, g.granted_at_ms, g.id LIMIT 5000";
    GRANTS_OF_ACCOUNT = "SELECT g.id, g.account_id, g.role, c.name AS role_name, g.unit_id, u.name AS unit_name, b.name AS granted_by, \
        g.granted_at_ms, g.until_ms, g.reason FROM grants g JOIN units u ON u.id = g.unit_id \
        LEFT JOIN custom_roles c ON c.id = g.role LEFT JOIN accounts b ON b.id = g.granted_by WHERE g.account_id = $1 AND g.ended_at_ms IS NULL \
        AND (g.until_ms IS NULL OR g.until_ms > $2) ORDER BY g.granted_at_ms, g.id LIMIT 500";
    COLLEAGUES = "SELECT DISTINCT a.id, a.name FROM accounts a JOIN grant_powers g ON g.account_id = a.id \
        JOIN units gu ON gu.id = g.unit_id JOIN units u ON u.id = $2 WHERE a.tenant_id = $1 AND $3 LIKE '%|' || g.power || '|%' \
        AND (g.until_ms IS NULL OR g.until_ms > $4) AND NOT EXISTS (SELECT 1 FROM account_suspensions s WHERE s.account_id = a.id) AND a.kind = 'person' \
        AND u.path LIKE gu.path || '%' ORDER BY a.name, a.id LIMIT 1000";
    // From the unit upwards: the cost follows the depth of the tree, not how many grants the person holds.
    ALLOWED_ = "SELECT 1 AS yes FROM grant_powers g LEFT JOIN account_suspensions s ON s.account_id = g.account_id \
        WHERE g.account_id = $1 AND $3 LIKE '%|' || g.power || '|%' AND (g.until_ms IS NULL OR g.until_ms > $4) AND s.account_id IS NULL \
        AND g.unit_id IN (WITH RECURSIVE above (id, parent_id) AS (SELECT id, parent_id FROM units WHERE id = $2 \
          UNION SELECT u.id, u.parent_id FROM units u JOIN above ON u.id = above.parent_id) SELECT id FROM above) LIMIT 1";
    ADMINISTRATORS = "SELECT COUNT(DISTINCT g.account_id) AS n FROM grants g JOIN accounts a ON a.id = g.account_id AND a.kind = 'person' \
        LEFT JOIN account_suspensions s ON s.account_id = g.account_id WHERE g.tenant_id = $1 AND g.unit_id = $1 AND g.role = 'administrator' AND g.ended_at_ms IS NULL \
        AND (g.until_ms IS NULL OR g.until_ms > $2) AND s.account_id IS NULL";
    // Who can give rights on a unit: its administrators and those above, who can sign in.
    GIVERS = "SELECT DISTINCT a.name FROM grants g JOIN accounts a ON a.id = g.account_id JOIN units gu ON gu.id = g.unit_id \
        JOIN units u ON u.id = $2 WHERE g.tenant_id = $1 AND a.tenant_id = $1 AND g.role = 'administrator' AND g.ended_at_ms IS NULL \
        AND (g.until_ms IS NULL OR g.until_ms > $3) AND NOT EXISTS (SELECT 1 FROM account_suspensions s WHERE s.account_id = a.id) AND u.path LIKE gu.path || '%' \
        ORDER BY a.name LIMIT 5";
    POWERS_OF = "SELECT DISTINCT unit_id, power FROM grant_powers WHERE account_id = $1 AND (until_ms IS NULL OR until_ms > $2) LIMIT 5000";
    // Why a person may: the grants behind the gate's answer.
    WAYS = "SELECT g.id, g.account_id, g.role, c.name AS role_name, g.unit_id, gu.name AS unit_name, b.name AS granted_by, \
        g.granted_at_ms, g.until_ms, g.reason FROM grants g JOIN units gu ON gu.id = g.unit_id JOIN units u ON u.id = $2 \
        LEFT JOIN custom_roles c ON c.id = g.role LEFT JOIN accounts b ON b.id = g.granted_by \
        WHERE g.id IN (SELECT p.id FROM grant_powers p WHERE p.account_id = $1 AND $3 LIKE '%|' || p.power || '|%' \
          AND (p.until_ms IS NULL OR p.until_ms > $4)) AND u.path LIKE gu.path || '%' ORDER BY g.granted_at_ms, g.id LIMIT 100";
    PERSON = "SELECT a.id, a.name, a.tenant_id, s.suspended_at_ms FROM accounts a LEFT JOIN account_suspensions s ON s.account_id = a.id \
        WHERE (a.id = $1 OR a.email = $1) AND a.tenant_id = $2";
    // The unit something belongs to. Read across domains, since the question may be asked of anything.
    PLACE = "SELECT 'unit' AS kind, id AS unit_id FROM units WHERE id = $1 \
        UNION ALL SELECT 'assessment' AS kind, unit_id FROM assessments WHERE id = $1";
    ROLES = "SELECT r.id, r.name, r.version, x.closed_at_ms FROM custom_roles r LEFT JOIN custom_role_closures x ON x.role_id = r.id \
        WHERE r.tenant_id = $1 ORDER BY r.name, r.id LIMIT 200";
    ROLE_ACTS = "SELECT c.role_id, c.act_id FROM custom_role_acts c JOIN custom_roles r ON r.id = c.role_id WHERE r.tenant_id = $1 \
        ORDER BY c.role_id, c.act_id LIMIT 20000";
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
    // A consent counts if it is of somebody else than both who asked and who acts, who can still sign in, and unused.
    STANDING = "SELECT c.id, a.name FROM consents c JOIN consent_decisions d ON d.consent_id = c.id JOIN accounts a ON a.id = d.decided_by \
        LEFT JOIN consent_uses u ON u.consent_id = c.id LEFT JOIN account_suspensions s ON s.account_id = d.decided_by \
        WHERE c.tenant_id = $1 AND c.act = $3 AND c.object_kind = $4 AND c.object_id = $5 AND c.content_hash = $6 AND c.until_ms > $7 AND c.asked_at_ms <= $7 \
        AND d.agreed = 1 AND d.decided_by <> $2 AND d.decided_by <> c.asked_by AND u.consent_id IS NULL AND s.account_id IS NULL \
        ORDER BY c.asked_at_ms, c.id LIMIT 1";
    USE_CONSENT = "INSERT INTO consent_uses (consent_id, used_by, used_at_ms) VALUES ($1, $2, $3)";
    OTHERS_WHO_MAY = "SELECT COUNT(DISTINCT p.account_id) AS n FROM grant_powers p JOIN units gu ON gu.id = p.unit_id JOIN units u ON u.id = $3 \
        LEFT JOIN account_suspensions s ON s.account_id = p.account_id WHERE p.tenant_id = $1 AND p.account_id <> $2 \
        AND $4 LIKE '%|' || p.power || '|%' AND (p.until_ms IS NULL OR p.until_ms > $5) AND s.account_id IS NULL AND u.path LIKE gu.path || '%'";
    CONSENTS = "SELECT c.id, c.act, c.object_id, c.unit_id, u.name AS unit_name, c.content, c.asked_by, a.name AS asked_by_name, c.asked_at_ms, \
        c.reason, c.until_ms, b.name AS decided_by_name, d.agreed, x.used_at_ms FROM consents c JOIN units u ON u.id = c.unit_id \
        JOIN accounts a ON a.id = c.asked_by LEFT JOIN consent_decisions d ON d.consent_id = c.id LEFT JOIN accounts b ON b.id = d.decided_by \
        LEFT JOIN consent_uses x ON x.consent_id = c.id WHERE c.tenant_id = $1 AND c.act = $5 AND EXISTS (SELECT 1 FROM grant_powers p \
          JOIN units gu ON gu.id = p.unit_id WHERE p.account_id = $2 AND $3 LIKE '%|' || p.power || '|%' \
          AND (p.until_ms IS NULL OR p.until_ms > $4) AND u.path LIKE gu.path || '%') ORDER BY c.asked_at_ms DESC, c.id DESC LIMIT 200";
    DECIDE = "INSERT INTO consent_decisions (consent_id, decided_by, decided_at_ms, agreed, reason) VALUES ($1, $2, $3, $4, $5)";
    PARTY_OF = "SELECT e.party FROM external_parties e JOIN units eu ON eu.id = e.unit_id JOIN units u ON u.id = $1 \
        WHERE u.path LIKE eu.path || '%' LIMIT 1";
    PARTIES = "SELECT e.unit_id, e.party FROM external_parties e JOIN units u ON u.id = e.unit_id WHERE u.tenant_id = $1 LIMIT 5000";
    ENTER_PARTY = "INSERT INTO external_parties (unit_id, party, entered_by, entered_at_ms) VALUES ($1, $2, $3, $4)";
    INSIDERS_BELOW = "SELECT COUNT(*) AS n FROM grants g JOIN units gu ON gu.id = g.unit_id JOIN units u ON u.id = $1 \
        WHERE gu.path LIKE u.path || '%' AND g.role <> 'respondent' AND g.ended_at_ms IS NULL AND (g.until_ms IS NULL OR g.until_ms > $2)";
}

/// Whether a grant allows an act; asked by the gate.
pub(super) const ALLOWED: Statement = ALLOWED_;

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

pub(super) async fn grants_of_tenant(ctx: &Ctx, tenant_id: &str) -> Result<Vec<Grant>> {
    let rows = ctx.rows(&GRANTS_OF_TENANT, &[tenant_id.into(), ctx.now_ms().into()]).await?;
    rows.iter().map(grant_of).collect()
}

pub(super) async fn colleagues(ctx: &Ctx, unit_id: &str, roles: &str) -> Result<Vec<(String, String)>> {
    let (_, tenant_id) = ctx.account()?;
    let values = [tenant_id.into(), unit_id.into(), roles.into(), ctx.now_ms().into()];
    ctx.rows(&COLLEAGUES, &values).await?.iter().map(|row| Ok((row.text("id")?, row.text("name")?))).collect()
}

pub(super) async fn grants_of(ctx: &Ctx, account_id: &str) -> Result<Vec<Grant>> {
    let rows = ctx.rows(&GRANTS_OF_ACCOUNT, &[account_id.into(), ctx.now_ms().into()]).await?;
    rows.iter().map(grant_of).collect()
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

pub(super) async fn administrators(deed: &mut Deed, tenant_id: &str) -> Result<i64> {
    let now_ms = deed.now_ms();
    deed.row(&ADMINISTRATORS, &[tenant_id.into(), now_ms.into()]).await?.ok_or(Error::NotFound)?.int("n")
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

pub(super) async fn ways(ctx: &Ctx, account_id: &str, unit_id: &str, powers: &str) -> Result<Vec<Grant>> {
    let values = [account_id.into(), unit_id.into(), powers.into(), ctx.now_ms().into()];
    ctx.rows(&WAYS, &values).await?.iter().map(grant_of).collect()
}

/// A person of the asker's tenant: id, name, whether suspended.
pub(super) async fn person(ctx: &Ctx, id_or_email: &str) -> Result<(String, String, bool)> {
    let (_, tenant_id) = ctx.account()?;
    let row = ctx.row(&PERSON, &[id_or_email.into(), tenant_id.into()]).await?.ok_or(Error::NotFound)?;
    Ok((row.text("id")?, row.text("name")?, row.opt_int("suspended_at_ms")?.is_some()))
}

/// Kind of the object with this id, and its unit.
pub(super) async fn place(ctx: &Ctx, id: &str) -> Result<(String, String)> {
    let row = ctx.row(&PLACE, &[id.into()]).await?.ok_or(Error::NotFound)?;
    Ok((row.text("kind")?, row.text("unit_id")?))
}

pub(super) async fn roles(ctx: &Ctx, tenant_id: &str) -> Result<Vec<CustomRole>> {
    let acts = ctx.rows(&ROLE_ACTS, &[tenant_id.into()]).await?;
    let acts = acts.iter().map(|row| Ok((row.text("role_id")?, row.text("act_id")?))).collect::<Result<Vec<_>>>()?;
    let rows = ctx.rows(&ROLES, &[tenant_id.into()]).await?;
    rows.iter()
        .map(|row| {
            let id = row.text("id")?;
            let own = acts.iter().filter(|(role_id, _)| *role_id == id).map(|(_, act_id)| act_id.clone()).collect();
            let closed = row.opt_int("closed_at_ms")?.is_some();
            Ok(CustomRole { id, name: row.text("name")?, acts: own, closed, version: row.int("version")? })
        })
        .collect()
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

pub(super) async fn parties(ctx: &Ctx) -> Result<Vec<(String, String)>> {
    let (_, tenant_id) = ctx.account()?;
    let rows = ctx.rows(&PARTIES, &[tenant_id.into()]).await?;
    rows.iter().map(|row| Ok((row.text("unit_id")?, row.text("party")?))).collect()
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

fn consent_values(deed: &Deed, who: (&str, &str), act_id: &str, object: &Object, hash: &str) -> [Value; 7] {
    let (tenant_id, account_id) = who;
    [
        tenant_id.into(),
        account_id.into(),
        act_id.into(),
        object.kind.into(),
        object.id.as_str().into(),
        hash.into(),
        deed.now_ms().into(),
    ]
}

/// The consent that stands for this act, object and content, and who gave it. `who` is (tenant, account).
pub(super) async fn standing_consent(
    deed: &mut Deed,
    who: (&str, &str),
    act_id: &str,
    object: &Object,
    hash: &str,
) -> Result<Option<(String, String)>> {
    let values = consent_values(deed, who, act_id, object, hash);
    deed.row(&STANDING, &values).await?.map(|row| Ok((row.text("id")?, row.text("name")?))).transpose()
}

pub(super) async fn use_consent(deed: &mut Deed, id: &str, by: &str) -> Result<()> {
    let now_ms = deed.now_ms();
    deed.write(&USE_CONSENT, &[id.into(), by.into(), now_ms.into()]).await.map(|_| ())
}

/// How many other people could agree.
pub(super) async fn others_who_may(deed: &mut Deed, who: (&str, &str), act: &Act, object: &Object) -> Result<i64> {
    let values =
        [who.0.into(), who.1.into(), Value::Text(object.unit_id.clone()), act.powers().into(), deed.now_ms().into()];
    deed.row(&OTHERS_WHO_MAY, &values).await?.ok_or(Error::NotFound)?.int("n")
}

/// Whether this person waits for an answer to exactly this.
pub(super) async fn is_asked(
    deed: &mut Deed,
    who: (&str, &str),
    act_id: &str,
    object: &Object,
    hash: &str,
) -> Result<bool> {
    let values = consent_values(deed, who, act_id, object, hash);
    Ok(deed.row(&IS_ASKED, &values).await?.is_some())
}

pub(super) async fn add_consent(deed: &mut Deed, values: &[Value]) -> Result<()> {
    deed.write(&ADD_CONSENT, values).await.map(|_| ())
}

pub(super) async fn decide(deed: &mut Deed, id: &str, by: &str, agreed: bool, reason: &str) -> Result<()> {
    let now_ms = deed.now_ms();
    let values = [id.into(), by.into(), now_ms.into(), i64::from(agreed).into(), reason.into()];
    deed.write(&DECIDE, &values).await.map(|_| ())
}

/// Consents asked for an act, where the asker may do it.
pub(super) async fn consents(ctx: &Ctx, act: &Act) -> Result<Vec<Consent>> {
    let (account_id, tenant_id) = ctx.account()?;
    let values = [tenant_id.into(), account_id.into(), act.powers().into(), ctx.now_ms().into(), act.id.into()];
    ctx.rows(&CONSENTS, &values).await?.iter().map(consent_of).collect()
}

fn consent_of(row: &Row) -> Result<Consent> {
    Ok(Consent {
        id: row.text("id")?,
        act: row.text("act")?,
        object_id: row.text("object_id")?,
        unit_id: row.text("unit_id")?,
        unit_name: row.text("unit_name")?,
        content: row.text("content")?,
        asked_by: row.text("asked_by")?,
        asked_by_name: row.text("asked_by_name")?,
        asked_at_ms: row.int("asked_at_ms")?,
        reason: row.text("reason")?,
        until_ms: row.int("until_ms")?,
        decided_by_name: row.opt_text("decided_by_name")?,
        agreed: row.opt_int("agreed")?.map(|agreed| agreed == 1),
        used: row.opt_int("used_at_ms")?.is_some(),
    })
}
