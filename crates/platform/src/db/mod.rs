//! One SQL text for SQLite and PostgreSQL.
//!
//! Architecture invariant: nothing here writes except [`migrate`] and, through [`crate::Deed`], [`Transaction`]; the
//! databases themselves refuse it otherwise.
//! Statements are [`Statement`]s made by the [`statements!`](crate::statements) macro, so that a test can prepare every one on both databases.
//! Column types are BIGINT, TEXT, DOUBLE PRECISION and BYTEA; instants are milliseconds since 1970 in UTC.

mod dump;
mod lanes;
mod line;
mod migrate;
mod raise;
mod value;
mod wall;
mod writer;

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Executor};

pub use dump::{Column, Kind, Loading, Rows, Snapshot, Step, Table};
pub use migrate::{Migration, migrate, migrate_and_raise, raise_wall};
pub use value::{Row, Value, like_literally};
pub use wall::{Belongs, Scope, Walled};

use crate::act::BoxFuture;
use crate::{Error, Result};
use lanes::Lanes;
use writer::{Turn, Writer};

/// A statement of a domain's store.
#[derive(Debug, Clone, Copy)]
pub struct Statement {
    /// Name for messages and tests.
    pub name: &'static str,
    /// The text, with `$1`, `$2` … for values.
    pub sql: &'static str,
}

/// Declares a store's statements and the list `ALL` of them.
#[macro_export]
macro_rules! statements {
    ($($name:ident = $sql:expr;)*) => {
        $(const $name: $crate::Statement = $crate::Statement { name: stringify!($name), sql: $sql };)*
        /// Every statement of this store.
        pub(crate) const ALL: &[$crate::Statement] = &[$($name),*];
    };
}

/// A database.
#[derive(Debug, Clone)]
pub struct Db {
    pool: Pool,
}

#[derive(Debug, Clone)]
enum Pool {
    Sqlite {
        path: PathBuf,
        /// For questions in [`Scope::Everything`].
        open: Lanes,
        /// For those in any other scope.
        walled: Lanes,
        write: Writer,
    },
    Postgres(PgPool),
}

/// Something one can ask: the database itself, or a transaction.
pub trait Reader: Send {
    /// All rows of an answer.
    fn fetch<'a>(&'a mut self, statement: &'a Statement, values: &'a [Value]) -> BoxFuture<'a, Result<Vec<Row>>>;
}

/// The database as one scope sees it.
#[derive(Debug, Clone, Copy)]
pub struct View<'d> {
    db: &'d Db,
    scope: &'d Scope,
}

impl View<'_> {
    /// All rows of an answer.
    pub async fn rows(&self, statement: &Statement, values: &[Value]) -> Result<Vec<Row>> {
        self.db.rows_in(self.scope, statement, values).await
    }

    /// Whether this is PostgreSQL.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        self.db.is_postgres()
    }
}

impl Reader for View<'_> {
    fn fetch<'a>(&'a mut self, statement: &'a Statement, values: &'a [Value]) -> BoxFuture<'a, Result<Vec<Row>>> {
        Box::pin(self.rows(statement, values))
    }
}

/// Rows that the thread which reads hands over at once; fewer make the two wait for each other.
const ROWS_ON_THE_WAY: usize = 1000;

async fn connect_sqlite(path: &Path) -> Result<SqliteConnection> {
    sqlite_options(path).connect().await.map_err(Error::internal)
}

fn sqlite_options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(10))
        .statement_cache_capacity(200)
        .row_buffer_size(ROWS_ON_THE_WAY)
        .disable_statement_logging()
}

