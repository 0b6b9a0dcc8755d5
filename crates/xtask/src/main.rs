//! Chores of the repository, run as `cargo xtask NAME`.
//!
//! - `tidy`: the rules of the tree that the compiler cannot hold (a test runs them too)
//! - `licences [--check]`: writes, or checks, `docs/third-party-licences.md`
//! - `mutants DIR CRATE [--lib] …`: mutation testing in one build, kept in DIR, asking all tests or the library's own;
//!   more arguments go to `cargo mutants --list`
//! - `validate DIR`: holds the catalogue against reference data in DIR

mod licences;
mod mutants;
mod tidy;
mod validate;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// How a chore ended: lines to print, and whether all is well.
struct Report {
    lines: Vec<String>,
    fine: bool,
}

impl Report {
    fn fine(line: impl Into<String>) -> Self {
        Self { lines: vec![line.into()], fine: true }
    }

    fn faults(lines: Vec<String>) -> Self {
        Self { lines, fine: false }
    }
}

/// The folder of the repository, two above this crate.
fn root() -> PathBuf {
    // Asked anew, since a build folder may serve several clones.
    let here = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&here).ancestors().nth(2).unwrap_or(Path::new(".")).to_owned()
}

fn run(arguments: &[&str]) -> Result<Report, String> {
    match arguments {
        ["tidy"] => tidy::report(&root()),
        ["licences"] => licences::write(&root()),
        ["licences", "--check"] => licences::check(&root()),
        ["validate", folder] => validate::report(&root(), Path::new(folder)),
        ["mutants", folder, package, listing @ ..] => {
            let (only_library, listing) = match listing {
                ["--lib", listing @ ..] => (true, listing),
                _ => (false, listing),
            };
            mutants::report(&root(), &mutants::Wanted { folder: Path::new(folder), package, only_library, listing })
        }
        _ => {
            Err("usage: cargo xtask tidy | licences [--check] | validate DIR | mutants DIR CRATE [--lib] …".to_owned())
        }
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(report) => {
            for line in &report.lines {
                println!("{line}");
            }
            if report.fine { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::from(2)
        }
    }
}
