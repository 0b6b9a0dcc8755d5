//! What may be asked of the population.

use platform::Act;

/// See releases and their figures. They name no company.
pub const READ: Act = Act::signed_in("population.read");
/// Freeze a release. Only the installation itself does so.
pub const FREEZE_RELEASE: Act = Act::by("population.freeze-release", &[]);

/// All acts of this domain.
pub const ALL: &[&Act] = &[&READ, &FREEZE_RELEASE];
