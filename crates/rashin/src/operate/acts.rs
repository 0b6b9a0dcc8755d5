//! What may be asked of the installation itself. Commands act as the installation: whoever may read its files.

use platform::Act;

/// Make a backup of everything.
pub const BACK_UP: Act = Act::by("operate.back-up", &[]);
/// Put a backup in the place of everything.
pub const RESTORE: Act = Act::by("operate.restore", &[]);

/// All acts of operating.
pub const ALL: &[&Act] = &[&BACK_UP, &RESTORE];
