//! Proofs anybody can check: that an entry is in the log, that the log only grew.

use std::path::Path;

use platform::log::ALL_CHECKPOINTS;
use platform::{Actor, Ctx, Error, Message, Result, log};
use serde::Serialize;
use tlog::{Hash, Note};
use utoipa::ToSchema;

use super::actions::{Entry, entry, readable};
use super::{checkpoints, store, witnesses};

/// That an entry is in the log a checkpoint tells of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Inclusion {
    /// Number of the entry, from 1; the leaf's index is one less.
    pub seq: i64,
    /// The leaf, of which the hash is taken.
    pub leaf: String,
    /// Hash of the leaf, hexadecimal.
    pub leaf_hash: String,
    /// Number of entries the checkpoint tells of.
    pub size: i64,
    /// Neighbouring hashes from the leaf upwards, hexadecimal.
    pub proof: Vec<String>,
    /// The signed checkpoint.
    pub checkpoint: String,
}

/// That the log at one size begins with the log at a smaller one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Consistency {
    /// The smaller number of entries.
    pub old: i64,
    /// The larger number of entries.
    pub size: i64,
    /// Root at the smaller number, hexadecimal.
    pub old_root: String,
    /// Root at the larger number, hexadecimal.
    pub root: String,
    /// Hashes of the proof (RFC 9162), hexadecimal.
    pub proof: Vec<String>,
}

/// What a witness signed, as far as it says something about the asker's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Witnessed {
    /// Name of the witness.
    pub witness: String,
    /// Its key.
    pub key: String,
    /// When it signed last, milliseconds since 1970; none if it never did.
    pub at_ms: Option<i64>,
    /// The checkpoint of the log of all checkpoints, with its signature.
    pub checkpoint: Option<String>,
    /// The asker's newest checkpoint in there.
    pub own: Option<InAll>,
    /// Whether the log still is what the witness signed, as far as that is about the asker's.
    pub holds: bool,
}

/// That a checkpoint of the asker's log is in the log of all checkpoints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct InAll {
    /// Number of entries the checkpoint tells of.
    pub size: i64,
    /// Its number in the log of all checkpoints, from 1; its text is the leaf.
    pub number: i64,
    /// Number of checkpoints that were signed by the witness.
    pub all: i64,
    /// The checkpoint.
    pub checkpoint: String,
    /// Neighbouring hashes from the leaf upwards, hexadecimal.
    pub proof: Vec<String>,
}

fn size_of(number: i64) -> Result<u64> {
    u64::try_from(number).map_err(Error::internal)
}

fn hex_of(proof: &[Hash]) -> Vec<String> {
    proof.iter().map(|hash| hash.to_hex()).collect()
}

/// The message that the log is not what was signed.
const CHANGED: &str = "error-log-changed";

/// A proof, and whether the log is what was signed: that it is not is something to be shown, not a failure.
pub(super) fn or_changed<T>(proved: Result<Option<T>>) -> Result<(Option<T>, bool)> {
    match proved {
        Ok(proof) => Ok((proof, true)),
        Err(Error::Conflict(message)) if message.key == CHANGED => Ok((None, false)),
        Err(error) => Err(error),
    }
}

/// The newest signed checkpoint of the asker's log, as a note.
pub async fn checkpoint(ctx: &Ctx) -> Result<Option<String>> {
    let tenant_id = readable(ctx).await?;
    Ok(store::newest_checkpoint(ctx, tenant_id).await?.map(|kept| kept.note))
}

