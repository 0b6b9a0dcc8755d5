//! A connection of its own, for what goes over many statements. When it fails it is dropped, and what it had open is
//! taken back.

use sqlx::postgres::{PgConnection, PgPool};
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection};

use super::value::{self, Row, Value};
use super::{Db, Pool};
use crate::{Error, Result};

pub(super) enum Line {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Line {
    pub(super) async fn open(db: &Db) -> Result<Self> {
        match &db.pool {
            Pool::Sqlite { path, .. } => super::connect_sqlite(path).await.map(Self::Sqlite),
            Pool::Postgres(pool) => Self::of(pool).await,
        }
    }

    /// One taken out of a pool for good.
    pub(super) async fn of(pool: &PgPool) -> Result<Self> {
        pool.acquire().await.map(|session| Self::Postgres(session.detach())).map_err(Error::internal)
    }

    /// Runs a script.
    pub(super) async fn run(&mut self, sql: String) -> Result<()> {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql));
        match self {
            Self::Sqlite(connection) => sql.execute(connection).await.map(|_| ()),
            Self::Postgres(connection) => sql.execute(connection).await.map(|_| ()),
        }
        .map_err(Error::internal)
    }

    pub(super) async fn rows(&mut self, sql: impl Into<String>, values: &[Value]) -> Result<Vec<Row>> {
        let sql = AssertSqlSafe(sql.into());
        match self {
            Self::Sqlite(connection) => value::bind_sqlite(sqlx::query(sql), values)
                .fetch_all(connection)
                .await
                .map(|rows| rows.into_iter().map(Row::Sqlite).collect()),
            Self::Postgres(connection) => value::bind_postgres(sqlx::query(sql), values)
                .fetch_all(connection)
                .await
                .map(|rows| rows.into_iter().map(Row::Postgres).collect()),
        }
        .map_err(Error::internal)
    }

    /// Runs one statement, which is not kept: it is as long as its values are many.
    pub(super) async fn write(&mut self, sql: String, values: &[Value]) -> Result<()> {
        let sql = AssertSqlSafe(sql);
        match self {
            Self::Sqlite(connection) => {
                let query = value::bind_sqlite(sqlx::query(sql), values).persistent(false);
                query.execute(connection).await.map(|_| ())
            }
            Self::Postgres(connection) => {
                value::bind_postgres(sqlx::query(sql), values).execute(connection).await.map(|_| ())
            }
        }
        .map_err(Error::internal)
    }

    pub(super) async fn close(self) -> Result<()> {
        match self {
            Self::Sqlite(connection) => connection.close().await,
            Self::Postgres(connection) => connection.close().await,
        }
        .map_err(Error::internal)
    }
}
