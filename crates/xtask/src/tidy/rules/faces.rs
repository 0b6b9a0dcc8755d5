//! Where the web may be spoken of.

use crate::tidy::{Rule, Tree, source::has_word};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "faces",
    asks: "Actions, models and stores know no face: axum, askama, utoipa_axum and clap stay out of them.",
    check,
};

const FACELESS: [&str; 3] = ["actions", "model", "store"];
const FACES: [&str; 4] = ["axum", "askama", "utoipa_axum", "clap"];

fn check(tree: &Tree) -> Vec<(String, usize, String)> {
    let mut found = Vec::new();
    for (path, source) in tree.rust().filter(|(path, _)| path.starts_with("crates/rashin/src/") && faceless(path)) {
        for (line, code) in source.product() {
            for face in FACES.iter().filter(|face| has_word(code, face)) {
                found.push((path.to_owned(), line, format!("`{face}` has no place here")));
            }
        }
    }
    found
}

fn faceless(path: &str) -> bool {
    path.split('/').any(|part| FACELESS.contains(&part.strip_suffix(".rs").unwrap_or(part)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, text: &str) -> usize {
        check(&Tree::of(&[(path, text)])).len()
    }

    #[test]
    fn a_page_speaks_of_the_web() {
        assert_eq!(count("crates/rashin/src/identity/web.rs", "use axum::Router;"), 0);
        assert_eq!(count("crates/rashin/src/identity/actions.rs", "// no axum here\nuse platform::Ctx;"), 0);
    }

    #[test]
    fn an_action_does_not() {
        assert_eq!(count("crates/rashin/src/identity/actions.rs", "use axum::Router;"), 1);
        assert_eq!(count("crates/rashin/src/identity/actions/invite.rs", "use clap::Args;"), 1);
        assert_eq!(count("crates/rashin/src/identity/store.rs", "#[derive(askama::Template)]"), 1);
    }
}
