//! `rashin export-all`: a tenant's own data as open files, everything of the tenant and nothing of others.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use platform::db::{Column, Snapshot, Table};
use platform::{Ctx, Error, Language, Message, Object, Result, Value, new_id};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zip::ZipWriter;
use zip::write::{SimpleFileOptions, StreamWriter};

use super::acts;
use super::files::{self, Aside};
use super::site::{PlaceArgs, Site, moment, say};
use super::spool::{self, Following};
use super::store::{self, OwnTable};
use crate::assessment;
use crate::face::App;
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

/// How many exports are written at a time for pages: one.
#[derive(Debug, Clone)]
pub struct Exports(Arc<Semaphore>);

impl Default for Exports {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(1)))
    }
}

impl Exports {
    /// The place of the one that is written.
    pub(super) fn take(&self) -> Result<OwnedSemaphorePermit> {
        let busy = |_| Error::TooMany(Message::new("error-export-busy"));
        Arc::clone(&self.0).try_acquire_owned().map_err(busy)
    }
}

/// For the administrator's page: who asks must also be allowed to read what is in it. It is in the log before the first
/// byte goes out, and read while it is written.
pub(super) async fn take_own(ctx: &Ctx, app: &App) -> Result<Following> {
    let (_, tenant_id) = ctx.account()?;
    let root = Object::of_unit("unit", tenant_id, tenant_id);
    for act in [&acts::EXPORT_ALL, &assessment::acts::READ] {
        ctx.require(act, &root).await?;
    }
    let deed = ctx.begin(&acts::EXPORT_ALL, root).await?;
    let place = app.exports.take()?;
    deed.commit("").await?;
    let file = files::nameless(&app.data.join(format!("export-{}.zip", new_id(ctx)?)))?;
    let (site, tenant_id) = (Site::of(app), tenant_id.to_owned());
    Ok(spool::fill(file, async move |spool| {
        let _place = place;
        write(&site, &tenant_id, BufWriter::new(spool)).await.map(|_| ())
    }))
}

/// Writes the file and enters it in the tenant's log.
pub async fn take(ctx: &Ctx, site: &Site, tenant_id: &str, to: &Path) -> Result<Written> {
    if to.exists() {
        return Err(Error::Conflict(Message::new("error-backup-there").with("file", to.display())));
    }
    let (aside, file) = Aside::begin(to)?;
    let (written, file) = write(site, tenant_id, BufWriter::new(file)).await?;
    let mut deed = ctx.begin(&acts::EXPORT_ALL, Object::of_unit("unit", tenant_id, tenant_id)).await?;
    deed.in_log_of(tenant_id).await?;
    deed.note("rows", i64::try_from(written.rows).map_err(Error::internal)?);
    deed.note("evidence", i64::try_from(written.evidence).map_err(Error::internal)?);
    deed.commit("").await?;
    aside.put(file.get_ref())?;
    Ok(written)
}

/// Writes everything, never holding more than a stretch of a table; gives back what it was written to.
async fn write<W: Write + Send>(site: &Site, tenant_id: &str, to: W) -> Result<(Written, W)> {
    let mut zip = ZipWriter::new_stream(to);
    let mut snapshot = site.ground.db.snapshot().await?;
    let tables = snapshot.tables().await?;
    let (mut written, mut names) = (Written::default(), Vec::new());
    for own in store::OWN_TABLES {
        let Some(table) = tables.iter().find(|table| table.name == own.name) else { continue };
        names.push(own.name);
        let mut rows = Stretches::of(&mut snapshot, table, own, tenant_id);
        written.rows += add_csv(&mut zip, &mut rows).await?;
        add_json(&mut zip, &mut rows).await?;
        if own.name == "evidence_files" {
            written.evidence = add_evidence(&mut zip, &mut rows, site).await?;
        }
    }
    snapshot.close().await?;
    for language in Language::ALL {
        begin(&mut zip, &format!("README.{}.md", language.code()))?;
        put(&mut zip, read_me(language, &names, tenant_id, site.now_ms()).as_bytes())?;
    }
    let mut to = zip.finish().map_err(Error::internal)?.into_inner();
    to.flush().map_err(Error::internal)?;
    Ok((written, to))
}

type Archive<W> = ZipWriter<StreamWriter<W>>;
type Rows = Vec<Vec<Value>>;

fn begin<W: Write>(zip: &mut Archive<W>, name: &str) -> Result<()> {
    zip.start_file(name, SimpleFileOptions::default().large_file(true)).map_err(Error::internal)
}