impl Db {
    /// Opens `postgres://…`, or else a SQLite file at this path, made if it is missing.
    pub async fn open(address: &str) -> Result<Self> {
        if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            Self::open_postgres(address).await
        } else {
            Self::open_sqlite(Path::new(address.strip_prefix("sqlite://").unwrap_or(address))).await
        }
    }

    async fn open_sqlite(path: &Path) -> Result<Self> {
        let write = Writer::start(connect_sqlite(path).await?);
        let (open, walled) = (Lanes::open(sqlite_options(path)), Lanes::walled(sqlite_options(path)));
        Ok(Self { pool: Pool::Sqlite { path: path.to_owned(), open, walled, write } })
    }

    async fn open_postgres(address: &str) -> Result<Self> {
        let options: PgConnectOptions = address.parse().map_err(Error::internal)?;
        // Only a deed's transaction says that it writes.
        let options = options.options([("default_transaction_read_only", "on")]);
        let pool = PgPoolOptions::new()
            .max_connections(12)
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(options.disable_statement_logging())
            .await
            .map_err(Error::internal)?;
        Ok(Self { pool: Pool::Postgres(pool) })
    }

    /// Deeds that wait for the one writer, or connections in use on PostgreSQL.
    #[must_use]
    pub fn load(&self) -> i64 {
        match &self.pool {
            Pool::Sqlite { write, .. } => write.waiting(),
            Pool::Postgres(pool) => {
                i64::from(pool.size()) - i64::try_from(pool.num_idle()).unwrap_or(i64::from(pool.size()))
            }
        }
    }

    /// Whether this is PostgreSQL.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        matches!(self.pool, Pool::Postgres(_))
    }

    /// Whether the wall binds the role this database is asked as. PostgreSQL lets some through every wall; a SQLite file
    /// has no roles.
    pub async fn heeds_wall(&self) -> Result<bool> {
        let through = Statement {
            name: "THROUGH",
            sql: "SELECT 1 AS yes FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls)",
        };
        Ok(!self.is_postgres() || self.row(&through, &[]).await?.is_none())
    }

    /// The database as a scope sees it.
    #[must_use]
    pub fn seen_by<'d>(&'d self, scope: &'d Scope) -> View<'d> {
        View { db: self, scope }
    }

    /// All rows of an answer, whosever they are: for the installation's own work.
    pub async fn rows(&self, statement: &Statement, values: &[Value]) -> Result<Vec<Row>> {
        self.rows_in(&Scope::Everything, statement, values).await
    }

    /// The first row, whosever it is.
    pub async fn row(&self, statement: &Statement, values: &[Value]) -> Result<Option<Row>> {
        Ok(self.rows(statement, values).await?.into_iter().next())
    }

    async fn rows_in(&self, scope: &Scope, statement: &Statement, values: &[Value]) -> Result<Vec<Row>> {
        value::check(values)?;
        match &self.pool {
            Pool::Sqlite { open, .. } if *scope == Scope::Everything => open.rows(scope, statement, values).await,
            Pool::Sqlite { walled, .. } => walled.rows(scope, statement, values).await,
            Pool::Postgres(pool) => {
                let mut session = pool.acquire().await.map_err(Error::internal)?;
                // Every time: a session keeps nothing that could be believed of the one before.
                set_postgres(&mut session, scope, false).await?;
                let rows = value::bind_postgres(sqlx::query(statement.sql), values).fetch_all(&mut *session).await;
                Ok(rows.map_err(|error| named(statement, &error))?.into_iter().map(Row::Postgres).collect())
            }
        }
    }

    pub(crate) async fn begin(&self, scope: &Scope) -> Result<Transaction> {
        let mut transaction = match &self.pool {
            Pool::Sqlite { write, .. } => Transaction::Sqlite(write.begin().await?),
            Pool::Postgres(pool) => {
                let begun = pool.begin_with("BEGIN READ WRITE").await;
                Transaction::Postgres(begun.map_err(Error::internal)?)
            }
        };
        transaction.set_scope(scope).await?;
        Ok(transaction)
    }

    /// Prepares a statement without running it; an error names the statement. For the test that tries all of them.
    pub async fn prepare(&self, statement: &Statement) -> Result<()> {
        let text = AssertSqlSafe(statement.sql);
        let outcome = match &self.pool {
            Pool::Sqlite { path, .. } => {
                let mut connection = connect_sqlite(path).await?;
                connection.prepare(sqlx::SqlSafeStr::into_sql_str(text)).await.map(|_| ())
            }
            Pool::Postgres(pool) => pool.prepare(sqlx::SqlSafeStr::into_sql_str(text)).await.map(|_| ()),
        };
        outcome.map_err(|error| named(statement, &error))
    }

    /// Waits for deeds under way and closes the connections; everything is in the database file then.
    pub async fn close(&self) -> Result<()> {
        match &self.pool {
            Pool::Sqlite { open, walled, write, .. } => {
                open.close().await?;
                walled.close().await?;
                write.close().await
            }
            Pool::Postgres(pool) => {
                pool.close().await;
                Ok(())
            }
        }
    }
}

