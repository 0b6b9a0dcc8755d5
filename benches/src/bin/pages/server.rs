//! The real server as a child process, on a free port of this machine.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use benches::wall_time;
use rustix::process::{Pid, Signal, kill_process};

use crate::http::Connection;

/// Longest wait for a start.
const PATIENCE: Duration = Duration::from_mins(1);
/// Between two looks whether it answers.
const GLANCE: Duration = Duration::from_millis(1);

pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    /// From the start of the process to its first answer.
    pub(crate) started_in: Duration,
}

/// Memory of a process at a moment, bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Memory {
    pub(crate) resident: u64,
    /// The part that is not backed by a file such as the program itself.
    pub(crate) anonymous: u64,
}

impl Server {
    /// Starts the server and waits until the sign-in page comes.
    pub(crate) fn start(program: &Path, data: &Path) -> io::Result<Self> {
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let begun = wall_time();
        let child = Command::new(program)
            .arg("serve")
            .args(["--data".as_ref(), data.as_os_str()])
            .args(["--listen", &address.to_string(), "--public-url", &format!("http://{address}")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()?;
        let mut server = Self { child, address, started_in: Duration::ZERO };
        while !server.answers() {
            server.started_in = wall_time().saturating_sub(begun);
            if server.started_in > PATIENCE || server.child.try_wait()?.is_some() {
                return Err(io::Error::other("the server does not start"));
            }
            std::thread::sleep(GLANCE);
        }
        server.started_in = wall_time().saturating_sub(begun);
        Ok(server)
    }

    fn answers(&self) -> bool {
        let asked = Connection::open(self.address).and_then(|mut connection| connection.get("/sign-in"));
        asked.is_ok_and(|answer| answer.status == 200)
    }

    /// CPU time of the server so far, without its children.
    pub(crate) fn cpu_time(&self) -> io::Result<Duration> {
        cpu_time(&fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?)
            .ok_or_else(|| io::Error::other("/proc gives no CPU time"))
    }

    /// Memory of the server, without its children.
    pub(crate) fn memory(&self) -> io::Result<Memory> {
        memory_of(self.child.id())
    }

    /// Memory of its children together, and how many there are.
    pub(crate) fn memory_of_children(&self) -> io::Result<(Memory, usize)> {
        let mut children = Vec::new();
        for thread in fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            let listed = fs::read_to_string(thread?.path().join("children")).unwrap_or_default();
            children.extend(listed.split_whitespace().filter_map(|id| id.parse().ok()).map(memory_of));
        }
        let found: Vec<Memory> = children.into_iter().collect::<io::Result<_>>()?;
        let sum = |part: fn(&Memory) -> u64| found.iter().map(part).sum();
        let memory = Memory { resident: sum(|memory| memory.resident), anonymous: sum(|memory| memory.anonymous) };
        Ok((memory, found.len()))
    }

    /// Asks it to stop and waits for that.
    pub(crate) fn stop(mut self) -> io::Result<()> {
        if let Some(id) = Pid::from_raw(self.child.id().cast_signed()) {
            kill_process(id, Signal::TERM)?;
        }
        self.child.wait().map(|_| ())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended already, unless something failed before.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn memory_of(id: u32) -> io::Result<Memory> {
    Ok(memory(&fs::read_to_string(format!("/proc/{id}/status"))?))
}

fn memory(status: &str) -> Memory {
    let bytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.trim().strip_suffix(" kB"));
        line.and_then(|kibibytes| kibibytes.parse::<u64>().ok()).unwrap_or(0) * 1024
    };
    Memory { resident: bytes("VmRSS:"), anonymous: bytes("RssAnon:") }
}

/// The 14th and 15th field, in hundredths of a second; the second, the name, is in brackets and may hold spaces.
fn cpu_time(stat: &str) -> Option<Duration> {
    let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
    let ticks = |at: usize| fields.get(at)?.parse::<u64>().ok();
    Some(Duration::from_millis(10 * (ticks(11)? + ticks(12)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_in_bytes() {
        let status = "Name:\trashin\nVmRSS:\t   51200 kB\nRssAnon:\t   20480 kB\n";
        assert_eq!(memory(status), Memory { resident: 52_428_800, anonymous: 20_971_520 });
        assert_eq!(memory(""), Memory::default());
        assert!(memory_of(std::process::id()).unwrap().resident > 0);
    }

    #[test]
    fn cpu_time_is_that_of_user_and_system() {
        let stat = "7 (a (b) c) S 1 7 7 0 -1 4194304 100 0 0 0 12 34 5 6 20 0 8 0 100 1 2";
        assert_eq!(cpu_time(stat), Some(Duration::from_millis(460)));
        assert_eq!(cpu_time("7 (a"), None);
    }
}
