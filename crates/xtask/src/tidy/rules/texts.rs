//! Japanese and English side by side.

use std::collections::BTreeMap;

use crate::tidy::{Rule, Tree, ends};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "texts",
    asks: "texts/ja.ftl and texts/en.ftl hold the same keys, and no key stands in two places.",
    check,
};

fn check(tree: &Tree) -> Vec<(String, usize, String)> {
    let mut found = Vec::new();
    let mut seen: BTreeMap<(&str, &str), &str> = BTreeMap::new();
    for (path, text) in tree.texts().filter(|(path, _)| ends(path, "ftl")) {
        let language = path.rsplit('/').next().unwrap_or(path);
        for (line, key) in keys(text) {
            if let Some(before) = seen.insert((language, key), path) {
                found.push((path.to_owned(), line, format!("`{key}` stands in {before} already")));
            }
        }
        let Some(other) = counterpart(path) else { continue };
        let Some(other_text) = tree.text(&other) else {
            found.push((path.to_owned(), 0, format!("{other} is missing")));
            continue;
        };
        let there: Vec<&str> = keys(other_text).into_iter().map(|(_, key)| key).collect();
        for (line, key) in keys(text).into_iter().filter(|(_, key)| !there.contains(key)) {
            found.push((path.to_owned(), line, format!("`{key}` is missing in {other}")));
        }
    }
    found
}

fn counterpart(path: &str) -> Option<String> {
    match path.rsplit_once('/')? {
        (folder, "ja.ftl") => Some(format!("{folder}/en.ftl")),
        (folder, "en.ftl") => Some(format!("{folder}/ja.ftl")),
        _ => None,
    }
}

/// Message and term names with their lines, from 1.
fn keys(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let begins = line.starts_with(|c: char| c.is_ascii_alphabetic() || c == '-');
        if let Some((key, _)) = line.split_once('=').filter(|_| begins) {
            found.push((index + 1, key.trim_end()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const JA: &str = "crates/rashin/src/identity/texts/ja.ftl";
    const EN: &str = "crates/rashin/src/identity/texts/en.ftl";

    #[test]
    fn the_same_keys_in_any_order_are_good() {
        let files = [(JA, "# 見出し\na = あ\n    続き = x\nb-c = い\n"), (EN, "b-c = B\na = A\n")];
        assert!(check(&Tree::of(&files)).is_empty());
    }

    #[test]
    fn a_missing_key_is_found_on_either_side() {
        let files = [(JA, "a = あ\nb = い\n"), (EN, "a = A\nc = C\n")];
        assert_eq!(check(&Tree::of(&files)).len(), 2);
        assert_eq!(check(&Tree::of(&files[..1])).len(), 1);
    }

    #[test]
    fn a_key_in_two_domains_is_found() {
        let other = [("x/texts/ja.ftl", "a = あ\n"), ("x/texts/en.ftl", "a = A\n"), (JA, "a = あ\n"), (EN, "a = A\n")];
        assert_eq!(check(&Tree::of(&other)).len(), 2);
    }
}
