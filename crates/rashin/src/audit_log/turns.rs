//! Work that reads a whole log: one piece at a time, so that whoever asks for it takes nothing from everybody else.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use platform::{Error, Message, Result};
use tokio::io::{AsyncRead, ReadBuf};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Logs that were written out and are being fetched, at most.
const FILES: usize = 4;

/// The turns of one server.
#[derive(Debug, Clone)]
pub struct Turns {
    work: Arc<Semaphore>,
    files: Arc<Semaphore>,
}

impl Default for Turns {
    fn default() -> Self {
        Self { work: Arc::new(Semaphore::new(1)), files: Arc::new(Semaphore::new(FILES)) }
    }
}

fn taken(of: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit> {
    Arc::clone(of).try_acquire_owned().map_err(|_| Error::TooMany(Message::new("error-log-busy")))
}

impl Turns {
    /// The turn to work, until it is dropped; refused while somebody else has it.
    pub(super) fn work(&self) -> Result<OwnedSemaphorePermit> {
        taken(&self.work)
    }

    /// Room for a file, until it is dropped.
    pub(super) fn file(&self) -> Result<OwnedSemaphorePermit> {
        taken(&self.files)
    }
}

/// A file that is fetched, and its room.
#[derive(Debug)]
pub struct Fetched {
    file: tokio::fs::File,
    _room: OwnedSemaphorePermit,
}

impl Fetched {
    pub(super) fn of(file: std::fs::File, room: OwnedSemaphorePermit) -> Self {
        Self { file: tokio::fs::File::from_std(file), _room: room }
    }

    /// Its length, bytes.
    pub async fn length(&self) -> Result<u64> {
        Ok(self.file.metadata().await.map_err(Error::internal)?.len())
    }
}

impl AsyncRead for Fetched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.file).poll_read(cx, buffer)
    }
}
