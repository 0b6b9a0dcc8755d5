//! Readers of SQLite: those that see everything, and those that stand behind the wall.
//!
//! A lane remembers the scope its connection was set to, so that the next question in the same scope need not set it
//! again. Nothing else reaches that connection, and a lane whose question was given up half way is thrown away.
//! A pool of sqlx would do for those that see everything, but asks each connection twice a question whether it is still
//! alive, and each time two threads wake one another: half the time of a question to the gate.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use tokio::sync::Semaphore;

use super::value::{self, Row, Value};
use super::wall::{self, Scope};
use super::{Statement, named};
use crate::{Error, Result};

/// Lanes open at once.
const MOST: u32 = 4;

#[derive(Debug)]
struct Lane {
    connection: SqliteConnection,
    scope: Option<Scope>,
}

/// Connections that read, made when they are needed.
#[derive(Debug, Clone)]
pub(super) struct Lanes(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    options: SqliteConnectOptions,
    /// What each connection runs first; unset until the wall is raised.
    script: OnceLock<String>,
    /// What a connection sees before it is set to anything.
    at_first: Option<Scope>,
    permits: Semaphore,
    free: Mutex<Vec<Lane>>,
}

impl Lanes {
    /// Behind the wall. The connections must not write to the file; what is their own they do change.
    pub(super) fn walled(options: SqliteConnectOptions) -> Self {
        Self::new(options.pragma("temp_store", "MEMORY"), OnceLock::new(), None)
    }

    /// Without a wall, for questions in [`Scope::Everything`] alone.
    pub(super) fn open(options: SqliteConnectOptions) -> Self {
        Self::new(options, OnceLock::from(String::new()), Some(Scope::Everything))
    }

    fn new(options: SqliteConnectOptions, script: OnceLock<String>, at_first: Option<Scope>) -> Self {
        let options = options.create_if_missing(false).read_only(true);
        let permits = Semaphore::new(usize::try_from(MOST).unwrap_or(1));
        Self(Arc::new(Inner { options, script, at_first, permits, free: Mutex::default() }))
    }

    /// Says what a connection runs first. Later calls change nothing.
    pub(super) fn raise(&self, script: String) {
        self.0.script.get_or_init(|| script);
    }

    pub(super) async fn rows(&self, scope: &Scope, statement: &Statement, values: &[Value]) -> Result<Vec<Row>> {
        let _permit = self.0.permits.acquire().await.map_err(Error::internal)?;
        let mut lane = self.take(scope).await?;
        lane.set(scope).await?;
        let rows = value::bind_sqlite(sqlx::query(statement.sql), values).fetch_all(&mut lane.connection).await;
        self.0.free.lock().unwrap_or_else(PoisonError::into_inner).push(lane);
        let rows = rows.map_err(|error| named(statement, &error))?;
        Ok(rows.into_iter().map(Row::Sqlite).collect())
    }

    /// A free lane, best one of this scope, or a new one.
    async fn take(&self, scope: &Scope) -> Result<Lane> {
        let found = {
            let mut free = self.0.free.lock().unwrap_or_else(PoisonError::into_inner);
            let fitting = free.iter().rposition(|lane| lane.scope.as_ref() == Some(scope));
            fitting.map(|place| free.swap_remove(place)).or_else(|| free.pop())
        };
        if let Some(lane) = found {
            return Ok(lane);
        }
        let script = self.0.script.get().ok_or_else(|| Error::internal("asked before the wall was raised"))?;
        let mut connection = self.0.options.connect().await.map_err(Error::internal)?;
        sqlx::raw_sql(AssertSqlSafe(script.clone())).execute(&mut connection).await.map_err(Error::internal)?;
        Ok(Lane { connection, scope: self.0.at_first.clone() })
    }

    pub(super) async fn close(&self) -> Result<()> {
        let _permits = self.0.permits.acquire_many(MOST).await.map_err(Error::internal)?;
        let lanes = std::mem::take(&mut *self.0.free.lock().unwrap_or_else(PoisonError::into_inner));
        for lane in lanes {
            lane.connection.close().await.map_err(Error::internal)?;
        }
        Ok(())
    }
}

impl Lane {
    async fn set(&mut self, scope: &Scope) -> Result<()> {
        if self.scope.as_ref() == Some(scope) {
            return Ok(());
        }
        // Whatever becomes of it, the lane does not believe the old one any more.
        self.scope = None;
        let values = [scope.name().into(), scope.tenant().into()];
        let set = value::bind_sqlite(sqlx::query(wall::SET_SQLITE), &values);
        set.execute(&mut self.connection).await.map_err(Error::internal)?;
        self.scope = Some(scope.clone());
        Ok(())
    }
}
