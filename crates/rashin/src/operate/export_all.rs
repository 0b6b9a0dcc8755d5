//! `rashin export-all`: a tenant's own data as open files, everything of the tenant and nothing of others.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use clap::Args;
use platform::db::{Column, Snapshot, Table};
use platform::{Ctx, Error, Language, Message, Object, Result, Value, new_id};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::site::{PlaceArgs, Site, moment, say};
use super::{acts, store};
use crate::assessment;
use crate::assessment::evidence::EvidenceFolder;
use crate::face::texts::texts;

/// Writes a tenant's own data as open files: CSV, JSON, evidence, in one ZIP
#[derive(Debug, Args)]
pub struct ExportAllArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// Id of the tenant: its root unit
    tenant: String,
    /// File to write
    to: PathBuf,
}

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Rows of all tables.
    pub rows: usize,
    /// Evidence files.
    pub evidence: usize,
}

/// Runs the command.
pub async fn run(args: ExportAllArgs, language: Language) -> Result<()> {
    let site = Site::open(&args.place).await?;
    let tenants = store::tenants(&site.system()).await?;
    if !tenants.iter().any(|(id, _)| *id == args.tenant) {
        let known: Vec<String> = tenants.iter().map(|(id, name)| format!("{id} ({name})")).collect();
        let message = Message::new("error-no-tenant").with("tenants", known.join(", "));
        return Err(Error::field("TENANT", &args.tenant, message));
    }
    let written = take(&site.system(), &site, &args.tenant, &args.to).await?;
    let done = Message::new("exported").with("file", args.to.display()).with("rows", written.rows);
    say(language, &[done.with("evidence", written.evidence)]);
    site.close().await
}

/// For the administrator's page: who asks must also be allowed to read what is in it.
pub async fn take_own(ctx: &Ctx, site: &Site) -> Result<File> {
    let (_, tenant_id) = ctx.account()?;
    let root = Object::of_unit("unit", tenant_id, tenant_id);
    for act in [&acts::EXPORT_ALL, &assessment::acts::READ] {
        ctx.require(act, &root).await?;
    }
    let file = site.data.join(format!("export-{}.zip", new_id(ctx)?));
    let outcome = take(ctx, site, tenant_id, &file).await.and_then(|_| File::open(&file).map_err(Error::internal));
    // What is open stays readable; nothing of it stays behind.
    let _ = std::fs::remove_file(&file);
    outcome
}

/// Writes the file and enters it in the tenant's log.
pub async fn take(ctx: &Ctx, site: &Site, tenant_id: &str, to: &Path) -> Result<Written> {
    if to.exists() {
        return Err(Error::Conflict(Message::new("error-backup-there").with("file", to.display())));
    }
    let mut aside = to.as_os_str().to_owned();
    aside.push(".part");
    let aside = PathBuf::from(aside);
    let outcome = write(site, tenant_id, &aside).await;
    if outcome.is_err() {
        let _ = std::fs::remove_file(&aside);
    }
    let written = outcome?;
    let mut deed = ctx.begin(&acts::EXPORT_ALL, Object::of_unit("unit", tenant_id, tenant_id)).await?;
    deed.in_log_of(tenant_id).await?;
    deed.note("rows", i64::try_from(written.rows).map_err(Error::internal)?);
    deed.note("evidence", i64::try_from(written.evidence).map_err(Error::internal)?);
    deed.commit("").await?;
    std::fs::rename(&aside, to).map_err(Error::internal)?;
    Ok(written)
}

type Archive = ZipWriter<BufWriter<File>>;

async fn write(site: &Site, tenant_id: &str, aside: &Path) -> Result<Written> {
    let cannot = |error| Error::internal(format!("{}: {error}", aside.display()));
    let file = File::options().write(true).create(true).truncate(true).mode(0o600).open(aside).map_err(cannot)?;
    let mut zip = ZipWriter::new(BufWriter::new(file));
    let mut snapshot = site.ground.db.snapshot().await?;
    let tables = snapshot.tables().await?;
    let (mut written, mut names) = (Written::default(), Vec::new());
    for own in store::OWN_TABLES {
        let Some(table) = tables.iter().find(|table| table.name == own.name) else { continue };
        let rows = rows_of(&mut snapshot, table, own.only, tenant_id).await?;
        written.rows += rows.len();
        names.push(own.name);
        if own.name == "evidence_files" {
            written.evidence = add_evidence(&mut zip, table, &rows, &site.evidence)?;
        }
        let shown: Vec<bool> = table.columns.iter().map(|column| !own.secret.contains(&column.name.as_str())).collect();
        add(&mut zip, &format!("tables/{}.csv", own.name), &csv_of(table, &rows, &shown)?)?;
        add(&mut zip, &format!("tables/{}.json", own.name), &json_of(table, &rows, &shown)?)?;
    }
    snapshot.close().await?;
    for language in Language::ALL {
        let name = format!("README.{}.md", language.code());
        add(&mut zip, &name, read_me(language, &names, tenant_id, site.now_ms()).as_bytes())?;
    }
    let file = zip.finish().map_err(Error::internal)?.into_inner().map_err(Error::internal)?;
    file.sync_all().map_err(Error::internal)?;
    Ok(written)
}

