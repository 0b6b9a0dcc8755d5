//! Pure Merkle log: tree, proofs, checkpoints, notes.
