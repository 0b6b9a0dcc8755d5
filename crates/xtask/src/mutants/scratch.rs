//! A copy of the repository with the switches in it, built again and again without the mutants that are no valid program.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::kept::{Kept, Outcome};
use super::rewrite::{self, Blame};
use super::{Mutant, Wanted, say};

/// The module every switch asks.
const SWITCH: &str = include_str!("switch.txt");
/// More rounds than this mean that something else is wrong.
const ROUNDS: usize = 40;

/// The tests of the copy.
pub(super) struct Built {
    /// The programs of the tests, by name.
    pub(super) programs: BTreeMap<String, PathBuf>,
    /// The crate's folder in the copy, in which tests run.
    pub(super) crate_folder: PathBuf,
    /// Where a run's own files lie.
    pub(super) folder: PathBuf,
}

/// Copies, switches, compiles until it does.
pub(super) fn build(root: &Path, wanted: &Wanted<'_>, mutants: &[Mutant], kept: &mut Kept) -> Result<Built, String> {
    let copy = wanted.folder.join("copy");
    let crate_folder = copy.join("crates").join(wanted.package);
    let library = format!("crates/{}/src/lib.rs", wanted.package);
    let mut switched: BTreeSet<&str> = mutants.iter().map(|mutant| mutant.file.as_str()).collect();
    switched.insert(&library);
    copy_tree(root, &copy, &switched)?;
    let mut constant = BTreeSet::new();
    let which = if wanted.only_library { "--lib" } else { "--tests" };
    for round in 1..=ROUNDS {
        let texts = write_sources(root, &copy, wanted.package, mutants, &constant, kept)?;
        say(&format!("round {round}: building the tests with switches in {} files", texts.len()));
        let built = compile(&copy, wanted.package, which)?;
        if built.errors.is_empty() {
            return Ok(Built { programs: built.programs, crate_folder, folder: wanted.folder.to_owned() });
        }
        leave_out(&built.errors, &texts, mutants, &mut constant, kept)?;
    }
    Err("the tests do not build".to_owned())
}

/// Brings every file that git knows or would take into the copy, if it differs, and the built files of the pages; not
/// those that get switches.
fn copy_tree(root: &Path, copy: &Path, switched: &BTreeSet<&str>) -> Result<(), String> {
    let list = |arguments: &[&str]| -> Result<BTreeSet<String>, String> {
        let output = Command::new("git").arg("ls-files").args(arguments).current_dir(root).output();
        let output = output.map_err(|error| format!("git ls-files: {error}"))?;
        Ok(String::from_utf8_lossy(&output.stdout)
            .split('\0')
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect())
    };
    let mut names = list(&["-z", "--cached", "--others", "--exclude-standard"])?;
    names.extend(list(&["-z", "--others", "--ignored", "--exclude-standard", "web-assets/dist"])?);
    for name in names.into_iter().filter(|name| !switched.contains(name.as_str())) {
        // A file that was deleted and not committed yet.
        let Ok(content) = std::fs::read(root.join(&name)) else { continue };
        write(&copy.join(&name), &content)?;
        if let Ok(metadata) = std::fs::metadata(root.join(&name)) {
            std::fs::set_permissions(copy.join(&name), metadata.permissions()).map_err(|error| error.to_string())?;
        }
    }
    Ok(())
}

/// Writes a file if it says something else, so that nothing is compiled for nothing.
fn write(path: &Path, content: &[u8]) -> Result<(), String> {
    let told = |error: std::io::Error| format!("{}: {error}", path.display());
    if std::fs::read(path).is_ok_and(|old| old == content) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(told)?;
    }
    std::fs::write(path, content).map_err(told)
}

/// Puts the switches into the copy; gives the rewritten sources by path.
fn write_sources(
    root: &Path,
    copy: &Path,
    package: &str,
    mutants: &[Mutant],
    constant: &BTreeSet<String>,
    kept: &mut Kept,
) -> Result<BTreeMap<String, String>, String> {
    let mut by_file: BTreeMap<&str, Vec<(usize, &Mutant)>> = BTreeMap::new();
    for (index, mutant) in mutants.iter().enumerate() {
        let own = by_file.entry(&mutant.file).or_default();
        let out = matches!(kept.outcome(&mutant.name), Some(Outcome::Uncompiled | Outcome::Left(_)));
        if !out && !mutant.equivalent {
            own.push((index + 1, mutant));
        }
    }
    let mut texts = BTreeMap::new();
    for (file, own) in by_file {
        let source = std::fs::read_to_string(root.join(file)).map_err(|error| format!("{file}: {error}"))?;
        let switched = rewrite::switched(&source, &own, constant).map_err(|error| format!("{file}: {error}"))?;
        for number in switched.impossible {
            kept.keep(&mutants[number - 1].name, Outcome::Uncompiled)?;
        }
        for number in switched.out_of_reach {
            kept.keep(&mutants[number - 1].name, Outcome::Left("a constant, or no place for a switch".to_owned()))?;
        }
        write(&copy.join(file), switched.text.as_bytes())?;
        texts.insert(file.to_owned(), switched.text);
    }
    let count = mutants.len() + 1;
    let switch = SWITCH.replace("COUNT]", &format!("{count}]"));
    write(&copy.join(format!("crates/{package}/src/mutant.rs")), switch.as_bytes())?;
    let library = format!("crates/{package}/src/lib.rs");
    let text = match texts.get(&library) {
        Some(text) => text.clone(),
        None => std::fs::read_to_string(root.join(&library)).map_err(|error| error.to_string())?,
    };
    write(&copy.join(&library), format!("{text}\nmod mutant;\n").as_bytes())?;
    Ok(texts)
}

