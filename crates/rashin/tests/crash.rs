//! The built program killed in the middle of a burst of answers: whatever it acknowledged is there after a restart.
#![cfg(test)]

#[path = "../../platform/tests/scratch/mod.rs"]
#[expect(dead_code, reason = "templates are for tests inside the library")]
mod scratch;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use scratch::{Kind, Scratch};
use serde_json::{Value as Json, json};

const CLIENTS: usize = 16;
const ROUNDS: usize = 5;
/// So long a step may take on a busy machine before the test counts as stuck.
const PATIENCE: Duration = Duration::from_mins(2);
const EMAIL: &str = "hanako@example.jp";

/// Where the program keeps its data.
struct Home {
    data: PathBuf,
    database: Option<String>,
    address: SocketAddr,
}

impl Home {
    fn of(scratch: &Scratch, files: &Path) -> Self {
        let database = scratch.address().starts_with("postgres").then(|| scratch.address().to_owned());
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        Self { data: files.to_owned(), database, address }
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rashin"));
        command.args(words).env("RASHIN_DATA", &self.data).env_remove("RASHIN_DATABASE").env("LANG", "en_GB.UTF-8");
        if let Some(database) = &self.database {
            command.env("RASHIN_DATABASE", database);
        }
        command
    }

    /// Runs a command to its end in Hanako's name; gives its answer.
    fn run(&self, words: &[&str]) -> Json {
        let said = self.command(words).env("RASHIN_AS", EMAIL).output().unwrap();
        assert!(said.status.success(), "{words:?}: {}", String::from_utf8_lossy(&said.stderr));
        serde_json::from_slice(&said.stdout).unwrap_or(Json::Null)
    }

    /// Starts the server; gives also the token of the set-up link, while there is nobody.
    fn serve(&self) -> (Server, String) {
        let listen = self.address.to_string();
        let mut child = self.command(&["serve", "--listen", &listen]).stdout(Stdio::piped()).spawn().unwrap();
        let mut token = String::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            if let Some((_, found)) = line.split_once("/setup/") {
                found.trim().clone_into(&mut token);
            }
            if line.starts_with("羅針 Rashin:") {
                break;
            }
        }
        let server = Server { child, address: self.address };
        for _ in 0..6000 {
            if TcpStream::connect(self.address).is_ok() {
                return (server, token);
            }
            std::thread::park_timeout(Duration::from_millis(10));
        }
        panic!("the server does not answer");
    }
}

struct Server {
    child: Child,
    address: SocketAddr,
}

impl Drop for Server {
    /// Kills without warning, as a power failure does to a program.
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Asks the API; nothing if the server is gone before it has answered in full.
fn ask(address: SocketAddr, method: &str, path: &str, token: &str, body: &Json) -> Option<(u16, Json)> {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let length = body.len();
    let request = format!(
        "{method} /api/v1{path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, content) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let length =
        head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned));
    if length.is_some_and(|length| length.parse() != Ok(content.len())) {
        return None;
    }
    Some((status, serde_json::from_str(content).unwrap_or(Json::Null)))
}

fn must(address: SocketAddr, method: &str, path: &str, token: &str, body: &Json) -> Json {
    let (status, answer) = ask(address, method, path, token, body).unwrap();
    assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
    answer
}

/// Hanako sets up a company; gives her token and the company's id.
fn set_up(server: &Server, link: &str) -> (String, String) {
    let person = json!({
        "token": link, "organisation": "羅針電機", "kind": "company", "name": "羅針 花子", "email": EMAIL,
        "password": "correct horse battery",
    });
    let made = must(server.address, "POST", "/setup", "", &person);
    let token = made["token"].as_str().unwrap().to_owned();
    let units = must(server.address, "GET", "/units", &token, &Json::Null);
    (token, units[0]["id"].as_str().unwrap().to_owned())
}

/// Saves its item again and again, the note counting with the version, until the server is gone. Tells of every
/// acknowledged version.
fn save_on(address: SocketAddr, token: &str, path: &str, mut version: i64, told: &mpsc::Sender<i64>) -> i64 {
    loop {
        let next = version + 1;
        let change = json!({ "level": next % 5 + 1, "note": next.to_string(), "version": version });
        match ask(address, "PUT", path, token, &change) {
            Some((200, _)) => version = next,
            Some((status, answer)) => panic!("{status} {answer}"),
            None => return version,
        }
        if told.send(version).is_err() {
            return version;
        }
    }
}

