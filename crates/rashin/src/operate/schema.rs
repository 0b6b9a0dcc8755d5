//! `rashin migrate`, and what the server does of it when it starts: no step of the schema without a fresh backup.

use std::path::Path;

use clap::Args;
use platform::db::{migrate_and_raise, raise_wall};
use platform::{Db, Error, Language, Message, Result};
use serde::{Deserialize, Serialize};

use super::site::{PlaceArgs, Site, is_current, missing_steps, say};
use super::{files, store};
use crate::{migrations, wall};

/// So long a backup counts as fresh.
const FRESH_MS: i64 = 24 * 60 * 60 * 1000;
/// The record of the last backup, beside the data.
const RECORD: &str = "last-backup.json";

/// Brings the database up to date, if there is a fresh backup
#[derive(Debug, Args)]
pub struct MigrateArgs {
    #[command(flatten)]
    place: PlaceArgs,
}

/// The last backup that was made here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastBackup {
    /// When, milliseconds since 1970.
    pub made_at_ms: i64,
    /// The newest step of the schema then.
    pub step: i64,
    /// Where it was put.
    pub file: String,
    /// Its seal's hash.
    pub sha256: String,
}

/// Runs the command.
pub async fn run(args: MigrateArgs, language: Language) -> Result<()> {
    let site = Site::open(&args.place).await?;
    let count = bring_up_to_date(&site.ground.db, &site.data, site.now_ms()).await?;
    let key = if count == 0 { "migrate-nothing" } else { "migrated" };
    say(language, &[Message::new(key).with("count", count).with("step", migrations::ALL.len())]);
    site.close().await
}

/// The record of the last backup, if there is one.
#[must_use]
pub fn last_backup(data: &Path) -> Option<LastBackup> {
    serde_json::from_slice(&std::fs::read(data.join(RECORD)).ok()?).ok()
}

pub(super) fn set_last_backup(data: &Path, record: &LastBackup) -> Result<()> {
    let text = serde_json::to_vec_pretty(record).map_err(Error::internal)?;
    files::put(&data.join(RECORD), &text)
}

/// Runs the missing steps, all or none, and raises the wall between tenants. A database with people in it wants a backup of the same schema, made within a
/// day.
pub async fn bring_up_to_date(db: &Db, data: &Path, now_ms: i64) -> Result<usize> {
    let mut snapshot = db.snapshot().await?;
    let steps = snapshot.steps().await?;
    snapshot.close().await?;
    if is_current(&steps) {
        return raise_wall(db, wall::ALL).await.map(|()| 0);
    }
    // A past that is not ours is refused by the steps themselves, in their own words.
    let missing = missing_steps(&steps).map_or(0, <[_]>::len);
    let step = steps.last().map_or(0, |step| step.number);
    if missing > 0 && !steps.is_empty() && store::has_people(db).await? {
        let fresh = last_backup(data)
            .is_some_and(|last| last.step == step && (0..=FRESH_MS).contains(&(now_ms - last.made_at_ms)));
        if !fresh {
            return Err(Error::Conflict(Message::new("error-backup-first").with("count", missing)));
        }
    }
    migrate_and_raise(db, migrations::ALL, wall::ALL).await
}
