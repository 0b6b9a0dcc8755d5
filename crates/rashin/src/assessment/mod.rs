//! The self-check: 15 profile questions and 25 or 27 control items per scope and period (METI 2005 §3.1; DOMAIN A1).
//!
//! Several people answer; every answer knows who gave it and when. Handing in closes the answers, approval freezes
//! them by content hash. Invariants: a saved answer names the version it replaces; an approved self-check never
//! changes; an item that does not apply needs a reason and somebody's agreement before handing in.

pub mod actions;
pub mod acts;
pub mod answering;
pub mod answers;
pub mod answers_file;
pub mod answers_sheet;
pub mod answers_toml;
pub mod api;
pub mod cli;
pub mod compare;
pub mod evidence;
pub mod import;
pub mod period;
pub mod read_answers;
pub mod record;
pub mod rights;
pub mod score;
pub mod store;
pub mod web;

#[cfg(test)]
mod tests;

pub use actions::{
    approve, approve_exclusion, assign, create, earlier, find, give_back, list, open, own_parts, submissions, submit,
};
pub use answering::{ItemChange, Outcome, answer_items, answer_profile};
pub use record::{Approved, Assessment, Filter, OwnPart, State, Summary};
