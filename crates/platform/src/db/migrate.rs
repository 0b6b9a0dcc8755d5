//! One history of schema steps for both databases. A step runs whole or not at all, and is never changed afterwards.

use sha2::{Digest, Sha256};
use sqlx::AssertSqlSafe;

use super::{Db, Pool};
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
}

const HISTORY: &str =
    "CREATE TABLE IF NOT EXISTS migrations (number BIGINT PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL)";

/// Brings the database to the newest step. Fails if a past step was changed or the database is newer than the program.
/// Returns the number of steps run.
pub async fn migrate(db: &Db, steps: &[Migration]) -> Result<usize> {
    run_alone(db, HISTORY).await?;
    let done = db.read_text("SELECT number, name, hash FROM migrations ORDER BY number").await?;
    for row in &done {
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
    let mut count = 0;
    for step in steps.iter().skip(done.len()) {
        let record = format!(
            "INSERT INTO migrations (number, name, hash) VALUES ({}, '{}', '{}')",
            step.number,
            step.name,
            step.hash()
        );
        run_alone(db, &format!("BEGIN;\n{}\n;{record};\nCOMMIT;", step.sql)).await?;
        count += 1;
    }
    Ok(count)
}

async fn run_alone(db: &Db, sql: &str) -> Result<()> {
    let text = AssertSqlSafe(sql.to_owned());
    match &db.pool {
        Pool::Sqlite { path, .. } => {
            let mut connection = super::connect_sqlite(path).await?;
            sqlx::raw_sql(text).execute(&mut connection).await.map_err(Error::internal)?;
            sqlx::Connection::close(connection).await.map_err(Error::internal)
        }
        Pool::Postgres(pool) => {
            let mut connection = pool.acquire().await.map_err(Error::internal)?;
            let outcome = sqlx::raw_sql(text).execute(&mut *connection).await;
            if outcome.is_err() {
                // The failed transaction is still open on this connection.
                connection.close().await.map_err(Error::internal)?;
            }
            outcome.map(|_| ()).map_err(Error::internal)
        }
    }
}
