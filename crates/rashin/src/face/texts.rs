//! All messages, gathered from the folders of the domains.

use std::sync::{Arc, OnceLock};

use platform::{Language, Texts};

macro_rules! sources {
    ($($folder:literal),* $(,)?) => {
        /// Every source of messages with its folder.
        pub const SOURCES: &[(&str, Language, &str)] = &[$(
            ($folder, Language::Ja, include_str!(concat!("../", $folder, "/texts/ja.ftl"))),
            ($folder, Language::En, include_str!(concat!("../", $folder, "/texts/en.ftl"))),
        )*];
    };
}

sources![
    "face",
    "organisation",
    "access",
    "identity",
    "federation",
    "audit_log",
    "assessment",
    "population",
    "benchmark",
    "catalog",
    "operate"
];

/// The messages. A fault in a source, which a test forbids, is said on the log and leaves the key visible.
#[must_use]
pub fn texts() -> Arc<Texts> {
    static TEXTS: OnceLock<Arc<Texts>> = OnceLock::new();
    Arc::clone(TEXTS.get_or_init(|| {
        let sources: Vec<(Language, &str)> = SOURCES.iter().map(|(_, language, text)| (*language, *text)).collect();
        match Texts::parse(&sources) {
            Ok(texts) => Arc::new(texts),
            Err(errors) => {
                tracing::error!(?errors, "messages with faults");
                Arc::new(Texts::parse(&[]).unwrap_or_else(|_| Texts::empty()))
            }
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_reads_without_a_fault() {
        let sources: Vec<(Language, &str)> = SOURCES.iter().map(|(_, language, text)| (*language, *text)).collect();
        assert_eq!(Texts::parse(&sources).map(|_| ()), Ok(()));
    }
}
