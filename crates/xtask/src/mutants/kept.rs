//! What was found, in two files that are only ever added to; the last line about something counts.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;

/// How a mutant fared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// This test failed.
    Caught(String),
    /// This test did not end in its time.
    NeverEnded(String),
    /// These tests passed, by their numbers.
    Missed(BTreeSet<usize>),
    /// It is no valid program.
    Uncompiled,
    /// A switch cannot reach it, for this reason.
    Left(String),
}

impl Outcome {
    fn written(&self) -> String {
        match self {
            Self::Caught(test) => format!("caught\t{test}"),
            Self::NeverEnded(test) => format!("never ended\t{test}"),
            Self::Missed(tests) => {
                let tests: Vec<String> = tests.iter().map(usize::to_string).collect();
                format!("missed\t{}", tests.join(" "))
            }
            Self::Uncompiled => "did not compile\t".to_owned(),
            Self::Left(why) => format!("left\t{why}"),
        }
    }

    fn read(kind: &str, more: &str) -> Option<Self> {
        Some(match kind {
            "caught" => Self::Caught(more.to_owned()),
            "never ended" => Self::NeverEnded(more.to_owned()),
            "missed" => Self::Missed(more.split_whitespace().filter_map(|number| number.parse().ok()).collect()),
            "did not compile" => Self::Uncompiled,
            "left" => Self::Left(more.to_owned()),
            _ => return None,
        })
    }
}

/// What is known of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Test {
    /// Its line in the file; a test that is measured anew gets a new one.
    pub(super) number: usize,
    /// How long it took, in milliseconds; none if it fails as it is.
    pub(super) took_ms: Option<u64>,
    /// Names of the mutants it comes by.
    pub(super) reaches: BTreeSet<String>,
}

/// Both files.
pub(super) struct Kept {
    /// By name.
    pub(super) tests: BTreeMap<String, Test>,
    outcomes: BTreeMap<String, Outcome>,
    lines: usize,
    tests_file: File,
    outcomes_file: File,
}

impl Kept {
    /// Reads what is in the folder.
    pub(super) fn open(folder: &Path) -> Result<Self, String> {
        let (tests_path, outcomes_path) = (folder.join("tests.tsv"), folder.join("outcomes.tsv"));
        let mut tests = BTreeMap::new();
        let mut lines = 0;
        for line in read(&tests_path)?.lines() {
            lines += 1;
            if let [name, took, reaches] = line.split('\t').collect::<Vec<_>>()[..] {
                let reaches = reaches.split('\u{1f}').filter(|name| !name.is_empty()).map(str::to_owned).collect();
                tests.insert(name.to_owned(), Test { number: lines, took_ms: took.parse().ok(), reaches });
            }
        }
        let mut outcomes = BTreeMap::new();
        for line in read(&outcomes_path)?.lines() {
            if let [name, kind, more] = line.split('\t').collect::<Vec<_>>()[..]
                && let Some(outcome) = Outcome::read(kind, more)
            {
                outcomes.insert(name.to_owned(), outcome);
            }
        }
        Ok(Self { tests, outcomes, lines, tests_file: append(&tests_path)?, outcomes_file: append(&outcomes_path)? })
    }

    /// What is known of a mutant.
    pub(super) fn outcome(&self, name: &str) -> Option<&Outcome> {
        self.outcomes.get(name)
    }

    /// Keeps how a mutant fared.
    pub(super) fn keep(&mut self, name: &str, outcome: Outcome) -> Result<(), String> {
        let line = format!("{name}\t{}\n", outcome.written());
        self.outcomes_file.write_all(line.as_bytes()).map_err(|error| error.to_string())?;
        self.outcomes.insert(name.to_owned(), outcome);
        Ok(())
    }

    /// Keeps what a test does without a mutant.
    pub(super) fn keep_test(
        &mut self,
        name: &str,
        took_ms: Option<u64>,
        reaches: BTreeSet<String>,
    ) -> Result<(), String> {
        let took = took_ms.map_or("fails".to_owned(), |took_ms| took_ms.to_string());
        let list: Vec<&str> = reaches.iter().map(String::as_str).collect();
        let line = format!("{name}\t{took}\t{}\n", list.join("\u{1f}"));
        self.tests_file.write_all(line.as_bytes()).map_err(|error| error.to_string())?;
        self.lines += 1;
        self.tests.insert(name.to_owned(), Test { number: self.lines, took_ms, reaches });
        Ok(())
    }
}

fn read(path: &Path) -> Result<String, String> {
    match std::fs::read_to_string(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        text => text.map_err(|error| format!("{}: {error}", path.display())),
    }
}

fn append(path: &Path) -> Result<File, String> {
    OpenOptions::new().create(true).append(true).open(path).map_err(|error| format!("{}: {error}", path.display()))
}
