//! What may be asked of the log.

use platform::Act;

use crate::organisation::roles::{ADMINISTRATOR, AUDITOR, CISO, INTERNAL_AUDITOR};

/// Read and prove the tenant's log.
pub const READ: Act = Act::by("audit-log.read", &[ADMINISTRATOR, AUDITOR, INTERNAL_AUDITOR, CISO]);
/// Erase what an entry commits to. Nobody does that alone.
pub const ERASE: Act = Act::by_two("audit-log.erase", &[ADMINISTRATOR]).with_fresh_proof();

/// All acts of this domain.
pub const ALL: &[&Act] = &[&READ, &ERASE];
