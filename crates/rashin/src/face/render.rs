//! Documents as PDF, made by a child process: what people typed meets the typesetter only there, within limits.
//!
//! The child is this program with `render-worker`. It is started at the first document, kept for the next ones, and
//! ended after a minute without work. One document at a time; ten seconds at most each.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use paper::Document;
use platform::{Error, Result};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, ChildStdout};
use tokio::sync::Mutex;

use super::App;

/// Memory the child may use for data, bytes.
const MEMORY_LIMIT: u64 = 512 * 1024 * 1024;
/// Processor seconds the child may use in its life; where they end in the middle of a document, another begins it anew.
const CPU_LIMIT_S: u64 = 300;
/// Longest time for one document.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long an idle child is kept.
const IDLE: Duration = Duration::from_mins(1);
/// Largest document or PDF passed between the processes, bytes.
const SIZE_LIMIT: u32 = 64 * 1024 * 1024;

#[derive(Debug, Serialize, Deserialize)]
struct Job {
    document: Document,
    now_ms: i64,
}

/// Hands documents to the child.
#[derive(Debug, Clone, Default)]
pub struct Renderer {
    /// The program to start; none renders within this process (tests).
    program: Option<Arc<Path>>,
    worker: Arc<Mutex<Option<Worker>>>,
}

#[derive(Debug)]
struct Worker {
    /// Killed when dropped.
    _child: Child,
    input: ChildStdin,
    output: ChildStdout,
    documents: u64,
}

impl Renderer {
    /// Renders in children of `program`.
    #[must_use]
    pub fn by(program: &Path) -> Self {
        Self { program: Some(program.into()), worker: Arc::default() }
    }

    async fn render(&self, document: &Document, now_ms: i64) -> Result<Vec<u8>> {
        let Some(program) = &self.program else { return render(document, now_ms) };
        let job = serde_json::to_vec(&Job { document: document.clone(), now_ms }).map_err(Error::internal)?;
        let mut place = self.worker.lock().await;
        let mut kept = place.take();
        let (worker, (done, content)) = loop {
            let (old, mut worker) = match kept.take() {
                Some(worker) => (true, worker),
                None => (false, Worker::start(program)?),
            };
            let answer = tokio::time::timeout(PATIENCE, worker.ask(&job)).await;
            match answer.map_err(|_| Error::internal("a document took longer than ten seconds"))? {
                Ok(answer) => break (worker, answer),
                // One that had worked before may have come to the end of its processor time.
                Err(error) if old => tracing::info!(%error, "a new render worker is started"),
                Err(error) => return Err(error),
            }
        };
        let documents = worker.documents;
        *place = Some(worker);
        drop(place);
        self.end_when_idle(documents);
        if done { Ok(content) } else { Err(Error::Internal(String::from_utf8_lossy(&content).into_owned())) }
    }

    fn end_when_idle(&self, documents: u64) {
        let worker = Arc::clone(&self.worker);
        tokio::spawn(async move {
            tokio::time::sleep(IDLE).await;
            let mut place = worker.lock().await;
            if place.as_ref().is_some_and(|worker| worker.documents == documents) {
                *place = None;
            }
        });
    }
}

impl Worker {
    fn start(program: &Path) -> Result<Self> {
        let mut child = super::sandbox::start(program, &["render-worker"])?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(input), Some(output)) => Ok(Self { _child: child, input, output, documents: 0 }),
            _ => Err(Error::internal("the render worker has no pipes")),
        }
    }

    async fn ask(&mut self, job: &[u8]) -> Result<(bool, Vec<u8>)> {
        let length = u32::try_from(job.len()).map_err(Error::internal)?;
        self.input.write_u32(length).await.map_err(Error::internal)?;
        self.input.write_all(job).await.map_err(Error::internal)?;
        self.input.flush().await.map_err(Error::internal)?;
        let done = self.output.read_u8().await.map_err(|_| Error::internal("the render worker ended"))? == 1;
        let length = self.output.read_u32().await.map_err(Error::internal)?;
        if length > SIZE_LIMIT {
            return Err(Error::internal("the render worker answers too much"));
        }
        let mut content = vec![0; length as usize];
        self.output.read_exact(&mut content).await.map_err(Error::internal)?;
        self.documents += 1;
        Ok((done, content))
    }
}

/// A document as PDF, dated `now_ms`.
pub async fn pdf(app: &App, document: &Document, now_ms: i64) -> Result<Vec<u8>> {
    app.renderer.render(document, now_ms).await
}

/// The same within this process, for commands.
pub fn render(document: &Document, now_ms: i64) -> Result<Vec<u8>> {
    let now = Timestamp::from_millisecond(now_ms).map_err(Error::internal)?;
    paper_pdf::pdf(document, now).map_err(Error::internal)
}

/// The child's work: jobs from standard input, PDFs to standard output, until the input ends.
pub fn work() -> std::io::Result<()> {
    rlimit::setrlimit(rlimit::Resource::DATA, MEMORY_LIMIT, MEMORY_LIMIT)?;
    rlimit::setrlimit(rlimit::Resource::CPU, CPU_LIMIT_S, CPU_LIMIT_S)?;
    rlimit::setrlimit(rlimit::Resource::NOFILE, 16, 16)?;
    rlimit::setrlimit(rlimit::Resource::FSIZE, 0, 0)?;
    let (mut input, mut output) = (std::io::stdin().lock(), std::io::stdout().lock());
    let mut length = [0_u8; 4];
    while input.read_exact(&mut length).is_ok() {
        let length = u32::from_be_bytes(length);
        if length > SIZE_LIMIT {
            return Ok(());
        }
        let mut job = vec![0; length as usize];
        input.read_exact(&mut job)?;
        let made = serde_json::from_slice::<Job>(&job)
            .map_err(Error::internal)
            .and_then(|job| render(&job.document, job.now_ms));
        let (done, content) = match made {
            Ok(content) => (1_u8, content),
            Err(error) => (0, error.to_string().into_bytes()),
        };
        output.write_all(&[done])?;
        output.write_all(&u32::try_from(content.len()).unwrap_or(0).to_be_bytes())?;
        output.write_all(&content)?;
        output.flush()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// A program that answers `x` to this many jobs and then ends in the middle of one.
    fn worker_of(jobs: u32) -> tempfile::TempPath {
        let script = format!(
            "#!/bin/sh\nleft={jobs}\nwhile true; do\nset -- $(head -c 4 | od -An -tu1)\n\
            head -c $(($3 * 256 + $4)) > /dev/null\n[ $left -gt 0 ] || exit 1\nleft=$((left - 1))\n\
            printf '\\001\\000\\000\\000\\001x'\ndone\n"
        );
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), script).unwrap();
        std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
        file.into_temp_path()
    }

    #[tokio::test]
    async fn a_worker_that_comes_to_its_end_costs_nobody_a_document() {
        let document = Document::default();
        let program = worker_of(2);
        let renderer = Renderer::by(&program);
        for _ in 0..7 {
            assert_eq!(renderer.render(&document, 0).await.unwrap(), b"x");
        }
        // One that fails at its first document is not tried again for ever.
        let program = worker_of(0);
        Renderer::by(&program).render(&document, 0).await.unwrap_err();
    }
}