async fn set_postgres(session: &mut PgConnection, scope: &Scope, transaction_only: bool) -> Result<()> {
    let set = sqlx::query(wall::SET_POSTGRES).bind(scope.name()).bind(scope.tenant()).bind(transaction_only);
    set.execute(session).await.map(|_| ()).map_err(Error::internal)
}

fn named(statement: &Statement, error: &sqlx::Error) -> Error {
    Error::internal(format!("{}: {error}", statement.name))
}

/// What a statement that writes failed for.
fn failed(statement: &Statement, error: &sqlx::Error) -> Error {
    match error.as_database_error() {
        Some(fault) if fault.is_unique_violation() => Error::conflict("error-already-there"),
        _ => named(statement, error),
    }
}

/// The text with its `$1`, `$2` … numbered on behind so many.
fn numbered_behind(sql: &str, behind: usize) -> String {
    let mut pieces = sql.split('$');
    let mut text = pieces.next().unwrap_or("").to_owned();
    for piece in pieces {
        let end = piece.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(piece.len());
        let (number, rest) = piece.split_at(end);
        text.push('$');
        match number.parse::<usize>() {
            Ok(number) => text.push_str(&(number + behind).to_string()),
            Err(_) => text.push_str(number),
        }
        text.push_str(rest);
    }
    text
}

/// An open transaction. Only a deed holds one.
#[derive(Debug)]
pub(crate) enum Transaction {
    Sqlite(Turn),
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
}

impl Transaction {
    /// Whose rows are shown and taken from here on. Always set: a turn of SQLite's writer begins with the last one's.
    pub(crate) async fn set_scope(&mut self, scope: &Scope) -> Result<()> {
        match self {
            Self::Sqlite(turn) => turn.state.set_scope(scope).await,
            Self::Postgres(transaction) => set_postgres(transaction, scope, true).await,
        }
    }

    pub(crate) async fn rows(&mut self, statement: &Statement, values: &[Value]) -> Result<Vec<Row>> {
        value::check(values)?;
        let rows = match self {
            Self::Sqlite(turn) => value::bind_sqlite(sqlx::query(turn.state.text(statement.sql)), values)
                .fetch_all(&mut turn.state.connection)
                .await
                .map(|rows| rows.into_iter().map(Row::Sqlite).collect()),
            Self::Postgres(transaction) => value::bind_postgres(sqlx::query(statement.sql), values)
                .fetch_all(&mut **transaction)
                .await
                .map(|rows| rows.into_iter().map(Row::Postgres).collect()),
        };
        rows.map_err(|error| named(statement, &error))
    }

    /// Runs a statement; gives the number of rows it changed.
    pub(crate) async fn execute(&mut self, statement: &Statement, values: &[Value]) -> Result<u64> {
        value::check(values)?;
        let changed = match self {
            Self::Sqlite(turn) => value::bind_sqlite(sqlx::query(turn.state.text(statement.sql)), values)
                .execute(&mut turn.state.connection)
                .await
                .map(|done| done.rows_affected()),
            Self::Postgres(transaction) => value::bind_postgres(sqlx::query(statement.sql), values)
                .execute(&mut **transaction)
                .await
                .map(|done| done.rows_affected()),
        };
        changed.map_err(|error| failed(statement, &error))
    }

