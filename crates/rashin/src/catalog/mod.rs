//! Item sets, the company profile, index models and frameworks: data, read once (METI 2005 §3.1–3.3).
//!
//! Everything that a person is asked, told or advised stands in the TOML files of `catalog/`, Japanese and English
//! side by side, and is compiled in. [`load`] is their only reader; it gives every fault of every file at once.
//!
//! Invariants: identity is the ref id, never the text; a set that extends another keeps that one's items unchanged;
//! the hash of an item set changes with every word of it; nothing here is ever written.

pub mod api;
pub mod cli;
pub mod load;
pub mod model;
mod read;
pub mod web;

#[cfg(test)]
mod tests;

pub use load::{files_in, load};
pub use model::{
    Action, Area, Bilingual, Catalog, Effort, Framework, Index, IndexModel, Item, ItemSet, Level, Maturity, Profile,
    Question, QuestionIndex, QuestionOption, Requirement, Size, Term, TermOption,
};
pub use read::Finding;
pub(crate) use read::line_of;

use std::sync::OnceLock;

/// The files of the repository's `catalog/`, compiled in.
#[derive(rust_embed::Embed)]
#[folder = "../../catalog/"]
struct Files;

/// The catalogue that ships with the program, read once.
///
/// It is empty if a shipped file is faulty, which a test forbids.
#[must_use]
pub fn builtin() -> &'static Catalog {
    static BUILTIN: OnceLock<Catalog> = OnceLock::new();
    BUILTIN.get_or_init(|| {
        load(&builtin_files()).unwrap_or_else(|findings| {
            tracing::error!(findings = findings.len(), "the catalogue has faults");
            Catalog::default()
        })
    })
}

/// Path and text of each compiled-in file, in order of path.
#[must_use]
pub fn builtin_files() -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Files::iter()
        .filter(|path| path.ends_with(".toml"))
        .filter_map(|path| {
            let file = Files::get(&path)?;
            Some((path.to_string(), String::from_utf8_lossy(&file.data).into_owned()))
        })
        .collect();
    files.sort();
    files
}
