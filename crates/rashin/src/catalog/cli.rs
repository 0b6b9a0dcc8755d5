//! `rashin catalog`: checks and shows the catalogue.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};
use platform::{Language, Texts};
use serde_json::json;

use super::{Catalog, Finding, Item, ItemSet, builtin, builtin_files, files_in, load};

/// What to do with the catalogue.
#[derive(Debug, Clone, Subcommand)]
pub enum CatalogCommand {
    /// Check every file and print every fault as `file:line: reason`
    Check {
        /// Folder of catalogue files; without it, the built-in ones
        folder: Option<PathBuf>,
        /// Form of the answer
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// List the item sets
    List {
        /// Form of the answer
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Show one item set in full
    Show {
        /// Id of the item set
        set: String,
        /// Form of the answer
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
}

/// Forms of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Runs the command: answers to `out`, complaints to `err`. Fails only where these cannot be written.
pub fn run(
    command: &CatalogCommand,
    (texts, language): (&Texts, Language),
    out: &mut impl Write,
    err: &mut impl Write,
) -> std::io::Result<ExitCode> {
    match command {
        CatalogCommand::Check { folder, format } => {
            let files = match folder.as_ref().map_or_else(|| Ok(builtin_files()), |folder| files_in(folder)) {
                Ok(files) => files,
                Err(error) => {
                    let folder = folder.as_ref().map(|folder| folder.display().to_string()).unwrap_or_default();
                    let args = [("folder", folder.as_str()), ("detail", &error.to_string())];
                    writeln!(err, "{}", texts.get(language, "catalog-unreadable", &args))?;
                    return Ok(ExitCode::FAILURE);
                }
            };
            check(&files, *format, (texts, language), out)
        }
        CatalogCommand::List { format } => list(builtin(), *format, (texts, language), out),
        CatalogCommand::Show { set, format } => {
            let Some(found) = builtin().item_set(set) else {
                let known: Vec<&str> = builtin().item_sets.iter().map(|set| set.id.as_str()).collect();
                let args = [("id", set.as_str()), ("known", &known.join(", "))];
                writeln!(err, "{}", texts.get(language, "catalog-unknown-set", &args))?;
                return Ok(ExitCode::FAILURE);
            };
            match format {
                Format::Json => print_json(found, out)?,
                Format::Text => show(found, (texts, language), out)?,
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn check(
    files: &[(String, String)],
    format: Format,
    (texts, language): (&Texts, Language),
    out: &mut impl Write,
) -> std::io::Result<ExitCode> {
    let loaded = load(files);
    match (&loaded, format) {
        (Ok(catalog), Format::Text) => writeln!(out, "{}", counts(catalog, (texts, language)))?,
        (Ok(catalog), Format::Json) => print_json(&counts_json(catalog), out)?,
        (Err(findings), Format::Text) => {
            for finding in findings {
                writeln!(out, "{}", line_of(finding, (texts, language)))?;
            }
            let count = findings.len().to_string();
            writeln!(out, "{}", texts.get(language, "catalog-found", &[("count", &count)]))?;
        }
        (Err(findings), Format::Json) => {
            let list: Vec<_> = findings
                .iter()
                .map(|finding| {
                    let reason = texts.show(language, &finding.reason);
                    json!({ "file": finding.file, "line": finding.line, "reason": reason, "key": finding.reason.key })
                })
                .collect();
            print_json(&json!({ "ok": false, "findings": list }), out)?;
        }
    }
    Ok(if loaded.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// `file:line: reason`.
fn line_of(finding: &Finding, (texts, language): (&Texts, Language)) -> String {
    format!("{}:{}: {}", finding.file, finding.line, texts.show(language, &finding.reason))
}

fn item_count(catalog: &Catalog) -> usize {
    catalog.item_sets.iter().map(|set| set.items.len()).sum()
}

fn counts(catalog: &Catalog, (texts, language): (&Texts, Language)) -> String {
    let counts = [
        ("item_sets", catalog.item_sets.len()),
        ("items", item_count(catalog)),
        ("profiles", catalog.profiles.len()),
        ("index_models", catalog.index_models.len()),
        ("frameworks", catalog.frameworks.len()),
    ]
    .map(|(name, count)| (name, count.to_string()));
    texts.get(language, "catalog-checked", &counts.each_ref().map(|(name, count)| (*name, count.as_str())))
}

fn counts_json(catalog: &Catalog) -> serde_json::Value {
    let sets: Vec<_> = catalog
        .item_sets
        .iter()
        .map(|set| json!({ "id": set.id, "items": set.items.len(), "hash": set.hash }))
        .collect();
    json!({
        "ok": true, "findings": [], "item_sets": sets, "items": item_count(catalog),
        "profiles": catalog.profiles.len(), "index_models": catalog.index_models.len(),
        "frameworks": catalog.frameworks.len(),
    })
}

fn list(
    catalog: &Catalog,
    format: Format,
    (texts, language): (&Texts, Language),
    out: &mut impl Write,
) -> std::io::Result<ExitCode> {
    match format {
        Format::Json => {
            let sets: Vec<_> = catalog.item_sets.iter().map(set_json).collect();
            print_json(&sets, out)?;
        }
        Format::Text => {
            for set in &catalog.item_sets {
                writeln!(out, "{}", head(set, (texts, language)))?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn set_json(set: &ItemSet) -> serde_json::Value {
    json!({
        "id": set.id, "version": set.version, "title": set.title, "items": set.items.len(), "profile": set.profile,
        "index_model": set.index_model, "extends": set.extends, "hash": set.hash,
    })
}

fn head(set: &ItemSet, (texts, language): (&Texts, Language)) -> String {
    let items = set.items.len().to_string();
    let args =
        [("id", set.id.as_str()), ("title", set.title.get(language)), ("items", &items), ("version", &set.version)];
    texts.get(language, "catalog-set-line", &args)
}

fn show(set: &ItemSet, (texts, language): (&Texts, Language), out: &mut impl Write) -> std::io::Result<()> {
    writeln!(out, "{}", head(set, (texts, language)))?;
    writeln!(out, "{}", texts.get(language, "catalog-hash", &[("hash", &set.hash)]))?;
    writeln!(out, "{}", set.source.get(language))?;
    for area in &set.areas {
        writeln!(out, "\n{}  {}\n{}", area.ref_id, area.title.get(language), area.help.get(language))?;
        for item in set.items_of(&area.ref_id) {
            show_item(item, (texts, language), out)?;
        }
    }
    Ok(())
}

fn show_item(item: &Item, (texts, language): (&Texts, Language), out: &mut impl Write) -> std::io::Result<()> {
    let text = |key: &str, args: &[(&str, &str)]| texts.get(language, key, args);
    writeln!(out, "\n  {}  {}", item.ref_id, item.question.get(language))?;
    writeln!(out, "    {}", item.help.get(language))?;
    let weight = text("catalog-weight", &[("weight", &format!("{:.1}", item.weight))]);
    writeln!(out, "    {weight}  ISO/IEC 27001 {}  CSF {}", item.iso27001.join(" "), item.csf.join(" "))?;
    writeln!(out, "    {}", text("catalog-levels", &[]))?;
    for level in &item.levels {
        writeln!(out, "      {}  {}", level.level, level.text.get(language))?;
    }
    writeln!(out, "    {}", text("catalog-evidence", &[]))?;
    for evidence in &item.evidence {
        writeln!(out, "      - {}", evidence.get(language))?;
    }
    writeln!(out, "    {}", text("catalog-actions", &[]))?;
    for action in &item.actions {
        let effort = text(effort_key(action.effort), &[]);
        writeln!(out, "      {} → {}  {effort}", action.from, action.to)?;
        for (key, words) in
            [("catalog-first", &action.first), ("catalog-who", &action.who), ("catalog-proof", &action.proof)]
        {
            writeln!(out, "        {}", text(key, &[("text", words.get(language))]))?;
        }
    }
    Ok(())
}

/// Key of the text for an effort.
#[must_use]
pub const fn effort_key(effort: super::Effort) -> &'static str {
    match effort {
        super::Effort::Small => "catalog-effort-small",
        super::Effort::Medium => "catalog-effort-medium",
        super::Effort::Large => "catalog-effort-large",
    }
}

fn print_json(value: &impl serde::Serialize, out: &mut impl Write) -> std::io::Result<()> {
    let text = serde_json::to_string_pretty(value).map_err(std::io::Error::other)?;
    writeln!(out, "{text}")
}
