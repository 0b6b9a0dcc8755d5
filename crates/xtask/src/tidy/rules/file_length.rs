//! How long a file may be.

use crate::tidy::{Rule, Tree, is_test};

/// The rule.
pub(super) const RULE: Rule =
    Rule { id: "file-length", asks: "A Rust file has at most 500 lines before its tests.", check };

const MOST_LINES: usize = 500;

fn check(tree: &Tree) -> Vec<(String, usize, String)> {
    let long = |lines: usize| lines > MOST_LINES;
    let files = tree.rust().filter(|(path, source)| !is_test(path) && long(source.product_lines()));
    files.map(|(path, source)| (path.to_owned(), MOST_LINES + 1, format!("{} lines", source.product_lines()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_do_not_count() {
        let text = format!("{}#[cfg(test)]\nmod tests {{\n{}}}\n", "a\n".repeat(500), "b\n".repeat(100));
        assert!(
            check(&Tree::of(&[("crates/a/src/b.rs", &text), ("crates/a/src/tests.rs", &"c\n".repeat(900))])).is_empty()
        );
    }

    #[test]
    fn one_line_more_is_found() {
        let found = check(&Tree::of(&[("crates/a/src/b.rs", &"a\n".repeat(501))]));
        assert_eq!(found, [("crates/a/src/b.rs".to_owned(), 501, "501 lines".to_owned())]);
    }
}
