//! Rules of the tree that the compiler cannot hold. Each is one file in `rules/` with an id, what it asks, and a test
//! with a good and a bad sample; `rules::ALL` lists them.
//!
//! Only files known to git are looked at, so work that was not added yet disturbs nobody.

mod rules;
mod source;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::process::Command;

use crate::Report;
use source::Source;

/// Something that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    file: String,
    /// From 1; 0 for the file as a whole.
    line: usize,
    rule: &'static str,
    what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.file, self.line, self.rule, self.what)
    }
}

/// A rule.
pub(crate) struct Rule {
    /// Stable name, as printed.
    pub(crate) id: &'static str,
    /// What it asks, as one sentence.
    pub(crate) asks: &'static str,
    /// Where it is broken: file, line, what.
    pub(crate) check: fn(&Tree) -> Vec<(String, usize, String)>,
}

impl Rule {
    fn findings(&self, tree: &Tree) -> Vec<Finding> {
        let found = (self.check)(tree);
        found.into_iter().map(|(file, line, what)| Finding { file, line, rule: self.id, what }).collect()
    }
}

/// The text files of the repository, by path from its root with `/` between names.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    files: BTreeMap<String, String>,
    rust: BTreeMap<String, Source>,
    others: Vec<String>,
}

impl Tree {
    fn read(root: &Path) -> Result<Self, String> {
        let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(root).output();
        let listed = listed.map_err(|error| format!("git ls-files: {error}"))?;
        if !listed.status.success() {
            return Err(format!("git ls-files: {}", String::from_utf8_lossy(&listed.stderr)));
        }
        let mut tree = Self::default();
        for name in String::from_utf8_lossy(&listed.stdout).split('\0').filter(|name| !name.is_empty()) {
            match std::fs::read(root.join(name)).map(String::from_utf8) {
                Ok(Ok(text)) => tree.add(name, text),
                Ok(Err(_)) => tree.others.push(name.to_owned()),
                Err(_) => {} // deleted and not committed yet
            }
        }
        Ok(tree)
    }

    fn add(&mut self, name: &str, text: String) {
        if ends(name, "rs") {
            self.rust.insert(name.to_owned(), Source::read(&text));
        }
        self.files.insert(name.to_owned(), text);
    }

    /// A tree made of these files.
    #[cfg(test)]
    fn of(files: &[(&str, &str)]) -> Self {
        let mut tree = Self::default();
        for (name, text) in files {
            tree.add(name, (*text).to_owned());
        }
        tree
    }

    /// Text files: path and text.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// Rust files: path and what was read of them.
    pub(crate) fn rust(&self) -> impl Iterator<Item = (&str, &Source)> {
        self.rust.iter().map(|(name, source)| (name.as_str(), source))
    }

    /// Paths of all files, binary ones too.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().chain(&self.others).map(String::as_str)
    }

    /// The text of one file.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.files.get(name).map(String::as_str)
    }
}

/// Whether the name ends with `.ending`.
pub(crate) fn ends(path: &str, ending: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, last)| last == ending)
}

/// Whether a Rust file holds tests only.
pub(crate) fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/")
}

fn findings(tree: &Tree) -> Vec<Finding> {
    let mut found: Vec<Finding> = rules::ALL.iter().flat_map(|rule| rule.findings(tree)).collect();
    found.sort();
    found
}

/// Runs every rule on the repository at `root`.
pub(crate) fn report(root: &Path) -> Result<Report, String> {
    let tree = Tree::read(root)?;
    let found = findings(&tree);
    if found.is_empty() {
        return Ok(Report::fine(format!(
            "tidy: {} rules, {} files, nothing found",
            rules::ALL.len(),
            tree.files.len()
        )));
    }
    let mut lines: Vec<String> = found.iter().map(Finding::to_string).collect();
    lines.push(String::new());
    for rule in rules::ALL.iter().filter(|rule| found.iter().any(|finding| finding.rule == rule.id)) {
        lines.push(format!("{}: {}", rule.id, rule.asks));
    }
    Ok(Report::faults(lines))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_tidy() {
        let report = report(&crate::root()).unwrap();
        assert!(report.fine, "\n{}", report.lines.join("\n"));
    }

    #[test]
    fn rules_have_distinct_ids_and_say_what_they_ask() {
        let mut ids: Vec<&str> = rules::ALL.iter().map(|rule| rule.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), rules::ALL.len());
        assert!(rules::ALL.iter().all(|rule| rule.asks.ends_with('.')));
    }

    #[test]
    fn a_finding_says_where_which_rule_and_what() {
        let finding = Finding { file: "a/b.rs".into(), line: 3, rule: "names", what: "too vague".into() };
        assert_eq!(finding.to_string(), "a/b.rs:3: names: too vague");
    }
}
