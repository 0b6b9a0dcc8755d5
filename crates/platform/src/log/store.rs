//! SQL of the log: entries, heads, nodes, checkpoints.

use tlog::{Frontier, Hash, Node, Range};

use super::entry::{Entry, Facts};
use crate::db::{Reader, Row, Transaction, Value};
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
    WAITING = "SELECT id, tenant_id, form, at_ms, actor_id, actor_name, via, act, object_kind, object_id, unit_id, reason, facts \
        FROM audit_entries WHERE seq IS NULL AND form <= $1 ORDER BY form, arrival, id LIMIT 1000";
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

pub(super) fn hash_of(row: &Row) -> Result<Hash> {
    Hash::from_hex(&row.text("hash")?).map_err(Error::internal)
}

/// The tree of a head as kept: `size`, and `roots` one behind the other.
pub fn frontier_of(row: &Row) -> Result<Frontier> {
    let size = u64::try_from(row.int("size")?).map_err(Error::internal)?;
    let text = row.text("roots")?;
    let pieces = text.as_bytes().chunks(64).map(|piece| std::str::from_utf8(piece).unwrap_or(""));
    let roots = pieces.map(Hash::from_hex).collect::<Result<Vec<_>, _>>().map_err(Error::internal)?;
    Frontier::of(size, roots).map_err(Error::internal)
}

pub(super) async fn waiting(transaction: &mut Transaction, form: i64) -> Result<Vec<Entry>> {
    transaction.rows(&WAITING, &[form.into()]).await?.iter().map(Entry::of).collect()
}

pub(super) async fn frontier(transaction: &mut Transaction, log: &str) -> Result<Frontier> {
    let rows = transaction.rows(&HEAD, &[log.into()]).await?;
    rows.first().map_or_else(|| Ok(Frontier::default()), frontier_of)
}

pub(super) async fn set_frontier(transaction: &mut Transaction, log: &str, frontier: &Frontier) -> Result<()> {
    let roots: String = frontier.roots().iter().map(|root| root.to_hex()).collect();
    transaction.execute(&SET_HEAD, &[log.into(), number(frontier.size())?.into(), roots.into()]).await.map(|_| ())
}

/// Puts a leaf behind the last, keeping the full subtrees proofs are made of.
pub(super) async fn push(transaction: &mut Transaction, log: &str, frontier: &mut Frontier, leaf: Hash) -> Result<()> {
    let kept = |node: &Node| node.level > 0 && node.level.is_multiple_of(8);
    for (node, hash) in frontier.push(leaf).into_iter().filter(|(node, _)| kept(node)) {
        let values: [Value; 4] =
            [log.into(), i64::from(node.level).into(), number(node.index)?.into(), hash.to_hex().into()];
        transaction.execute(&ADD_NODE, &values).await?;
    }
    Ok(())
}

pub(super) async fn place(transaction: &mut Transaction, entry_id: &str, seq: u64, leaf: Hash) -> Result<()> {
    let values: [Value; 3] = [entry_id.into(), number(seq)?.into(), leaf.to_hex().into()];
    transaction.execute(&PLACE_ENTRY, &values).await.map(|_| ())
}

/// Writes an entry with its values; on SQLite with its place in the tree.
pub(crate) async fn append(transaction: &mut Transaction, entry: &Entry, facts: &Facts) -> Result<()> {
    let leaf = tlog::leaf_hash(entry.fitting_leaf()?.as_bytes());
    let (mut seq, mut leaf_hash) = (None, None);
    if !transaction.is_postgres() {
        let mut frontier = frontier(transaction, &entry.tenant_id).await?;
        push(transaction, &entry.tenant_id, &mut frontier, leaf).await?;
        set_frontier(transaction, &entry.tenant_id, &frontier).await?;
        (seq, leaf_hash) = (Some(number(frontier.size())?), Some(leaf.to_hex()));
    }
    let values: [Value; 15] = [
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
    transaction.execute(&APPEND_ENTRY, &values).await?;
    if !facts.0.is_empty() {
        let values: [Value; 3] = [entry.id.as_str().into(), entry.tenant_id.as_str().into(), facts.to_json()?.into()];
        transaction.execute(&ADD_VALUES, &values).await?;
    }
    Ok(())
}

async fn node(reader: &mut dyn Reader, log: &str, node: Node) -> Result<Hash> {
    let (level, first, count) = node.kept_as();
    let (first, end) = (number(first)?, number(first + count)?);
    let rows = match (level, log) {
        (0, ALL_CHECKPOINTS) => reader.fetch(&CHECKPOINT_LEAVES, &[first.into(), end.into()]).await?,
        (0, _) => reader.fetch(&LEAVES, &[log.into(), first.into(), end.into()]).await?,
        _ => reader.fetch(&NODES, &[log.into(), i64::from(level).into(), first.into(), end.into()]).await?,
    };
    let hashes = rows.iter().map(hash_of).collect::<Result<Vec<_>>>()?;
    if hashes.len() as u64 != count {
        return Err(Error::internal(format!("the log {log:?} lacks leaves between {} and {end}", first + 1)));
    }
    tlog::fold(&hashes).map_err(Error::internal)
}

/// The hashes of a proof, from what is kept of the log's tree.
pub async fn prove(reader: &mut dyn Reader, log: &str, ranges: &[Range]) -> Result<Vec<Hash>> {
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
