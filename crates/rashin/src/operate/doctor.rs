//! `rashin doctor`: a look over everything, in plain words, each with the way out.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use clap::{Args, ValueEnum};
use platform::{Language, Message, Result};
use serde::Serialize;

use super::mail::{Mail, MailArgs};
use super::site::{PlaceArgs, Site, is_current, missing_steps, moment};
use super::tls::{Tls, TlsArgs};
use super::{schema, store};
use crate::audit_log;
use crate::face::serve::SQLITE_FILE;
use crate::face::texts::texts;
use crate::federation::secrets::SecretFolder;

const HOUR_MS: i64 = 60 * 60 * 1000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// A clock before this is wrong: 2026-01-01.
const EARLIEST_MS: i64 = 1_767_225_600_000;
/// Less free space than this is a warning, and a tenth of it a failure; bytes.
const SPACE_WANTED: u64 = 2 * 1024 * 1024 * 1024;

/// Looks the installation over
#[derive(Debug, Args)]
pub struct DoctorArgs {
    #[command(flatten)]
    place: PlaceArgs,
    #[command(flatten)]
    mail: MailArgs,
    #[command(flatten)]
    tls: TlsArgs,
    /// How to answer
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// How to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Well.
    Ok,
    /// To be looked after soon.
    Warn,
    /// Broken.
    Fail,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at.
    pub about: &'static str,
    /// How it is.
    pub state: State,
    /// What is so, and the way out.
    pub message: Message,
}

fn finding(about: &'static str, state: State, message: Message) -> Finding {
    Finding { about, state, message }
}

/// Runs the command; false if something is broken.
pub async fn run(args: DoctorArgs, language: Language) -> Result<bool> {
    let mail = Mail::of(&args.mail);
    let found = match Site::open(&args.place).await {
        Ok(site) => {
            let mut found = look(&site).await;
            found.push(look_at_mail(mail.ok()).await);
            found.push(look_at_tls(&args.tls));
            site.close().await?;
            found
        }
        Err(error) => vec![finding("database", State::Fail, unreachable(&error))],
    };
    print(&found, args.format, language)?;
    Ok(found.iter().all(|one| one.state < State::Fail))
}

fn print(found: &[Finding], format: Format, language: Language) -> Result<()> {
    use std::io::Write;
    let texts = texts();
    let said = |one: &Finding| texts.show(language, &one.message);
    let text = if format == Format::Json {
        let json = |one: &Finding| serde_json::json!({ "about": one.about, "state": one.state, "message": said(one) });
        serde_json::to_string_pretty(&found.iter().map(json).collect::<Vec<_>>()).map_err(platform::Error::internal)?
    } else {
        let line = |one: &Finding| {
            let word = match one.state {
                State::Ok => "ok  ",
                State::Warn => "warn",
                State::Fail => "FAIL",
            };
            format!("{word}  {}", said(one))
        };
        found.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    writeln!(std::io::stdout().lock(), "{text}").map_err(platform::Error::internal)
}

/// Looks at everything but mail.
pub async fn look(site: &Site) -> Vec<Finding> {
    let mut found = vec![look_at_folder(&site.data), look_at_space(&site.data), look_at_modes(&site.data)];
    let (schema, current) = look_at_schema(site).await;
    found.push(schema);
    found.push(look_at_wall(site).await);
    found.push(look_at_file(site).await);
    found.push(look_at_backup(site));
    if current {
        found.push(look_at_clock(site).await);
        found.push(look_at_evidence(site).await);
        found.push(look_at_secrets(site).await);
        found.push(look_at_log(site).await);
        found.extend(look_at_witnesses(site));
    }
    found
}

fn unreachable(error: &platform::Error) -> Message {
    match error {
        platform::Error::Conflict(message) => message.clone(),
        other => Message::new("doctor-database-fail").with("cause", other),
    }
}

fn look_at_folder(data: &Path) -> Finding {
    let probe = data.join(".doctor");
    let outcome = std::fs::write(&probe, b"").and_then(|()| std::fs::remove_file(&probe));
    let told = |key| Message::new(key).with("folder", data.display());
    match outcome {
        Ok(()) => finding("folder", State::Ok, told("doctor-folder-ok")),
        Err(error) => finding("folder", State::Fail, told("doctor-folder-fail").with("cause", error)),
    }
}

fn look_at_space(data: &Path) -> Finding {
    let Ok(facts) = rustix::fs::statvfs(data) else {
        return finding("space", State::Warn, Message::new("doctor-space-unknown"));
    };
    let free = facts.f_bavail.saturating_mul(facts.f_frsize);
    let told = |key| Message::new(key).with("free", free / 1_000_000);
    match free {
        free if free < SPACE_WANTED / 10 => finding("space", State::Fail, told("doctor-space-fail")),
        free if free < SPACE_WANTED => finding("space", State::Warn, told("doctor-space-warn")),
        _ => finding("space", State::Ok, told("doctor-space-ok")),
    }
}

/// Whether a file holds a key or a secret, by its name or its folder's.
fn is_key(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let in_secrets = path.parent().and_then(Path::file_name).is_some_and(|folder| folder == "secrets");
    in_secrets || name.contains("key") || path.extension().is_some_and(|ending| ending == "pem")
}

/// The folder itself, or every file that holds a key, is for its owner alone. The database holds secrets too; behind a
/// closed folder its own mode does not matter.
fn look_at_modes(data: &Path) -> Finding {
    let open_to_others =
        |path: &Path| std::fs::metadata(path).is_ok_and(|facts| facts.permissions().mode() & 0o077 != 0);
    let mut keys = Vec::new();
    let mut folders = vec![data.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if is_key(&path) {
                keys.push(path);
            }
        }
    }
    if open_to_others(data) {
        keys.push(data.join(SQLITE_FILE));
    }
    let bad: Vec<String> =
        keys.iter().filter(|path| open_to_others(path)).map(|path| path.display().to_string()).collect();
    if !bad.is_empty() {
        return finding("modes", State::Fail, Message::new("doctor-modes-fail").with("files", bad.join(" ")));
    }
    if open_to_others(data) {
        return finding("modes", State::Warn, Message::new("doctor-modes-warn").with("folder", data.display()));
    }
    finding("modes", State::Ok, Message::new("doctor-modes-ok"))
}

