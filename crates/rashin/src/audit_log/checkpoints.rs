//! Signing what the logs are at one moment, and halting where a log does not continue what was signed.

use std::collections::BTreeSet;
use std::time::Duration;

use platform::log::{ALL_CHECKPOINTS, Head, Keeper, Placed};
use platform::{Actor, Ctx, Error, Result};
use serde::Serialize;
use tlog::{Checkpoint, Note, verify_consistency};

use super::key::FILE;
use super::{LogKey, store};

/// How often changed logs are signed while the server runs.
const SIGNING_INTERVAL: Duration = Duration::from_secs(30);
/// How soon an entry has its place in the tree.
const SEQUENCING_INTERVAL: Duration = Duration::from_millis(500);

/// A log that is not signed any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Halt {
    /// Tenant; empty for the installation's own log, `*` for that of all checkpoints.
    pub tenant_id: String,
    /// Since when, milliseconds since 1970.
    pub at_ms: i64,
    /// Why.
    pub why: String,
}

/// The text that is signed: the checkpoint with the moment behind it.
pub(super) fn signed_text(checkpoint: &Checkpoint, at_ms: i64) -> String {
    format!("{}time {at_ms}\n", checkpoint.text())
}

/// Entries that get their places in one transaction, so that nobody waits long for it.
const BATCH: u64 = 2000;

/// Signs every log that has grown since its last checkpoint. What is wrong with one log keeps no other from being signed.
/// Gives the number of new checkpoints.
pub async fn sign_due(system: &Ctx, key: &LogKey) -> Result<usize> {
    let failed = place_all(system).await?;
    let halted: BTreeSet<String> = store::halts(system).await?.into_iter().map(|halt| halt.tenant_id).collect();
    let mut keeper = system.keep_log().await?;
    let now_ms = system.now_ms();
    let mut logs = keeper.logs().await?;
    // Last: it tells of all the others.
    logs.push(ALL_CHECKPOINTS.to_owned());
    let mut signed = 0;
    for log in logs {
        keeper.begin_part().await?;
        let outcome = sign(&mut keeper, key, &log, now_ms).await;
        keeper.end_part(outcome.is_ok()).await?;
        match outcome {
            Ok(is_new) => {
                signed += usize::from(is_new);
                if halted.contains(&log) && !failed.contains(&log) {
                    keeper.halt(&log, None, now_ms).await?;
                }
            }
            Err(fault) => halt(&mut keeper, &log, &fault, now_ms).await?,
        }
    }
    keeper.commit().await?;
    Ok(signed)
}

/// Says loudly that a log is not signed any more, and keeps why.
async fn halt(keeper: &mut Keeper, log: &str, fault: &Error, now_ms: i64) -> Result<()> {
    tracing::error!(log, %fault, "THE LOG IS NOT WHAT WAS SIGNED, OR IS DAMAGED; it is not signed any more. Run `rashin log verify`");
    keeper.halt(log, Some(&fault.to_string()), now_ms).await
}

/// Signs a log if it has grown and continues its last checkpoint; says whether it did.
async fn sign(keeper: &mut Keeper, key: &LogKey, log: &str, now_ms: i64) -> Result<bool> {
    let head = &keeper.head(log).await?;
    let last = keeper.last_checkpoint(log).await?;
    let size = head.tree.size();
    let same = last.as_ref().is_some_and(|last| last.size == size && last.root == head.tree.root());
    // The log of all checkpoints has grown by its own last one.
    let nothing_new = log == ALL_CHECKPOINTS && last.as_ref().map_or(0, |last| last.size + 1) == size;
    if same || nothing_new {
        return Ok(false);
    }
    if let Some(last) = &last {
        continues(keeper, key, head, last).await?;
    }
    let signer = key.signer(log)?;
    let checkpoint = Checkpoint { origin: signer.verifier().name().to_owned(), size, root: head.tree.root() };
    let note = Note::signed(&signed_text(&checkpoint, now_ms), &signer);
    keeper.add_checkpoint(head, &note.to_string(), now_ms).await?;
    Ok(true)
}

