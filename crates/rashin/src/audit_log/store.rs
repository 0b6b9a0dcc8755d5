//! Reads the log, which deeds and its upkeep write; erases values.

use platform::db::like_literally;
use platform::{Ctx, Deed, Error, Result, Row, Value, log, statements};

use super::actions::{Entry, Filter};
use super::checkpoints::Halt;
use crate::domains::Place;

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

statements! {
    PAGE = "SELECT e.id, e.tenant_id, e.seq, e.form, e.at_ms, e.actor_id, e.actor_name, e.via, e.act, e.object_kind, e.object_id, \
        e.unit_id, e.reason, e.facts, e.leaf_hash, v.facts AS kept, v.tenant_id AS kept_for \
        FROM audit_entries e LEFT JOIN audit_values v ON v.entry_id = e.id \
        WHERE e.tenant_id = $1 AND e.seq < $2 AND (e.act LIKE $3 || '%' ESCAPE '!' OR $3 = '') AND (e.object_id = $4 OR $4 = '') \
        AND (LOWER(e.actor_name) LIKE '%' || LOWER($5) || '%' ESCAPE '!' OR $5 = '') ORDER BY e.seq DESC LIMIT $6";
    ENTRY = "SELECT e.id, e.tenant_id, e.seq, e.form, e.at_ms, e.actor_id, e.actor_name, e.via, e.act, e.object_kind, e.object_id, \
        e.unit_id, e.reason, e.facts, e.leaf_hash, v.facts AS kept, v.tenant_id AS kept_for \
        FROM audit_entries e LEFT JOIN audit_values v ON v.entry_id = e.id WHERE e.tenant_id = $1 AND e.id = $2";
    PLACE = "SELECT tenant_id AS unit_id FROM audit_entries WHERE id = $1 AND tenant_id <> ''";
    STRETCH = entries_behind!("ORDER BY e.seq LIMIT $3");
    BETWEEN = entries_behind!("AND e.seq <= $3 ORDER BY e.seq");
    FIRST_BEHIND = "SELECT seq FROM audit_entries WHERE tenant_id = $1 AND seq > $2 ORDER BY seq LIMIT 1";
    ERASED = "SELECT object_id FROM audit_entries WHERE tenant_id = $1 AND act = 'audit-log.erase'";
    KEPT_VALUES = "SELECT facts FROM audit_values WHERE entry_id = $1";
    ERASE_ALL = "DELETE FROM audit_values WHERE entry_id = $1";
    ERASE_SOME = "UPDATE audit_values SET facts = $2 WHERE entry_id = $1";
    WAITING = "SELECT COUNT(*) AS n FROM audit_entries WHERE seq IS NULL";
    STRAYS = "SELECT entry_id FROM audit_values v WHERE NOT EXISTS (SELECT 1 FROM audit_entries e WHERE e.id = v.entry_id) LIMIT 100";
    LOGS = "SELECT tenant_id FROM audit_heads UNION SELECT tenant_id FROM audit_entries UNION SELECT tenant_id FROM audit_checkpoints \
        ORDER BY tenant_id";
    HEAD = "SELECT size, roots FROM audit_heads WHERE tenant_id = $1";
    NODES = "SELECT level, place, hash FROM audit_nodes WHERE tenant_id = $1 ORDER BY level, place";
    NEWEST_CHECKPOINT = "SELECT size, note FROM audit_checkpoints WHERE tenant_id = $1 ORDER BY size DESC LIMIT 1";
    CHECKPOINT_WITHIN = "SELECT size, note, number FROM audit_checkpoints WHERE tenant_id = $1 AND number <= $2 ORDER BY number DESC LIMIT 1";
    CHECKPOINTS = "SELECT tenant_id, size, root, at_ms, note, number, leaf_hash FROM audit_checkpoints WHERE number > $1 \
        ORDER BY number LIMIT $2";
    ANY_CHECKPOINT = "SELECT 1 AS n FROM audit_checkpoints LIMIT 1";
    HALTS = "SELECT tenant_id, at_ms, why FROM audit_halts ORDER BY tenant_id";
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
    Entry::of(&log::Entry::of(row)?, row.opt_int("seq")?, row.opt_text("kept")?.as_deref())
}

pub(super) async fn page(ctx: &Ctx, tenant_id: &str, filter: &Filter, limit: i64) -> Result<Vec<Entry>> {
    // Nothing kept is longer, and SQLite takes no pattern of any length.
    if filter.act.chars().count() > 100 || filter.actor.chars().count() > 100 {
        return Ok(Vec::new());
    }
    let values = [
        tenant_id.into(),
        filter.before.unwrap_or(i64::MAX).into(),
        like_literally(&filter.act).into(),
        filter.object_id.as_str().into(),
        like_literally(&filter.actor).into(),
        limit.into(),
    ];
    ctx.rows(&PAGE, &values).await?.iter().map(entry_of).collect()
}

pub(super) async fn entry(ctx: &Ctx, tenant_id: &str, id: &str) -> Result<Option<Entry>> {
    ctx.row(&ENTRY, &[tenant_id.into(), id.into()]).await?.as_ref().map(entry_of).transpose()
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

pub(super) async fn erase(deed: &mut Deed, id: &str, name: Option<&str>) -> Result<()> {
    let row = deed.row(&KEPT_VALUES, &[id.into()]).await?.ok_or(Error::NotFound)?;
    let mut facts: log::Facts = serde_json::from_str(&row.text("facts")?).map_err(Error::internal)?;
    match name {
        Some(name) => drop(facts.0.remove(name)),
        None => facts.0.clear(),
    }
    if facts.0.is_empty() {
        deed.write(&ERASE_ALL, &[id.into()]).await?;
    } else {
        deed.write(&ERASE_SOME, &[id.into(), facts.to_json()?.into()]).await?;
    }
    Ok(())
}

pub(super) async fn waiting(ctx: &Ctx) -> Result<i64> {
    ctx.row(&WAITING, &[]).await?.map_or(Ok(0), |row| row.int("n"))
}

pub(super) async fn some_wait(ctx: &Ctx) -> Result<bool> {
    Ok(ctx.reader().is_postgres() && waiting(ctx).await? > 0)
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

/// Checkpoints of all logs behind a number, in order.
pub(super) async fn checkpoints(ctx: &Ctx, behind: i64, limit: i64) -> Result<Vec<KeptCheckpoint>> {
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
    ctx.rows(&CHECKPOINTS, &[behind.into(), limit.into()]).await?.iter().map(kept).collect()
}

pub(super) async fn any_checkpoint(ctx: &Ctx) -> Result<bool> {
    let none: [Value; 0] = [];
    Ok(ctx.row(&ANY_CHECKPOINT, &none).await?.is_some())
}

pub(super) async fn halts(ctx: &Ctx) -> Result<Vec<Halt>> {
    let halt =
        |row: &Row| Ok(Halt { tenant_id: row.text("tenant_id")?, at_ms: row.int("at_ms")?, why: row.text("why")? });
    ctx.rows(&HALTS, &[]).await?.iter().map(halt).collect()
}
