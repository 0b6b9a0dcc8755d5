//! Reads the log, which deeds and its upkeep write; erases values.

use std::collections::BTreeSet;

use platform::db::like_literally;
use platform::{Ctx, Deed, Error, Result, Row, Value, log, statements};

use super::actions::{Entry, Filter, Names, Values};
use super::checkpoints::Halt;
use crate::domains::{self, Place};

/// Entries of a log behind a number, with their values beside them.
macro_rules! entries_behind {
    ($rest:literal) => {
        concat!(
            "SELECT e.id, e.tenant_id, e.seq, e.form, e.at_ms, e.actor_id, e.actor_name, e.via, e.act, e.object_kind, e.object_id, \
            e.unit_id, e.reason, e.facts, e.leaf_hash, v.facts AS kept, v.tenant_id AS kept_for \
            FROM audit_entries e LEFT JOIN audit_values v ON v.entry_id = e.id \
            WHERE e.tenant_id = $1 AND e.seq > $2 ",
            $rest
        )
    };
}

/// Entries of a log as the account $2 sees them, with values where it may see those: of the areas $3 every reader of the
/// log, of others whoever holds a power that $4 names for the area on the unit of the entry, or one above it. An act
/// without its last word is its area.
macro_rules! entries_seen {
    ($which:literal) => {
        concat!(
            "SELECT s.id, s.tenant_id, s.seq, s.form, s.at_ms, s.actor_id, s.actor_name, s.via, s.act, s.object_kind, s.object_id, \
            s.unit_id, s.reason, s.facts, s.told, v.facts AS kept FROM (SELECT e.id, e.tenant_id, e.seq, e.form, e.at_ms, e.actor_id, \
              e.actor_name, e.via, e.act, e.object_kind, e.object_id, e.unit_id, e.reason, e.facts, \
              CASE WHEN $3 LIKE '%|' || RTRIM(e.act, 'abcdefghijklmnopqrstuvwxyz-') || '|%' OR EXISTS (SELECT 1 FROM grant_powers g \
                JOIN units gu ON gu.id = g.unit_id JOIN units u ON u.id = e.unit_id LEFT JOIN account_suspensions x ON x.account_id = g.account_id \
                WHERE g.account_id = $2 AND $4 LIKE '%|' || RTRIM(e.act, 'abcdefghijklmnopqrstuvwxyz-') || g.power || '|%' \
                AND (g.until_ms IS NULL OR g.until_ms > $5) AND x.account_id IS NULL AND u.path LIKE gu.path || '%') THEN CAST(1 AS BIGINT) ELSE 0 END AS told \
              FROM audit_entries e WHERE e.tenant_id = $1 AND ",
            $which,
            ") s LEFT JOIN audit_values v ON v.entry_id = s.id AND s.told = 1 ORDER BY s.seq DESC"
        )
    };
}

