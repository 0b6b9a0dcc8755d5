//! The organisation's tables: `units`, `unit_closures`.

use std::collections::BTreeSet;

use platform::{Ctx, Deed, Error, Result, Row, statements};

use super::model::{Unit, UnitKind};
use crate::domains::Place;

statements! {
    ADD = "INSERT INTO units (id, tenant_id, parent_id, kind, name, path, created_at_ms, version) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, 1)";
    ONE = "SELECT u.id, u.tenant_id, u.parent_id, u.kind, u.name, u.path, u.version, c.closed_at_ms \
        FROM units u LEFT JOIN unit_closures c ON c.unit_id = u.id WHERE u.id = $1";
    PLACE = "SELECT id AS unit_id FROM units WHERE id = $1";
    // Units one may see: those one has a grant on or above, and the way up to them.
    VISIBLE = "SELECT u.id, u.tenant_id, u.parent_id, u.kind, u.name, u.path, u.version, c.closed_at_ms \
        FROM units u LEFT JOIN unit_closures c ON c.unit_id = u.id \
        WHERE u.tenant_id = $1 AND EXISTS (SELECT 1 FROM grants g JOIN units gu ON gu.id = g.unit_id \
          WHERE g.account_id = $2 AND g.ended_at_ms IS NULL AND (g.until_ms IS NULL OR g.until_ms > $3) \
          AND (u.path LIKE gu.path || '%' OR gu.path LIKE u.path || '%')) ORDER BY u.path LIMIT 5000";
    // Units a grant with one of the powers lies on or above.
    UNDER_POWERS = "SELECT u.id FROM units u WHERE u.tenant_id = $1 AND EXISTS (SELECT 1 FROM grant_powers g JOIN units gu ON gu.id = g.unit_id \
          WHERE g.account_id = $2 AND $4 LIKE '%|' || g.power || '|%' \
          AND (g.until_ms IS NULL OR g.until_ms > $3) AND u.path LIKE gu.path || '%') LIMIT 5000";
    EDIT = "UPDATE units SET name = $2, kind = $3, parent_id = $4, version = version + 1 WHERE id = $1 AND version = $5";
    MOVE_PATHS = "UPDATE units SET path = $2 || substr(path, CAST($3 AS INTEGER)) WHERE path LIKE $1 || '%'";
    OPEN_BELOW = "SELECT COUNT(*) AS n FROM units u LEFT JOIN unit_closures c ON c.unit_id = u.id \
        WHERE u.path LIKE $1 || '%' AND u.path <> $1 AND c.unit_id IS NULL";
    HIGHEST_CHILD = "SELECT CAST(MIN(CASE kind WHEN 'group' THEN 0 WHEN 'company' THEN 1 ELSE 2 END) AS BIGINT) AS rank \
        FROM units WHERE parent_id = $1";
    // Takes the root's row for this transaction, so that changes of one tree come one after another.
    HOLD = "UPDATE units SET version = version WHERE id = $1";
    // Whether a grant on a unit or below it would stand on the wrong side of the wall to parties outside, with the unit
    // below another one.
    MIXES = "SELECT 1 AS yes FROM grants g JOIN units gu ON gu.id = g.unit_id WHERE gu.path LIKE $1 || '%' AND g.ended_at_ms IS NULL \
        AND (g.until_ms IS NULL OR g.until_ms > $3) AND (g.role = 'respondent') <> (EXISTS (SELECT 1 FROM external_parties e JOIN units eu ON eu.id = e.unit_id \
          WHERE $2 LIKE eu.path || '%' OR (eu.path LIKE $1 || '%' AND gu.path LIKE eu.path || '%'))) LIMIT 1";
    CLOSE = "INSERT INTO unit_closures (unit_id, closed_by, closed_at_ms, reason) VALUES ($1, $2, $3, $4)";
    REOPEN = "DELETE FROM unit_closures WHERE unit_id = $1";
}

/// Where units lie.
pub(crate) const PLACES: &[Place] = &[Place { kind: "unit", unit_of: PLACE }];

fn unit_of(row: &Row) -> Result<Unit> {
    let kind = row.text("kind")?;
    Ok(Unit {
        id: row.text("id")?,
        tenant_id: row.text("tenant_id")?,
        parent_id: row.opt_text("parent_id")?,
        kind: UnitKind::parse(&kind).ok_or_else(|| Error::internal(format!("unit kind {kind}")))?,
        name: row.text("name")?,
        path: row.text("path")?,
        closed: row.opt_int("closed_at_ms")?.is_some(),
        version: row.int("version")?,
    })
}

