//! Proofs anybody can check: that an entry is in the log, that the log only grew.

use platform::{Ctx, Error, Message, Result, log};
use serde::Serialize;
use tlog::{Hash, Note};
use utoipa::ToSchema;

use super::actions::{Entry, entry, readable};
use super::{checkpoints, store};

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

fn size_of(number: i64) -> Result<u64> {
    u64::try_from(number).map_err(Error::internal)
}

fn hex_of(proof: &[Hash]) -> Vec<String> {
    proof.iter().map(|hash| hash.to_hex()).collect()
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
    let Some(seq) = entry.seq.filter(|seq| *seq <= kept.size) else { return Ok(None) };
    let Entry { leaf, leaf_hash, .. } = entry;
    let ranges = tlog::inclusion_ranges(size_of(seq - 1)?, size_of(kept.size)?).map_err(Error::internal)?;
    let proof = log::prove(&mut ctx.reader(), tenant_id, &ranges).await?;
    let hash = Hash::from_hex(&leaf_hash).map_err(Error::internal)?;
    let told = tlog::Checkpoint::parse(&Note::parse(&kept.note).map_err(Error::internal)?.text);
    let root = told.map_err(Error::internal)?.root;
    // A proof that does not hold is a log that was changed: it is not handed out as if it were one.
    tlog::verify_inclusion(size_of(seq - 1)?, size_of(kept.size)?, &hash, &proof, &root)
        .map_err(|_| Error::conflict("error-log-changed"))?;
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
    tlog::verify_consistency(small, large, &roots[0], &roots[1], &proof)
        .map_err(|_| Error::conflict("error-log-changed"))?;
    Ok(Consistency { old, size, old_root: roots[0].to_hex(), root: roots[1].to_hex(), proof: hex_of(&proof) })
}