statements! {
    PAGE = entries_seen!("e.seq >= 1 AND e.seq < $6 AND (e.act LIKE $7 || '%' ESCAPE '!' OR $7 = '') AND (e.object_id = $8 OR $8 = '') \
        AND (LOWER(e.actor_name) LIKE '%' || LOWER($9) || '%' ESCAPE '!' OR $9 = '') ORDER BY e.seq DESC LIMIT $10");
    ENTRY = entries_seen!("e.id = $6 AND (e.seq >= 1 OR e.seq IS NULL)");
    PLACE = "SELECT tenant_id AS unit_id FROM audit_entries WHERE id = $1 AND tenant_id <> ''";
    STRETCH = entries_behind!("ORDER BY e.seq LIMIT $3");
    BETWEEN = entries_behind!("AND e.seq <= $3 ORDER BY e.seq");
    FIRST_BEHIND = "SELECT seq FROM audit_entries WHERE tenant_id = $1 AND seq > $2 ORDER BY seq LIMIT 1";
    ERASED = "SELECT object_id FROM audit_entries WHERE tenant_id = $1 AND act = 'audit-log.erase'";
    KEPT_VALUES = "SELECT facts FROM audit_values WHERE entry_id = $1";
    HOLD_VALUES = "UPDATE audit_values SET facts = facts WHERE entry_id = $1";
    ERASE_ALL = "DELETE FROM audit_values WHERE entry_id = $1";
    ERASE_SOME = "UPDATE audit_values SET facts = $2 WHERE entry_id = $1";
    WAITING = "SELECT COUNT(*) AS n FROM audit_entries WHERE seq IS NULL AND tenant_id <> '*'";
    // Entries are numbered from 1, and the log of all checkpoints has none: its leaves are the checkpoints.
    OUTSIDE = "SELECT seq FROM audit_entries WHERE tenant_id = $1 AND (seq < 1 OR tenant_id = '*') ORDER BY seq LIMIT 200";
    OUTSIDE_ALL = "SELECT number FROM audit_checkpoints WHERE number < 1 ORDER BY number LIMIT 200";
    STRAYS = "SELECT entry_id FROM audit_values v WHERE NOT EXISTS (SELECT 1 FROM audit_entries e WHERE e.id = v.entry_id) LIMIT 100";
    LOGS = "SELECT tenant_id FROM audit_heads UNION SELECT tenant_id FROM audit_entries UNION SELECT tenant_id FROM audit_checkpoints \
        ORDER BY tenant_id";
    HEAD = "SELECT size, roots FROM audit_heads WHERE tenant_id = $1";
    NODES = "SELECT level, place, hash FROM audit_nodes WHERE tenant_id = $1 ORDER BY level, place";
    NEWEST_CHECKPOINT = "SELECT size, note FROM audit_checkpoints WHERE tenant_id = $1 AND number >= 1 ORDER BY size DESC LIMIT 1";
    CHECKPOINT_WITHIN = "SELECT size, note, number FROM audit_checkpoints WHERE tenant_id = $1 AND number >= 1 AND number <= $2 \
        ORDER BY number DESC LIMIT 1";
    // The notes are the longest part by far: of one log, or of all.
    CHECKPOINTS = "SELECT tenant_id, size, root, at_ms, CASE WHEN tenant_id = $3 OR $3 = '*' THEN note ELSE '' END AS note, number, leaf_hash \
        FROM audit_checkpoints WHERE number > $1 ORDER BY number LIMIT $2";
    ANY_CHECKPOINT = "SELECT 1 AS n FROM audit_checkpoints LIMIT 1";
    NAMES = "SELECT id, name FROM accounts WHERE tenant_id = $1 AND $2 LIKE '%|' || id || '|%'";
    HALTS = "SELECT tenant_id, at_ms, why FROM audit_halts ORDER BY tenant_id";
    HALT_OF = "SELECT tenant_id, at_ms, why FROM audit_halts WHERE tenant_id = $1 OR tenant_id = '*' ORDER BY at_ms LIMIT 1";
    // The oldest entry that no checkpoint tells of, in any log.
    UNSIGNED_SINCE = "SELECT MIN(w.at_ms) AS at_ms FROM (SELECT e.at_ms FROM audit_heads h JOIN audit_entries e ON e.tenant_id = h.tenant_id \
        AND e.seq = COALESCE((SELECT c.size FROM audit_checkpoints c WHERE c.tenant_id = h.tenant_id AND c.number >= 1 ORDER BY c.size DESC LIMIT 1), 0) + 1 \
        WHERE h.tenant_id <> '*' UNION ALL SELECT at_ms FROM audit_entries WHERE seq IS NULL AND tenant_id <> '*') w";
}

/// Where entries lie: they are of the whole tenant.
pub(crate) const PLACES: &[Place] = &[Place { kind: "log-entry", unit_of: PLACE }];

/// A row of the log as it is kept.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) entry: log::Entry,
    pub(super) seq: i64,
    pub(super) leaf_hash: String,
    /// Values beside it, and for whom they are kept.
    pub(super) values: Option<(String, String)>,
}

/// A checkpoint as it is kept.
#[derive(Debug)]
pub(super) struct KeptCheckpoint {
    pub(super) tenant_id: String,
    pub(super) size: i64,
    pub(super) root: String,
    pub(super) at_ms: i64,
    pub(super) note: String,
    pub(super) number: i64,
    pub(super) leaf_hash: String,
}

/// The newest checkpoint of a log.
#[derive(Debug)]
pub(super) struct Newest {
    pub(super) size: i64,
    pub(super) note: String,
}

fn entry_of(row: &Row) -> Result<Entry> {
    let values = match row.int("told")? {
        1 => Values::Kept(row.opt_text("kept")?),
        _ => Values::Withheld,
    };
    Entry::of(&log::Entry::of(row)?, row.opt_int("seq")?, &values)
}

/// Of which areas every reader of the log sees the values, and for which others which powers are needed: as
/// `|area.|area.|` and `|area.power|area.power|`.
fn seen_areas(ctx: &Ctx) -> (String, String) {
    let (mut open, mut powers) = ("|".to_owned(), "|".to_owned());
    for (area, needed) in domains::VALUES_OF {
        match needed {
            None => open.extend([*area, "|"]),
            Some(act) if ctx.is_within(act) => {
                powers.extend(act.roles.iter().chain([&act.id]).flat_map(|power| [*area, *power, "|"]));
            }
            Some(_) => {}
        }
    }
    (open, powers)
}

fn seen_values(ctx: &Ctx, tenant_id: &str) -> Result<[Value; 5]> {
    let (account_id, _) = ctx.account()?;
    let (open, powers) = seen_areas(ctx);
    Ok([tenant_id.into(), account_id.into(), open.into(), powers.into(), ctx.now_ms().into()])
}

