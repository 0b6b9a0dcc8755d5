//! What may be asked of the installation itself. Commands act as the installation: whoever may read its files.

use platform::Act;

use crate::organisation::roles::ADMINISTRATOR;

/// Make a backup of everything.
pub const BACK_UP: Act = Act::by("operate.back-up", &[]);
/// Put a backup in the place of everything.
pub const RESTORE: Act = Act::by("operate.restore", &[]);
/// Take a tenant's own data along; on a page also the right to read self-checks is asked for.
pub const EXPORT_ALL: Act = Act::by("operate.export-all", &[ADMINISTRATOR]).with_fresh_proof();
/// Forget records whose time is over.
pub const FORGET: Act = Act::by("operate.forget", &[]);

/// All acts of operating.
pub const ALL: &[&Act] = &[&BACK_UP, &RESTORE, &EXPORT_ALL, &FORGET];
