//! Who is compared with whom (METI 2005 §3.3): two indices and a tier for each company, and frozen populations from
//! which desired levels, percentiles, deviation values and means are derived, never typed in.
//!
//! Until real submissions suffice, synthetic releases (合成データ) calibrated to the published table stand in. They
//! say so wherever they are shown.
//!
//! Invariants: the formula of the indices is data and our own, never called the ministry's; a release never changes
//! once frozen, and its hash says which one a figure came from; real members are counted, not kept; the same seed
//! gives the same bytes; parts of a real population with fewer than 10 members have no figures.

mod builtin;
mod content;
pub mod indices;
mod member;
mod release;
mod summary;
pub mod synthesise;
mod tally;
mod tier;

pub use builtin::{MakeError, SEED, builtin, builtin_for, builtin_releases, synthetic_release};
pub use indices::{Indices, SumShown, TermShown};
pub use member::Member;
pub use release::{Heading, Release, ReleaseError, SHOWN_MEMBERS_AT_LEAST, Window};
pub use summary::{DEVIATION_MEMBERS_AT_LEAST, Summary};
pub use tally::{Frame, Submission, Tally, TallyError};
pub use tier::Tier;
