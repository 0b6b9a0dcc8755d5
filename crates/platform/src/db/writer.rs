//! The one SQLite writer, with group commit: deeds that wait for each other share one `fsync`.
//!
//! Every deed is a savepoint inside an outer transaction. When a deed is done it lets go of the connection and asks
//! the flusher to commit. The lock is fair, so the flusher gets its turn after all deeds that were already waiting,
//! and its single COMMIT makes all of them durable at once. No deed is reported done before that COMMIT has returned.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection, SqlSafeStr, SqlStr};
use tokio::sync::{Mutex, Notify, OwnedMutexGuard, watch};

use super::value;
use super::wall::{self, Scope};
use crate::{Error, Result};

type Outcome = Option<std::result::Result<(), String>>;

/// The connection with its state.
#[derive(Debug)]
pub(super) struct WriterState {
    pub(super) connection: SqliteConnection,
    /// Set while an outer transaction is open; deeds done in it wait here for its fate.
    batch: Option<watch::Sender<Outcome>>,
    /// A savepoint was opened and neither released nor rolled back.
    dangling: bool,
    /// The wall was raised on this connection.
    walled: bool,
}

impl WriterState {
    pub(super) async fn run(&mut self, sql: &'static str) -> Result<()> {
        sqlx::raw_sql(sql).execute(&mut self.connection).await.map(|_| ()).map_err(Error::internal)
    }

    /// Whose rows may be written from here on.
    pub(super) async fn set_scope(&mut self, scope: &Scope) -> Result<()> {
        if !self.walled {
            let whole = *scope == Scope::Everything;
            return if whole { Ok(()) } else { Err(Error::internal("written before the wall was raised")) };
        }
        let values = [scope.name().into(), scope.tenant().into()];
        let set = value::bind_sqlite(sqlx::query(wall::SET_SQLITE), &values);
        set.execute(&mut self.connection).await.map(|_| ()).map_err(Error::internal)
    }

    /// A statement as this connection runs it.
    pub(super) fn text(&self, sql: &'static str) -> SqlStr {
        if self.walled { AssertSqlSafe(wall::to_table(sql)).into_sql_str() } else { sql.into_sql_str() }
    }

    /// Takes back what a deed left that was dropped half done.
    async fn settle(&mut self) -> Result<()> {
        if self.dangling {
            self.run("ROLLBACK TO deed; RELEASE deed").await?;
            self.dangling = false;
        }
        Ok(())
    }
}

/// Handle on the writer.
#[derive(Debug, Clone)]
pub(super) struct Writer {
    state: Arc<Mutex<WriterState>>,
    flush: Arc<Notify>,
    /// Deeds that wait for their turn.
    waiting: Arc<AtomicI64>,
}

/// The right to write, held by one deed at a time.
#[derive(Debug)]
pub(crate) struct Turn {
    pub(super) state: OwnedMutexGuard<WriterState>,
    /// Declared after `state`: the lock is let go of first, then the flusher wakes.
    wake: Wake,
}

#[derive(Debug)]
struct Wake(Arc<Notify>);

impl Drop for Wake {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

impl Writer {
    /// Starts the writer and its flusher task. The task ends when the writer is gone.
    pub(super) fn start(connection: SqliteConnection) -> Self {
        let state = Arc::new(Mutex::new(WriterState { connection, batch: None, dangling: false, walled: false }));
        let flush = Arc::new(Notify::new());
        let (weak, bell) = (Arc::downgrade(&state), Arc::clone(&flush));
        tokio::spawn(async move {
            loop {
                bell.notified().await;
                let Some(state) = weak.upgrade() else { return };
                flush_batch(&mut *state.lock().await).await;
            }
        });
        Self { state, flush, waiting: Arc::default() }
    }

    /// Waits for the turn and opens a savepoint.
    ///
    /// In a task of its own: somebody who goes away half way must not leave the connection between two states. The
    /// turn is then dropped as any other.
    pub(super) async fn begin(&self) -> Result<Turn> {
        let (state, flush) = (Arc::clone(&self.state), Arc::clone(&self.flush));
        let waiting = Arc::clone(&self.waiting);
        waiting.fetch_add(1, Ordering::Relaxed);
        let turn = async move {
            let turn = take_turn(state, flush).await;
            waiting.fetch_sub(1, Ordering::Relaxed);
            turn
        };
        tokio::spawn(turn).await.map_err(Error::internal)?
    }

    /// Raises the wall on the connection, once.
    pub(super) async fn raise(&self, script: String) -> Result<()> {
        let mut state = self.state.lock().await;
        if state.walled {
            return Ok(());
        }
        flush_batch(&mut state).await;
        // A statement prepared before would go round the wall.
        state.connection.clear_cached_statements().await.map_err(Error::internal)?;
        let sql = format!("PRAGMA temp_store = MEMORY;\n{script}");
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut state.connection).await.map_err(Error::internal)?;
        state.walled = true;
        Ok(())
    }

    /// How many deeds wait for their turn.
    pub(super) fn waiting(&self) -> i64 {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Makes everything that is done durable, in the database file itself.
    pub(super) async fn close(&self) -> Result<()> {
        let mut state = self.state.lock().await;
        flush_batch(&mut state).await;
        state.run("PRAGMA wal_checkpoint(TRUNCATE)").await
    }
}

async fn take_turn(state: Arc<Mutex<WriterState>>, flush: Arc<Notify>) -> Result<Turn> {
    let mut turn = Turn { state: state.lock_owned().await, wake: Wake(flush) };
    turn.state.settle().await?;
    if turn.state.batch.is_none() {
        // One errand to the connection's thread instead of two; what half of it leaves is taken back.
        if let Err(error) = turn.state.run("BEGIN IMMEDIATE; SAVEPOINT deed").await {
            turn.state.run("ROLLBACK").await.ok();
            return Err(error);
        }
        turn.state.batch = Some(watch::Sender::new(None));
    } else {
        turn.state.run("SAVEPOINT deed").await?;
    }
    turn.state.dangling = true;
    Ok(turn)
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.flush.notify_one();
    }
}

impl Turn {
    /// Releases the savepoint and waits until the batch is on disk; in a task of its own, as [`Writer::begin`].
    pub(crate) async fn commit(self) -> Result<()> {
        tokio::spawn(self.release()).await.map_err(Error::internal)?
    }

    async fn release(mut self) -> Result<()> {
        self.state.run("RELEASE deed").await?;
        self.state.dangling = false;
        let Some(batch) = &self.state.batch else {
            return Err(Error::internal("a deed without a batch"));
        };
        let mut outcome = batch.subscribe();
        let Self { state, wake } = self;
        drop(state);
        drop(wake);
        let outcome = outcome.wait_for(Option::is_some).await.map_err(Error::internal)?;
        match &*outcome {
            Some(Ok(())) => Ok(()),
            Some(Err(error)) => Err(Error::internal(error)),
            None => Err(Error::internal("the batch ended without an outcome")),
        }
    }
}

async fn flush_batch(state: &mut WriterState) {
    let settled = state.settle().await;
    let Some(batch) = state.batch.take() else { return };
    let committed = match settled {
        Ok(()) => state.run("COMMIT").await,
        Err(error) => Err(error),
    };
    let outcome = match committed {
        Ok(()) => Ok(()),
        Err(error) => {
            tracing::error!(%error, "a batch of deeds was not committed");
            if let Err(error) = state.run("ROLLBACK").await {
                tracing::error!(%error, "the failed batch was not rolled back");
            }
            state.dangling = false;
            Err(error.to_string())
        }
    };
    batch.send_replace(Some(outcome));
}
