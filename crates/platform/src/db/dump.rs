//! Everything in a database as rows, and back again: for backups that either database can take up.

use serde::{Deserialize, Serialize};
use sqlx::ConnectOptions;

use super::line::Line;
use super::migrate::{HISTORY, Migration};
use super::value::{Row, Value};
use super::{Db, Pool, sqlite_options};
use crate::{Error, Result};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// BIGINT.
    Int,
    /// TEXT.
    Text,
    /// DOUBLE PRECISION.
    Real,
    /// BYTEA.
    Bytes,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// Whether it belongs to the primary key.
    pub key: bool,
}

/// A table with its columns in their order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<Column>,
}

/// A step of the schema that was run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Number, from 1.
    pub number: i64,
    /// What it brought.
    pub name: String,
    /// SHA-256 of its text.
    pub hash: String,
}

/// Name of the table that tells which steps were run. It is no table of a dump: a load runs the steps again.
const STEPS: &str = "migrations";
/// Rows fetched at a time.
const PAGE: usize = 500;
/// Values bound to one statement at most; SQLite takes 32,766.
const MOST_VALUES: usize = 30_000;

impl Line {
    async fn views(&mut self) -> Result<Vec<String>> {
        let sql = match self {
            Self::Sqlite(_) => "SELECT name FROM sqlite_master WHERE type = 'view'",
            Self::Postgres(_) => {
                "SELECT CAST(c.relname AS TEXT) AS name FROM pg_class c \
                WHERE c.relkind = 'v' AND c.relnamespace = CAST(current_schema() AS regnamespace)"
            }
        };
        self.rows(sql.to_owned(), &[]).await?.iter().map(|row| row.text("name")).collect()
    }

    async fn names(&mut self) -> Result<Vec<String>> {
        let sql = match self {
            Self::Sqlite(_) => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
            Self::Postgres(_) => {
                "SELECT CAST(c.relname AS TEXT) AS name FROM pg_class c \
                WHERE c.relkind IN ('r', 'p') AND c.relnamespace = CAST(current_schema() AS regnamespace)"
            }
        };
        let rows = self.rows(sql.to_owned(), &[]).await?;
        let mut names: Vec<String> = rows.iter().map(|row| row.text("name")).collect::<Result<_>>()?;
        names.sort();
        Ok(names)
    }

    async fn table(&mut self, name: &str) -> Result<Table> {
        let sql = match self {
            Self::Sqlite(_) => "SELECT name, type AS kind, pk FROM pragma_table_info($1) ORDER BY cid",
            Self::Postgres(_) => {
                "SELECT CAST(a.attname AS TEXT) AS name, format_type(a.atttypid, a.atttypmod) AS kind, \
                CAST(CASE WHEN a.attnum = ANY(i.indkey) THEN 1 ELSE 0 END AS BIGINT) AS pk FROM pg_attribute a \
                LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary \
                WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"
            }
        };
        let rows = self.rows(sql.to_owned(), &[name.into()]).await?;
        let columns = rows.iter().map(|row| column(name, row)).collect::<Result<_>>()?;
        Ok(Table { name: name.to_owned(), columns })
    }

    async fn tables(&mut self) -> Result<Vec<Table>> {
        let mut tables = Vec::new();
        for name in self.names().await?.into_iter().filter(|name| name != STEPS) {
            tables.push(self.table(&name).await?);
        }
        Ok(tables)
    }
}

fn column(table: &str, row: &Row) -> Result<Column> {
    let (name, kind) = (row.text("name")?, row.text("kind")?);
    let kind = match kind.to_ascii_uppercase().as_str() {
        "BIGINT" | "INTEGER" => Kind::Int,
        "TEXT" => Kind::Text,
        "DOUBLE PRECISION" => Kind::Real,
        "BYTEA" => Kind::Bytes,
        _ => return Err(Error::internal(format!("{table}.{name} has the type {kind}, which no backup knows"))),
    };
    Ok(Column { key: row.int("pk")? > 0, name, kind })
}

