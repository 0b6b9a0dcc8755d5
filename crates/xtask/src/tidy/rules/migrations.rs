//! Schema steps in a row.

use crate::tidy::{Rule, Tree, ends};

/// The rule.
pub(super) const RULE: Rule =
    Rule { id: "migrations", asks: "migrations/ holds NNNN_name.sql from 0001 without gaps, each number once.", check };

fn check(tree: &Tree) -> Vec<(String, usize, String)> {
    let names = tree.paths().filter(|path| !path["migrations/".len().min(path.len())..].contains('/'));
    let mut found = Vec::new();
    let steps = names.filter(|path| path.starts_with("migrations/") && ends(path, "sql"));
    for (index, path) in steps.enumerate() {
        let wanted = format!("migrations/{:04}_", index + 1);
        if !path.starts_with(&wanted) {
            found.push((path.to_owned(), 0, format!("stands where {wanted}… is expected")));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(names: &[&str]) -> usize {
        let files: Vec<(&str, &str)> = names.iter().map(|name| (*name, "")).collect();
        check(&Tree::of(&files)).len()
    }

    #[test]
    fn a_row_without_gaps_is_good() {
        assert_eq!(
            count(&["migrations/0001_ground.sql", "migrations/0002_more.sql", "migrations/samples/0001.sql"]),
            0
        );
    }

    #[test]
    fn gaps_and_twins_are_found() {
        assert_eq!(count(&["migrations/0001_ground.sql", "migrations/0003_more.sql"]), 1);
        assert_eq!(count(&["migrations/0001_a.sql", "migrations/0001_b.sql"]), 1);
        assert_eq!(count(&["migrations/first.sql"]), 1);
    }
}
