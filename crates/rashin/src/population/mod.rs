//! The companies one is compared with: indices and tiers, releases, and the synthetic reference (METI 2005 §3.1, §3.3).
//!
//! A profile gives two indices and a tier by a versioned index model, every term kept for showing. A release is a
//! frozen population: exact counts by tier, size and industry, and the figures derived from them once.
//!
//! Invariants: no figure of a release is typed in, all come from its counts; the same seed gives the same bytes on
//! every machine; a synthetic release says so (合成データ) wherever it is used.

pub mod api;
pub mod cli;
pub mod indices;
mod normal;
pub mod release;
pub mod synthesise;
pub mod web;

#[cfg(test)]
mod tests;

pub use indices::{IndexTerm, IndexValue, Indices, Tier, compute};
pub use release::{Figures, Release, ReleaseHead, Row, ScatterCell, Tally, Window, builtin_for, builtin_releases};
pub use synthesise::{Member, synthesise};

/// What one may do with releases: nothing that writes yet.
pub mod acts {
    /// All acts.
    pub const ALL: &[&platform::Act] = &[];
}

/// What is kept of releases: nothing yet, the shipped ones are made from their seeds.
pub mod store {
    /// All statements.
    pub const ALL: &[platform::Statement] = &[];
}

/// Makes the shipped releases, so that the first request does not wait for them.
#[expect(clippy::unused_async, reason = "it will write to the store")]
pub async fn freeze_builtin(_: &platform::Ctx) -> platform::Result<()> {
    if release::builtin_releases().is_empty() { Err(platform::Error::internal("no release")) } else { Ok(()) }
}

/// Releases one may compare with, in the order shown.
#[expect(clippy::unused_async, reason = "it will read the store")]
pub async fn list(_: &platform::Ctx) -> platform::Result<Vec<ReleaseHead>> {
    Ok(builtin_releases().iter().map(|release| release.head().clone()).collect())
}

/// A release by its id.
#[expect(clippy::unused_async, reason = "it will read the store")]
pub async fn find(_: &platform::Ctx, id: &str) -> platform::Result<std::sync::Arc<Release>> {
    let found = builtin_releases().iter().find(|release| release.id() == id);
    found.map(|release| std::sync::Arc::new(release.clone())).ok_or(platform::Error::NotFound)
}