async fn continues(keeper: &mut Keeper, key: &LogKey, head: &Head, last: &platform::log::Kept) -> Result<()> {
    let note = Note::parse(&last.note).map_err(Error::internal)?;
    let told = Checkpoint::open(&note, &key.verifier(&head.log)?).map_err(Error::internal)?;
    if (told.size, told.root) != (last.size, last.root) {
        return Err(Error::internal("the last checkpoint was changed after it was signed"));
    }
    let size = head.tree.size();
    let proof = keeper.consistency(&head.log, told.size, size).await?;
    verify_consistency(told.size, size, &told.root, &head.tree.root(), &proof).map_err(Error::internal)
}

/// Logs that are not signed any more, for those who watch over the installation.
pub async fn halts(system: &Ctx) -> Result<Vec<Halt>> {
    store::halts(system).await
}

/// Since when the oldest entry waits that no checkpoint tells of; none where all are signed.
pub async fn unsigned_since(system: &Ctx) -> Result<Option<i64>> {
    store::unsigned_since(system).await
}

/// Gives places to waiting entries and signs what has grown, as long as the program runs.
pub async fn keep_signing(system: Ctx, key: LogKey) {
    let mut until_signing = Duration::ZERO;
    loop {
        let outcome = if until_signing.is_zero() {
            until_signing = SIGNING_INTERVAL;
            sign_due(&system, &key).await.map(|_| ())
        } else {
            place_waiting(&system).await
        };
        if let Err(error) = outcome {
            tracing::error!(%error, "the upkeep of the log failed; it is tried again");
        }
        tokio::time::sleep(SEQUENCING_INTERVAL).await;
        until_signing = until_signing.saturating_sub(SEQUENCING_INTERVAL);
    }
}

/// Gives a place to entries that wait for one, before somebody reads them. Where somebody else is at it, or there are very
/// many, the reader does without the rest.
pub(super) async fn place_waiting(ctx: &Ctx) -> Result<()> {
    if !store::some_wait(ctx).await? {
        return Ok(());
    }
    let system = ctx.as_actor(Actor::System);
    let Some(keeper) = system.try_keep_log().await? else { return Ok(()) };
    place_some(&system, keeper).await.map(|_| ())
}

/// Gives a place to all entries that wait for one; gives the logs in which it cannot be done.
async fn place_all(system: &Ctx) -> Result<BTreeSet<String>> {
    loop {
        let placed = place_some(system, system.keep_log().await?).await?;
        if placed.count < BATCH {
            return Ok(placed.failed.into_iter().map(|(log, _)| log).collect());
        }
    }
}

async fn place_some(system: &Ctx, mut keeper: Keeper) -> Result<Placed> {
    let placed = keeper.sequence(BATCH).await?;
    for (log, fault) in &placed.failed {
        halt(&mut keeper, log, fault, system.now_ms()).await?;
    }
    keeper.commit().await?;
    Ok(placed)
}

/// At the start: refuses to go on without the key that signed the log, and gives places to entries from before the log was
/// a tree.
pub async fn open(system: &Ctx, key: &LogKey) -> Result<()> {
    let newest = store::newest_checkpoint(system, ALL_CHECKPOINTS).await?;
    let is_other = match &newest {
        Some(newest) => !key.is_named_in(&newest.note, ALL_CHECKPOINTS)?,
        None => key.was_made_now() && store::any_checkpoint(system).await?,
    };
    if is_other {
        key.discard()?;
        return Err(Error::internal(format!(
            "the key that signed the log is missing: put the file {FILE} of this installation back into the folder of data"
        )));
    }
    if store::waiting(system).await? > 0 {
        place_all(system).await?;
    }
    Ok(())
}