/// One burst that ends with the server killed; gives the last version acknowledged to each client.
fn burst(server: Server, token: &str, check: &str, items: &[String], versions: &[i64], enough: usize) -> Vec<i64> {
    let address = server.address;
    let (tell, told) = mpsc::channel();
    std::thread::scope(|scope| {
        let clients: Vec<_> = items
            .iter()
            .zip(versions)
            .map(|(item, version)| {
                let (tell, path) = (tell.clone(), format!("/assessments/{check}/items/{item}"));
                scope.spawn(move || save_on(address, token, &path, *version, &tell))
            })
            .collect();
        for _ in 0..enough {
            told.recv_timeout(PATIENCE).unwrap();
        }
        drop(server);
        clients.into_iter().map(|client| client.join().unwrap()).collect()
    })
}

/// The log's entries are numbered without gaps, and its tree is what it should be.
fn the_log_is_whole(address: SocketAddr, token: &str) {
    let mut after: Option<Json> = None;
    loop {
        let before = after.as_ref().map_or_else(|| i64::MAX.to_string(), |entry| entry["seq"].to_string());
        let page = must(address, "GET", &format!("/audit-entries?before={before}"), token, &Json::Null);
        let page = page.as_array().unwrap().clone();
        if page.is_empty() {
            break;
        }
        for entry in page {
            if let Some(after) = after {
                assert_eq!(after["seq"].as_i64(), entry["seq"].as_i64().map(|seq| seq + 1));
            }
            after = Some(entry);
        }
    }
    assert_eq!(after.unwrap()["seq"], 1);
    let report = must(address, "GET", "/audit-log/verification", token, &Json::Null);
    assert_eq!(report["sound"], true, "{report}");
}

fn nothing_acknowledged_is_lost(scratch: &Scratch, files: &Path) {
    let home = Home::of(scratch, files);
    let (mut server, link) = home.serve();
    let (token, unit) = set_up(&server, &link);
    let new = json!({ "unit_id": unit, "item_set_id": "benchmark-25", "period": "2026" });
    let made = must(server.address, "POST", "/assessments", &token, &new);
    let check = made["id"].as_str().unwrap().to_owned();
    let set = rashin::catalog::builtin().item_set("benchmark-25").unwrap();
    let items: Vec<String> = set.items.iter().take(CLIENTS).map(|item| item.ref_id.clone()).collect();
    let mut versions = vec![0; CLIENTS];
    for round in 0..ROUNDS {
        let acknowledged = burst(server, &token, &check, &items, &versions, 40 + 13 * round);
        server = home.serve().0;
        let kept = must(server.address, "GET", &format!("/assessments/{check}"), &token, &Json::Null);
        for ((item, acknowledged), version) in items.iter().zip(acknowledged).zip(&mut versions) {
            let answer = &kept["items"][item];
            *version = answer["version"].as_i64().unwrap_or(0);
            // The one under way may be there or not.
            assert!(
                (acknowledged..=acknowledged + 1).contains(version),
                "{item}: {acknowledged} acknowledged, {version} kept"
            );
            assert_eq!(answer["note"].as_str().unwrap_or("0"), version.to_string());
        }
    }
    assert!(versions.iter().sum::<i64>() >= 200);
    the_log_is_whole(server.address, &token);
}

fn commands_work_beside_the_server(scratch: &Scratch, files: &Path) {
    let home = Home::of(scratch, files);
    let (server, link) = home.serve();
    let (token, unit) = set_up(&server, &link);
    std::thread::scope(|scope| {
        let commands: Vec<_> = (0..3)
            .map(|number| {
                let (home, unit) = (&home, unit.as_str());
                let name = format!("部{number}");
                scope.spawn(move || {
                    home.run(&["unit", "--json", "add", "--parent", unit, "--kind", "department", &name])
                })
            })
            .collect();
        for number in 3..9 {
            let new = json!({ "parent_id": unit, "kind": "department", "name": format!("部{number}") });
            must(server.address, "POST", "/units", &token, &new);
        }
        for command in commands {
            assert_eq!(command.join().unwrap()["kind"], "department");
        }
    });
    assert_eq!(must(server.address, "GET", "/units", &token, &Json::Null).as_array().unwrap().len(), 10);
    the_log_is_whole(server.address, &token);
}

fn play(kind: Kind, story: fn(&Scratch, &Path)) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (scratch, files) = (runtime.block_on(Scratch::empty(kind)), scratch::scratch_folder());
    let outcome = std::panic::catch_unwind(|| story(&scratch, files.path()));
    runtime.block_on(scratch.remove());
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
}

mod what_was_acknowledged_is_there_after_a_kill {
    use super::*;

    #[test]
    fn sqlite() {
        play(Kind::Sqlite, nothing_acknowledged_is_lost);
    }

    #[test]
    fn postgres() {
        play(Kind::Postgres, nothing_acknowledged_is_lost);
    }
}

mod commands_and_server_share_the_data {
    use super::*;

    #[test]
    fn sqlite() {
        play(Kind::Sqlite, commands_work_beside_the_server);
    }

    #[test]
    fn postgres() {
        play(Kind::Postgres, commands_work_beside_the_server);
    }
}
