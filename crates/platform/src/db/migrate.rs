//! One history of schema steps for both databases. A step runs whole or not at all, and is never changed afterwards.

use sha2::{Digest, Sha256};

use super::line::Line;
use super::{Db, Pool, Row, Walled, raise};
use crate::{Error, Result};

/// One step.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// From 1, without gaps.
    pub number: i64,
    /// What it brings.
    pub name: &'static str,
    /// Statements that both databases understand.
    pub sql: &'static str,
}

impl Migration {
    /// SHA-256 of the text, hexadecimal.
    #[must_use]
    pub fn hash(&self) -> String {
        hex::encode(Sha256::digest(self.sql.as_bytes()))
    }

    /// The step's statements and the record that it was run.
    pub(super) fn script(&self) -> String {
        let Self { number, name, sql } = self;
        let hash = self.hash();
        format!("{sql}\n;INSERT INTO migrations (number, name, hash) VALUES ({number}, '{name}', '{hash}')")
    }
}

pub(super) const HISTORY: &str =
    "CREATE TABLE IF NOT EXISTS migrations (number BIGINT PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL)";
const BEGIN_POSTGRES: &str = "BEGIN READ WRITE; SELECT pg_advisory_xact_lock(7521962830056)";
const DONE: &str = "SELECT number, name, hash FROM migrations ORDER BY number";

/// Brings the database to the newest step. Fails if a past step was changed or the database is newer than the program.
/// All missing steps are one transaction under a lock, so several programs may start at once, and a step that fails
/// takes those before it back too. Returns the number of steps run.
///
/// Where PostgreSQL had a wall, it lies down once a step was run.
pub async fn migrate(db: &Db, steps: &[Migration]) -> Result<usize> {
    let mut line = Line::open(db).await?;
    let count = line.steps(steps).await?;
    line.run("COMMIT".to_owned()).await?;
    line.close().await?;
    Ok(count)
}

/// As [`migrate`], and raises the wall of this list in the same transaction. From here on anybody may ask.
pub async fn migrate_and_raise(db: &Db, steps: &[Migration], list: &[Walled]) -> Result<usize> {
    let mut line = Line::open(db).await?;
    let count = line.steps(steps).await?;
    raise_on(db, line, list).await?;
    Ok(count)
}

/// Raises the wall where all steps were run before; on SQLite this waits for no writer.
pub async fn raise_wall(db: &Db, list: &[Walled]) -> Result<()> {
    let mut line = Line::open(db).await?;
    line.run(if db.is_postgres() { BEGIN_POSTGRES } else { "BEGIN" }.to_owned()).await?;
    raise_on(db, line, list).await
}

async fn raise_on(db: &Db, mut line: Line, list: &[Walled]) -> Result<()> {
    let scripts = raise::raise(&mut line, list).await?;
    line.run("COMMIT".to_owned()).await?;
    line.close().await?;
    if let (Pool::Sqlite { walled, write, .. }, Some(scripts)) = (&db.pool, scripts) {
        write.raise(scripts.writes).await?;
        walled.raise(scripts.reads);
    }
    Ok(())
}

/// The steps that were not run yet; fails where the past is not that of `steps`.
fn missing<'a>(done: &[Row], steps: &'a [Migration]) -> Result<&'a [Migration]> {
    for row in done {
        let number = row.int("number")?;
        let Some(step) = steps.iter().find(|step| step.number == number) else {
            return Err(Error::internal(format!(
                "the database has step {number} ({}), which this program does not know: use a newer program",
                row.text("name")?
            )));
        };
        if step.hash() != row.text("hash")? {
            return Err(Error::internal(format!("step {number} ({}) was changed after it was run", step.name)));
        }
    }
    Ok(steps.get(done.len()..).unwrap_or(&[]))
}

impl Line {
    /// Runs the missing steps in a transaction that holds the lock and is still open.
    async fn steps(&mut self, steps: &[Migration]) -> Result<usize> {
        let begin = match self {
            Self::Sqlite(_) => "BEGIN IMMEDIATE",
            Self::Postgres(_) => BEGIN_POSTGRES,
        };
        self.run(format!("{begin}; {HISTORY}")).await?;
        let missing = missing(&self.rows(DONE, &[]).await?, steps)?;
        if !missing.is_empty() {
            // A policy holds on to the tables it names, and its rows would be hidden from the step.
            raise::take_down(self).await?;
        }
        for step in missing {
            self.run(step.script()).await?;
        }
        Ok(missing.len())
    }
}
