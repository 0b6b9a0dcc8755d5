//! What a domain says of itself.

use super::domain_border::domains;
use crate::tidy::{Rule, Tree};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "domain-docs",
    asks: "The mod.rs of a domain says in `//!`, in at most 30 lines, what it is, which document it follows and its invariants.",
    check,
};

const MOST_LINES: usize = 30;

fn check(tree: &Tree) -> Vec<(String, usize, String)> {
    let mut found = Vec::new();
    for domain in domains(tree) {
        let path = format!("crates/rashin/src/{domain}/mod.rs");
        let Some(text) = tree.text(&path) else { continue };
        let docs: Vec<&str> = text.lines().take_while(|line| line.starts_with("//!")).collect();
        let says = docs.join(" ").replace("//!", "");
        if says.split_whitespace().count() < 5 {
            found.push((path, 1, "says nothing of the domain".to_owned()));
        } else if docs.len() > MOST_LINES {
            found.push((path, MOST_LINES + 1, format!("{} lines of it", docs.len())));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str) -> usize {
        check(&Tree::of(&[("crates/rashin/src/identity/mod.rs", text)])).len()
    }

    #[test]
    fn a_few_lines_are_good() {
        assert_eq!(count("//! People, and what they may do.\n//!\n//! Invariants: none.\n\npub mod model;\n"), 0);
    }

    #[test]
    fn none_a_bare_name_and_too_many_are_found() {
        assert_eq!(count("pub mod model;\n"), 1);
        assert_eq!(count("//! identity\n"), 1);
        assert_eq!(count(&"//! words and words\n".repeat(31)), 1);
    }
}
