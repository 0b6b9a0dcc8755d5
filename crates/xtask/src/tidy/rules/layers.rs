//! Which crate may use which.

use crate::tidy::{Rule, Tree, source::has_word};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "layers",
    asks: "stats, paper and tlog know no other crate of the workspace, platform only tlog, paper-pdf only paper; the product knows them all.",
    check,
};

/// Each crate and the workspace's crates it may not name.
const STRANGERS: &[(&str, &[&str])] = &[
    ("stats", &["paper", "paper_pdf", "platform", "rashin", "tlog"]),
    ("paper", &["stats", "paper_pdf", "platform", "rashin", "tlog"]),
    ("paper-pdf", &["stats", "platform", "rashin", "tlog"]),
    ("tlog", &["stats", "paper", "paper_pdf", "platform", "rashin"]),
    ("platform", &["stats", "paper", "paper_pdf", "rashin"]),
];

fn check(tree: &Tree) -> Vec<(String, usize, String)> {
    let mut found = Vec::new();
    for (own, strangers) in STRANGERS {
        let manifest = format!("crates/{own}/Cargo.toml");
        for (index, line) in tree.text(&manifest).unwrap_or("").lines().enumerate() {
            let named = |stranger: &&&str| line.contains(&format!("\"../{}\"", stranger.replace('_', "-")));
            if let Some(stranger) = strangers.iter().find(named) {
                found.push((manifest.clone(), index + 1, format!("`{own}` depends on `{stranger}`")));
            }
        }
        let sources = format!("crates/{own}/src/");
        for (path, source) in tree.rust().filter(|(path, _)| path.starts_with(&sources)) {
            for (line, code) in source.all() {
                let used = |stranger: &&&str| code.contains("::") && has_word(code, stranger) && names(code, stranger);
                if let Some(stranger) = strangers.iter().find(used) {
                    found.push((path.to_owned(), line, format!("`{own}` uses `{stranger}`")));
                }
            }
        }
    }
    found
}

/// Whether the crate stands at the root of a path, not as a module of another.
fn names(code: &str, name: &str) -> bool {
    code.match_indices(&format!("{name}::")).any(|(at, _)| {
        let before = &code[..at];
        !before.ends_with("::") && !before.ends_with(|c: char| c.is_alphanumeric() || c == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, text: &str) -> usize {
        check(&Tree::of(&[(path, text)])).len()
    }

    #[test]
    fn the_product_and_the_printer_know_those_below() {
        assert_eq!(count("crates/rashin/src/serve.rs", "use platform::Ctx;"), 0);
        assert_eq!(count("crates/paper-pdf/src/lib.rs", "use paper::Document;"), 0);
        assert_eq!(count("crates/paper-pdf/Cargo.toml", "paper = { path = \"../paper\" }"), 0);
        assert_eq!(count("crates/paper/src/lib.rs", "let paper = crate::stats::count();"), 0);
    }

    #[test]
    fn those_below_know_nobody() {
        assert_eq!(count("crates/stats/src/lib.rs", "use platform::Ctx;"), 1);
        assert_eq!(count("crates/platform/src/lib.rs", "fn f() -> rashin::Thing {}"), 1);
        assert_eq!(count("crates/paper/Cargo.toml", "[dependencies]\nstats = { path = \"../stats\" }"), 1);
    }
}
