//! The product's own sources, read for laws that no type holds.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Files below `src` with this ending, by path from there.
pub(crate) fn files(ending: &str) -> BTreeMap<String, String> {
    below("src", ending)
}

/// Rust files of the ground.
pub(crate) fn ground() -> BTreeMap<String, String> {
    below("../platform/src", "rs")
}

fn below(folder: &str, ending: &str) -> BTreeMap<String, String> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found = BTreeMap::new();
    collect(&root, &root, ending, &mut found);
    found
}

fn collect(root: &Path, folder: &Path, ending: &str, found: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, ending, found);
        } else if path.extension().is_some_and(|found| found == ending) {
            let name = path.strip_prefix(root).unwrap().display().to_string();
            found.insert(name, std::fs::read_to_string(&path).unwrap());
        }
    }
}

/// Rust files without those that hold tests only, each without its inline test module.
pub(crate) fn product() -> BTreeMap<String, String> {
    let is_test = |path: &String| path.ends_with("tests.rs") || path.starts_with("tests/") || path.contains("/tests/");
    let rust = files("rs").into_iter().filter(|(path, _)| !is_test(path));
    rust.map(|(path, text)| (path, text.split("#[cfg(test)]\nmod ").next().unwrap().to_owned())).collect()
}

/// Pages' routes: path and methods in capitals.
pub(crate) fn page_routes() -> BTreeMap<String, Vec<&'static str>> {
    let mut routes: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
    // The witness is a server of its own.
    for (_, text) in product().iter().filter(|(path, _)| *path != "audit_log/witness.rs") {
        for piece in text.split(".route(").skip(1) {
            let piece = piece.split(".route(").next().unwrap().split("\n}").next().unwrap();
            let Some(path) = piece.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next()) else {
                continue;
            };
            let methods = [("get(", "GET"), ("post(", "POST"), ("put(", "PUT"), ("delete(", "DELETE")];
            let named =
                |word: &str| [" ", ".", ",", "\n", "("].iter().any(|before| piece.contains(&format!("{before}{word}")));
            // Machines have their own protocol there.
            if path.starts_with("/scim/") {
                continue;
            }
            routes
                .entry(path.to_owned())
                .or_default()
                .extend(methods.iter().filter(|(word, _)| named(word)).map(|(_, method)| *method));
        }
    }
    routes
}
