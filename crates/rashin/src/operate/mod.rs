//! Keeping an installation well: backup and restore, steps of the schema, a look over everything, a tenant's own data as
//! open files, retention, health and figures, TLS, mail (DOMAIN D5).
//!
//! No domain: one file per command, plus what the server needs of it. It stands after all domains, sees every table as
//! rows, and knows no meaning of any but those named in `store.rs`.
//!
//! Invariants: a backup is whole or is not there; a restore checks every byte before it touches anything; nothing here
//! prints a secret.

pub mod acts;
pub mod api;
pub mod archive;
pub mod backup;
pub mod connections;
pub mod doctor;
pub mod export_all;
pub mod files;
pub mod front;
pub mod health;
pub mod mail;
pub mod metrics;
pub mod organisations;
pub mod probe;
pub mod restore;
pub mod retention;
mod rows;
pub mod schema;
pub mod site;
mod spool;
pub(crate) mod store;
pub mod tls;
pub mod web;

#[cfg(test)]
pub(crate) mod tests;

pub use site::{PlaceArgs, Site};
