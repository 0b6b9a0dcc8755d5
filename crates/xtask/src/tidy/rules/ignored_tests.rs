//! Tests that never run.

use crate::tidy::{Rule, Tree, ends};

/// The rule.
pub(super) const RULE: Rule =
    Rule { id: "ignored-tests", asks: "A test runs or is deleted; none is switched off.", check };

fn check(tree: &Tree) -> Vec<(String, usize, String)> {
    let mut found = Vec::new();
    for (path, source) in tree.rust() {
        for (line, _) in source.all().filter(|(_, code)| code.trim_start().starts_with("#[ignore")) {
            found.push((path.to_owned(), line, "the test is switched off".to_owned()));
        }
    }
    for (path, text) in tree.texts().filter(|(path, _)| path.starts_with("e2e/") && ends(path, "mjs")) {
        for (index, _) in
            text.lines().enumerate().filter(|(_, line)| line.contains("test.skip(") || line.contains("test.only("))
        {
            found.push((path.to_owned(), index + 1, "a story is left out".to_owned()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_that_runs_is_good() {
        let files = [("crates/a/src/tests.rs", "#[test]\nfn a() {}\n// #[ignore]"), ("e2e/a.test.mjs", "test('a')")];
        assert!(check(&Tree::of(&files)).is_empty());
    }

    #[test]
    fn a_test_switched_off_is_found() {
        let files = [
            ("crates/a/src/tests.rs", "#[test]\n#[ignore = \"slow\"]\nfn a() {}"),
            ("e2e/a.test.mjs", "test.only('a')"),
        ];
        assert_eq!(check(&Tree::of(&files)).len(), 2);
    }
}