    /// Runs statements one after the other. On SQLite they are one text, and so one errand to the connection's thread.
    pub(crate) async fn execute_all(&mut self, all: &[(&Statement, Vec<Value>)]) -> Result<()> {
        if let (Self::Sqlite(turn), [(first, _), _, ..]) = (&mut *self, all) {
            let (mut text, mut values) = (String::new(), Vec::new());
            for (statement, own) in all {
                value::check(own)?;
                text.push_str(&numbered_behind(turn.state.text(statement.sql).as_str(), values.len()));
                text.push(';');
                values.extend_from_slice(own);
            }
            let query = value::bind_sqlite(sqlx::query(AssertSqlSafe(text)), &values);
            return query.execute(&mut turn.state.connection).await.map(|_| ()).map_err(|error| failed(first, &error));
        }
        for (statement, values) in all {
            self.execute(statement, values).await?;
        }
        Ok(())
    }

    /// Waits until nobody else holds the lock of this number; it is let go of with the transaction. The writer of
    /// SQLite is alone anyway.
    pub(crate) async fn lock(&mut self, number: i64) -> Result<()> {
        if let Self::Postgres(transaction) = self {
            let sql = sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(number);
            sql.execute(&mut **transaction).await.map_err(Error::internal)?;
        }
        Ok(())
    }

    /// As [`Transaction::lock`], but says no at once where somebody else holds it.
    pub(crate) async fn try_lock(&mut self, number: i64) -> Result<bool> {
        let Self::Postgres(transaction) = self else { return Ok(true) };
        let sql = sqlx::query_scalar("SELECT pg_try_advisory_xact_lock($1)").bind(number);
        sql.fetch_one(&mut **transaction).await.map_err(Error::internal)
    }

    /// Begins a part that can be taken back without the rest.
    pub(crate) async fn begin_part(&mut self) -> Result<()> {
        self.run("SAVEPOINT part").await
    }

    /// Ends the part begun last, keeping it or taking it back.
    pub(crate) async fn end_part(&mut self, keep: bool) -> Result<()> {
        self.run(if keep { "RELEASE SAVEPOINT part" } else { "ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part" })
            .await
    }

    async fn run(&mut self, sql: &'static str) -> Result<()> {
        match self {
            Self::Sqlite(turn) => turn.state.run(sql).await,
            Self::Postgres(transaction) => {
                sqlx::raw_sql(sql).execute(&mut **transaction).await.map(|_| ()).map_err(Error::internal)
            }
        }
    }

    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    pub(crate) async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(turn) => turn.commit().await,
            Self::Postgres(transaction) => transaction.commit().await.map_err(Error::internal),
        }
    }
}

impl Reader for Transaction {
    fn fetch<'a>(&'a mut self, statement: &'a Statement, values: &'a [Value]) -> BoxFuture<'a, Result<Vec<Row>>> {
        Box::pin(self.rows(statement, values))
    }
}

#[cfg(test)]
mod tests {
    use super::numbered_behind;

    #[test]
    fn values_are_numbered_on_behind_those_of_the_statement_before() {
        assert_eq!(numbered_behind("INSERT INTO t VALUES ($1, $2, $12)", 3), "INSERT INTO t VALUES ($4, $5, $15)");
        assert_eq!(
            numbered_behind("UPDATE t SET a = $2 WHERE b = $1 OR a = $2", 0),
            "UPDATE t SET a = $2 WHERE b = $1 OR a = $2"
        );
        assert_eq!(numbered_behind("SELECT '$' || $1", 1), "SELECT '$' || $2");
    }
}
