//! What may be asked of the log.

use platform::Act;

use crate::organisation::roles::{ADMINISTRATOR, AUDITOR, CISO, INTERNAL_AUDITOR};

/// Read the tenant's log.
pub const READ: Act = Act::by("audit-log.read", &[ADMINISTRATOR, AUDITOR, INTERNAL_AUDITOR, CISO]);

/// All acts of this domain.
pub const ALL: &[&Act] = &[&READ];