/// Proves an entry against the newest checkpoint; none while no checkpoint tells of it.
pub async fn inclusion(ctx: &Ctx, id: &str) -> Result<Option<Inclusion>> {
    let (tenant_id, entry) = (readable(ctx).await?, entry(ctx, id).await?);
    let Some(kept) = store::newest_checkpoint(ctx, tenant_id).await? else { return Ok(None) };
    let Some(seq) = entry.seq.filter(|seq| (1..=kept.size).contains(seq)) else { return Ok(None) };
    let Entry { leaf, leaf_hash, .. } = entry;
    let ranges = tlog::inclusion_ranges(size_of(seq - 1)?, size_of(kept.size)?).map_err(Error::internal)?;
    let proof = log::prove(&mut ctx.reader(), tenant_id, &ranges).await?;
    let hash = Hash::from_hex(&leaf_hash).map_err(Error::internal)?;
    let told = Note::parse(&kept.note).and_then(|note| tlog::Checkpoint::parse(&note.text));
    let root = told.map_err(|_| Error::conflict(CHANGED))?.root;
    // A proof that does not hold is a log that was changed: it is not handed out as if it were one.
    tlog::verify_inclusion(size_of(seq - 1)?, size_of(kept.size)?, &hash, &proof, &root)
        .map_err(|_| Error::conflict(CHANGED))?;
    Ok(Some(Inclusion { seq, leaf, leaf_hash, size: kept.size, proof: hex_of(&proof), checkpoint: kept.note }))
}

/// Proves that the asker's log only grew between two sizes.
pub async fn consistency(ctx: &Ctx, old: i64, size: i64) -> Result<Consistency> {
    let tenant_id = readable(ctx).await?;
    checkpoints::place_waiting(ctx).await?;
    let entries = store::size(ctx, tenant_id).await?;
    if old < 1 || old > size || size > entries {
        let message = Message::new("error-log-sizes").with("size", entries.to_string());
        return Err(Error::field("old", &format!("{old} – {size}"), message));
    }
    let (small, large) = (size_of(old)?, size_of(size)?);
    let ranges = tlog::consistency_ranges(small, large).map_err(Error::internal)?;
    let mut reader = ctx.reader();
    let proof = log::prove(&mut reader, tenant_id, &ranges).await?;
    let whole = [tlog::Range { start: 0, end: small }, tlog::Range { start: 0, end: large }];
    let roots = log::prove(&mut reader, tenant_id, &whole).await?;
    tlog::verify_consistency(small, large, &roots[0], &roots[1], &proof).map_err(|_| Error::conflict(CHANGED))?;
    Ok(Consistency { old, size, old_root: roots[0].to_hex(), root: roots[1].to_hex(), proof: hex_of(&proof) })
}

/// What the witnesses signed last, each with the proof that the asker's log is in it.
pub async fn witnessed(ctx: &Ctx, data: &Path) -> Result<Vec<Witnessed>> {
    let tenant_id = readable(ctx).await?;
    // The log of all checkpoints is everybody's; what is shown of it is one's own checkpoint and its proof.
    let system = &ctx.as_actor(Actor::System);
    let mut found = Vec::new();
    for standing in witnesses::standings(data)? {
        let (witness, key) = (standing.name().to_owned(), standing.key);
        let (mut at_ms, mut checkpoint, mut own, mut holds) = (None, None, None, true);
        if let Some(cosigned) = standing.cosigned {
            (own, holds) = or_changed(in_all(system, tenant_id, &cosigned.note).await)?;
            (at_ms, checkpoint) = (Some(cosigned.at_ms), Some(cosigned.note));
        }
        found.push(Witnessed { witness, key, at_ms, checkpoint, own, holds });
    }
    Ok(found)
}

/// Proves the newest checkpoint of a log that is in a checkpoint of all.
async fn in_all(system: &Ctx, log: &str, note: &str) -> Result<Option<InAll>> {
    let told = Note::parse(note).and_then(|note| tlog::Checkpoint::parse(&note.text)).map_err(Error::internal)?;
    let all = i64::try_from(told.size).map_err(Error::internal)?;
    let Some((kept, number)) = store::checkpoint_within(system, log, all).await? else { return Ok(None) };
    let index = size_of(number - 1)?;
    let ranges = tlog::inclusion_ranges(index, told.size).map_err(Error::internal)?;
    let proof = log::prove(&mut system.reader(), ALL_CHECKPOINTS, &ranges).await?;
    tlog::verify_inclusion(index, told.size, &tlog::leaf_hash(kept.note.as_bytes()), &proof, &told.root)
        .map_err(|_| Error::conflict(CHANGED))?;
    Ok(Some(InAll { size: kept.size, number, all, checkpoint: kept.note, proof: hex_of(&proof) }))
}
