//! What may be asked of the organisation.

use platform::Act;

use super::roles::{ADMINISTRATOR, ANY};

/// See the unit and its place in the tree.
pub const READ: Act = Act::by("organisation.read", ANY);
/// Add a unit below this one.
pub const ADD_UNIT: Act = Act::by("organisation.add-unit", &[ADMINISTRATOR]);
/// Rename, re-class or move the unit.
pub const EDIT_UNIT: Act = Act::by("organisation.edit-unit", &[ADMINISTRATOR]);
/// Close the department, or open any unit again.
pub const CLOSE_UNIT: Act = Act::by("organisation.close-unit", &[ADMINISTRATOR]);
/// Close a company or a group of companies; another person must agree.
pub const CLOSE_COMPANY: Act = Act::by_two("organisation.close-company", &[ADMINISTRATOR]).with_fresh_proof();

/// All acts of this domain.
pub const ALL: &[&Act] = &[&READ, &ADD_UNIT, &EDIT_UNIT, &CLOSE_UNIT, &CLOSE_COMPANY];
