//! The log every deed appends to: entries, their place in the tree of their tenant, checkpoints.
//!
//! Architecture invariants: an entry is written in the transaction of its deed. On SQLite it gets its leaf there, since
//! there is one writer; on PostgreSQL a [`Keeper`] gives leaves afterwards, one at a time behind an advisory lock. What
//! a keeper writes changes nothing that an entry tells.

mod entry;
mod keeper;
pub(crate) mod store;

pub(crate) use entry::WITH_VALUES;
pub use entry::{Entry, Fact, Facts, WITHOUT_VALUES, commitment};
pub use keeper::{Head, Keeper, Kept, Placed};
pub use store::{ALL_CHECKPOINTS, Unproved, frontier_of, prove};

use crate::db::Statement;

/// The statements by which the log is written and its tree is read.
pub const STATEMENTS: [&[Statement]; 2] = [store::ALL, keeper::ALL];