async fn look_at_schema(site: &Site) -> (Finding, bool) {
    let steps = async {
        let mut snapshot = site.ground.db.snapshot().await?;
        let steps = snapshot.steps().await?;
        snapshot.close().await.map(|()| steps)
    };
    match steps.await {
        Err(error) => (finding("database", State::Fail, unreachable(&error)), false),
        Ok(steps) if is_current(&steps) => {
            (finding("database", State::Ok, Message::new("doctor-schema-ok").with("step", steps.len())), true)
        }
        Ok(steps) => match missing_steps(&steps) {
            Some(missing) => {
                let message = Message::new("doctor-schema-warn").with("count", missing.len());
                (finding("database", State::Warn, message), false)
            }
            None => (finding("database", State::Fail, Message::new("doctor-schema-fail")), false),
        },
    }
}

/// A role that no policy binds makes the wall between tenants a drawing.
async fn look_at_wall(site: &Site) -> Finding {
    match site.ground.db.heeds_wall().await {
        Ok(true) => finding("wall", State::Ok, Message::new("doctor-wall-ok")),
        Ok(false) => finding("wall", State::Fail, Message::new("doctor-wall-fail")),
        Err(error) => finding("wall", State::Fail, unreachable(&error)),
    }
}

async fn look_at_file(site: &Site) -> Finding {
    match site.ground.db.check_file().await {
        Ok(said) if said == "ok" => finding("integrity", State::Ok, Message::new("doctor-integrity-ok")),
        Ok(said) => finding("integrity", State::Fail, Message::new("doctor-integrity-fail").with("cause", said)),
        Err(error) => finding("integrity", State::Fail, Message::new("doctor-integrity-fail").with("cause", error)),
    }
}

fn look_at_backup(site: &Site) -> Finding {
    let Some(last) = schema::last_backup(&site.data) else {
        return finding("backup", State::Warn, Message::new("doctor-backup-none"));
    };
    let age = site.now_ms() - last.made_at_ms;
    let told = |key| Message::new(key).with("moment", moment(last.made_at_ms)).with("file", &last.file);
    if (0..=7 * DAY_MS).contains(&age) {
        finding("backup", State::Ok, told("doctor-backup-ok"))
    } else {
        finding("backup", State::Warn, told("doctor-backup-old"))
    }
}

async fn look_at_clock(site: &Site) -> Finding {
    let now_ms = site.now_ms();
    let newest = store::newest_entry_ms(&site.ground.db).await.ok().flatten().unwrap_or(0);
    let told = |key| Message::new(key).with("now", moment(now_ms)).with("newest", moment(newest));
    if now_ms < EARLIEST_MS || newest > now_ms + HOUR_MS {
        finding("clock", State::Fail, told("doctor-clock-fail"))
    } else {
        finding("clock", State::Ok, told("doctor-clock-ok"))
    }
}