pub(super) async fn add(deed: &mut Deed, unit: &Unit) -> Result<()> {
    let now_ms = deed.now_ms();
    let values = [
        unit.id.as_str().into(),
        unit.tenant_id.as_str().into(),
        unit.parent_id.clone().into(),
        unit.kind.as_str().into(),
        unit.name.as_str().into(),
        unit.path.as_str().into(),
        now_ms.into(),
    ];
    deed.write(&ADD, &values).await.map(|_| ())
}

pub(super) async fn one(ctx: &Ctx, id: &str) -> Result<Unit> {
    let row = ctx.row(&ONE, &[id.into()]).await?.ok_or(Error::NotFound)?;
    unit_of(&row)
}

/// Makes other changes of the tenant's tree and of its administrators wait until this deed is done.
pub(super) async fn hold(deed: &mut Deed, tenant_id: &str) -> Result<()> {
    deed.write(&HOLD, &[tenant_id.into()]).await.map(|_| ())
}

/// A unit as it stands inside the deed.
pub(super) async fn now(deed: &mut Deed, id: &str) -> Result<Unit> {
    let row = deed.row(&ONE, &[id.into()]).await?.ok_or(Error::NotFound)?;
    unit_of(&row)
}

pub(super) async fn visible(ctx: &Ctx) -> Result<Vec<Unit>> {
    let (account_id, tenant_id) = ctx.account()?;
    let rows = ctx.rows(&VISIBLE, &[tenant_id.into(), account_id.into(), ctx.now_ms().into()]).await?;
    rows.iter().map(unit_of).collect()
}

/// Ids of the units one holds one of the powers for, `|a|b|`.
pub(super) async fn under_powers(ctx: &Ctx, powers: &str) -> Result<BTreeSet<String>> {
    let (account_id, tenant_id) = ctx.account()?;
    let values = [tenant_id.into(), account_id.into(), ctx.now_ms().into(), powers.into()];
    ctx.rows(&UNDER_POWERS, &values).await?.iter().map(|row| row.text("id")).collect()
}

pub(super) async fn edit(deed: &mut Deed, unit: &Unit, seen_version: i64) -> Result<()> {
    let values = [
        unit.id.as_str().into(),
        unit.name.as_str().into(),
        unit.kind.as_str().into(),
        unit.parent_id.clone().into(),
        seen_version.into(),
    ];
    match deed.write(&EDIT, &values).await? {
        1 => Ok(()),
        _ => Err(Error::conflict("error-changed-meanwhile")),
    }
}

/// Puts `old_path` and everything under it below `new_path`.
pub(super) async fn move_paths(deed: &mut Deed, old_path: &str, new_path: &str) -> Result<()> {
    let rest = i64::try_from(old_path.len()).map_err(Error::internal)? + 1;
    deed.write(&MOVE_PATHS, &[old_path.into(), new_path.into(), rest.into()]).await.map(|_| ())
}

/// Whether moving the unit at `path` below `parent_path` would put people inside into the place of a party outside, or
/// the other way round.
pub(super) async fn mixes(deed: &mut Deed, path: &str, parent_path: &str) -> Result<bool> {
    let values = [path.into(), parent_path.into(), deed.now_ms().into()];
    Ok(deed.row(&MIXES, &values).await?.is_some())
}

pub(super) async fn open_below(deed: &mut Deed, path: &str) -> Result<i64> {
    let row = deed.row(&OPEN_BELOW, &[path.into()]).await?.ok_or(Error::NotFound)?;
    row.int("n")
}

/// The highest kind among the children, if there are any.
pub(super) async fn highest_child(deed: &mut Deed, id: &str) -> Result<Option<UnitKind>> {
    let row = deed.row(&HIGHEST_CHILD, &[id.into()]).await?;
    let rank = row.map(|row| row.opt_int("rank")).transpose()?.flatten();
    Ok(rank.and_then(|rank| usize::try_from(rank).ok()).and_then(|rank| UnitKind::ALL.get(rank).copied()))
}

pub(super) async fn close(deed: &mut Deed, id: &str, by: &str, reason: &str) -> Result<()> {
    let now_ms = deed.now_ms();
    deed.write(&CLOSE, &[id.into(), by.into(), now_ms.into(), reason.into()]).await.map(|_| ())
}

pub(super) async fn reopen(deed: &mut Deed, id: &str) -> Result<()> {
    match deed.write(&REOPEN, &[id.into()]).await? {
        1 => Ok(()),
        _ => Err(Error::conflict("error-changed-meanwhile")),
    }
}
