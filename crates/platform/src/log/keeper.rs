//! Upkeep of the log: leaves for entries that wait for one, and checkpoints.

use tlog::{Frontier, Hash, leaf_hash};

use super::entry::{WITH_VALUES, WITHOUT_VALUES};
use super::store;
use crate::db::Transaction;
use crate::{Error, Result, statements};

statements! {
    LOGS = "SELECT tenant_id FROM audit_heads WHERE size > 0 AND tenant_id <> '*' ORDER BY tenant_id";
    LAST_CHECKPOINT = "SELECT size, root, note FROM audit_checkpoints WHERE tenant_id = $1 AND number > 0 ORDER BY size DESC LIMIT 1";
    ADD_CHECKPOINT = "INSERT INTO audit_checkpoints (tenant_id, size, root, at_ms, note, number, leaf_hash) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    SET_HALT = "INSERT INTO audit_halts (tenant_id, at_ms, why) VALUES ($1, $2, $3) ON CONFLICT (tenant_id) DO UPDATE SET why = $3";
    END_HALT = "DELETE FROM audit_halts WHERE tenant_id = $1";
}

/// Number of the advisory lock; only one keeper works at a time.
const LOCK: i64 = 7_521_962_830_057;

/// The upkeep, one transaction long. Dropped, it leaves nothing.
#[derive(Debug)]
pub struct Keeper {
    transaction: Transaction,
}

/// A log and its tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Which log.
    pub log: String,
    /// Its tree.
    pub tree: Frontier,
}

/// What a kept checkpoint says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Number of entries.
    pub size: u64,
    /// Root of the tree.
    pub root: Hash,
    /// The signed note.
    pub note: String,
}

/// What became of entries that waited for their place.
#[derive(Debug, Default)]
pub struct Placed {
    /// How many have one now.
    pub count: u64,
    /// Logs in which none could be given, and why.
    pub failed: Vec<(String, Error)>,
}

/// Entries of one log read at once.
const STRETCH: u64 = 1000;

impl Keeper {
    pub(crate) async fn open(mut transaction: Transaction) -> Result<Self> {
        transaction.lock(LOCK).await?;
        Ok(Self { transaction })
    }

    pub(crate) async fn try_open(mut transaction: Transaction) -> Result<Option<Self>> {
        Ok(transaction.try_lock(LOCK).await?.then_some(Self { transaction }))
    }

    /// Gives a leaf to at most so many entries that wait for one. What is wrong with one log keeps no other from its
    /// leaves. On SQLite only entries from before the tree wait: a deed there gives its own.
    pub async fn sequence(&mut self, most: u64) -> Result<Placed> {
        let form = if self.transaction.is_postgres() { WITH_VALUES } else { WITHOUT_VALUES };
        let mut placed = Placed::default();
        for log in store::waiting_logs(&mut self.transaction, form).await? {
            while placed.count < most {
                let limit = STRETCH.min(most - placed.count);
                self.begin_part().await?;
                let outcome = self.sequence_log(&log, form, limit).await;
                self.end_part(outcome.is_ok()).await?;
                match outcome {
                    Ok(count) => {
                        placed.count += count;
                        if count < limit {
                            break;
                        }
                    }
                    Err(error) => {
                        placed.failed.push((log, error));
                        break;
                    }
                }
            }
        }
        Ok(placed)
    }

    async fn sequence_log(&mut self, log: &str, form: i64, limit: u64) -> Result<u64> {
        let waiting = store::waiting(&mut self.transaction, form, log, limit).await?;
        if waiting.is_empty() {
            return Ok(0);
        }
        let mut tree = store::frontier(&mut self.transaction, log).await?;
        for entry in &waiting {
            let leaf = leaf_hash(entry.leaf().as_bytes());
            store::push(&mut self.transaction, log, &mut tree, leaf).await?;
            store::place(&mut self.transaction, &entry.id, tree.size(), leaf).await?;
        }
        store::set_frontier(&mut self.transaction, log, &tree).await?;
        Ok(waiting.len() as u64)
    }

    /// Begins work on one log that can be taken back without the rest.
    pub async fn begin_part(&mut self) -> Result<()> {
        self.transaction.begin_part().await
    }

    /// Ends that work, keeping it or taking it back.
    pub async fn end_part(&mut self, keep: bool) -> Result<()> {
        self.transaction.end_part(keep).await
    }

    /// All logs but that of all checkpoints.
    pub async fn logs(&mut self) -> Result<Vec<String>> {
        self.transaction.rows(&LOGS, &[]).await?.iter().map(|row| row.text("tenant_id")).collect()
    }

    /// One log.
    pub async fn head(&mut self, log: &str) -> Result<Head> {
        Ok(Head { log: log.to_owned(), tree: store::frontier(&mut self.transaction, log).await? })
    }

    /// The newest checkpoint of a log.
    pub async fn last_checkpoint(&mut self, log: &str) -> Result<Option<Kept>> {
        let rows = self.transaction.rows(&LAST_CHECKPOINT, &[log.into()]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let size = u64::try_from(row.int("size")?).map_err(Error::internal)?;
        let root = Hash::from_hex(&row.text("root")?).map_err(Error::internal)?;
        Ok(Some(Kept { size, root, note: row.text("note")? }))
    }

    /// Hashes that show a log to have grown out of what it was at `old` entries.
    pub async fn consistency(&mut self, log: &str, old: u64, size: u64) -> Result<Vec<Hash>> {
        let ranges = tlog::consistency_ranges(old, size).map_err(Error::internal)?;
        store::prove(&mut self.transaction, log, &ranges).await.map_err(Error::internal)
    }

    /// Keeps a signed checkpoint, which becomes a leaf of the log of all checkpoints.
    pub async fn add_checkpoint(&mut self, head: &Head, note: &str, at_ms: i64) -> Result<()> {
        let leaf = leaf_hash(note.as_bytes());
        let mut all = store::frontier(&mut self.transaction, store::ALL_CHECKPOINTS).await?;
        store::push(&mut self.transaction, store::ALL_CHECKPOINTS, &mut all, leaf).await?;
        store::set_frontier(&mut self.transaction, store::ALL_CHECKPOINTS, &all).await?;
        let values = [
            head.log.as_str().into(),
            store::number(head.tree.size())?.into(),
            head.tree.root().to_hex().into(),
            at_ms.into(),
            note.into(),
            store::number(all.size())?.into(),
            leaf.to_hex().into(),
        ];
        self.transaction.execute(&ADD_CHECKPOINT, &values).await.map(|_| ())
    }

    /// Keeps why a log is not signed any more, or with none that it is.
    pub async fn halt(&mut self, log: &str, why: Option<&str>, at_ms: i64) -> Result<()> {
        match why {
            Some(why) => self.transaction.execute(&SET_HALT, &[log.into(), at_ms.into(), why.into()]).await?,
            None => self.transaction.execute(&END_HALT, &[log.into()]).await?,
        };
        Ok(())
    }

    /// Makes it durable.
    pub async fn commit(self) -> Result<()> {
        self.transaction.commit().await
    }
}
