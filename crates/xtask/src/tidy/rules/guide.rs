//! The guide in two languages, and true to the catalogue.

use std::collections::BTreeSet;

use crate::tidy::{Rule, Tree, ends};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "guide",
    asks: "docs/guide has the same pages in ja and en, and its answer-file.md names every question, option and item.",
    check,
};

const HOME: &str = "docs/guide/";
const QUESTIONS: &str = "catalog/profile-15/questions.toml";

fn check(tree: &Tree) -> Vec<(String, usize, String)> {
    let mut found = Vec::new();
    for (here, there) in [("ja", "en"), ("en", "ja")] {
        let pages = pages(tree, there);
        for missing in pages.difference(&self::pages(tree, here)) {
            found.push((format!("{HOME}{there}/{missing}"), 0, format!("is missing in {here}")));
        }
        let page = format!("{HOME}{here}/answer-file.md");
        let Some(text) = tree.text(&page) else { continue };
        for id in ids(tree).into_iter().filter(|id| !names(text, id)) {
            found.push((page.clone(), 0, format!("does not name `{id}`")));
        }
    }
    found
}

fn pages(tree: &Tree, language: &str) -> BTreeSet<String> {
    let home = format!("{HOME}{language}/");
    tree.paths().filter_map(|path| path.strip_prefix(&home)).map(str::to_owned).collect()
}

/// Ref ids of the profile's questions and options, and of all items.
fn ids(tree: &Tree) -> BTreeSet<String> {
    let questions = tree.text(QUESTIONS).unwrap_or("").lines();
    let questions = questions.filter_map(|line| line.strip_prefix("ref_id = \"")?.strip_suffix('"')).map(str::to_owned);
    let files = tree.paths().filter(|path| path.starts_with("catalog/benchmark-") && ends(path, "toml"));
    let items = files.filter_map(|path| path.rsplit_once("/items/")?.1.strip_suffix(".toml")).map(str::to_owned);
    questions.chain(items).collect()
}

/// Whether the page has the id in quotes or backticks, or as a bare key.
fn names(text: &str, id: &str) -> bool {
    text.contains(&format!("\"{id}\"")) || text.contains(&format!("`{id}`")) || text.contains(&format!("\n{id} = "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CATALOGUE: [(&str, &str); 2] =
        [(QUESTIONS, "ref_id = \"staff\"\nref_id = \"1-20\"\n"), ("catalog/benchmark-25/items/1-1.toml", "")];

    fn lines(guide: &[(&str, &str)]) -> usize {
        check(&Tree::of(&[&CATALOGUE, guide].concat())).len()
    }

    #[test]
    fn both_languages_with_every_id_are_good() {
        let page = "```toml\nstaff = \"1-20\"\n\"1-1\" = 3\n```";
        assert_eq!(lines(&[("docs/guide/ja/answer-file.md", page), ("docs/guide/en/answer-file.md", page)]), 0);
    }

    #[test]
    fn a_missing_page_and_a_missing_id_are_found() {
        assert_eq!(lines(&[("docs/guide/ja/start.md", "")]), 1);
        let (short, full) = ("`staff` `1-20`", "`staff` `1-20` `1-1`");
        assert_eq!(lines(&[("docs/guide/ja/answer-file.md", short), ("docs/guide/en/answer-file.md", full)]), 1);
    }
}
