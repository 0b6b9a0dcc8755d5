//! `rashin restore`: an installation as a backup has it, in an empty place.

use std::path::{Path, PathBuf};

use clap::Args;
use platform::db::{Loading, Table, migrate_and_raise};
use platform::{Error, Language, Message, Object, Result};

use super::archive::{self, Checked};
use super::schema::{self, LastBackup};
use super::site::{PlaceArgs, Site, missing_steps, moment, say};
use super::{acts, backup, files, rows, store};
use crate::{migrations, wall};

/// Makes an installation out of a backup, in an empty place
#[derive(Debug, Args)]
pub struct RestoreArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// Put it in the place of what is there, which is lost; WORD is the one that `backup --check` shows
    #[arg(long, value_name = "WORD")]
    replace: Option<String>,
    /// The backup
    from: PathBuf,
}

/// Runs the command.
pub async fn run(args: RestoreArgs, language: Language) -> Result<()> {
    // Before anything is made: a backup that is not sound leaves no trace.
    let mut backup = archive::check(&args.from)?;
    let site = Site::open_or_make(&args.place).await?;
    restore(&site, &mut backup, &args.from, args.replace.as_deref()).await?;
    let done = Message::new("restored")
        .with("rows", backup.manifest.rows())
        .with("evidence", backup.manifest.evidence())
        .with("moment", moment(backup.manifest.made_at_ms));
    say(language, &[done, Message::new("restored-look")]);
    site.close().await
}

/// The word that says one means this backup.
#[must_use]
pub fn word(sha256: &str) -> &str {
    sha256.get(..8).unwrap_or(sha256)
}

/// Puts a checked backup in the place of what is there: the database in one transaction, evidence before it. Sessions
/// and links of then are ended: some had been ended since.
pub async fn restore(site: &Site, backup: &mut Checked, from: &Path, replace: Option<&str>) -> Result<()> {
    let manifest = backup.manifest.clone();
    if missing_steps(&manifest.schema).is_none() {
        let version = manifest.version.as_str();
        return Err(Error::Conflict(Message::new("error-backup-newer").with("version", version)));
    }
    must_be_empty(site, &backup.sha256, replace).await?;
    for (index, part) in manifest.parts.iter().enumerate() {
        if let Some(hash) = part.name.strip_prefix("evidence/") {
            put_evidence(site, hash, &backup.content(index)?)?;
        }
        // One that is there already is newer, or somebody's own.
        let file = backup::FILES.iter().find(|file| part.name == backup::part_of(file));
        if let Some(path) = file.map(|file| site.data.join(file)).filter(|path| !path.exists()) {
            files::put(&path, &backup.content(index)?)?;
        }
    }
    let own = migrations::ALL.get(..manifest.schema.len()).unwrap_or(migrations::ALL);
    let mut loading = site.ground.db.replace_all(own).await?;
    for (index, part) in manifest.parts.iter().enumerate() {
        if let Some(name) = part.name.strip_prefix("tables/").and_then(|rest| rest.split('/').next()) {
            let table = table_of(&loading, &manifest.tables, name)?;
            let content = String::from_utf8(backup.content(index)?).map_err(Error::internal)?;
            let rows = content.lines().map(|line| rows::row(&table, line)).collect::<Result<Vec<_>>>()?;
            loading.insert(&table, &rows).await?;
        }
    }
    loading.finish().await?;
    migrate_and_raise(&site.ground.db, migrations::ALL, wall::ALL).await?;
    let mut deed = site.system().begin(&acts::RESTORE, Object::free("backup", &backup.sha256)).await?;
    deed.note("made_at_ms", manifest.made_at_ms);
    deed.note("rows", manifest.rows());
    let ended = store::end_what_was_open(&mut deed, site.now_ms()).await?;
    deed.note("ended", i64::try_from(ended).map_err(Error::internal)?);
    deed.commit("").await?;
    let record = LastBackup {
        made_at_ms: manifest.made_at_ms,
        step: manifest.schema.last().map_or(0, |step| step.number),
        file: from.display().to_string(),
        sha256: backup.sha256.clone(),
    };
    schema::set_last_backup(&site.data, &record)
}

/// The table as the backup has it, if the schema has the same columns.
fn table_of(loading: &Loading, told: &[Table], name: &str) -> Result<Table> {
    let odd = || Error::internal(format!("the backup's table {name} does not fit the schema"));
    let told = told.iter().find(|table| table.name == name).ok_or_else(odd)?;
    let own = loading.tables().iter().find(|table| table.name == name).ok_or_else(odd)?;
    let sorted = |table: &Table| {
        let mut columns: Vec<_> = table.columns.iter().map(|column| (column.name.clone(), column.kind)).collect();
        columns.sort_by(|one, other| one.0.cmp(&other.0));
        columns
    };
    if sorted(told) == sorted(own) { Ok(told.clone()) } else { Err(odd()) }
}

async fn must_be_empty(site: &Site, sha256: &str, replace: Option<&str>) -> Result<()> {
    let mut snapshot = site.ground.db.snapshot().await?;
    let empty = snapshot.tables().await?.is_empty() && site.evidence.hashes()?.is_empty();
    snapshot.close().await?;
    match replace {
        None if empty => Ok(()),
        Some(said) if said == word(sha256) => Ok(()),
        None => Err(Error::Conflict(Message::new("error-not-empty").with("word", word(sha256)))),
        Some(said) => Err(Error::field("--replace", said, Message::new("error-word").with("word", word(sha256)))),
    }
}

/// Puts an evidence file in its place: aside, synced, renamed.
fn put_evidence(site: &Site, hash: &str, content: &[u8]) -> Result<()> {
    if hash.len() != 64 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Error::internal(format!("evidence named {hash}")));
    }
    let path = site.evidence.path(hash);
    files::make_folder(path.parent().unwrap_or(&site.data))?;
    files::put(&path, content)
}