/// What a run of cargo gave.
struct Compiled {
    errors: Vec<Value>,
    programs: BTreeMap<String, PathBuf>,
}

fn compile(copy: &Path, package: &str, which: &str) -> Result<Compiled, String> {
    let mut cargo = Command::new("cargo");
    // What cargo told this program about itself would make dependencies that ask for it build again.
    for (name, _) in std::env::vars_os() {
        if ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|own| name.to_string_lossy().starts_with(own)) {
            cargo.env_remove(name);
        }
    }
    let output = cargo
        .args(["test", "--no-run", which, "--package", package, "--message-format", "json"])
        .current_dir(copy)
        .stderr(Stdio::inherit())
        .output();
    let output = output.map_err(|error| format!("cargo: {error}"))?;
    let mut compiled = Compiled { errors: Vec::new(), programs: BTreeMap::new() };
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let Ok(message) = serde_json::from_str::<Value>(line) else { continue };
        match message["reason"].as_str() {
            Some("compiler-message") if message["message"]["level"] == "error" => {
                compiled.errors.push(message["message"].clone());
            }
            Some("compiler-artifact") if message["profile"]["test"] == true => {
                if let (Some(name), Some(path)) = (message["target"]["name"].as_str(), message["executable"].as_str()) {
                    compiled.programs.insert(name.to_owned(), PathBuf::from(path));
                }
            }
            _ => {}
        }
    }
    if !output.status.success() && compiled.errors.is_empty() {
        return Err("cargo failed without an error in the sources".to_owned());
    }
    Ok(compiled)
}

/// Keeps which mutants the errors are about. An error that is about none ends the run.
fn leave_out(
    errors: &[Value],
    texts: &BTreeMap<String, String>,
    mutants: &[Mutant],
    constant: &mut BTreeSet<String>,
    kept: &mut Kept,
) -> Result<(), String> {
    let mut others = Vec::new();
    let mut progress = false;
    for error in errors {
        let spans = error["spans"].as_array().map_or(&[][..], Vec::as_slice);
        if spans.is_empty() {
            continue; // "aborting due to …"
        }
        let primary = spans.iter().filter(|span| span["is_primary"] == true);
        let blame = primary.chain(spans).find_map(|span| blame(span, texts));
        match blame {
            Some(Blame::Mutants(numbers)) => {
                for number in numbers {
                    kept.keep(&mutants[number - 1].name, Outcome::Uncompiled)?;
                }
            }
            Some(Blame::Switches(numbers)) => {
                let why = error["message"].as_str().unwrap_or("").replace(['\t', '\n'], " ");
                for number in numbers {
                    kept.keep(&mutants[number - 1].name, Outcome::Left(why.clone()))?;
                }
            }
            None => {
                others.push(error["rendered"].as_str().unwrap_or("").to_owned());
                // A constant calls a function that is no longer one.
                let Some(name) = called(error) else { continue };
                constant.insert(name);
            }
        }
        progress = true;
    }
    if progress { Ok(()) } else { Err(format!("errors that are about no mutant:\n{}", others.join("\n"))) }
}

/// The name of the function that a constant may not call.
fn called(error: &Value) -> Option<String> {
    if error["code"]["code"] != "E0015" {
        return None;
    }
    let name = error["message"].as_str()?.split('`').nth(1)?;
    name.rsplit("::").next().map(str::to_owned)
}

fn blame(span: &Value, texts: &BTreeMap<String, String>) -> Option<Blame> {
    let number = |key: &str| span[key].as_u64().and_then(|number| usize::try_from(number).ok());
    let file = span["file_name"].as_str()?;
    let direct = texts.get(file).and_then(|text| rewrite::blamed(text, &(number("byte_start")?..number("byte_end")?)));
    // Else where a macro of the sources was used.
    direct.or_else(|| span["expansion"]["span"].is_object().then(|| blame(&span["expansion"]["span"], texts))?)
}
