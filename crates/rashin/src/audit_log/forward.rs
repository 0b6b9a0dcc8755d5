//! Entries on their way to where an organisation gathers its logs: JSON lines, or syslog (RFC 5424).

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::net::{TcpStream, UdpSocket};
use std::path::Path;

use platform::log::ALL_CHECKPOINTS;
use platform::{Ctx, Error, Message, Result};

use super::store::{self, Kept};

const STRETCH: i64 = 500;
/// Facility 13 (log audit), severity 5 (notice).
const PRIORITY: u32 = 13 * 8 + 5;

/// Where entries go.
pub enum Target {
    /// Lines of JSON.
    Lines(Box<dyn Write + Send>),
    /// Syslog, one message a datagram.
    Udp(UdpSocket),
    /// Syslog, each message with its length before it (RFC 6587).
    Tcp(TcpStream),
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Target")
    }
}

impl Target {
    /// `-` for standard output, `udp://host:port`, `tcp://host:port`, else a file that is written on.
    pub fn open(text: &str) -> Result<Self> {
        let open = || -> std::io::Result<Self> {
            if text == "-" {
                return Ok(Self::Lines(Box::new(std::io::stdout())));
            }
            if let Some(address) = text.strip_prefix("udp://") {
                let socket = UdpSocket::bind(("::", 0)).or_else(|_| UdpSocket::bind(("0.0.0.0", 0)))?;
                socket.connect(address)?;
                return Ok(Self::Udp(socket));
            }
            if let Some(address) = text.strip_prefix("tcp://") {
                return Ok(Self::Tcp(TcpStream::connect(address)?));
            }
            Ok(Self::Lines(Box::new(fs::OpenOptions::new().create(true).append(true).open(text)?)))
        };
        open().map_err(|error| Error::internal(format!("{text}: {error}")))
    }

    fn send(&mut self, row: &Kept) -> std::io::Result<()> {
        match self {
            Self::Lines(out) => writeln!(out, "{}", line(row)),
            Self::Udp(socket) => socket.send(syslog(row).as_bytes()).map(|_| ()),
            Self::Tcp(stream) => {
                let message = syslog(row);
                write!(stream, "{} {message}", message.len())
            }
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Self::Lines(out) => out.flush(),
            Self::Udp(_) => Ok(()),
            Self::Tcp(stream) => stream.flush(),
        }
    }
}

/// The entry with its number and hash. Values are not in it, only commitments.
fn line(row: &Kept) -> String {
    format!("{{\"entry\":{},\"hash\":\"{}\",\"seq\":{}}}", row.entry.leaf(), row.leaf_hash, row.seq)
}

fn syslog(row: &Kept) -> String {
    let moment = jiff::Timestamp::from_millisecond(row.entry.at_ms).unwrap_or_default();
    format!("<{PRIORITY}>1 {moment:.3} - rashin - {} - {}", row.entry.act, line(row))
}

/// Sends what was not sent yet; gives the number of entries. The position in each log is kept in a file, after what was
/// sent: an entry may come twice, none is left out.
pub async fn forward(system: &Ctx, target: &mut Target, position: &Path) -> Result<u64> {
    super::checkpoints::place_waiting(system).await?;
    let mut sent_up_to = read_position(position)?;
    let mut count = 0;
    for log in store::logs(system).await?.into_iter().filter(|log| log != ALL_CHECKPOINTS) {
        loop {
            let behind = sent_up_to.get(&log).copied().unwrap_or(0);
            let rows = store::stretch(system, &log, behind, STRETCH).await?;
            let Some(last) = rows.last() else { break };
            rows.iter().try_for_each(|row| target.send(row)).and_then(|()| target.flush()).map_err(Error::internal)?;
            count += rows.len() as u64;
            sent_up_to.insert(log.clone(), last.seq);
            super::key::write_aside(position, &serde_json::to_vec(&sent_up_to).map_err(Error::internal)?)?;
        }
    }
    Ok(count)
}

fn read_position(path: &Path) -> Result<BTreeMap<String, i64>> {
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map_err(|_| Error::field("position", &path.display().to_string(), Message::new("error-log-position"))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(error) => Err(Error::internal(format!("{}: {error}", path.display()))),
    }
}