impl Table {
    fn names(&self) -> String {
        self.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// Names of the key's columns; all columns where there is no key.
    fn key(&self) -> Vec<&Column> {
        let key: Vec<&Column> = self.columns.iter().filter(|column| column.key).collect();
        if key.is_empty() { self.columns.iter().collect() } else { key }
    }

    fn values(&self, row: &Row) -> Result<Vec<Value>> {
        let value = |column: &Column| {
            Ok(match column.kind {
                Kind::Int => Value::Int(row.opt_int(&column.name)?),
                Kind::Text => Value::Text(row.opt_text(&column.name)?),
                Kind::Real => Value::Real(row.opt_real(&column.name)?),
                Kind::Bytes => Value::Bytes(row.opt_bytes(&column.name)?),
            })
        };
        self.columns.iter().map(value).collect()
    }
}

/// All of a database as it stood at one moment, while others go on writing.
pub struct Snapshot(Line);

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Snapshot")
    }
}

impl Db {
    /// A view of this moment on a connection of its own.
    pub async fn snapshot(&self) -> Result<Snapshot> {
        let mut line = match &self.pool {
            Pool::Sqlite { path, .. } => {
                let options = sqlite_options(path).create_if_missing(false).pragma("query_only", "ON");
                Line::Sqlite(options.connect().await.map_err(Error::internal)?)
            }
            Pool::Postgres(pool) => Line::of(pool).await?,
        };
        let begin = match line {
            Line::Sqlite(_) => "BEGIN",
            Line::Postgres(_) => {
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL rashin.scope = 'everything'"
            }
        };
        line.run(begin.to_owned()).await?;
        Ok(Snapshot(line))
    }

    /// What SQLite's own check says of the file; `ok` if it is well. PostgreSQL looks after its files itself.
    pub async fn check_file(&self) -> Result<String> {
        let Pool::Sqlite { .. } = &self.pool else { return Ok("ok".to_owned()) };
        let mut line = self.snapshot().await?.0;
        let rows = line.rows("PRAGMA integrity_check(5)".to_owned(), &[]).await?;
        let said: Vec<String> = rows.iter().map(|row| row.text("integrity_check")).collect::<Result<_>>()?;
        line.close().await?;
        Ok(said.join("; "))
    }

    /// Begins to put other content in the place of everything there is; nothing of it lasts before [`Loading::finish`].
    pub async fn replace_all(&self, steps: &[Migration]) -> Result<Loading> {
        let mut line = match &self.pool {
            Pool::Sqlite { path, .. } => {
                Line::Sqlite(sqlite_options(path).foreign_keys(false).connect().await.map_err(Error::internal)?)
            }
            Pool::Postgres(pool) => Line::of(pool).await?,
        };
        let begin = match line {
            Line::Sqlite(_) => "BEGIN IMMEDIATE",
            Line::Postgres(_) => "BEGIN READ WRITE",
        };
        line.run(begin.to_owned()).await?;
        for name in line.views().await? {
            line.run(format!("DROP VIEW IF EXISTS {name}")).await?;
        }
        for name in line.names().await? {
            let cascade = if matches!(line, Line::Postgres(_)) { " CASCADE" } else { "" };
            line.run(format!("DROP TABLE {name}{cascade}")).await?;
        }
        line.run(HISTORY.to_owned()).await?;
        for step in steps {
            line.run(step.script()).await?;
        }
        let mut loading = Loading { tables: line.tables().await?, line, borders: Vec::new() };
        loading.open_borders().await?;
        for table in &loading.tables {
            // What a step itself put in comes with the rows again.
            loading.line.run(format!("DELETE FROM {}", table.name)).await?;
        }
        Ok(loading)
    }
}

impl Snapshot {
    /// The steps of the schema that were run; none in an empty database.
    pub async fn steps(&mut self) -> Result<Vec<Step>> {
        if !self.0.names().await?.iter().any(|name| name == STEPS) {
            return Ok(Vec::new());
        }
        let rows = self.0.rows("SELECT number, name, hash FROM migrations ORDER BY number".to_owned(), &[]).await?;
        let step =
            |row: &Row| Ok(Step { number: row.int("number")?, name: row.text("name")?, hash: row.text("hash")? });
        rows.iter().map(step).collect()
    }

    /// All tables, by name.
    pub async fn tables(&mut self) -> Result<Vec<Table>> {
        self.0.tables().await
    }

