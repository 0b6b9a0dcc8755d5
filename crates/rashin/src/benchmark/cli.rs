//! `rashin diagnose`: a diagnosis from an answer file, without server and database.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use platform::{Error, Fault, Language, Message, Result, Texts};

use super::charts::Drawing;
use super::diagnose::diagnose;
use super::document::{Approved, document};
use super::model::Diagnosis;
use super::text_report::text_report;
use super::xlsx::spreadsheet;
use crate::assessment::answers_file::read_toml;
use crate::catalog::builtin;
use crate::face::commands::explain;
use crate::face::render;
use crate::population::{Release, builtin_for, builtin_releases};

/// What to diagnose, against what, and in which form.
#[derive(Debug, Clone, Args)]
pub struct DiagnoseArgs {
    /// Answer file (TOML)
    pub file: PathBuf,
    /// Release to compare with; without it, the first of the answers' item set
    #[arg(long)]
    pub release: Option<String>,
    /// Form of the diagnosis
    #[arg(long, value_enum, default_value_t = DiagnosisFormat::Text)]
    pub format: DiagnosisFormat,
    /// File to write; without it, to the terminal
    #[arg(short, long)]
    pub output: Option<PathBuf>,
}

/// Forms of a diagnosis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DiagnosisFormat {
    /// For people, in the terminal.
    Text,
    /// For programs.
    Json,
    /// Spreadsheet.
    Xlsx,
    /// Document for print.
    Pdf,
}

