//! The command `rashin`.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use platform::{Language, Texts};
use rashin::catalog;

/// 羅針: information security governance.
#[derive(Parser)]
#[command(name = "rashin", version, about)]
struct Command {
    /// Language of messages; without it, that of the environment, else Japanese
    #[arg(long, global = true, value_name = "ja|en")]
    language: Option<String>,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Item sets, profile and index models
    #[command(subcommand)]
    Catalog(catalog::cli::CatalogCommand),
}

fn language(chosen: Option<&str>) -> Language {
    let environment = || {
        ["LC_ALL", "LC_MESSAGES", "LANG"]
            .iter()
            .find_map(|name| std::env::var(name).ok())
    };
    chosen
        .map(str::to_owned)
        .or_else(environment)
        .and_then(|code| Language::parse(&code))
        .unwrap_or(Language::Ja)
}

fn texts() -> Result<Texts, Vec<String>> {
    Texts::parse(&[
        (Language::Ja, include_str!("catalog/texts/ja.ftl")),
        (Language::En, include_str!("catalog/texts/en.ftl")),
    ])
}

fn main() -> ExitCode {
    let command = Command::parse();
    let language = language(command.language.as_deref());
    let Ok(texts) = texts() else {
        return ExitCode::FAILURE;
    };
    let (mut out, mut err) = (std::io::stdout().lock(), std::io::stderr().lock());
    let said = match &command.what {
        What::Catalog(command) => {
            catalog::cli::run(command, (&texts, language), &mut out, &mut err)
        }
    };
    said.unwrap_or(ExitCode::FAILURE)
}