    /// The rows that follow `after`, in the order of the key; none is the end. `only` narrows them by a condition.
    pub async fn page(&mut self, table: &Table, only: Option<(&str, &str)>, after: Option<&[Value]>) -> Result<Rows> {
        let key = table.key();
        let names: Vec<&str> = key.iter().map(|column| column.name.as_str()).collect();
        let mut values = Vec::new();
        let mut conditions = Vec::new();
        if let Some((condition, value)) = only {
            conditions.push(format!("({condition})"));
            values.push(Value::from(value));
        }
        if let Some(after) = after {
            let holes: Vec<String> = (1..=names.len()).map(|hole| format!("${}", values.len() + hole)).collect();
            conditions.push(format!("({}) > ({})", names.join(", "), holes.join(", ")));
            let of_key = table.columns.iter().zip(after).filter(|(column, _)| names.contains(&column.name.as_str()));
            values.extend(of_key.map(|(_, value)| value.clone()));
        }
        let place = if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
        let sql =
            format!("SELECT {} FROM {}{place} ORDER BY {} LIMIT {PAGE}", table.names(), table.name, names.join(", "));
        self.0.rows(sql, &values).await?.iter().map(|row| table.values(row)).collect()
    }

    /// Lets go of the view.
    pub async fn close(self) -> Result<()> {
        self.0.close().await
    }
}

/// Rows, each with the values of all columns.
pub type Rows = Vec<Vec<Value>>;

/// A database being filled anew in one transaction. Dropped, it leaves everything as it was.
pub struct Loading {
    line: Line,
    tables: Vec<Table>,
    /// Foreign keys that wait until the end, on PostgreSQL: table and name.
    borders: Vec<(String, String)>,
}

impl std::fmt::Debug for Loading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loading").field("tables", &self.tables).finish_non_exhaustive()
    }
}

impl Loading {
    /// The tables that the steps made.
    #[must_use]
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// Foreign keys are looked at when everything is there, so that rows may come in any order.
    async fn open_borders(&mut self) -> Result<()> {
        if matches!(self.line, Line::Sqlite(_)) {
            return Ok(());
        }
        let sql = "SELECT CAST(CAST(conrelid AS regclass) AS TEXT) AS place, CAST(conname AS TEXT) AS name \
            FROM pg_constraint WHERE contype = 'f' AND connamespace = CAST(current_schema() AS regnamespace)";
        for row in self.line.rows(sql.to_owned(), &[]).await? {
            let (place, name) = (row.text("place")?, row.text("name")?);
            self.line.run(format!("ALTER TABLE {place} ALTER CONSTRAINT {name} DEFERRABLE INITIALLY DEFERRED")).await?;
            self.borders.push((place, name));
        }
        Ok(())
    }

    /// Puts rows into a table.
    pub async fn insert(&mut self, table: &Table, rows: &[Vec<Value>]) -> Result<()> {
        let width = table.columns.len().max(1);
        for some in rows.chunks((MOST_VALUES / width).max(1)) {
            // SQLite looks for a numbered value among all before it, which takes the square of their number.
            let bare = matches!(self.line, Line::Sqlite(_));
            let hole = |number: usize| if bare { "?".to_owned() } else { format!("${number}") };
            let holes = |row: usize| {
                let holes: Vec<String> = (1..=width).map(|column| hole(row * width + column)).collect();
                format!("({})", holes.join(", "))
            };
            let holes: Vec<String> = (0..some.len()).map(holes).collect();
            let sql = format!("INSERT INTO {} ({}) VALUES {}", table.name, table.names(), holes.join(", "));
            self.line.write(sql, &some.concat()).await?;
        }
        Ok(())
    }

    /// Checks that every row named by another is there, and makes all of it last.
    pub async fn finish(mut self) -> Result<()> {
        if matches!(self.line, Line::Sqlite(_)) {
            let lost = self.line.rows("PRAGMA foreign_key_check".to_owned(), &[]).await?;
            if let Some(row) = lost.first() {
                return Err(Error::internal(format!("a row of {} names one that is missing", row.text("table")?)));
            }
        } else {
            self.line.run("SET CONSTRAINTS ALL IMMEDIATE".to_owned()).await?;
            for (place, name) in std::mem::take(&mut self.borders) {
                self.line.run(format!("ALTER TABLE {place} ALTER CONSTRAINT {name} NOT DEFERRABLE")).await?;
            }
        }
        self.line.run("COMMIT".to_owned()).await?;
        self.line.close().await
    }
}
