//! Stories of keeping an installation.

mod backups;
mod doctors;
mod exports;
pub(crate) mod mails;
mod retention;
mod watching;
mod ways_in;
