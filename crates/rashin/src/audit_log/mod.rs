//! Reading the log that every deed appends to (DOMAIN D5). Nobody writes here: entries come from deeds alone.
//!
//! Invariant: entries of a tenant are numbered without gaps and each names the hash of the one before it.

pub mod actions;
pub mod acts;
pub mod api;
pub mod cli;
pub mod store;
pub mod web;

#[cfg(test)]
mod tests;

pub use actions::{Entry, Filter, entries};
