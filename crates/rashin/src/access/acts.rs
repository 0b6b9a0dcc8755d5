//! What may be asked about access.

use platform::Act;

use crate::organisation::roles::ADMINISTRATOR;

/// Give a person a role in a unit.
pub const GRANT: Act = Act::by("access.grant", &[ADMINISTRATOR]).with_fresh_proof();
/// Take a role back.
pub const END_GRANT: Act = Act::by("access.end-grant", &[ADMINISTRATOR]).with_fresh_proof();

/// All acts of this domain.
pub const ALL: &[&Act] = &[&GRANT, &END_GRANT];
