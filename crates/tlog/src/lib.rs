//! A log that cannot be rewritten unseen, as pure values: Merkle tree (RFC 6962, RFC 9162), proofs, tiles (C2SP
//! tlog-tiles), signed notes and checkpoints (C2SP signed-note, tlog-checkpoint, tlog-cosignature), canonical JSON
//! (RFC 8785). It reads nothing, writes nothing and knows no clock.

mod canonical;
mod checkpoint;
mod error;
mod note;
mod proof;
mod tile;
mod tree;

pub use canonical::{canonical, canonical_text};
pub use checkpoint::Checkpoint;
pub use error::Error;
pub use note::{Note, Signature, Signer, Verifier};
pub use proof::{
    Range, consistency_ranges, inclusion_ranges, read_proof, verify_consistency, verify_inclusion, write_proof,
};
pub use tile::{TILE_WIDTH, Tile, bundle, entries_path, entries_tiles, read_bundle, tiles};
pub use tree::{Frontier, Hash, Node, fold, leaf_hash, node_hash};
