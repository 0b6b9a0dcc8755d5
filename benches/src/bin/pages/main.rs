//! The diagnosis as people wait for it: page and PDF from the real server against a large release, start and memory.
//!
//! `pages PROGRAM DIRECTORY [MEMBERS]`: leaves in the directory what a rival is held against: the members (`rows.bin`),
//! one diagnosis (`diagnosis.json`), its page (`site/diagnosis.html`) and the figures (`pages.csv`).

mod http;
mod population;
mod server;

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use benches::{Times, waited};
use rashin::sample;

use crate::http::{COMPRESSED, Connection};
use crate::population::RELEASE;
use crate::server::{Memory, Server};

const MEMBERS: usize = 1_000_000;
/// Requests that are not counted, so that everything is at hand.
const FIRST_PAGES: usize = 200;
const PAGES: usize = 2_000;
const PDFS: usize = 50;
const STARTS: usize = 10;
/// Longer than the server keeps an idle child.
const SETTLE: Duration = Duration::from_secs(70);

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(program), Some(directory)) = (arguments.next(), arguments.next()) else {
        return Err("usage: pages PROGRAM DIRECTORY [MEMBERS]".into());
    };
    let members = arguments.next().map_or(Ok(MEMBERS), |text| text.parse())?;
    let (program, directory) = (Path::new(&program), Path::new(&directory));
    let data = tempfile::tempdir()?;
    population::prepare(data.path(), members, &directory.join("rows.bin"))?;
    println!("diagnosis against a release of {members} members; time on the wall");
    let mut report = Report::default();
    let server = Server::start(program, data.path())?;
    let mut connection = sign_in(&server)?;
    let checks = self_checks(&mut connection)?;
    leave_for_rivals(&mut connection, &checks, directory)?;
    pages(&server, &mut connection, &checks, &mut report)?;
    let after_pages = server.memory()?;
    pdfs(&mut connection, &checks, &mut report)?;
    let (children, count) = server.memory_of_children()?;
    std::thread::sleep(SETTLE);
    report.memory("memory_run", "memory after the pages", after_pages, "");
    report.memory("memory_idle", "memory idle, a minute after the PDFs", server.memory()?, "target ≤ 80");
    report.memory("memory_child", &format!("beside it, while it makes PDFs: {count} child"), children, "");
    server.stop()?;
    starts(program, data.path(), &mut report)?;
    fs::write(directory.join("pages.csv"), report.csv)?;
    Ok(())
}

fn sign_in(server: &Server) -> io::Result<Connection> {
    let mut connection = Connection::open(server.address)?;
    connection.sign_in("/sign-in", &format!("email={}&password={}&next=/", sample::EMAIL, sample::PASSWORD))?;
    Ok(connection)
}

/// A self-check that can be diagnosed against the release, and its diagnosis.
struct SelfCheck {
    id: String,
    diagnosis: String,
}

impl SelfCheck {
    fn page(&self) -> String {
        format!("/assessments/{}/diagnosis?release={RELEASE}", self.id)
    }
}

/// All complete self-checks of the release's item set, in the order of the list.
fn self_checks(connection: &mut Connection) -> Result<Vec<SelfCheck>, Box<dyn Error>> {
    let list = connection.get("/assessments")?.text()?;
    let mut found: Vec<SelfCheck> = Vec::new();
    for after in list.split("href=\"/assessments/").skip(1) {
        let id = after.split(['"', '/', '?', '#']).next().unwrap_or_default();
        if id.is_empty() || id == "new" || found.iter().any(|check| check.id == id) {
            continue;
        }
        let answer = connection.get(&format!("/api/v1/assessments/{id}/diagnosis?release={RELEASE}"))?;
        if answer.status == 200 {
            found.push(SelfCheck { id: id.to_owned(), diagnosis: answer.text()? });
        }
    }
    if found.is_empty() { Err("no self-check can be diagnosed".into()) } else { Ok(found) }
}

fn leave_for_rivals(connection: &mut Connection, checks: &[SelfCheck], directory: &Path) -> Result<(), Box<dyn Error>> {
    for check in checks.iter().take(1) {
        fs::write(directory.join("diagnosis.json"), &check.diagnosis)?;
        fs::write(directory.join("site/diagnosis.html"), connection.get(&check.page())?.text()?)?;
    }
    Ok(())
}