pub(super) async fn page(ctx: &Ctx, tenant_id: &str, filter: &Filter, limit: i64) -> Result<Vec<Entry>> {
    // Nothing kept is longer, and SQLite takes no pattern of any length.
    if filter.act.chars().count() > 100 || filter.actor.chars().count() > 100 {
        return Ok(Vec::new());
    }
    let wanted: [Value; 5] = [
        filter.before.unwrap_or(i64::MAX).into(),
        like_literally(&filter.act).into(),
        filter.object_id.as_str().into(),
        like_literally(&filter.actor).into(),
        limit.into(),
    ];
    let values: Vec<Value> = seen_values(ctx, tenant_id)?.into_iter().chain(wanted).collect();
    ctx.rows(&PAGE, &values).await?.iter().map(entry_of).collect()
}

pub(super) async fn entry(ctx: &Ctx, tenant_id: &str, id: &str) -> Result<Option<Entry>> {
    let values: Vec<Value> = seen_values(ctx, tenant_id)?.into_iter().chain([id.into()]).collect();
    ctx.row(&ENTRY, &values).await?.as_ref().map(entry_of).transpose()
}

/// Entries behind a number, in order.
pub(super) async fn stretch(ctx: &Ctx, log: &str, behind: i64, limit: i64) -> Result<Vec<Kept>> {
    ctx.rows(&STRETCH, &[log.into(), behind.into(), limit.into()]).await?.iter().map(kept_of).collect()
}

/// Entries behind a number up to another, in order, to be read by [`kept_of`].
pub(super) async fn unread_between(ctx: &Ctx, log: &str, behind: i64, to: i64) -> Result<Vec<Row>> {
    ctx.rows(&BETWEEN, &[log.into(), behind.into(), to.into()]).await
}

/// The number of the first entry behind a number.
pub(super) async fn first_behind(ctx: &Ctx, log: &str, behind: i64) -> Result<Option<i64>> {
    ctx.row(&FIRST_BEHIND, &[log.into(), behind.into()]).await?.map(|row| row.int("seq")).transpose()
}

/// An entry that was read.
pub(super) fn kept_of(row: &Row) -> Result<Kept> {
    let values = row.opt_text("kept")?.zip(row.opt_text("kept_for")?);
    Ok(Kept {
        entry: log::Entry::of(row)?,
        seq: row.int("seq")?,
        leaf_hash: row.opt_text("leaf_hash")?.unwrap_or_default(),
        values,
    })
}

/// Entries whose values were erased by a deed.
pub(super) async fn erased(ctx: &Ctx, log: &str) -> Result<Vec<String>> {
    ctx.rows(&ERASED, &[log.into()]).await?.iter().map(|row| row.text("object_id")).collect()
}

fn facts_of(row: &Row) -> Result<log::Facts> {
    serde_json::from_str(&row.text("facts")?).map_err(Error::internal)
}

/// Names of the values of an entry that are still there.
pub(super) async fn kept_names(ctx: &Ctx, id: &str) -> Result<Vec<String>> {
    let facts = ctx.row(&KEPT_VALUES, &[id.into()]).await?.as_ref().map(facts_of).transpose()?;
    Ok(facts.unwrap_or_default().0.into_keys().collect())
}

/// Erases values, waiting for whoever erases others of the same entry; false if there is nothing to erase any more.
pub(super) async fn erase(deed: &mut Deed, id: &str, name: Option<&str>) -> Result<bool> {
    deed.write(&HOLD_VALUES, &[id.into()]).await?;
    let Some(row) = deed.row(&KEPT_VALUES, &[id.into()]).await? else { return Ok(false) };
    let mut facts = facts_of(&row)?;
    match name {
        Some(name) if facts.0.remove(name).is_none() => return Ok(false),
        Some(_) => {}
        None => facts.0.clear(),
    }
    if facts.0.is_empty() {
        deed.write(&ERASE_ALL, &[id.into()]).await?;
    } else {
        deed.write(&ERASE_SOME, &[id.into(), facts.to_json()?.into()]).await?;
    }
    Ok(true)
}

pub(super) async fn waiting(ctx: &Ctx) -> Result<i64> {
    ctx.row(&WAITING, &[]).await?.map_or(Ok(0), |row| row.int("n"))
}

pub(super) async fn some_wait(ctx: &Ctx) -> Result<bool> {
    Ok(ctx.reader().is_postgres() && waiting(ctx).await? > 0)
}

/// Numbers of entries that are no leaves of the log; none for those without one.
pub(super) async fn outside(ctx: &Ctx, log: &str) -> Result<Vec<Option<i64>>> {
    ctx.rows(&OUTSIDE, &[log.into()]).await?.iter().map(|row| row.opt_int("seq")).collect()
}