/// A log that is not signed any more was rewritten, or lost what was signed before.
async fn look_at_log(site: &Site) -> Finding {
    match audit_log::halts(&site.system()).await {
        Ok(halts) if halts.is_empty() => match audit_log::unsigned_since(&site.system()).await {
            // The server signs; while it is stopped nobody does.
            Ok(Some(since)) if site.now_ms() - since > HOUR_MS => {
                finding("log", State::Warn, Message::new("doctor-log-late").with("since", moment(since)))
            }
            Ok(_) => finding("log", State::Ok, Message::new("doctor-log-ok")),
            Err(error) => finding("log", State::Fail, unreachable(&error)),
        },
        Ok(halts) => {
            let since = halts.iter().map(|halt| halt.at_ms).min().unwrap_or(0);
            let why: Vec<&str> = halts.iter().map(|halt| halt.why.as_str()).collect();
            let message = Message::new("doctor-log-fail").with("since", moment(since)).with("why", why.join("; "));
            finding("log", State::Fail, message)
        }
        Err(error) => finding("log", State::Fail, unreachable(&error)),
    }
}

/// Each witness signs; one that says the log was rewritten is heard.
fn look_at_witnesses(site: &Site) -> Vec<Finding> {
    let standings = match audit_log::standings(&site.data) {
        Ok(standings) => standings,
        Err(error) => return vec![finding("witness", State::Warn, unreachable(&error))],
    };
    if standings.is_empty() {
        return vec![finding("witness", State::Ok, Message::new("doctor-witness-none"))];
    }
    let of = |standing: &audit_log::Standing| {
        let told = |key| {
            let trouble = standing.trouble.as_ref().map_or("", |trouble| trouble.what.as_str());
            let message = Message::new(key).with("witness", standing.name()).with("trouble", trouble);
            message.with("moment", moment(standing.signed_at_ms()))
        };
        if standing.accuses() {
            return finding("witness", State::Fail, told("doctor-witness-fail"));
        }
        if standing.trouble.is_some() && site.now_ms() - standing.signed_at_ms() > HOUR_MS {
            return finding("witness", State::Warn, told("doctor-witness-warn"));
        }
        if standing.forgot_at_ms.is_some_and(|at_ms| site.now_ms() - at_ms < 7 * DAY_MS) {
            return finding("witness", State::Warn, told("doctor-witness-forgot"));
        }
        finding("witness", State::Ok, told("doctor-witness-ok"))
    };
    standings.iter().map(of).collect()
}

/// Without its secret nobody can sign in through a provider; a backup has none.
async fn look_at_secrets(site: &Site) -> Finding {
    let providers = match store::secrets(&site.ground.db).await {
        Ok(providers) => providers,
        Err(error) => return finding("sign-on", State::Fail, unreachable(&error)),
    };
    let folder = SecretFolder::below(&site.data);
    let lost = providers.iter().filter(|(_, secret)| folder.read(secret).is_err());
    let names: Vec<&str> = lost.map(|(name, _)| name.as_str()).collect();
    if names.is_empty() {
        return finding("sign-on", State::Ok, Message::new("doctor-sign-on-ok").with("count", providers.len()));
    }
    finding("sign-on", State::Fail, Message::new("doctor-sign-on-fail").with("providers", names.join(", ")))
}

async fn look_at_evidence(site: &Site) -> Finding {
    let hashes = match store::evidence(&site.ground.db).await {
        Ok(hashes) => hashes,
        Err(error) => return finding("evidence", State::Fail, unreachable(&error)),
    };
    let mut bad = Vec::new();
    for hash in &hashes {
        if site.evidence.get(hash).await.is_err() {
            bad.push(hash.as_str());
        }
    }
    if bad.is_empty() {
        return finding("evidence", State::Ok, Message::new("doctor-evidence-ok").with("count", hashes.len()));
    }
    finding("evidence", State::Fail, Message::new("doctor-evidence-fail").with("files", bad.join(" ")))
}

/// Looks at mail; `None` where it is set up wrongly.
pub async fn look_at_mail(mail: Option<Mail>) -> Finding {
    let Some(mail) = mail else { return finding("mail", State::Fail, Message::new("doctor-mail-wrong")) };
    match mail.answers().await {
        None => finding("mail", State::Ok, Message::new("doctor-mail-none")),
        Some(true) => finding("mail", State::Ok, Message::new("doctor-mail-ok")),
        Some(false) => finding("mail", State::Warn, Message::new("doctor-mail-fail")),
    }
}

/// Looks at the files of TLS: a server that runs goes on with those it read, one that starts would not.
#[must_use]
pub fn look_at_tls(args: &TlsArgs) -> Finding {
    match Tls::of(args) {
        Ok(None) => finding("tls", State::Ok, Message::new("doctor-tls-none")),
        Ok(Some(_)) => finding("tls", State::Ok, Message::new("doctor-tls-ok")),
        Err(platform::Error::Invalid(faults)) => {
            let files: Vec<&str> = faults.iter().map(|fault| fault.value.as_str()).collect();
            let cause = faults.iter().find_map(|fault| fault.message.args.get("cause")).cloned().unwrap_or_default();
            let message = Message::new("doctor-tls-fail").with("files", files.join(" ")).with("cause", cause);
            finding("tls", State::Fail, message)
        }
        Err(error) => finding("tls", State::Fail, unreachable(&error)),
    }
}
