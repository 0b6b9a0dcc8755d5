//! Signing what the logs are at one moment, and halting where a log does not continue what was signed.

use std::time::Duration;

use platform::log::{ALL_CHECKPOINTS, Head, Keeper};
use platform::{Ctx, Error, Result};
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

/// Signs every log that has grown since its last checkpoint. Gives the number of new checkpoints.
pub async fn sign_due(system: &Ctx, key: &LogKey) -> Result<usize> {
    let mut keeper = system.keep_log().await?;
    keeper.sequence().await?;
    let now_ms = system.now_ms();
    let mut signed = 0;
    for head in keeper.heads().await? {
        signed += usize::from(sign(&mut keeper, key, &head, now_ms).await?);
    }
    if signed > 0 {
        let all = keeper.head(ALL_CHECKPOINTS).await?;
        signed += usize::from(sign(&mut keeper, key, &all, now_ms).await?);
    }
    keeper.commit().await?;
    Ok(signed)
}

/// Signs a log if it has grown and continues its last checkpoint; otherwise says loudly why not.
async fn sign(keeper: &mut Keeper, key: &LogKey, head: &Head, now_ms: i64) -> Result<bool> {
    let last = keeper.last_checkpoint(&head.log).await?;
    if last.as_ref().is_some_and(|last| last.size == head.tree.size() && last.root == head.tree.root()) {
        return Ok(false);
    }
    let fault = match &last {
        Some(last) => continues(keeper, key, head, last).await.err(),
        None => None,
    };
    if let Some(fault) = fault {
        tracing::error!(log = head.log, %fault, "THE LOG DOES NOT CONTINUE ITS LAST CHECKPOINT; it is not signed any more. Run `rashin log verify`");
        keeper.halt(&head.log, Some(&fault.to_string()), now_ms).await?;
        return Ok(false);
    }
    let signer = key.signer(&head.log)?;
    let checkpoint =
        Checkpoint { origin: signer.verifier().name().to_owned(), size: head.tree.size(), root: head.tree.root() };
    let note = Note::signed(&signed_text(&checkpoint, now_ms), &signer);
    keeper.add_checkpoint(head, &note.to_string(), now_ms).await?;
    keeper.halt(&head.log, None, now_ms).await?;
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

/// Gives a place to entries that wait for one, if there are any.
pub(super) async fn place_waiting(ctx: &Ctx) -> Result<()> {
    if !store::some_wait(ctx).await? {
        return Ok(());
    }
    let mut keeper = ctx.as_actor(platform::Actor::System).keep_log().await?;
    keeper.sequence().await?;
    keeper.commit().await
}

/// At the start: refuses to go on with a new key where an old one has signed, and gives places to entries from before
/// the log was a tree.
pub async fn open(system: &Ctx, key: &LogKey) -> Result<()> {
    if key.was_made_now() && store::any_checkpoint(system).await? {
        return Err(Error::internal(format!(
            "the key that signed the log is missing: put the file {FILE} of this installation back into the folder of \
             data, in place of the one that was made there now"
        )));
    }
    if store::waiting(system).await? > 0 {
        let mut keeper = system.keep_log().await?;
        keeper.sequence().await?;
        keeper.commit().await?;
    }
    Ok(())
}
