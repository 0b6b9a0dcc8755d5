//! What is not ours or was made by a program stays out of the repository.

use crate::tidy::{Rule, Tree, ends};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "generated-files",
    asks: "JavaScript stands in web-assets and e2e only and is written by hand; packages come from lock files, which name no host.",
    check,
};

fn check(tree: &Tree) -> Vec<(String, usize, String)> {
    let mut found = Vec::new();
    for path in tree.paths() {
        let name = path.rsplit('/').next().unwrap_or(path);
        let at_home = path.starts_with("web-assets/src/") || path.starts_with("e2e/") || path.starts_with("benches/");
        if path.split('/').any(|part| part == "node_modules" || part == "dist" || part == "target") {
            found.push((path.to_owned(), 0, "was fetched or built".to_owned()));
        } else if name.contains(".min.") || (ends(name, "js") && !at_home) {
            found.push((path.to_owned(), 0, "is not written by hand, or not in its place".to_owned()));
        }
    }
    for (path, text) in tree.texts().filter(|(path, _)| path.ends_with("package-lock.json")) {
        for (index, _) in text.lines().enumerate().filter(|(_, line)| line.contains("\"resolved\"")) {
            found.push((path.to_owned(), index + 1, "names the host it was fetched from".to_owned()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_scripts_are_good() {
        let files = [("web-assets/src/rashin.js", ""), ("e2e/harness.mjs", ""), ("web-assets/package-lock.json", "{}")];
        assert!(check(&Tree::of(&files)).is_empty());
    }

    #[test]
    fn fetched_minified_and_misplaced_ones_are_found() {
        let files = [
            ("web-assets/src/htmx.min.js", ""),
            ("crates/rashin/assets/x.js", ""),
            ("e2e/node_modules/a/index.js", ""),
            ("e2e/package-lock.json", "{\n\"resolved\": \"https://host/a.tgz\"\n}"),
        ];
        assert_eq!(check(&Tree::of(&files)).len(), 4);
    }
}
