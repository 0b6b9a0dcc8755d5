//! The organisation: group → company → department, and the roles people hold in it (METI 2009 §3; DOMAIN B5).
//!
//! A *tenant* is a root unit with its tree. Invariants: a unit's `path` is its parent's path plus its own id; a child's
//! kind is never above its parent's; a unit with open children or under itself cannot be closed or moved below itself;
//! units are closed, never deleted.

pub mod actions;
pub mod acts;
pub mod api;
pub mod cli;
pub mod model;
pub mod roles;
pub mod store;
pub mod web;

#[cfg(test)]
mod tests;

pub use actions::{Edit, add_unit, close_unit, edit_unit, enter_root, hold, list_units, unit, units_to};
pub use model::{Unit, UnitKind};
