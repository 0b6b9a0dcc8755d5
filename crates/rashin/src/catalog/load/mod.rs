//! The only reader of catalogue files. Path decides what a file is; every fault of every file is found at once.
//!
//! | path | holds |
//! |---|---|
//! | `frameworks/<id>.toml` | a framework |
//! | `<id>/questions.toml` | a profile |
//! | `<id>/model.toml` | an index model |
//! | `<id>/set.toml` and `<id>/items/<ref id>.toml` | an item set |

mod framework;
mod index_model;
mod item;
mod item_set;
mod profile;

use std::collections::BTreeMap;
use std::path::Path;

use platform::Message;

use super::model::Catalog;
use super::read::{Finding, Findings, Source, Table};

/// Files of one folder by what they are.
#[derive(Debug, Default)]
struct Sorted<'a> {
    frameworks: Vec<Part<'a>>,
    profiles: Vec<Part<'a>>,
    index_models: Vec<Part<'a>>,
    item_sets: Vec<Part<'a>>,
    /// By id of the set.
    items: BTreeMap<&'a str, Vec<Part<'a>>>,
}

/// A file with the id that its path says.
#[derive(Debug, Clone, Copy)]
struct Part<'a> {
    source: Source<'a>,
    id: &'a str,
}

impl<'a> Part<'a> {
    /// The file's table; its own id must be the one that its path says.
    fn open(&self, key: &str) -> Option<Table<'a>> {
        let mut table = Table::document(self.source)?;
        let id = table.text(key);
        if !id.is_empty() && id != self.id {
            table.report_key(key, Message::new("finding-id").with("id", &id).with("expected", self.id));
        }
        Some(table)
    }

    fn report(&self, line: u32, reason: Message) {
        self.source.findings.add(self.source.file, line, reason);
    }
}

/// Reads a catalogue from paths (with `/`, relative to its folder) and texts. Fails with every finding of every file.
pub fn load(files: &[(String, String)]) -> Result<Catalog, Vec<Finding>> {
    let findings = Findings::default();
    let catalog = read(&sort(files, &findings));
    if catalog.item_sets.is_empty() {
        findings.add("", 1, Message::new("finding-no-set"));
    }
    let findings = findings.into_sorted();
    if findings.is_empty() { Ok(catalog) } else { Err(findings) }
}

fn sort<'a>(files: &'a [(String, String)], findings: &'a Findings) -> Sorted<'a> {
    let mut sorted = Sorted::default();
    for (file, text) in files {
        let source = Source { file, text, findings };
        let parts: Vec<&str> = file.split('/').collect();
        match parts.as_slice() {
            ["golden", ..] => {}
            ["frameworks", name] => sorted.frameworks.push(Part { source, id: stem(name) }),
            [id, "questions.toml"] => sorted.profiles.push(Part { source, id }),
            [id, "model.toml"] => sorted.index_models.push(Part { source, id }),
            [id, "set.toml"] => sorted.item_sets.push(Part { source, id }),
            [set, "items", name] => sorted.items.entry(set).or_default().push(Part { source, id: stem(name) }),
            _ => findings.add(file, 1, Message::new("finding-unknown-file")),
        }
    }
    sorted
}

fn stem(name: &str) -> &str {
    name.strip_suffix(".toml").unwrap_or(name)
}

fn read(sorted: &Sorted<'_>) -> Catalog {
    let mut catalog = Catalog::default();
    for part in &sorted.frameworks {
        catalog.frameworks.extend(framework::read(part));
    }
    for part in &sorted.profiles {
        catalog.profiles.extend(profile::read(part));
    }
    for part in &sorted.index_models {
        catalog.index_models.extend(index_model::read(part, &catalog.profiles));
    }
    catalog.item_sets = item_set::read_all(sorted, &catalog);
    catalog.frameworks.sort_by(|a, b| a.id.cmp(&b.id));
    catalog.profiles.sort_by(|a, b| a.id.cmp(&b.id));
    catalog.index_models.sort_by(|a, b| a.id.cmp(&b.id));
    catalog
}

/// Path and text of each `.toml` file under a folder, in order of path. Fails where the folder or a file cannot be read.
pub fn files_in(folder: &Path) -> std::io::Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    let mut folders = vec![(folder.to_path_buf(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            if entry.file_type()?.is_dir() {
                folders.push((entry.path(), format!("{path}/")));
            } else if entry.path().extension().is_some_and(|end| end == "toml") {
                files.push((path, std::fs::read_to_string(entry.path())?));
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Reports a ref id that was there before, by its line.
fn report_repeated<'a>(part: &Part<'_>, ids: impl Iterator<Item = (&'a str, u32)>) {
    let mut first: BTreeMap<&str, u32> = BTreeMap::new();
    for (id, line) in ids.filter(|(id, _)| !id.is_empty()) {
        match first.get(id) {
            Some(before) => {
                part.report(line, Message::new("finding-repeated").with("id", id).with("line", before));
            }
            None => {
                first.insert(id, line);
            }
        }
    }
}
