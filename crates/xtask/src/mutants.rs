//! Mutation testing in one build: every mutant that `cargo mutants --list` names is put into a copy of the sources behind
//! a switch at run time, the tests are built once, and each mutant is asked of the tests that reach it, one process for
//! each, until one fails. `docs/decisions/0021-mutants-in-one-build.md` says why.
//!
//! All is kept below the folder given: `tests.tsv` and `outcomes.tsv`, so that a run that was stopped goes on, and what
//! was missed is asked of new tests alone. A file `stop` put there ends a run after the tests under way, with the table.

mod asking;
mod kept;
mod rewrite;
mod scratch;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::Report;
use kept::{Kept, Outcome};

/// Name of the file that ends a run.
const STOP: &str = "stop";

/// What a mutant changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Genre {
    /// A function's body is a fixed value.
    FnValue,
    /// Another operator between two operands.
    BinaryOperator,
    /// No operator before an operand.
    UnaryOperator,
    /// An arm of a match is left out.
    MatchArm,
    /// A guard always or never holds.
    MatchArmGuard,
    /// A field is taken from the rest of a struct.
    StructField,
}

/// One change of the code.
#[derive(Debug, Clone)]
struct Mutant {
    /// As cargo-mutants names it: file, line, column, change.
    name: String,
    /// Path from the root of the repository.
    file: String,
    /// The function it is in, empty for none.
    function: String,
    genre: Genre,
    /// Line and column, both from 1, in letters.
    from: (usize, usize),
    to: (usize, usize),
    replacement: String,
    /// Listed in `.cargo/mutants.toml` as one that changes nothing anybody could see.
    equivalent: bool,
}

impl Mutant {
    fn read(value: &Value) -> Option<Self> {
        let text = |key: &str| value[key].as_str().map(str::to_owned);
        let place = |key: &str| {
            let number = |name: &str| value["span"][key][name].as_u64().and_then(|number| usize::try_from(number).ok());
            Some((number("line")?, number("column")?))
        };
        let genre = match value["genre"].as_str()? {
            "FnValue" => Genre::FnValue,
            "BinaryOperator" => Genre::BinaryOperator,
            "UnaryOperator" => Genre::UnaryOperator,
            "MatchArm" => Genre::MatchArm,
            "MatchArmGuard" => Genre::MatchArmGuard,
            "StructField" => Genre::StructField,
            _ => return None,
        };
        Some(Self {
            name: text("name")?,
            file: text("file")?,
            function: value["function"]["function_name"].as_str().unwrap_or("").to_owned(),
            genre,
            from: place("start")?,
            to: place("end")?,
            replacement: text("replacement")?,
            equivalent: false,
        })
    }

    /// The folder of the crate's sources it stands in, or the file if it stands in none.
    fn domain(&self) -> &str {
        let inner = self.file.split_once("/src/").map_or(self.file.as_str(), |(_, inner)| inner);
        inner.split(['/', '.']).next().unwrap_or(inner)
    }

    /// Whether it is in a file that shows and takes what others decide.
    fn is_in_a_face(&self) -> bool {
        ["web.rs", "api.rs", "cli.rs"].iter().any(|face| self.file.ends_with(face))
    }
}

/// Which tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tests {
    /// Those in the folders of the mutants.
    OfDomains,
    All,
}

/// What is asked for on the command line.
pub(crate) struct Wanted<'a> {
    /// Where everything is kept.
    pub(crate) folder: &'a Path,
    /// The crate.
    pub(crate) package: &'a str,
    /// Whether only the library's own tests are asked.
    pub(crate) only_library: bool,
    /// More arguments for `cargo mutants --list`.
    pub(crate) listing: &'a [&'a str],
}

/// Runs everything; gives the table and the mutants that were missed.
pub(crate) fn report(root: &Path, wanted: &Wanted<'_>) -> Result<Report, String> {
    std::fs::create_dir_all(wanted.folder).map_err(|error| error.to_string())?;
    let _ = std::fs::remove_file(wanted.folder.join(STOP));
    let mutants = listed(root, wanted)?;
    let mut kept = Kept::open(wanted.folder)?;
    let built = scratch::build(root, wanted, &mutants, &mut kept)?;
    // A domain's own tests first, since they catch most; then everybody's, about what is left.
    for which in [Tests::OfDomains, Tests::All] {
        asking::measure(&built, &mutants, which, &mut kept)?;
        asking::ask(&built, &mutants, &mut kept)?;
    }
    Ok(told(&mutants, &kept))
}

/// The mutants, as cargo-mutants lists them; those that its settings leave out are marked, so that numbers stay the same
/// when one more is.
fn listed(root: &Path, wanted: &Wanted<'_>) -> Result<Vec<Mutant>, String> {
    let mut mutants = list(root, wanted, &["--no-config"])?;
    let asked: BTreeSet<String> = list(root, wanted, &[])?.into_iter().map(|mutant| mutant.name).collect();
    for mutant in &mut mutants {
        mutant.equivalent = !asked.contains(&mutant.name);
    }
    Ok(mutants)
}

fn list(root: &Path, wanted: &Wanted<'_>, more: &[&str]) -> Result<Vec<Mutant>, String> {
    let arguments = ["mutants", "--list", "--json", "--package", wanted.package];
    let output = Command::new("cargo").args(arguments).args(more).args(wanted.listing).current_dir(root).output();
    let output = output.map_err(|error| format!("cargo mutants: {error}"))?;
    if !output.status.success() {
        return Err(format!("cargo mutants --list: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let list: Vec<Value> = serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
    list.iter().map(|value| Mutant::read(value).ok_or_else(|| format!("not understood: {value}"))).collect()
}

/// Something written to the terminal meanwhile.
fn say(line: &str) {
    eprintln!("{line}");
}

const COLUMNS: [&str; 8] = [
    "mutants",
    "caught",
    "never ended",
    "missed",
    "equivalent",
    "did not compile",
    "left to cargo-mutants",
    "not asked yet",
];

fn told(mutants: &[Mutant], kept: &Kept) -> Report {
    let mut table: BTreeMap<&str, [usize; 8]> = BTreeMap::new();
    let mut lines = Vec::new();
    for mutant in mutants {
        let column = match kept.outcome(&mutant.name) {
            _ if mutant.equivalent => 4,
            Some(Outcome::Caught(_)) => 1,
            Some(Outcome::NeverEnded(_)) => 2,
            Some(Outcome::Missed(tests)) => {
                lines.push(format!("missed: {} ({} tests)", mutant.name, tests.len()));
                3
            }
            Some(Outcome::Uncompiled) => 5,
            Some(Outcome::Left(why)) => {
                lines.push(format!("left to cargo-mutants: {} ({why})", mutant.name));
                6
            }
            None => 7,
        };
        let row = table.entry(mutant.domain()).or_default();
        row[0] += 1;
        row[column] += 1;
    }
    lines.push(format!("| code | {} |", COLUMNS.join(" | ")));
    lines.push(format!("|{}", "---|".repeat(COLUMNS.len() + 1)));
    for (domain, row) in &table {
        let row: Vec<String> = row.iter().map(usize::to_string).collect();
        lines.push(format!("| `{domain}` | {} |", row.join(" | ")));
    }
    Report { fine: table.values().all(|row| row[3] == 0), lines }
}
