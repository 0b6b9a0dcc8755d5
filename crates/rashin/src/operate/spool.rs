//! A file that is read while it is written. Whoever reads slowly keeps nobody waiting, and nothing of it stays behind.

use std::fs::File;
use std::io::{Error, Result, Write};
use std::os::unix::fs::FileExt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWriteExt, DuplexStream, ReadBuf, duplex};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

/// So much is read at a time, bytes.
const PIECE: usize = 64 * 1024;

/// The end that is written to.
#[derive(Debug)]
pub(super) struct Spool {
    file: Arc<File>,
    written: watch::Sender<u64>,
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        let count = (&*self.file).write(bytes)?;
        self.written.send_modify(|written| *written += count as u64);
        Ok(count)
    }

    fn flush(&mut self) -> Result<()> {
        (&*self.file).flush()
    }
}

/// What was written so far, and all that is still written. An error follows where the writer did not come to its end.
#[derive(Debug)]
pub(super) struct Following {
    from: DuplexStream,
    whole: oneshot::Receiver<()>,
}

impl AsyncRead for Following {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut this.from).poll_read(cx, buffer);
        if !matches!(outcome, Poll::Ready(Ok(()))) || buffer.filled().len() > before {
            return outcome;
        }
        Pin::new(&mut this.whole).poll(cx).map_err(|_| Error::other("what was written is not whole"))
    }
}

/// Has `write` fill an empty file; gives what is read of it meanwhile. When nobody reads any more, it is not finished.
pub(super) fn fill<W>(file: File, write: impl FnOnce(Spool) -> W) -> Following
where
    W: Future<Output = platform::Result<()>> + Send + 'static,
{
    let (file, (written, progress)) = (Arc::new(file), watch::channel(0));
    let writing = tokio::spawn(write(Spool { file: Arc::clone(&file), written }));
    let ((to, from), (done, whole)) = (duplex(PIECE), oneshot::channel());
    tokio::spawn(follow(file, progress, to, (writing, done)));
    Following { from, whole }
}

type Writing = JoinHandle<platform::Result<()>>;

async fn follow(
    file: Arc<File>,
    progress: watch::Receiver<u64>,
    to: DuplexStream,
    (writing, done): (Writing, oneshot::Sender<()>),
) {
    if let Err(error) = hand_over(file, progress, to).await {
        tracing::warn!(%error, "what was written was not taken to its end");
        writing.abort();
        return;
    }
    match writing.await {
        // Whoever read all of it may be gone.
        Ok(Ok(())) => drop(done.send(())),
        Ok(Err(error)) => tracing::error!(%error, "what was written is not whole"),
        Err(error) => tracing::error!(%error, "what was written is not whole"),
    }
}

async fn hand_over(file: Arc<File>, mut progress: watch::Receiver<u64>, mut to: DuplexStream) -> Result<()> {
    let mut sent = 0;
    // Fails once the writer is gone and nothing is left to read.
    while progress.wait_for(|written| *written > sent).await.is_ok() {
        let file = Arc::clone(&file);
        let read = move || {
            let mut piece = vec![0; PIECE];
            let count = file.read_at(&mut piece, sent)?;
            piece.truncate(count);
            Result::Ok(piece)
        };
        let piece = tokio::task::spawn_blocking(read).await.map_err(Error::other)??;
        to.write_all(&piece).await?;
        sent += piece.len() as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    #[tokio::test]
    async fn everything_written_is_read_and_a_failure_is_no_end() {
        for fails in [false, true] {
            let content: Vec<u8> = (0..=255).cycle().take(3 * PIECE + 7).collect();
            let wanted = content.clone();
            let mut following = fill(tempfile::tempfile().unwrap(), async move |mut spool: Spool| {
                for piece in content.chunks(1000) {
                    spool.write_all(piece).map_err(platform::Error::internal)?;
                    tokio::task::yield_now().await;
                }
                if fails { Err(platform::Error::NotFound) } else { Ok(()) }
            });
            let mut read = Vec::new();
            let outcome = following.read_to_end(&mut read).await;
            assert_eq!((outcome.is_err(), read == wanted), (fails, true));
        }
    }

    #[tokio::test]
    async fn whoever_reads_slowly_keeps_no_writer_waiting_and_whoever_goes_ends_it() {
        let (tell, told) = oneshot::channel();
        let mut following = fill(tempfile::tempfile().unwrap(), async move |mut spool: Spool| {
            spool.write_all(&vec![7; 20 * PIECE]).map_err(platform::Error::internal)?;
            tell.send(()).map_err(|()| platform::Error::NotFound)
        });
        told.await.unwrap();
        assert_eq!(following.read_u8().await.unwrap(), 7);
        let (held, freed) = oneshot::channel::<()>();
        let following = fill(tempfile::tempfile().unwrap(), async move |mut spool: Spool| {
            let _held = held;
            spool.write_all(&vec![7; 20 * PIECE]).map_err(platform::Error::internal)?;
            std::future::pending().await
        });
        drop(following);
        freed.await.unwrap_err();
    }
}
