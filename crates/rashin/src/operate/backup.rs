//! `rashin backup`: everything of the installation in one file, while it runs.

use std::path::{Path, PathBuf};

use clap::Args;
use platform::db::Snapshot;
use platform::{Error, Language, Message, Object, Result};

use super::archive::{self, FORMAT, Manifest, Writer};
use super::schema::{self, LastBackup};
use super::site::{PlaceArgs, Site, is_current, moment, say};
use super::{acts, rows};

/// Parts of a table are closed when they are this large, bytes.
const PART_SIZE: usize = 4 * 1024 * 1024;

/// Files of the folder of data that are no secret and in no database.
pub(super) const FILES: [&str; 2] = ["retention.toml", "witnesses.json"];

/// Name of such a file in a backup.
pub(super) fn part_of(file: &str) -> String {
    format!("files/{file}")
}

/// Saves everything in one file, while the server runs
#[derive(Debug, Args)]
pub struct BackupArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// Only check a backup: every byte
    #[arg(long, value_name = "FILE", conflicts_with = "to")]
    check: Option<PathBuf>,
    /// File to write, or a folder in which to write one
    #[arg(required_unless_present = "check")]
    to: Option<PathBuf>,
}

/// A backup that was made.
#[derive(Debug)]
pub struct Made {
    /// Where it is.
    pub file: PathBuf,
    /// Its seal's hash.
    pub sha256: String,
    /// What it says of itself.
    pub manifest: Manifest,
}

/// Runs the command.
pub async fn run(args: BackupArgs, language: Language) -> Result<()> {
    if let Some(file) = &args.check {
        let checked = archive::check(file)?;
        say(language, &told("backup-sound", file, &checked.sha256, &checked.manifest));
        return Ok(());
    }
    let site = Site::open(&args.place).await?;
    let made = make(&site, &args.to.unwrap_or_default()).await?;
    say(language, &told("backup-made", &made.file, &made.sha256, &made.manifest));
    site.close().await
}

fn told(key: &'static str, file: &Path, sha256: &str, manifest: &Manifest) -> Vec<Message> {
    let first = Message::new(key)
        .with("file", file.display())
        .with("rows", manifest.rows())
        .with("evidence", manifest.evidence())
        .with("moment", moment(manifest.made_at_ms));
    let word = super::restore::word(sha256);
    let mut lines = vec![first, Message::new("backup-hash").with("hash", sha256).with("word", word)];
    if !manifest.damaged.is_empty() {
        lines.push(Message::new("backup-damaged-evidence").with("files", manifest.damaged.join(" ")));
    }
    lines
}

/// The file itself; a new name where `to` is a folder.
fn file_in(to: &Path, now_ms: i64) -> PathBuf {
    let stamp: String = moment(now_ms).chars().filter(char::is_ascii_alphanumeric).collect();
    if to.is_dir() { to.join(format!("rashin-{stamp}.tar")) } else { to.to_owned() }
}

/// Saves the installation; the database as it stands at one moment, then the evidence, which is only ever added to.
pub async fn make(site: &Site, to: &Path) -> Result<Made> {
    let now_ms = site.now_ms();
    let file = file_in(to, now_ms);
    let mut writer = Writer::begin(&file, now_ms)?;
    let mut snapshot = site.ground.db.snapshot().await?;
    let schema = snapshot.steps().await?;
    if schema.is_empty() {
        return Err(Error::Conflict(Message::new("error-no-installation").with("data", site.data.display())));
    }
    let tables = snapshot.tables().await?;
    for table in &tables {
        add_table(&mut writer, &mut snapshot, table).await?;
    }
    snapshot.close().await?;
    add_files(&mut writer, site)?;
    let damaged = add_evidence(&mut writer, site)?;
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        made_at_ms: now_ms,
        database: if site.ground.db.is_postgres() { "postgresql" } else { "sqlite" }.to_owned(),
        schema,
        tables,
        parts: Vec::new(),
        damaged,
    };
    let (manifest, sha256) = writer.finish(manifest)?;
    record(site, &file, &sha256, &manifest).await?;
    Ok(Made { file, sha256, manifest })
}

async fn add_table(writer: &mut Writer, snapshot: &mut Snapshot, table: &platform::db::Table) -> Result<()> {
    let (mut text, mut count, mut number) = (String::new(), 0_u64, 0_u32);
    let mut last: Option<Vec<platform::Value>> = None;
    loop {
        let page = snapshot.page(table, None, last.as_deref()).await?;
        for row in &page {
            text.push_str(&rows::line(row));
            text.push('\n');
            count += 1;
        }
        last = page.into_iter().next_back();
        if text.len() >= PART_SIZE || (last.is_none() && (count > 0 || number == 0)) {
            number += 1;
            writer.add(&format!("tables/{}/{number:06}.jsonl", table.name), text.as_bytes(), Some(count))?;
            text.clear();
            count = 0;
        }
        if last.is_none() {
            return Ok(());
        }
    }
}

fn add_files(writer: &mut Writer, site: &Site) -> Result<()> {
    for file in FILES {
        match std::fs::read(site.data.join(file)) {
            Ok(content) => writer.add(&part_of(file), &content, None)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(Error::internal(format!("{file}: {error}"))),
        }
    }
    Ok(())
}

/// Adds every evidence file; gives those whose content no longer has the hash they are named by.
fn add_evidence(writer: &mut Writer, site: &Site) -> Result<Vec<String>> {
    let mut damaged = Vec::new();
    for hash in site.evidence.hashes()? {
        let content = std::fs::read(site.evidence.path(&hash)).map_err(Error::internal)?;
        writer.add(&format!("evidence/{hash}"), &content, None)?;
        if writer.last_hash() != Some(hash.as_str()) {
            damaged.push(hash);
        }
    }
    Ok(damaged)
}

/// Notes that there is a backup: beside the data, for the next step of the schema, and in the log.
async fn record(site: &Site, file: &Path, sha256: &str, manifest: &Manifest) -> Result<()> {
    if is_current(&manifest.schema) {
        let mut deed = site.system().begin(&acts::BACK_UP, Object::free("backup", sha256)).await?;
        deed.note("rows", manifest.rows());
        deed.note("evidence", manifest.evidence());
        deed.commit("").await?;
    }
    let step = manifest.schema.last().map_or(0, |step| step.number);
    let record = LastBackup {
        made_at_ms: manifest.made_at_ms,
        step,
        file: file.display().to_string(),
        sha256: sha256.to_owned(),
    };
    schema::set_last_backup(&site.data, &record)
}
