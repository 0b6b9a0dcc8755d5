//! Stories of keeping an installation.

mod backups;
mod connecting;
mod doctors;
mod exports;
pub(crate) mod mails;
mod organisations;
mod retention;
mod watching;
mod ways_in;
