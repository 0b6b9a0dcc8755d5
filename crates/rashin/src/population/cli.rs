//! `rashin population`: releases and the synthetic reference.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};
use platform::{Language, Texts};

use super::builtin::builtin_releases;
use super::export;
use super::release::Release;
use super::synthesise::{BUILTIN_SEED, synthesise};
use crate::catalog::builtin;

/// What to do with populations.
#[derive(Debug, Clone, Subcommand)]
pub enum PopulationCommand {
    /// List the releases
    Releases {
        /// Form of the answer
        #[arg(long, value_enum, default_value_t = ListFormat::Text)]
        format: ListFormat,
    },
    /// Write the members of a synthetic release
    Export {
        /// Id of the release
        #[arg(long)]
        release: String,
        /// Form of the members
        #[arg(long, value_enum, default_value_t = RowFormat::Csv)]
        format: RowFormat,
        /// File to write; without it, to the terminal
        #[arg(short, long)]
        output: Option<PathBuf>,
    },
    /// Make a synthetic population from a seed, as CSV
    Synthesise {
        /// Seed; the same one gives the same population
        #[arg(long, default_value_t = BUILTIN_SEED)]
        seed: u64,
        /// Item set
        #[arg(long, default_value = "benchmark-25")]
        item_set: String,
        /// File to write; without it, to the terminal
        #[arg(short, long)]
        output: Option<PathBuf>,
    },
}

/// Forms of lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Forms of members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RowFormat {
    /// Comma-separated, with one line of names.
    Csv,
    /// An array of objects with the same names.
    Json,
}

/// Runs the command: answers to `out`, complaints to `err`. Fails only where these cannot be written.
pub fn run(
    command: &PopulationCommand,
    (texts, language): (&Texts, Language),
    out: &mut impl Write,
    err: &mut impl Write,
) -> std::io::Result<ExitCode> {
    let mut refuse = |key: &str, args: &[(&str, &str)]| {
        writeln!(err, "{}", texts.get(language, key, args)).map(|()| ExitCode::FAILURE)
    };
    let (set_id, seed, format, output) = match command {
        PopulationCommand::Releases { format } => return list(*format, (texts, language), out),
        PopulationCommand::Export { release, format, output } => {
            let Some(found) = builtin_releases().iter().find(|known| known.id() == release) else {
                let known: Vec<&str> = builtin_releases().iter().map(Release::id).collect();
                return refuse("release-unknown", &[("id", release), ("known", &known.join(", "))]);
            };
            let Some(seed) = found.head().seed else {
                return refuse("release-members-not-kept", &[("id", release)]);
            };
            (found.head().item_set.as_str(), seed, *format, output)
        }
        PopulationCommand::Synthesise { seed, item_set, output } => (item_set.as_str(), *seed, RowFormat::Csv, output),
    };
    let Some(set) = builtin().item_set(set_id) else {
        return refuse("release-unknown-set", &[("id", set_id)]);
    };
    let members = synthesise(builtin(), set_id, seed);
    let bytes = match format {
        RowFormat::Csv => export::csv_of(set, &members)?,
        RowFormat::Json => export::json_of(set, &members)?,
    };
    write_to(output.as_deref(), &bytes, out)?;
    if let Some(path) = output {
        let args = [("n", members.len().to_string()), ("path", path.display().to_string())];
        writeln!(
            err,
            "{}",
            texts.get(language, "release-written", &args.each_ref().map(|(name, value)| (*name, value.as_str())))
        )?;
    }
    Ok(ExitCode::SUCCESS)
}

fn list(format: ListFormat, (texts, language): (&Texts, Language), out: &mut impl Write) -> std::io::Result<ExitCode> {
    match format {
        ListFormat::Json => {
            let heads: Vec<_> = builtin_releases().iter().map(Release::head).collect();
            writeln!(out, "{}", serde_json::to_string_pretty(&heads).map_err(std::io::Error::other)?)?;
        }
        ListFormat::Text => {
            for release in builtin_releases() {
                let head = release.head();
                let n = head.n.to_string();
                let label =
                    texts.get(language, if head.synthetic { "release-synthetic" } else { "release-observed" }, &[]);
                let args = [("id", head.id.as_str()), ("item_set", &head.item_set), ("n", &n), ("label", &label)];
                writeln!(out, "{}", texts.get(language, "release-line", &args))?;
                writeln!(out, "  {}\n  sha256 {}", head.method.get(language), head.hash)?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn write_to(path: Option<&Path>, bytes: &[u8], out: &mut impl Write) -> std::io::Result<()> {
    match path {
        Some(path) => std::fs::write(path, bytes),
        None => out.write_all(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(command: &PopulationCommand) -> (String, String, bool) {
        let sources = [(Language::Ja, include_str!("texts/ja.ftl")), (Language::En, include_str!("texts/en.ftl"))];
        let texts = Texts::parse(&sources).unwrap();
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let code = run(command, (&texts, Language::Ja), &mut out, &mut err).unwrap();
        (String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap(), code == ExitCode::SUCCESS)
    }

    fn export(release: &str, format: RowFormat) -> PopulationCommand {
        PopulationCommand::Export { release: release.to_owned(), format, output: None }
    }

    #[test]
    fn releases_are_listed_with_what_one_must_say_of_them() {
        let (json, _, _) = command(&PopulationCommand::Releases { format: ListFormat::Json });
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json[0]["id"], "synthetic-2005-25");
        assert_eq!(json[0]["n"], 885);
        assert_eq!(json[1]["synthetic"], true);
        assert_eq!(json[0]["window"]["to"], "2005-01-31");
        let (text, _, _) = command(&PopulationCommand::Releases { format: ListFormat::Text });
        assert!(text.contains("合成データ") && !text.contains('⟦'), "{text}");
    }

    #[test]
    fn the_csv_has_a_line_for_names_and_one_for_each_member() {
        let (csv, _, fine) = command(&export("synthetic-2005-27", RowFormat::Csv));
        assert!(fine);
        assert_eq!(csv.lines().count(), 886);
        let head = csv.lines().next().unwrap();
        assert!(head.starts_with("id,tier,size,industry,vulnerability_index,influence_index,risk_index,1-1,1-2"));
        assert!(head.contains("1-7,1-8,2-1") && head.ends_with("5-3"));
        let (json, _, _) = command(&export("synthetic-2005-25", RowFormat::Json));
        let json: Vec<serde_json::Value> = serde_json::from_str(&json).unwrap();
        assert_eq!(json.len(), 885);
        assert!(json[0]["5-3"].is_u64());
    }

    #[test]
    fn the_built_in_seed_makes_the_exported_release_and_a_file_takes_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("population.csv");
        let (out, said, fine) = command(&PopulationCommand::Synthesise {
            seed: BUILTIN_SEED,
            item_set: "benchmark-25".to_owned(),
            output: Some(path.clone()),
        });
        assert!(fine && out.is_empty() && said.contains("885"));
        assert_eq!(std::fs::read_to_string(path).unwrap(), command(&export("synthetic-2005-25", RowFormat::Csv)).0);
    }

    #[test]
    fn what_is_not_there_is_refused_with_what_is() {
        let (_, said, fine) = command(&export("synthetic-1905", RowFormat::Csv));
        assert!(!fine && said.contains("synthetic-2005-25"));
        let nothing = PopulationCommand::Synthesise { seed: 1, item_set: "x".to_owned(), output: None };
        assert!(!command(&nothing).2);
    }
}
