//! Holds the catalogue against reference data that is not part of the repository.
//!
//! The folder has `frameworks/nist_csf_2.0.tsv` (first column: id) and `frameworks/csf2_to_iso27001_2022.tsv`
//! (columns: CSF id, relationship, ISO/IEC 27001:2022 id). What is missing is left out, and said.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::Report;

/// An item of a set: its ids in both frameworks.
#[derive(Debug, Default)]
struct Item {
    csf: BTreeSet<String>,
    iso: BTreeSet<String>,
}

/// Compares; every difference is a fault.
pub(crate) fn report(root: &Path, folder: &Path) -> Result<Report, String> {
    if !folder.is_dir() {
        return Ok(Report::fine(format!("{}: nothing to compare", folder.display())));
    }
    let catalog = root.join("catalog");
    let csf = requirements(&catalog.join("frameworks/nist-csf-2.0.toml"))?;
    let iso = requirements(&catalog.join("frameworks/iso-27001-2022.toml"))?;
    let items = items(&catalog)?;
    let mut lines = Vec::new();
    let mut faults = Vec::new();
    for (name, compare) in [
        ("nist_csf_2.0.tsv", Box::new(|text: &str| against_csf(&csf, &items, &first_column(text))) as Compare<'_>),
        ("csf2_to_iso27001_2022.tsv", Box::new(|text: &str| against_pairs(&csf, &iso, &items, &pairs(text)))),
    ] {
        let path = folder.join("frameworks").join(name);
        let Ok(text) = std::fs::read_to_string(&path) else {
            lines.push(format!("{name}: not there, nothing to compare"));
            continue;
        };
        let (line, found) = compare(&text);
        lines.push(format!("{name}: {line}"));
        faults.extend(found.into_iter().map(|fault| format!("{name}: {fault}")));
    }
    let fine = faults.is_empty();
    lines.extend(faults);
    Ok(Report { lines, fine })
}

type Compare<'a> = Box<dyn Fn(&str) -> (String, Vec<String>) + 'a>;

/// The ids of a framework are the reference's ids, all of them and no others.
fn against_csf(
    csf: &BTreeSet<String>,
    items: &BTreeMap<String, Item>,
    reference: &BTreeSet<String>,
) -> (String, Vec<String>) {
    let missing = reference.difference(csf).map(|id| format!("{id} is missing in the catalogue"));
    let foreign = csf.difference(reference).map(|id| format!("{id} of the catalogue does not exist"));
    let mut faults: Vec<String> = missing.chain(foreign).collect();
    for (name, item) in items {
        faults.extend(item.csf.difference(reference).map(|id| format!("item {name} names {id}, which does not exist")));
    }
    (format!("{} ids here, {} there", csf.len(), reference.len()), faults)
}

/// Every id of the crosswalk is in the catalogue; how many items it confirms is said, not asked.
fn against_pairs(
    csf: &BTreeSet<String>,
    iso: &BTreeSet<String>,
    items: &BTreeMap<String, Item>,
    pairs: &BTreeSet<(String, String)>,
) -> (String, Vec<String>) {
    let known = |id: &str| iso.contains(id) || ancestors(id).any(|above| iso.contains(above));
    let mut faults = BTreeSet::new();
    for (left, right) in pairs {
        if !csf.contains(left) {
            faults.insert(format!("{left} is missing in the catalogue"));
        }
        if !known(right) {
            faults.insert(format!("{right} is missing in the catalogue"));
        }
    }
    let confirms = |item: &Item, pair: &(String, String)| {
        item.csf.contains(&pair.0)
            && (item.iso.contains(&pair.1) || ancestors(&pair.1).any(|above| item.iso.contains(above)))
    };
    let confirmed = items.values().filter(|item| pairs.iter().any(|pair| confirms(item, pair))).count();
    let line = format!("{} pairs; {confirmed} of {} items name both ends of one", pairs.len(), items.len());
    (line, faults.into_iter().collect())
}

/// `cl.6.1` and `cl.6` for `cl.6.1.1`.
fn ancestors(id: &str) -> impl Iterator<Item = &str> {
    id.rmatch_indices('.').map(|(at, _)| &id[..at])
}

fn first_column(text: &str) -> BTreeSet<String> {
    rows(text).filter_map(|row| row.first().map(|id| (*id).to_owned())).collect()
}

fn pairs(text: &str) -> BTreeSet<(String, String)> {
    rows(text).filter(|row| row.len() >= 3).map(|row| (row[0].to_owned(), written_as_here(row[2]))).collect()
}

/// Rows below the header; lines that begin with `#` are remarks.
fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines.skip(1).map(|line| line.split('\t').map(str::trim).collect())
}

