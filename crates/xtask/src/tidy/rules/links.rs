//! Links between our own pages.

use crate::tidy::{Rule, Tree, ends};

/// The rule.
pub(super) const RULE: Rule =
    Rule { id: "links", asks: "A relative link in a page leads to a file or folder of the repository.", check };

fn check(tree: &Tree) -> Vec<(String, usize, String)> {
    let mut found = Vec::new();
    for (path, text) in tree.texts().filter(|(path, _)| ends(path, "md")) {
        for (index, line) in text.lines().enumerate() {
            for target in targets(line).filter(|target| !there(tree, &resolve(path, target))) {
                found.push((path.to_owned(), index + 1, format!("`{target}` is not there")));
            }
        }
    }
    found
}

/// What `[text](target)` points to, without `#…`; other sites and places on the same page are left out.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    let targets = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets
        .filter(|target| !target.contains("://") && !target.starts_with('#'))
        .filter_map(|target| target.split('#').next())
}

fn resolve(page: &str, target: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    parts.join("/")
}

fn there(tree: &Tree, path: &str) -> bool {
    let folder = format!("{path}/");
    tree.paths().any(|known| known == path || known.starts_with(&folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_files_folders_and_other_sites_are_good() {
        let page = "[a](../README.md#top) [b](guide) [c](https://example.org/x) [d](#here)";
        let files = [("docs/index.md", page), ("README.md", ""), ("docs/guide/a.md", "")];
        assert!(check(&Tree::of(&files)).is_empty());
    }

    #[test]
    fn a_link_to_nowhere_is_found() {
        let found = check(&Tree::of(&[("docs/index.md", "fine\n[a](b.md) and [c](../d.md)")]));
        assert_eq!(found.iter().map(|(_, line, _)| *line).collect::<Vec<_>>(), [2, 2]);
    }
}
