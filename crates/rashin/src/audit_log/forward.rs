//! Entries on their way to where an organisation gathers its logs: JSON lines, or syslog (RFC 5424).

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::net::{TcpStream, UdpSocket};
use std::path::Path;

use platform::log::{ALL_CHECKPOINTS, Unproved, prove};
use platform::{Ctx, Error, Message, Result};
use serde::{Deserialize, Serialize};
use tlog::Range;

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

/// Where a log was left: so many entries, with this root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    size: i64,
    root: String,
}

/// Of each log the marks it was left at, the newest last.
type Position = BTreeMap<String, Vec<Mark>>;

/// Marks kept of a log; of more, every second of the older half goes.
const MARKS: usize = 64;

/// What was sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Forwarded {
    /// How many entries.
    pub entries: u64,
    /// Logs that do not continue what was sent of them, with the number behind which they were sent again.
    pub forked: Vec<(String, i64)>,
}

/// Sends what was not sent yet. The position in each log is kept in a file, after what was sent was handed over: to a file or
/// standard output an entry may come twice, and none is left out. What the network loses is lost: UDP tells nobody, and TCP
/// tells only after more was sent. Where a log does not continue what was sent of it, it is sent again from the last place
/// at which it does.
pub async fn forward(system: &Ctx, target: &mut Target, position: &Path) -> Result<Forwarded> {
    super::checkpoints::place_waiting(system).await?;
    let mut sent_up_to = read_position(position)?;
    let mut done = Forwarded::default();
    for log in store::logs(system).await?.into_iter().filter(|log| log != ALL_CHECKPOINTS) {
        let marks = sent_up_to.remove(&log).unwrap_or_default();
        let (mut marks, forked) = standing(system, &log, marks).await?;
        if forked {
            let behind = marks.last().map_or(0, |mark| mark.size);
            tracing::error!(log, behind, "the log does not continue what was sent of it; it is sent again from there");
            done.forked.push((log.clone(), behind));
        }
        loop {
            let behind = marks.last().map_or(0, |mark| mark.size);
            let rows = store::stretch(system, &log, behind, STRETCH).await?;
            let Some(last) = rows.last() else { break };
            rows.iter().try_for_each(|row| target.send(row)).and_then(|()| target.flush()).map_err(Error::internal)?;
            done.entries += rows.len() as u64;
            marks.push(Mark { size: last.seq, root: root_at(system, &log, last.seq).await?.unwrap_or_default() });
            thin(&mut marks);
            sent_up_to.insert(log.clone(), marks.clone());
            super::key::write_aside(position, &serde_json::to_vec(&sent_up_to).map_err(Error::internal)?)?;
        }
        sent_up_to.insert(log, marks);
    }
    Ok(done)
}

/// The marks the log still continues, and whether it does not continue the newest. Asked only where there is something new,
/// or less than there was.
async fn standing(system: &Ctx, log: &str, mut marks: Vec<Mark>) -> Result<(Vec<Mark>, bool)> {
    let newest = marks.last().map_or(0, |mark| mark.size);
    if store::size(system, log).await? == newest {
        return Ok((marks, false));
    }
    let count = marks.len();
    while let Some(mark) = marks.last() {
        if root_at(system, log, mark.size).await?.is_some_and(|root| root == mark.root) {
            break;
        }
        marks.pop();
    }
    let forked = marks.len() < count;
    Ok((marks, forked))
}

/// The root of the log at a size; none if it is shorter or lacks leaves.
async fn root_at(system: &Ctx, log: &str, size: i64) -> Result<Option<String>> {
    let Ok(end) = u64::try_from(size) else { return Ok(None) };
    match prove(&mut system.reader(), log, &[Range { start: 0, end }]).await {
        Ok(roots) => Ok(roots.first().map(|root| root.to_hex())),
        Err(Unproved::Missing(_)) => Ok(None),
        Err(Unproved::Failed(error)) => Err(error),
    }
}

fn thin(marks: &mut Vec<Mark>) {
    if marks.len() > MARKS {
        let mut place = 0;
        marks.retain(|_| {
            place += 1;
            place > MARKS / 2 || place % 2 == 0
        });
    }
}

fn read_position(path: &Path) -> Result<Position> {
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map_err(|_| Error::field("position", &path.display().to_string(), Message::new("error-log-position"))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(error) => Err(Error::internal(format!("{}: {error}", path.display()))),
    }
}
