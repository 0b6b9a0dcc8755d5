//! Reading and proving the log that every deed appends to (DOMAIN D5). Entries come from deeds alone.
//! Follows RFC 6962/9162 (tree and proofs) and C2SP (notes, checkpoints, tiles, witnesses). Invariants: entries of a
//! tenant are the leaves of one tree, numbered from 1 without gaps. What is signed continues what was signed before. A
//! value that an entry commits to is either there or its erasure is an entry itself.

pub mod actions;
pub mod acts;
pub mod api;
pub mod checkpoints;
pub mod cli;
pub mod export;
pub mod forward;
mod hasty;
pub mod key;
pub mod proofs;
pub mod store;
pub mod turns;
pub mod verify;
pub mod web;
pub mod witness;
pub mod witnesses;

#[cfg(test)]
mod tests;

pub use actions::{Entry, Filter, entries, entry, erase};
pub use checkpoints::{Halt, halts, sign_due, unsigned_since};
pub use key::LogKey;
pub use turns::Turns;
pub use witnesses::{Standing, Witnesses, standings};
