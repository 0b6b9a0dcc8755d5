//! An installation as its keeper finds it: the database as it stands, not brought up to date.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use platform::clock::{SystemClock, SystemEntropy};
use platform::db::{Migration, Step};
use platform::{Actor, Ctx, Db, Error, Ground, Language, Message, Result, Via};

use crate::assessment::evidence::EvidenceFolder;
use crate::face::serve::{self, Place};
use crate::face::{App, texts::texts};
use crate::migrations;

/// Where the data is.
#[derive(Debug, Clone, Args)]
pub struct PlaceArgs {
    /// Folder of data
    #[arg(long, global = true, env = "RASHIN_DATA", default_value = "data")]
    pub data: PathBuf,
    /// PostgreSQL address; without it, SQLite in the folder of data
    #[arg(long, global = true, env = "RASHIN_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
}

impl PlaceArgs {
    /// The same for the server.
    #[must_use]
    pub fn place(&self) -> Place {
        Place { data: self.data.clone(), database: self.database.clone(), ..Place::default() }
    }
}

/// An installation.
#[derive(Debug, Clone)]
pub struct Site {
    /// Database, clock, randomness, gate.
    pub ground: Ground,
    /// Folder of data.
    pub data: PathBuf,
    /// Where evidence is kept.
    pub evidence: EvidenceFolder,
}

impl Site {
    /// Opens what is there; fails where there is nothing.
    pub async fn open(args: &PlaceArgs) -> Result<Self> {
        if args.database.is_none() && !args.data.join(serve::SQLITE_FILE).exists() {
            let data = args.data.display();
            return Err(Error::Conflict(Message::new("error-no-installation").with("data", data)));
        }
        Self::open_or_make(args).await
    }

    /// Opens what is there, or an empty database where there is nothing.
    pub async fn open_or_make(args: &PlaceArgs) -> Result<Self> {
        args.place().prepare()?;
        let db = Db::open(&args.place().address()).await?;
        let ground = serve::ground(db, Arc::new(SystemClock), Arc::new(SystemEntropy));
        Ok(Self { ground, data: args.data.clone(), evidence: EvidenceFolder::below(&args.data) })
    }

    /// The installation of a running product.
    #[must_use]
    pub fn of(app: &App) -> Self {
        Self { ground: app.ground.clone(), data: app.data.to_path_buf(), evidence: app.evidence.clone() }
    }

    /// Acts in the installation's own name.
    #[must_use]
    pub fn system(&self) -> Ctx {
        Ctx::new(self.ground.clone(), Actor::System, Via::Command)
    }

    /// Milliseconds since 1970, UTC.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.ground.clock.now_ms()
    }

    /// Closes the database.
    pub async fn close(self) -> Result<()> {
        self.ground.db.close().await
    }
}

/// Whether exactly these steps of the program were run.
#[must_use]
pub fn is_current(steps: &[Step]) -> bool {
    steps.len() == migrations::ALL.len() && missing_steps(steps).is_some_and(<[Migration]>::is_empty)
}

/// The steps of the program that are missing; none where the past is not that of this program.
#[must_use]
pub fn missing_steps(steps: &[Step]) -> Option<&'static [Migration]> {
    let same = |(step, own): (&Step, &Migration)| step.number == own.number && step.hash == own.hash();
    if steps.len() > migrations::ALL.len() || !steps.iter().zip(migrations::ALL).all(same) {
        return None;
    }
    migrations::ALL.get(steps.len()..)
}

/// Prints lines for a person: each a text with its arguments.
pub fn say(language: Language, messages: &[Message]) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    for message in messages {
        if writeln!(out, "{}", texts().show(language, message)).is_err() {
            return;
        }
    }
}

/// A moment as `2026-11-20T00:00:00Z`.
#[must_use]
pub fn moment(at_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(at_ms).map_or_else(|_| at_ms.to_string(), |moment| format!("{moment:.0}"))
}