fn put<W: Write>(zip: &mut Archive<W>, content: &[u8]) -> Result<()> {
    zip.write_all(content).map_err(Error::internal)
}

/// The rows of a table that are the tenant's own, a stretch at a time.
struct Stretches<'a> {
    snapshot: &'a mut Snapshot,
    table: &'a Table,
    own: &'a OwnTable,
    tenant_id: &'a str,
    last: Option<Vec<Value>>,
}

impl<'a> Stretches<'a> {
    fn of(snapshot: &'a mut Snapshot, table: &'a Table, own: &'a OwnTable, tenant_id: &'a str) -> Self {
        Self { snapshot, table, own, tenant_id, last: None }
    }

    /// The next stretch; none at the end, after which it begins again.
    async fn next(&mut self) -> Result<Option<Rows>> {
        let only = (self.own.only, self.tenant_id);
        let page = self.snapshot.page(self.table, Some(only), self.last.as_deref()).await?;
        self.last = page.last().cloned();
        Ok(Some(page).filter(|page| !page.is_empty()))
    }

    /// Of all columns, or of a row's values, those that are no secret.
    fn shown<'b, T>(&self, all: &'b [T]) -> impl Iterator<Item = &'b T> + use<'_, 'b, 'a, T> {
        let secret = |column: &Column| self.own.secret.contains(&column.name.as_str());
        all.iter().zip(&self.table.columns).filter(move |(_, column)| !secret(column)).map(|(one, _)| one)
    }
}

/// One line of names, then one for each row; UTF-8 with the mark that spreadsheets look for. Gives how many rows.
async fn add_csv<W: Write>(zip: &mut Archive<W>, rows: &mut Stretches<'_>) -> Result<usize> {
    let mut count = 0;
    let writer = || csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    begin(zip, &format!("tables/{}.csv", rows.own.name))?;
    put(zip, "\u{feff}".as_bytes())?;
    let mut lines = writer();
    let names = rows.shown(&rows.table.columns).map(|column| column.name.as_str());
    lines.write_record(names).map_err(Error::internal)?;
    put(zip, &lines.into_inner().map_err(Error::internal)?)?;
    while let Some(stretch) = rows.next().await? {
        let mut lines = writer();
        for row in &stretch {
            lines.write_record(rows.shown(row).map(cell)).map_err(Error::internal)?;
        }
        put(zip, &lines.into_inner().map_err(Error::internal)?)?;
        count += stretch.len();
    }
    Ok(count)
}

/// An array of objects, one a line, every value as it is.
async fn add_json<W: Write>(zip: &mut Archive<W>, rows: &mut Stretches<'_>) -> Result<()> {
    begin(zip, &format!("tables/{}.json", rows.own.name))?;
    let mut before = "[\n";
    while let Some(stretch) = rows.next().await? {
        let mut lines = String::new();
        for row in &stretch {
            let pair = |(column, value): (&Column, &Value)| (column.name.clone(), json(value));
            let object: serde_json::Map<_, _> =
                rows.shown(&rows.table.columns).zip(rows.shown(row)).map(pair).collect();
            lines.push_str(before);
            lines.push_str(&serde_json::to_string(&object).map_err(Error::internal)?);
            before = ",\n";
        }
        put(zip, lines.as_bytes())?;
    }
    put(zip, if before == "[\n" { b"[]\n" } else { b"\n]\n" })
}

/// Evidence under its id and name; gives how many files. What is missing or damaged is told by a file in its place.
async fn add_evidence<W: Write>(zip: &mut Archive<W>, rows: &mut Stretches<'_>, site: &Site) -> Result<usize> {
    let mut count = 0;
    let columns = &rows.table.columns;
    let text = |row: &[Value], name: &str| match columns.iter().zip(row).find(|(column, _)| column.name == name) {
        Some((_, Value::Text(Some(text)))) => text.clone(),
        _ => String::new(),
    };
    while let Some(stretch) = rows.next().await? {
        for row in &stretch {
            let (id, name, hash) = (text(row, "id"), text(row, "name"), text(row, "content_hash"));
            let (ending, content) = match tokio::fs::read(site.evidence.path(&hash)).await {
                Ok(content) => ("", content),
                Err(_) => (".missing", hash.into_bytes()),
            };
            begin(zip, &format!("evidence/{id}-{name}{ending}"))?;
            put(zip, &content)?;
        }
        count += stretch.len();
    }
    Ok(count)
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

fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::Int(value) => value.map_or(serde_json::Value::Null, Into::into),
        Value::Real(value) => value.map_or(serde_json::Value::Null, Into::into),
        other => plain(other).map_or(serde_json::Value::Null, Into::into),
    }
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
