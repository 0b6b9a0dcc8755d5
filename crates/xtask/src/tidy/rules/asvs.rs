//! The table of security requirements answers each one, and what it names is there.

use std::collections::BTreeSet;

use toml::{Table, Value};

use crate::tidy::{Rule, Tree, ends};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "asvs",
    asks: "docs/security/asvs.toml has every requirement of levels 1 and 2 once, each with tests or a page that are there, an operator's note, or why it does not apply.",
    check,
};

const TABLE: &str = "docs/security/asvs.toml";
/// Requirements of ASVS 5.0.0 at levels 1 and 2.
const COUNTS: [(i64, usize); 2] = [(1, 70), (2, 183)];
const ANSWERS: [&str; 5] = ["tests", "page", "operator", "none", "open"];
const KEYS: [&str; 7] = ["level", "note", "tests", "page", "operator", "none", "open"];

fn check(tree: &Tree) -> Vec<(String, usize, String)> {
    let Some(text) = tree.text(TABLE) else { return Vec::new() };
    let rows: Table = match text.parse() {
        Ok(rows) => rows,
        Err(error) => return vec![(TABLE.to_owned(), 0, error.to_string())],
    };
    let known = test_names(tree);
    let paths: BTreeSet<&str> = tree.paths().collect();
    let mut found = Vec::new();
    for (id, row) in &rows {
        let line = text.lines().position(|line| line.starts_with(&format!("\"{id}\""))).map_or(0, |at| at + 1);
        found.extend(
            faults(row, &known, &paths).into_iter().map(|what| (TABLE.to_owned(), line, format!("{id}: {what}"))),
        );
    }
    for (level, count) in COUNTS {
        let here = rows.values().filter(|row| row.get("level").and_then(Value::as_integer) == Some(level)).count();
        if here != count {
            found.push((TABLE.to_owned(), 0, format!("{here} requirements of level {level}, not {count}")));
        }
    }
    found
}

fn faults(row: &Value, known: &BTreeSet<&str>, paths: &BTreeSet<&str>) -> Vec<String> {
    let Some(row) = row.as_table() else { return vec!["is no row".to_owned()] };
    let mut found: Vec<String> =
        row.keys().filter(|key| !KEYS.contains(&key.as_str())).map(|key| format!("unknown key {key}")).collect();
    if !ANSWERS.iter().any(|answer| row.contains_key(*answer)) {
        found.push("has no answer".to_owned());
    }
    let tests = row.get("tests").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    found.extend(tests.filter(|name| !known.contains(name)).map(|name| format!("there is no test {name}")));
    let page = row.get("page").and_then(Value::as_str);
    found.extend(page.filter(|page| !paths.contains(page)).map(|page| format!("there is no page {page}")));
    found
}

/// Names of Rust's functions in test files and modules, and titles of browser stories.
fn test_names(tree: &Tree) -> BTreeSet<&str> {
    let rust = tree.texts().filter(|(path, _)| ends(path, "rs")).flat_map(|(_, text)| after(text, "fn ", '('));
    let stories = tree.texts().filter(|(path, _)| path.ends_with(".test.mjs"));
    rust.chain(stories.flat_map(|(_, text)| after(text, "test(\"", '"'))).collect()
}

/// What stands between each `start` and the next `end`.
fn after<'a>(text: &'a str, start: &'a str, end: char) -> impl Iterator<Item = &'a str> {
    text.split(start).skip(1).filter_map(move |rest| rest.split(end).next())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whats(row: &str) -> Vec<String> {
        let tree = Tree::of(&[
            (TABLE, &format!("\"1.1.1\" = {row}\n")),
            ("crates/a/src/tests.rs", "#[test]\nfn it_holds() {}\n"),
            ("e2e/a.test.mjs", "test(\"people sign in\", () => {});"),
            ("docs/page.md", ""),
        ]);
        check(&tree)
            .into_iter()
            .map(|(_, _, what)| what)
            .filter(|what| !what.contains("requirements of level"))
            .collect()
    }

    #[test]
    fn answered_rows_are_good() {
        assert!(whats("{ level = 1, tests = [\"it_holds\", \"people sign in\"], note = \"so\" }").is_empty());
        assert!(whats("{ level = 1, page = \"docs/page.md\" }").is_empty());
        assert!(whats("{ level = 2, none = \"There is none.\" }").is_empty());
    }

    #[test]
    fn missing_answers_tests_pages_and_rows_are_found() {
        assert_eq!(whats("{ level = 1 }"), ["1.1.1: has no answer"]);
        assert_eq!(whats("{ level = 1, tests = [\"it_held\"] }"), ["1.1.1: there is no test it_held"]);
        assert_eq!(whats("{ level = 1, page = \"docs/lost.md\" }"), ["1.1.1: there is no page docs/lost.md"]);
        assert_eq!(whats("{ level = 1, none = \"\", because = \"\" }"), ["1.1.1: unknown key because"]);
        assert_eq!(check(&Tree::of(&[(TABLE, "\"1.1.1\" = { level = 1, none = \"\" }")])).len(), 2);
    }
}