/// Asks for the diagnoses in turn, so that no answer is that of the request before.
fn pages(server: &Server, connection: &mut Connection, checks: &[SelfCheck], report: &mut Report) -> io::Result<()> {
    for (name, what, encoding) in [
        ("page", "page, as a browser asks for it (gzip)", COMPRESSED),
        ("page_plain", "page, not compressed", "identity"),
    ] {
        let mut bytes = 0;
        let mut ask = |count: usize| -> io::Result<Times> {
            let mut times = Vec::with_capacity(count);
            for check in checks.iter().cycle().take(count) {
                let (time, answer) = waited(|| connection.get_as(&check.page(), encoding));
                let answer = answer?;
                if answer.status != 200 {
                    return Err(io::Error::other(format!("{}: status {}", check.page(), answer.status)));
                }
                bytes += answer.body.len();
                times.push(time);
            }
            Ok(Times::of(times))
        };
        ask(FIRST_PAGES)?;
        let before = server.cpu_time()?;
        let times = ask(PAGES)?;
        let cpu = server.cpu_time()?.saturating_sub(before) / u32::try_from(PAGES).unwrap_or(u32::MAX);
        report.times(name, what, &times, "target p99 ≤ 10");
        report.line(&format!("{name}_cpu"), "  CPU time of the server for each", milliseconds(cpu), "ms", "");
        report.line(&format!("{name}_kb"), "  size", bytes as f64 / 1e3 / (FIRST_PAGES + PAGES) as f64, "kB", "");
    }
    Ok(())
}

fn pdfs(connection: &mut Connection, checks: &[SelfCheck], report: &mut Report) -> io::Result<()> {
    let mut ask = |check: &SelfCheck| {
        let path = format!("/assessments/{}/diagnosis.pdf?release={RELEASE}", check.id);
        let (time, answer) = waited(|| connection.get(&path));
        let answer = answer?;
        if answer.status == 200 && answer.body.starts_with(b"%PDF-") {
            Ok(time)
        } else {
            Err(io::Error::other(format!("{path}: status {}", answer.status)))
        }
    };
    let mut times = Vec::with_capacity(PDFS);
    for check in checks.iter().cycle().take(PDFS + 1) {
        times.push(ask(check)?);
    }
    report.line("pdf_first", "PDF, the first", milliseconds(times.remove(0)), "ms", "");
    report.times("pdf", "PDF, warm", &Times::of(times), "target ≤ 500");
    Ok(())
}

fn starts(program: &Path, data: &Path, report: &mut Report) -> io::Result<()> {
    let mut times = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        let server = Server::start(program, data)?;
        times.push(server.started_in);
        server.stop()?;
    }
    report.times("start", "start to first answer", &Times::of(times), "target ≤ 300");
    Ok(())
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// The figures, printed as they come and kept for the rivals.
struct Report {
    csv: String,
}

impl Default for Report {
    fn default() -> Self {
        Self { csv: "what,value\n".to_owned() }
    }
}

impl Report {
    fn line(&mut self, name: &str, what: &str, value: f64, unit: &str, target: &str) {
        println!("{what:<44}{value:>10.2} {unit:<3} {target}");
        // Writing to a string cannot fail.
        let _ = writeln!(self.csv, "{name},{value}");
    }

    fn times(&mut self, name: &str, what: &str, times: &Times, target: &str) {
        let [middle, most, nearly_all, all] = [50, 95, 99, 100].map(|percent| milliseconds(times.at(percent)));
        println!("{what:<44}p50 {middle:.2}  p95 {most:.2}  p99 {nearly_all:.2}  longest {all:.2} ms  {target}");
        let _ = writeln!(self.csv, "{name}_p50,{middle}\n{name}_p95,{most}\n{name}_p99,{nearly_all}");
    }

    fn memory(&mut self, name: &str, what: &str, memory: Memory, target: &str) {
        self.line(name, what, memory.resident as f64 / 1e6, "MB", target);
        let anonymous = memory.anonymous as f64 / 1e6;
        self.line(&format!("{name}_anonymous"), "  of it not backed by a file", anonymous, "MB", "");
    }
}