/// Runs the command: the diagnosis to the file or `out`, every fault to `err`. Spreadsheets are dated `now_ms`
/// (milliseconds since 1970). Fails only where `out` and `err` cannot be written.
pub fn run(
    args: &DiagnoseArgs,
    (texts, language): (&Texts, Language),
    now_ms: i64,
    out: &mut impl Write,
    err: &mut impl Write,
) -> std::io::Result<ExitCode> {
    let written = load(args)
        .and_then(|diagnosis| bytes_of(&diagnosis, args.format, (texts, language), now_ms))
        .and_then(|bytes| deliver(&bytes, args.output.as_deref(), out));
    if let Err(error) = written {
        for line in explain(texts, language, &error) {
            writeln!(err, "{line}")?;
        }
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

fn load(args: &DiagnoseArgs) -> Result<Diagnosis> {
    let text = std::fs::read_to_string(&args.file).map_err(|error| {
        let message = Message::new("answers-unreadable").with("detail", error);
        Error::Invalid(vec![Fault::new("file", &args.file.display().to_string(), message)])
    })?;
    let answers = read_toml(builtin(), &text)?;
    let set = builtin().item_set(&answers.item_set).ok_or(Error::NotFound)?;
    let release = match &args.release {
        None => builtin_for(&set.id).ok_or(Error::NotFound)?,
        Some(id) => builtin_releases().iter().find(|release| release.id() == id).ok_or_else(|| unknown_release(id))?,
    };
    diagnose(builtin(), set, release, &answers)
}

fn unknown_release(id: &str) -> Error {
    let known: Vec<&str> = builtin_releases().iter().map(Release::id).collect();
    let message = Message::new("release-unknown").with("id", id).with("known", known.join(", "));
    Error::field("release", id, message)
}

fn bytes_of(
    diagnosis: &Diagnosis,
    format: DiagnosisFormat,
    (texts, language): (&Texts, Language),
    now_ms: i64,
) -> Result<Vec<u8>> {
    match format {
        DiagnosisFormat::Pdf => {
            let set = builtin().item_set(&diagnosis.item_set).ok_or(Error::NotFound)?;
            let draw = Drawing { diagnosis, set, earlier: &[], language, texts };
            render::render(&document(&draw, &Approved::default()), now_ms)
        }
        DiagnosisFormat::Xlsx => spreadsheet(diagnosis, texts, language, now_ms),
        DiagnosisFormat::Text => Ok(text_report(diagnosis, texts, language).into_bytes()),
        DiagnosisFormat::Json => {
            let mut bytes = serde_json::to_vec_pretty(diagnosis).map_err(Error::internal)?;
            bytes.push(b'\n');
            Ok(bytes)
        }
    }
}

fn deliver(bytes: &[u8], output: Option<&Path>, out: &mut impl Write) -> Result<()> {
    let Some(path) = output else { return out.write_all(bytes).map_err(Error::internal) };
    std::fs::write(path, bytes).map_err(|error| {
        let message = Message::new("answers-unwritable").with("detail", error);
        Error::Invalid(vec![Fault::new("output", &path.display().to_string(), message)])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::face::texts::texts;

    fn example(name: &str) -> PathBuf {
        PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples")).join(name)
    }

    fn args(file: PathBuf, format: DiagnosisFormat) -> DiagnoseArgs {
        DiagnoseArgs { file, release: None, format, output: None }
    }

    fn command(args: &DiagnoseArgs, language: Language) -> (Vec<u8>, String, bool) {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let code = run(args, (&texts(), language), 1_795_000_000_000, &mut out, &mut err).unwrap();
        (out, String::from_utf8(err).unwrap(), code == ExitCode::SUCCESS)
    }

    #[test]
    fn the_report_reads_in_both_languages_and_is_labelled() {
        for (language, label) in [(Language::Ja, "合成データ"), (Language::En, "Synthetic data")] {
            for name in ["appliance-maker.toml", "parts-maker.toml", "net-shop.toml"] {
                let (out, err, fine) = command(&args(example(name), DiagnosisFormat::Text), language);
                let out = String::from_utf8(out).unwrap();
                assert!(fine && err.is_empty(), "{err}");
                assert!(out.contains(label) && !out.contains('⟦'), "{out}");
            }
        }
    }

    #[test]
    fn the_same_file_gives_the_same_json() {
        let json = || command(&args(example("net-shop.toml"), DiagnosisFormat::Json), Language::Ja).0;
        assert_eq!(json(), json());
        let value: serde_json::Value = serde_json::from_slice(&json()).unwrap();
        assert_eq!(value["item_set"], "benchmark-25");
        assert_eq!(value["release"]["id"], "synthetic-2005-25");
    }

    #[test]
    fn every_fault_of_a_wrong_file_is_printed_with_line_value_and_what_is_allowed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("answers.toml");
        let good = std::fs::read_to_string(example("net-shop.toml")).unwrap();
        let wrong = good.replacen("\"1-1\" = ", "\"1-1\" = 9 #", 1).replacen("period = \"2026\"", "period = \"x\"", 1);
        std::fs::write(&path, wrong).unwrap();
        let (out, err, fine) = command(&args(path, DiagnosisFormat::Json), Language::En);
        assert!(!fine && out.is_empty());
        assert_eq!(err.lines().count(), 2, "{err}");
        let first = err.lines().next().unwrap();
        assert!(first.starts_with("Line ") && first.contains("period") && first.contains("(x)"), "{first}");
        assert!(err.contains("from 1 to 5"), "{err}");
    }

    #[test]
    fn missing_files_and_unknown_releases_are_refused() {
        let (_, err, fine) = command(&args(PathBuf::from("/no/such.toml"), DiagnosisFormat::Text), Language::En);
        assert!(!fine && err.contains("/no/such.toml"), "{err}");
        let other = |release: &str| DiagnoseArgs {
            release: Some(release.to_owned()),
            ..args(example("net-shop.toml"), DiagnosisFormat::Text)
        };
        assert!(command(&other("synthetic-1905"), Language::En).1.contains("synthetic-2005-25"));
        assert!(!command(&other("synthetic-2005-27"), Language::En).2);
    }

    #[test]
    fn spreadsheet_and_document_have_their_own_form() {
        for (format, mark) in [(DiagnosisFormat::Xlsx, "PK"), (DiagnosisFormat::Pdf, "%PDF-1.7")] {
            let wanted = args(example("net-shop.toml"), format);
            let (out, err, fine) = command(&wanted, Language::Ja);
            assert!(fine && out.starts_with(mark.as_bytes()), "{err}");
            assert!(out == command(&wanted, Language::Ja).0, "the same bytes again");
        }
    }

    #[test]
    fn a_file_takes_the_diagnosis() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("diagnosis.json");
        let wanted =
            DiagnoseArgs { output: Some(path.clone()), ..args(example("net-shop.toml"), DiagnosisFormat::Json) };
        let (out, _, fine) = command(&wanted, Language::Ja);
        assert!(fine && out.is_empty());
        assert!(std::fs::read_to_string(path).unwrap().contains("rashin-diagnosis-1"));
    }
}
