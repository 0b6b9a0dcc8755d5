//! What tells of the machine a line was written on.

use crate::tidy::{Rule, Tree};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "traces",
    asks: "No file names a folder of somebody's machine, a package mirror or the tool it was written with.",
    check,
};

/// In two pieces each, so that this file does not name them.
const WORDS: &[(&str, &str)] = &[
    ("/wo", "rk/"),
    ("/ro", "ot/."),
    ("/ho", "me/"),
    ("/Us", "ers/"),
    ("..", "/shared"),
    ("registry.npm", "js.org"),
    ("files.python", "hosted.org"),
    ("co-authored", "-by:"),
    ("generated", " with ["),
    ("chat", "gpt"),
    ("cop", "ilot"),
    ("anth", "ropic"),
    ("cla", "ude"),
    ("open", "ai"),
];

/// The one place that says where reference data lies by default, and the addresses that SCIM prescribes.
const EXCUSED: &[(&str, &str)] = &[
    ("script/validate", "/shared"),
    ("crates/rashin/src/federation/tests/scim.rs", "ers/"),
    ("crates/rashin/src/federation/web/scim.rs", "ers/"),
];

fn check(tree: &Tree) -> Vec<(String, usize, String)> {
    let mut found = Vec::new();
    for (path, text) in tree.texts() {
        for (index, line) in text.lines().enumerate() {
            let line = line.to_lowercase();
            for (head, tail) in WORDS {
                let word = format!("{head}{tail}").to_lowercase();
                if line.contains(&word) && !EXCUSED.contains(&(path, *tail)) {
                    found.push((path.to_owned(), index + 1, format!("names `{word}`")));
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_words_are_good() {
        assert!(check(&Tree::of(&[("README.md", "network/work and the root of the tree, shared by all")])).is_empty());
    }

    #[test]
    fn a_machines_folder_is_found() {
        let text = format!("fine\nsee {}rk/main\n", "/wo");
        assert_eq!(
            check(&Tree::of(&[("README.md", &text)])),
            [("README.md".to_owned(), 2, format!("names `{}rk/`", "/wo"))]
        );
    }

    #[test]
    fn the_place_of_reference_data_is_named_in_its_script_only() {
        let text = format!("{}/shared/validation", "..");
        assert!(check(&Tree::of(&[("script/validate", &text)])).is_empty());
        assert_eq!(check(&Tree::of(&[("README.md", &text)])).len(), 1);
    }
}