fn add(zip: &mut Archive, name: &str, content: &[u8]) -> Result<()> {
    zip.start_file(name, SimpleFileOptions::default()).map_err(Error::internal)?;
    zip.write_all(content).map_err(Error::internal)
}

type Rows = Vec<Vec<Value>>;

async fn rows_of(snapshot: &mut Snapshot, table: &Table, only: &str, tenant_id: &str) -> Result<Rows> {
    let mut rows = Rows::new();
    loop {
        let page = snapshot.page(table, Some((only, tenant_id)), rows.last().map(Vec::as_slice)).await?;
        if page.is_empty() {
            return Ok(rows);
        }
        rows.extend(page);
    }
}

/// Evidence under its id and name; gives how many files. What is missing or damaged is told by a file in its place.
fn add_evidence(zip: &mut Archive, table: &Table, rows: &Rows, folder: &EvidenceFolder) -> Result<usize> {
    let column = |name: &str| table.columns.iter().position(|column| column.name == name);
    let text = |row: &[Value], name: &str| match column(name).and_then(|at| row.get(at)) {
        Some(Value::Text(Some(text))) => text.clone(),
        _ => String::new(),
    };
    for row in rows {
        let (id, name, hash) = (text(row, "id"), text(row, "name"), text(row, "content_hash"));
        match std::fs::read(folder.path(&hash)) {
            Ok(content) => add(zip, &format!("evidence/{id}-{name}"), &content)?,
            Err(_) => add(zip, &format!("evidence/{id}-{name}.missing"), hash.as_bytes())?,
        }
    }
    Ok(rows.len())
}

fn plain(value: &Value) -> Option<String> {
    use base64::Engine;
    match value {
        Value::Int(value) => value.map(|value| value.to_string()),
        Value::Text(value) => value.clone(),
        Value::Real(value) => value.map(|value| value.to_string()),
        Value::Bytes(value) => value.as_ref().map(|bytes| base64::engine::general_purpose::STANDARD.encode(bytes)),
    }
}

/// A cell that no spreadsheet takes for a formula.
fn cell(value: &Value) -> String {
    let text = plain(value).unwrap_or_default();
    let risky = matches!(value, Value::Text(_)) && text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if risky { format!("'{text}") } else { text }
}

fn shown<'a, T>(all: &'a [T], shown: &'a [bool]) -> impl Iterator<Item = &'a T> {
    all.iter().zip(shown).filter(|(_, shown)| **shown).map(|(one, _)| one)
}

/// One line of names, then one for each row; UTF-8 with the mark that spreadsheets look for.
fn csv_of(table: &Table, rows: &Rows, which: &[bool]) -> Result<Vec<u8>> {
    let mut csv =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer("\u{feff}".as_bytes().to_vec());
    csv.write_record(shown(&table.columns, which).map(|column| column.name.as_str())).map_err(Error::internal)?;
    for row in rows {
        csv.write_record(shown(row, which).map(cell)).map_err(Error::internal)?;
    }
    csv.into_inner().map_err(Error::internal)
}

/// An array of objects, every value as it is.
fn json_of(table: &Table, rows: &Rows, which: &[bool]) -> Result<Vec<u8>> {
    let value = |value: &Value| match value {
        Value::Int(value) => value.map_or(serde_json::Value::Null, Into::into),
        Value::Real(value) => value.map_or(serde_json::Value::Null, Into::into),
        other => plain(other).map_or(serde_json::Value::Null, Into::into),
    };
    let object = |row: &Vec<Value>| {
        let pair = |(column, cell): (&Column, &Value)| (column.name.clone(), value(cell));
        shown(&table.columns, which).zip(shown(row, which)).map(pair).collect::<serde_json::Map<_, _>>()
    };
    serde_json::to_vec_pretty(&rows.iter().map(object).collect::<Vec<_>>()).map_err(Error::internal)
}

fn read_me(language: Language, names: &[&str], tenant_id: &str, now_ms: i64) -> String {
    let texts = texts();
    let (moment, version) = (moment(now_ms), env!("CARGO_PKG_VERSION"));
    let head = [("tenant", tenant_id), ("moment", &moment), ("version", version)];
    let mut lines = vec![format!("# {}", texts.get(language, "export-title", &[])), String::new()];
    lines.push(texts.get(language, "export-lead", &head));
    lines.push(String::new());
    for name in names {
        let about = texts.get(language, &format!("export-table-{name}"), &[]);
        lines.push(format!("- `tables/{name}.csv`, `tables/{name}.json`: {about}"));
    }
    lines.push(format!("- `evidence/`: {}", texts.get(language, "export-evidence", &[])));
    lines.push(String::new());
    lines.push(texts.get(language, "export-notes", &[]));
    lines.push(String::new());
    lines.join("\n")
}
