//! `rashin health`: asks a running server whether it is ready, for whatever watches a container.

use std::net::SocketAddr;
use std::time::Duration;

use clap::Args;
use platform::{Error, Message, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// So long the answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Asks a running server whether it is ready
#[derive(Debug, Args)]
pub struct HealthArgs {
    /// Where it listens, without TLS
    #[arg(long, default_value = "127.0.0.1:8650")]
    connect: SocketAddr,
}

/// Runs the command; a server that is not ready, or does not answer, is a failure.
pub async fn run(args: HealthArgs) -> Result<()> {
    ready(args.connect).await
}

/// Whether the server at the address is ready.
pub async fn ready(address: SocketAddr) -> Result<()> {
    let not = || Error::Conflict(Message::new("error-not-ready").with("address", address));
    match tokio::time::timeout(PATIENCE, status_line(address)).await {
        Ok(Ok(line)) if line.starts_with("HTTP/1.1 200") => Ok(()),
        _ => Err(not()),
    }
}

async fn status_line(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(b"GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await?;
    let mut answer = Vec::new();
    stream.take(4096).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).lines().next().unwrap_or("").to_owned())
}