/// Clauses are written `cl.6.1` here, controls `A.5.1`.
fn written_as_here(id: &str) -> String {
    if id.starts_with(|c: char| c.is_ascii_digit()) { format!("cl.{id}") } else { id.to_owned() }
}

fn requirements(path: &Path) -> Result<BTreeSet<String>, String> {
    let table = toml(path)?;
    let listed = table.get("requirement").and_then(toml::Value::as_array).into_iter().flatten();
    Ok(listed.filter_map(|entry| entry.get("ref_id")?.as_str().map(str::to_owned)).collect())
}

fn items(catalog: &Path) -> Result<BTreeMap<String, Item>, String> {
    let mut found = BTreeMap::new();
    for set in ["benchmark-25", "benchmark-27"] {
        let folder = catalog.join(set).join("items");
        let entries = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        for entry in entries {
            let path = entry.map_err(|error| format!("{}: {error}", folder.display()))?.path();
            let table = toml(&path)?;
            let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            found.insert(name, Item { csf: strings(&table, "csf"), iso: strings(&table, "iso27001") });
        }
    }
    Ok(found)
}

fn strings(table: &toml::Table, key: &str) -> BTreeSet<String> {
    let listed = table.get(key).and_then(toml::Value::as_array).into_iter().flatten();
    listed.filter_map(|value| value.as_str().map(str::to_owned)).collect()
}

fn toml(path: &Path) -> Result<toml::Table, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    text.parse().map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(ids: &[&str]) -> BTreeSet<String> {
        ids.iter().map(|id| (*id).to_owned()).collect()
    }

    fn item(csf: &[&str], iso: &[&str]) -> BTreeMap<String, Item> {
        BTreeMap::from([("1-1".to_owned(), Item { csf: set(csf), iso: set(iso) })])
    }

    #[test]
    fn equal_ids_are_fine_and_each_difference_is_told() {
        let reference = first_column("# remark\nref_id\tdepth\nGV\t1\nGV.OC\t2\n");
        assert!(against_csf(&set(&["GV", "GV.OC"]), &item(&["GV"], &[]), &reference).1.is_empty());
        let faults = against_csf(&set(&["GV", "GV.XX"]), &item(&["GV.YY"], &[]), &reference).1;
        assert_eq!(
            faults,
            [
                "GV.OC is missing in the catalogue",
                "GV.XX of the catalogue does not exist",
                "item 1-1 names GV.YY, which does not exist"
            ]
        );
    }

    #[test]
    fn a_clause_counts_as_known_by_the_clause_above_it() {
        let there = pairs("csf\trelationship\tiso\nGV\tintersect\t6.1.1\nGV\tequal\tA.5.1\n");
        let (line, faults) =
            against_pairs(&set(&["GV"]), &set(&["cl.6.1", "A.5.1"]), &item(&["GV"], &["A.5.1"]), &there);
        assert_eq!((line.as_str(), faults.len()), ("2 pairs; 1 of 1 items name both ends of one", 0));
        assert_eq!(against_pairs(&set(&["GV"]), &set(&["cl.7"]), &item(&[], &[]), &there).1.len(), 2);
    }

    #[test]
    fn a_missing_folder_is_no_fault() {
        let report = report(&crate::root(), Path::new("nowhere/at/all")).unwrap();
        assert!(report.fine && report.lines[0].ends_with("nothing to compare"));
    }
}
