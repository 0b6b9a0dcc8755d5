//! The companies one is compared with: indices and tiers, releases, and the synthetic reference (METI 2005 §3.1, §3.3).
//!
//! A profile gives two indices and a tier by a versioned index model, every term kept for showing. A release is a
//! frozen population: exact counts by tier, size and industry, and the figures derived from them once.
//!
//! Invariants: no figure of a release is typed in, all come from its counts; the same seed gives the same bytes on
//! every machine; a synthetic release says so (合成データ) wherever it is used; a release never changes once it is
//! frozen, and its hash is checked whenever it is read; groups of fewer than 10 real companies have no figures.

pub mod actions;
pub mod acts;
pub mod api;
mod builtin;
mod charts;
pub mod cli;
mod content;
mod export;
pub mod indices;
mod normal;
mod published;
pub mod release;
pub mod sheet;
pub mod store;
pub mod synthesise;
mod view;
pub mod web;

#[cfg(test)]
mod tests;

pub use actions::{Frozen, find, find_frozen, first_for, freeze, freeze_builtin, ids_for, list, list_frozen, members};
pub use builtin::{builtin_for, builtin_releases, synthetic_release};
pub use indices::{IndexTerm, IndexValue, Indices, Tier, compute};
pub use published::{PublishedMeans, compare_with_published};
pub use release::{Figures, Release, ReleaseHead, Row, ScatterCell, Tally, Window};
pub use sheet::{ReleaseEntry, ReleaseSheet};
pub use synthesise::{Member, synthesise};