/// Numbers of checkpoints that are no leaves of the log of all.
pub(super) async fn outside_all(ctx: &Ctx) -> Result<Vec<i64>> {
    ctx.rows(&OUTSIDE_ALL, &[]).await?.iter().map(|row| row.int("number")).collect()
}

/// Values that belong to no entry.
pub(super) async fn strays(ctx: &Ctx) -> Result<Vec<String>> {
    ctx.rows(&STRAYS, &[]).await?.iter().map(|row| row.text("entry_id")).collect()
}

pub(super) async fn logs(ctx: &Ctx) -> Result<Vec<String>> {
    ctx.rows(&LOGS, &[]).await?.iter().map(|row| row.text("tenant_id")).collect()
}

/// A log's tree as kept; what cannot be read is as good as none.
pub(super) async fn head(ctx: &Ctx, log: &str) -> Result<Option<tlog::Frontier>> {
    Ok(ctx.row(&HEAD, &[log.into()]).await?.and_then(|row| log::frontier_of(&row).ok()))
}

pub(super) async fn size(ctx: &Ctx, log: &str) -> Result<i64> {
    ctx.row(&HEAD, &[log.into()]).await?.map_or(Ok(0), |row| row.int("size"))
}

/// Level, place and hash of the subtrees kept for proofs.
pub(super) async fn nodes(ctx: &Ctx, log: &str) -> Result<Vec<(i64, i64, String)>> {
    let node = |row: &Row| Ok((row.int("level")?, row.int("place")?, row.text("hash")?));
    ctx.rows(&NODES, &[log.into()]).await?.iter().map(node).collect()
}

pub(super) async fn newest_checkpoint(ctx: &Ctx, log: &str) -> Result<Option<Newest>> {
    let newest = |row: Row| Ok(Newest { size: row.int("size")?, note: row.text("note")? });
    ctx.row(&NEWEST_CHECKPOINT, &[log.into()]).await?.map(newest).transpose()
}

/// The newest checkpoint of a log among the first of all checkpoints, with its number among them.
pub(super) async fn checkpoint_within(ctx: &Ctx, log: &str, first: i64) -> Result<Option<(Newest, i64)>> {
    let found = |row: Row| Ok((Newest { size: row.int("size")?, note: row.text("note")? }, row.int("number")?));
    ctx.row(&CHECKPOINT_WITHIN, &[log.into(), first.into()]).await?.map(found).transpose()
}

/// Checkpoints of all logs behind a number, in order; the notes of one log alone, unless it is that of all.
pub(super) async fn checkpoints(ctx: &Ctx, behind: i64, limit: i64, noted: &str) -> Result<Vec<KeptCheckpoint>> {
    let kept = |row: &Row| {
        Ok(KeptCheckpoint {
            tenant_id: row.text("tenant_id")?,
            size: row.int("size")?,
            root: row.text("root")?,
            at_ms: row.int("at_ms")?,
            note: row.text("note")?,
            number: row.int("number")?,
            leaf_hash: row.text("leaf_hash")?,
        })
    };
    ctx.rows(&CHECKPOINTS, &[behind.into(), limit.into(), noted.into()]).await?.iter().map(kept).collect()
}

pub(super) async fn any_checkpoint(ctx: &Ctx) -> Result<bool> {
    let none: [Value; 0] = [];
    Ok(ctx.row(&ANY_CHECKPOINT, &none).await?.is_some())
}

/// Names of the people of a tenant among these accounts.
pub(super) async fn names(ctx: &Ctx, tenant_id: &str, ids: &BTreeSet<String>) -> Result<Names> {
    let wanted: String = ids.iter().flat_map(|id| ["|", id.as_str()]).chain(["|"]).collect();
    let rows = ctx.rows(&NAMES, &[tenant_id.into(), wanted.into()]).await?;
    rows.iter().map(|row| Ok((row.text("id")?, row.text("name")?))).collect()
}

fn halt_of(row: &Row) -> Result<Halt> {
    Ok(Halt { tenant_id: row.text("tenant_id")?, at_ms: row.int("at_ms")?, why: row.text("why")? })
}

pub(super) async fn halts(ctx: &Ctx) -> Result<Vec<Halt>> {
    ctx.rows(&HALTS, &[]).await?.iter().map(halt_of).collect()
}

/// Why a log, or that of all checkpoints, is not signed any more.
pub(super) async fn halt(ctx: &Ctx, log: &str) -> Result<Option<Halt>> {
    ctx.row(&HALT_OF, &[log.into()]).await?.as_ref().map(halt_of).transpose()
}

pub(super) async fn unsigned_since(ctx: &Ctx) -> Result<Option<i64>> {
    ctx.row(&UNSIGNED_SINCE, &[]).await?.map_or(Ok(None), |row| row.opt_int("at_ms"))
}
