//! Untrusted bytes meet their reader only in a child of this program, which limits itself: memory, processor time,
//! no files. It answers on standard output or dies; either way the server's memory stays flat.

use std::io::{Read, Write};
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use platform::{Error, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;

/// Address space of a child, bytes.
const MEMORY_LIMIT: u64 = 256 * 1024 * 1024;
/// Processor time of a child, seconds.
const CPU_LIMIT_S: u64 = 5;
/// Longest time for a job.
const PATIENCE: Duration = Duration::from_secs(5);
/// Largest answer of a child, bytes.
const OUTPUT_LIMIT: u64 = 16 * 1024 * 1024;
/// Children at a time; further jobs wait.
const CHILDREN: usize = 2;

/// What a job does with its input. It runs in the child.
pub type Work = fn(&[u8]) -> std::io::Result<Vec<u8>>;

/// Starts the children.
#[derive(Debug, Clone)]
pub struct Sandbox {
    /// The program to start; none does the work within this process (tests).
    program: Option<Arc<Path>>,
    places: Arc<Semaphore>,
}

impl Default for Sandbox {
    fn default() -> Self {
        Self { program: None, places: Arc::new(Semaphore::new(CHILDREN)) }
    }
}

/// Starts this program as a child that knows nothing of the world but what it is told.
pub(super) fn start(program: &Path, arguments: &[&str]) -> Result<Child> {
    let mut command = Command::new(program);
    let command = command.args(arguments).env_clear().kill_on_drop(true);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().map_err(Error::internal)
}

impl Sandbox {
    /// With children of `program`.
    #[must_use]
    pub fn by(program: &Path) -> Self {
        Self { program: Some(program.into()), ..Self::default() }
    }

    /// Has `rashin <arguments>` do a job; none if it died, took too long or said too much. `work` is what that command
    /// does.
    pub async fn run(&self, arguments: &[&str], input: Vec<u8>, work: Work) -> Result<Option<Vec<u8>>> {
        let Some(program) = &self.program else { return work(&input).map(Some).map_err(Error::internal) };
        let _place = self.places.acquire().await.map_err(Error::internal)?;
        let child = start(program, arguments)?;
        if let Ok(Some(output)) = tokio::time::timeout(PATIENCE, answer(child, &input)).await {
            return Ok(Some(output));
        }
        tracing::warn!(?arguments, bytes = input.len(), "a child did not finish its job");
        Ok(None)
    }
}

async fn answer(mut child: Child, input: &[u8]) -> Option<Vec<u8>> {
    let (mut to, from) = (child.stdin.take()?, child.stdout.take()?);
    let write = async move {
        // A child that refuses early closes its end; what it answers still counts.
        let _ = to.write_all(input).await;
        drop(to);
    };
    let read = async move {
        let mut output = Vec::new();
        from.take(OUTPUT_LIMIT + 1).read_to_end(&mut output).await.ok().map(|_| output)
    };
    let ((), output) = tokio::join!(write, read);
    let output = output.filter(|output| output.len() as u64 <= OUTPUT_LIMIT)?;
    child.wait().await.ok().filter(std::process::ExitStatus::success).map(|_| output)
}

/// The child's side: limits itself, then works from standard input to standard output.
pub fn work_within_limits(work: Work) -> std::io::Result<()> {
    rlimit::setrlimit(rlimit::Resource::AS, MEMORY_LIMIT, MEMORY_LIMIT)?;
    rlimit::setrlimit(rlimit::Resource::CPU, CPU_LIMIT_S, CPU_LIMIT_S)?;
    rlimit::setrlimit(rlimit::Resource::NOFILE, 16, 16)?;
    rlimit::setrlimit(rlimit::Resource::FSIZE, 0, 0)?;
    rlimit::setrlimit(rlimit::Resource::CORE, 0, 0)?;
    let mut input = Vec::new();
    std::io::stdin().lock().read_to_end(&mut input)?;
    let output = work(&input)?;
    let mut out = std::io::stdout().lock();
    out.write_all(&output)?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn run(program: &str, arguments: &[&str], input: &[u8]) -> Option<Vec<u8>> {
        let never: Work = |_| Ok(Vec::new());
        Sandbox::by(Path::new(program)).run(arguments, input.to_vec(), never).await.unwrap()
    }

    #[tokio::test]
    async fn what_the_child_says_is_the_answer() {
        assert_eq!(run("/bin/cat", &[], b"hello").await.unwrap(), b"hello");
    }

    #[tokio::test]
    async fn a_child_that_dies_or_fails_gives_none() {
        assert_eq!(run("/bin/sh", &["-c", "echo half; kill -9 $$"], b"").await, None);
        assert_eq!(run("/bin/false", &[], b"").await, None);
    }

    #[tokio::test]
    async fn a_child_that_says_too_much_gives_none() {
        assert_eq!(run("/bin/sh", &["-c", "head -c 20000000 /dev/zero"], b"").await, None);
    }

    #[tokio::test]
    async fn a_child_that_does_not_listen_is_heard() {
        let much = vec![b'x'; 3_000_000];
        assert_eq!(run("/bin/echo", &["refused"], &much).await.unwrap(), b"refused\n");
    }

    #[tokio::test]
    async fn without_a_program_the_work_is_done_here() {
        let work: Work = |input| Ok(input.iter().rev().copied().collect());
        assert_eq!(Sandbox::default().run(&[], b"abc".to_vec(), work).await.unwrap().unwrap(), b"cba");
    }
}
