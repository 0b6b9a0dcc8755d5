//! Reading and proving the log that every deed appends to (DOMAIN D5). Entries come from deeds alone.
//!
//! Follows RFC 6962/9162 (tree and proofs) and C2SP (signed notes, checkpoints, tiles, witnesses).
//! Invariants: entries of a tenant are the leaves of one tree, numbered from 1 without gaps. Before a checkpoint is
//! signed, the tree is shown to continue the last one. A value that an entry commits to is either there or its
//! erasure is an entry itself.

pub mod actions;
pub mod acts;
pub mod api;
pub mod checkpoints;
pub mod cli;
pub mod export;
pub mod forward;
pub mod key;
pub mod proofs;
pub mod store;
pub mod verify;
pub mod web;
pub mod witness;
pub mod witnesses;

#[cfg(test)]
mod tests;

pub use actions::{Entry, Filter, entries, entry, erase};
pub use checkpoints::{Halt, halts, sign_due};
pub use key::LogKey;
pub use witnesses::{Standing, Witnesses, standings};
