//! Names that say nothing.

use crate::tidy::{Rule, Tree};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "names",
    asks: "A file or folder is named after what it is about; core, common, util, helper, manager, service and misc are about nothing.",
    check,
};

const VAGUE: &[&str] = &[
    "core",
    "common",
    "util",
    "utils",
    "utilities",
    "helper",
    "helpers",
    "manager",
    "managers",
    "service",
    "services",
    "misc",
];

fn check(tree: &Tree) -> Vec<(String, usize, String)> {
    let vague = |path: &str| path.split('/').find(|part| VAGUE.contains(&stem(part))).map(str::to_owned);
    tree.paths()
        .filter_map(|path| vague(path).map(|name| (path.to_owned(), 0, format!("`{name}` says nothing"))))
        .collect()
}

/// The name before its first dot.
fn stem(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_from_the_glossary_is_good() {
        assert!(check(&Tree::of(&[("crates/rashin/src/identity/sessions.rs", ""), (".gitignore", "")])).is_empty());
    }

    #[test]
    fn vague_files_and_folders_are_found() {
        let files = [("a/utils/b.rs", ""), ("a/helper.rs", ""), ("a/core/c.rs", ""), ("b/common.css", "")];
        assert_eq!(check(&Tree::of(&files)).len(), 4);
    }
}
