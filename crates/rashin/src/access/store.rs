//! The table `grants`, and what the gate asks of it.

use platform::{Ctx, Deed, Error, Result, Row, Statement, statements};

use super::model::Grant;

statements! {
    TENANT_OF = "SELECT tenant_id FROM accounts WHERE id = $1 AND kind = 'person'";
    ADD_GRANT = "INSERT INTO grants (id, tenant_id, account_id, role, unit_id, granted_by, granted_at_ms, reason, until_ms) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    END_GRANT = "UPDATE grants SET ended_at_ms = $2 WHERE id = $1 AND ended_at_ms IS NULL";
    GRANTS_OF_TENANT = "SELECT g.id, g.account_id, g.role, g.unit_id, u.name AS unit_name, g.granted_at_ms, g.until_ms, g.reason \
        FROM grants g JOIN units u ON u.id = g.unit_id WHERE g.tenant_id = $1 AND g.ended_at_ms IS NULL \
        AND (g.until_ms IS NULL OR g.until_ms > $2) ORDER BY g.account_id, g.granted_at_ms, g.id LIMIT 5000";
    GRANTS_OF_ACCOUNT = "SELECT g.id, g.account_id, g.role, g.unit_id, u.name AS unit_name, g.granted_at_ms, g.until_ms, g.reason \
        FROM grants g JOIN units u ON u.id = g.unit_id WHERE g.account_id = $1 AND g.ended_at_ms IS NULL \
        AND (g.until_ms IS NULL OR g.until_ms > $2) ORDER BY g.granted_at_ms, g.id LIMIT 500";
    COLLEAGUES = "SELECT DISTINCT a.id, a.name FROM accounts a JOIN grants g ON g.account_id = a.id \
        JOIN units gu ON gu.id = g.unit_id JOIN units u ON u.id = $2 LEFT JOIN account_suspensions s ON s.account_id = a.id \
        WHERE a.tenant_id = $1 AND $3 LIKE '%|' || g.role || '|%' AND g.ended_at_ms IS NULL \
        AND (g.until_ms IS NULL OR g.until_ms > $4) AND s.account_id IS NULL AND a.kind = 'person' \
        AND u.path LIKE gu.path || '%' ORDER BY a.name, a.id LIMIT 1000";
    ALLOWED_ = "SELECT 1 AS yes FROM grants g JOIN units gu ON gu.id = g.unit_id JOIN units u ON u.id = $2 \
        JOIN accounts a ON a.id = g.account_id LEFT JOIN account_suspensions s ON s.account_id = a.id \
        WHERE g.account_id = $1 AND $3 LIKE '%|' || g.role || '|%' AND g.ended_at_ms IS NULL \
        AND (g.until_ms IS NULL OR g.until_ms > $4) AND s.account_id IS NULL AND u.path LIKE gu.path || '%' LIMIT 1";
    ADMINISTRATORS = "SELECT COUNT(DISTINCT g.account_id) AS n FROM grants g JOIN accounts a ON a.id = g.account_id AND a.kind = 'person' \
        LEFT JOIN account_suspensions s ON s.account_id = g.account_id WHERE g.tenant_id = $1 AND g.unit_id = $1 AND g.role = 'administrator' AND g.ended_at_ms IS NULL \
        AND (g.until_ms IS NULL OR g.until_ms > $2) AND s.account_id IS NULL";
}

/// Whether a grant allows an act; asked by the gate.
pub(super) const ALLOWED: Statement = ALLOWED_;

fn grant_of(row: &Row) -> Result<Grant> {
    Ok(Grant {
        id: row.text("id")?,
        account_id: row.text("account_id")?,
        role: row.text("role")?,
        unit_id: row.text("unit_id")?,
        unit_name: row.text("unit_name")?,
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

pub(super) async fn administrators(deed: &mut Deed, tenant_id: &str) -> Result<i64> {
    let now_ms = deed.now_ms();
    deed.row(&ADMINISTRATORS, &[tenant_id.into(), now_ms.into()]).await?.ok_or(Error::NotFound)?.int("n")
}
