//! SQL of the log: entries, heads, nodes, checkpoints.

use tlog::{Frontier, Hash, Node, Range};

use super::entry::{Entry, Facts};
use crate::db::{Reader, Row, Statement, Transaction, Value};
use crate::{Error, Result, statements};

statements! {
    APPEND_ENTRY = "INSERT INTO audit_entries (id, tenant_id, seq, arrival, form, at_ms, actor_id, actor_name, via, act, object_kind, object_id, \
        unit_id, reason, facts, leaf_hash) VALUES ($1, $2, $3, (SELECT COALESCE(MAX(arrival), 0) + 1 FROM audit_entries WHERE seq IS NULL), \
        $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    ADD_VALUES = "INSERT INTO audit_values (entry_id, tenant_id, facts) VALUES ($1, $2, $3)";
    HEAD = "SELECT size, roots FROM audit_heads WHERE tenant_id = $1";
    SET_HEAD = "INSERT INTO audit_heads (tenant_id, size, roots) VALUES ($1, $2, $3) \
        ON CONFLICT (tenant_id) DO UPDATE SET size = $2, roots = $3";
    ADD_NODE = "INSERT INTO audit_nodes (tenant_id, level, place, hash) VALUES ($1, $2, $3, $4)";
    // No entry belongs to the log of all checkpoints.
    WAITING_LOGS = "SELECT DISTINCT tenant_id FROM audit_entries WHERE seq IS NULL AND form <= $1 AND tenant_id <> '*' ORDER BY tenant_id";
    WAITING = "SELECT id, tenant_id, form, at_ms, actor_id, actor_name, via, act, object_kind, object_id, unit_id, reason, facts \
        FROM audit_entries WHERE seq IS NULL AND form <= $1 AND tenant_id = $2 ORDER BY form, arrival, id LIMIT $3";
    PLACE_ENTRY = "UPDATE audit_entries SET seq = $2, leaf_hash = $3 WHERE id = $1";
    LEAVES = "SELECT leaf_hash AS hash FROM audit_entries WHERE tenant_id = $1 AND seq > $2 AND seq <= $3 ORDER BY seq";
    CHECKPOINT_LEAVES = "SELECT leaf_hash AS hash FROM audit_checkpoints WHERE number > $1 AND number <= $2 ORDER BY number";
    NODES = "SELECT hash FROM audit_nodes WHERE tenant_id = $1 AND level = $2 AND place >= $3 AND place < $4 ORDER BY place";
}

/// Name of the log whose entries are the checkpoints of all others.
pub const ALL_CHECKPOINTS: &str = "*";

pub(super) fn number(value: u64) -> Result<i64> {
    i64::try_from(value).map_err(Error::internal)
}

/// Why a proof was not made.
#[derive(Debug, thiserror::Error)]
pub enum Unproved {
    /// What the log must have is missing or cannot be read: it is not what it was.
    #[error("{0}")]
    Missing(String),
    /// Our own fault.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl From<Unproved> for Error {
    fn from(unproved: Unproved) -> Self {
        match unproved {
            Unproved::Missing(why) => {
                tracing::error!(why, "a proof cannot be made");
                Self::conflict("error-log-changed")
            }
            Unproved::Failed(error) => error,
        }
    }
}

/// The tree of a head as kept: `size`, and `roots` one behind the other.
pub fn frontier_of(row: &Row) -> Result<Frontier> {
    let size = u64::try_from(row.int("size")?).map_err(Error::internal)?;
    let text = row.text("roots")?;
    let pieces = text.as_bytes().chunks(64).map(|piece| std::str::from_utf8(piece).unwrap_or(""));
    let roots = pieces.map(Hash::from_hex).collect::<Result<Vec<_>, _>>().map_err(Error::internal)?;
    Frontier::of(size, roots).map_err(Error::internal)
}

/// Logs with entries that wait for their place.
pub(super) async fn waiting_logs(transaction: &mut Transaction, form: i64) -> Result<Vec<String>> {
    transaction.rows(&WAITING_LOGS, &[form.into()]).await?.iter().map(|row| row.text("tenant_id")).collect()
}

pub(super) async fn waiting(transaction: &mut Transaction, form: i64, log: &str, most: u64) -> Result<Vec<Entry>> {
    let values = [form.into(), log.into(), number(most)?.into()];
    transaction.rows(&WAITING, &values).await?.iter().map(Entry::of).collect()
}

pub(super) async fn frontier(transaction: &mut Transaction, log: &str) -> Result<Frontier> {
    let rows = transaction.rows(&HEAD, &[log.into()]).await?;
    rows.first().map_or_else(|| Ok(Frontier::default()), frontier_of)
}

