//! Where SQL may stand.

use crate::tidy::{Rule, Tree, is_test, source::has_word};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "sql",
    asks: "SQL stands in a domain's store.rs, in platform's db and log, and nowhere else; sqlx is known to platform's db only.",
    check,
};

const VERBS: [&str; 8] =
    ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "WITH ", "CREATE TABLE ", "ALTER TABLE ", "DROP TABLE "];

fn check(tree: &Tree) -> Vec<(String, usize, String)> {
    let mut found = Vec::new();
    let product = |path: &str| path.starts_with("crates/") && !path.starts_with("crates/xtask/") && !is_test(path);
    for (path, source) in tree.rust().filter(|(path, _)| product(path)) {
        if !may_hold_sql(path) {
            for (line, _) in source.product_strings().filter(|(_, text)| is_sql(text)) {
                found.push((path.to_owned(), line, "SQL outside a store".to_owned()));
            }
        }
        if !path.starts_with("crates/platform/src/db/") {
            for (line, _) in source.product().filter(|(_, code)| has_word(code, "sqlx")) {
                found.push((path.to_owned(), line, "sqlx outside platform's db".to_owned()));
            }
        }
    }
    found
}

fn is_sql(text: &str) -> bool {
    VERBS.iter().any(|verb| text.trim_start().starts_with(verb))
}

fn may_hold_sql(path: &str) -> bool {
    let in_store = path.ends_with("/store.rs") || path.contains("/store/");
    (path.starts_with("crates/rashin/src/") && in_store)
        || path.starts_with("crates/platform/src/db/")
        || path.starts_with("crates/platform/src/log/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, text: &str) -> usize {
        check(&Tree::of(&[(path, text)])).len()
    }

    const SQL: &str = "statements! { A = \"SELECT 1\"; }";

    #[test]
    fn a_store_holds_sql() {
        assert_eq!(count("crates/rashin/src/identity/store.rs", SQL), 0);
        assert_eq!(count("crates/platform/src/log/store.rs", SQL), 0);
        assert_eq!(count("crates/platform/src/db/mod.rs", "use sqlx::Row;"), 0);
        assert_eq!(count("crates/rashin/src/identity/web.rs", "// SELECT x\nlet a = \"Select a file\";"), 0);
    }

    #[test]
    fn nothing_else_does() {
        assert_eq!(count("crates/rashin/src/identity/actions.rs", SQL), 1);
        assert_eq!(count("crates/stats/src/lib.rs", "const A: &str = r#\"\n  DELETE FROM x\"#;"), 1);
        assert_eq!(count("crates/rashin/src/identity/store.rs", "use sqlx::Row;"), 1);
    }

    #[test]
    fn tests_may_look_into_the_database() {
        assert_eq!(count("crates/rashin/src/identity/tests.rs", SQL), 0);
    }
}
