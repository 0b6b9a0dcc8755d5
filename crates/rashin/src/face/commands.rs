//! What all commands share: where the data is, in whose name one acts, how answers are printed.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use platform::{Actor, Ctx, Error, Language, Result, Texts, Via};
use serde::Serialize;

use super::App;
use super::serve::{Place, open};
use crate::identity;
use crate::operate::mail::{Mail, MailArgs};

/// Where the data is and in whose name one acts.
#[derive(Debug, Clone, Args)]
pub struct DeskArgs {
    /// Folder of data
    #[arg(long, global = true, env = "RASHIN_DATA", default_value = "data")]
    pub data: PathBuf,
    /// PostgreSQL address; without it, SQLite in the folder of data
    #[arg(long, global = true, env = "RASHIN_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
    /// Mail address of the account in whose name the command acts
    #[arg(long = "as", global = true, env = "RASHIN_AS", value_name = "EMAIL")]
    pub acting_as: Option<String>,
    /// Answer as JSON
    #[arg(long, global = true)]
    pub json: bool,
}

/// How a link that a command makes gets to the person it is for.
#[derive(Debug, Clone, Args)]
pub struct LinkArgs {
    /// Address people use, for the link; without it, only its path is printed and nothing is mailed
    #[arg(long, env = "RASHIN_PUBLIC_URL")]
    public_url: Option<String>,
    #[command(flatten)]
    mail: MailArgs,
}

impl LinkArgs {
    /// The installation as the server knows it: with its address and its mail. Without an address nothing can be mailed.
    pub fn app(&self, desk: &Desk) -> Result<App> {
        let Some(url) = &self.public_url else { return Ok(App { public_url: "".into(), ..desk.app.clone() }) };
        Ok(App { public_url: url.trim_end_matches('/').into(), mail: Mail::of(&self.mail)?, ..desk.app.clone() })
    }
}

/// An open installation with an asker.
#[derive(Debug)]
pub struct Desk {
    /// The installation.
    pub app: App,
    /// The asker.
    pub ctx: Ctx,
    /// Whether to answer as JSON.
    pub json: bool,
    /// Language of answers.
    pub language: Language,
}

impl Desk {
    /// Opens the installation in the name of `--as`.
    pub async fn open(args: &DeskArgs, language: Language) -> Result<Self> {
        let place = Place {
            data: args.data.clone(),
            database: args.database.clone(),
            public_url: "http://localhost:8650".into(),
        };
        let app = open(&place).await?;
        let system = app.ctx(Actor::System, Via::Command);
        let ctx = match &args.acting_as {
            Some(email) => {
                let actor = identity::actor_by_email(&system, email).await?;
                app.ctx(actor, Via::Command)
            }
            None => app.ctx(Actor::Anonymous { source: "command".to_owned() }, Via::Command),
        };
        Ok(Self { app, ctx, json: args.json, language })
    }

    /// Prints an answer: JSON if asked for, else the lines.
    pub fn say(&self, value: &impl Serialize, lines: impl FnOnce() -> Vec<String>) -> Result<()> {
        let mut out = std::io::stdout().lock();
        if self.json {
            let text = serde_json::to_string_pretty(value).map_err(Error::internal)?;
            return writeln!(out, "{text}").map_err(Error::internal);
        }
        for line in lines() {
            writeln!(out, "{line}").map_err(Error::internal)?;
        }
        Ok(())
    }
}

/// The language of commands: `--language`, else the environment's, else Japanese.
#[must_use]
pub fn language(chosen: Option<&str>) -> Language {
    let from_environment = || {
        ["LC_ALL", "LC_MESSAGES", "LANG"]
            .iter()
            .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
    };
    chosen
        .map(str::to_owned)
        .or_else(from_environment)
        .and_then(|code| Language::parse(code.split('.').next().unwrap_or("")))
        .unwrap_or(Language::Ja)
}

/// What went wrong, in the lines a person reads: every fault with its place, value and what is allowed.
#[must_use]
pub fn explain(texts: &Texts, language: Language, error: &Error) -> Vec<String> {
    match error {
        Error::Invalid(faults) => faults
            .iter()
            .map(|fault| {
                let line = fault
                    .line
                    .map(|line| format!("{}: ", texts.get(language, "line-number", &[("line", &line.to_string())])));
                let value = if fault.value.is_empty() { String::new() } else { format!(" ({})", fault.value) };
                format!("{}{}{value}: {}", line.unwrap_or_default(), fault.field, texts.show(language, &fault.message))
            })
            .collect(),
        Error::Forbidden(message) | Error::Conflict(message) | Error::TooMany(message) | Error::Busy(message) => {
            vec![texts.show(language, message)]
        }
        Error::NotFound => vec![texts.get(language, "failure-not-found-text", &[])],
        Error::Internal(cause) => vec![format!("{}: {cause}", texts.get(language, "failure-internal", &[]))],
    }
}