/// A statement with its values.
type Write = (&'static Statement, Vec<Value>);

/// What keeps a log's tree.
fn head_write(log: &str, frontier: &Frontier) -> Result<Write> {
    let roots: String = frontier.roots().iter().map(|root| root.to_hex()).collect();
    Ok((&SET_HEAD, vec![log.into(), number(frontier.size())?.into(), roots.into()]))
}

/// Puts a leaf behind the last; gives what keeps the full subtrees proofs are made of.
fn node_writes(log: &str, frontier: &mut Frontier, leaf: Hash) -> Result<Vec<Write>> {
    let kept = |node: &Node| node.level > 0 && node.level.is_multiple_of(8);
    let write = |(node, hash): (Node, Hash)| -> Result<Write> {
        let place = number(node.index)?;
        Ok((&ADD_NODE, vec![log.into(), i64::from(node.level).into(), place.into(), hash.to_hex().into()]))
    };
    frontier.push(leaf).into_iter().filter(|(node, _)| kept(node)).map(write).collect()
}

pub(super) async fn set_frontier(transaction: &mut Transaction, log: &str, frontier: &Frontier) -> Result<()> {
    transaction.execute_all(&[head_write(log, frontier)?]).await
}

/// Puts a leaf behind the last, keeping the full subtrees proofs are made of.
pub(super) async fn push(transaction: &mut Transaction, log: &str, frontier: &mut Frontier, leaf: Hash) -> Result<()> {
    transaction.execute_all(&node_writes(log, frontier, leaf)?).await
}

pub(super) async fn place(transaction: &mut Transaction, entry_id: &str, seq: u64, leaf: Hash) -> Result<()> {
    let values: [Value; 3] = [entry_id.into(), number(seq)?.into(), leaf.to_hex().into()];
    transaction.execute(&PLACE_ENTRY, &values).await.map(|_| ())
}

/// Writes an entry with its values; on SQLite with its place in the tree.
pub(crate) async fn append(transaction: &mut Transaction, entry: &Entry, facts: &Facts) -> Result<()> {
    let leaf = tlog::leaf_hash(entry.fitting_leaf()?.as_bytes());
    let (mut seq, mut leaf_hash, mut writes) = (None, None, Vec::new());
    if !transaction.is_postgres() {
        let mut frontier = frontier(transaction, &entry.tenant_id).await?;
        writes = node_writes(&entry.tenant_id, &mut frontier, leaf)?;
        writes.push(head_write(&entry.tenant_id, &frontier)?);
        (seq, leaf_hash) = (Some(number(frontier.size())?), Some(leaf.to_hex()));
    }
    let values = vec![
        entry.id.as_str().into(),
        entry.tenant_id.as_str().into(),
        seq.into(),
        entry.form.into(),
        entry.at_ms.into(),
        entry.actor_id.as_str().into(),
        entry.actor_name.as_str().into(),
        entry.via.as_str().into(),
        entry.act.as_str().into(),
        entry.object_kind.as_str().into(),
        entry.object_id.as_str().into(),
        Value::Text(entry.unit_id.clone()),
        entry.reason.as_str().into(),
        entry.facts.as_str().into(),
        leaf_hash.into(),
    ];
    writes.push((&APPEND_ENTRY, values));
    if !facts.0.is_empty() {
        let values = vec![entry.id.as_str().into(), entry.tenant_id.as_str().into(), facts.to_json()?.into()];
        writes.push((&ADD_VALUES, values));
    }
    transaction.execute_all(&writes).await
}

async fn node(reader: &mut dyn Reader, log: &str, node: Node) -> Result<Hash, Unproved> {
    let (level, first, count) = node.kept_as();
    let (first, end) = (number(first)?, number(first + count)?);
    let rows = match (level, log) {
        (0, ALL_CHECKPOINTS) => reader.fetch(&CHECKPOINT_LEAVES, &[first.into(), end.into()]).await?,
        (0, _) => reader.fetch(&LEAVES, &[log.into(), first.into(), end.into()]).await?,
        _ => reader.fetch(&NODES, &[log.into(), i64::from(level).into(), first.into(), end.into()]).await?,
    };
    let told = rows.iter().filter_map(|row| Hash::from_hex(&row.opt_text("hash").ok()??).ok());
    let hashes: Vec<Hash> = told.collect();
    if hashes.len() as u64 != count {
        let what = format!("the log {log:?} lacks leaves between {} and {end}, or hashes over them", first + 1);
        return Err(Unproved::Missing(what));
    }
    tlog::fold(&hashes).map_err(|error| Error::internal(error).into())
}

/// The hashes of a proof, from what is kept of the log's tree.
pub async fn prove(reader: &mut dyn Reader, log: &str, ranges: &[Range]) -> Result<Vec<Hash>, Unproved> {
    let mut proof = Vec::with_capacity(ranges.len());
    for range in ranges {
        let mut hashes = Vec::new();
        for part in range.nodes() {
            hashes.push(node(reader, log, part).await?);
        }
        proof.push(Range::root(&hashes).map_err(Error::internal)?);
    }
    Ok(proof)
}
