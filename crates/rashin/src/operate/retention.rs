//! `rashin retention`: records that have served their purpose are forgotten after the days that the policy gives them.

use std::collections::BTreeMap;
use std::path::Path;

use clap::{Args, Subcommand};
use platform::{Ctx, Error, Fault, Language, Message, Object, Result};

use super::site::{PlaceArgs, Site, moment, say};
use super::{acts, store};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// At night in Japan: 18:00 UTC.
const NIGHT_MS: i64 = 18 * 60 * 60 * 1000;
/// The policy as delivered.
const POLICY: &str = include_str!("retention.toml");
/// The installation's own policy, in the folder of data.
const OWN_POLICY: &str = "retention.toml";

/// Forgets records whose time is over
#[derive(Debug, Args)]
pub struct RetentionArgs {
    #[command(flatten)]
    place: PlaceArgs,
    #[command(subcommand)]
    command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
enum Command {
    /// Forget them; the server does so every night
    Run {
        /// Only say how many they are
        #[arg(long)]
        dry_run: bool,
    },
}

/// Days by kind of record.
pub type Policy = BTreeMap<String, i64>;

/// What is forgotten of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forgotten {
    /// Kind of record.
    pub kind: String,
    /// How many.
    pub count: i64,
    /// Those that ended before this moment.
    pub before_ms: i64,
}

/// Runs the command.
pub async fn run(args: RetentionArgs, language: Language) -> Result<()> {
    let site = Site::open(&args.place).await?;
    let Command::Run { dry_run } = args.command;
    let policy = policy(&site.data)?;
    let found = if dry_run { due(&site.system(), &policy).await? } else { forget(&site.system(), &policy).await? };
    let key = if dry_run { "retention-due" } else { "retention-done" };
    let line = |one: &Forgotten| {
        Message::new(key).with("kind", &one.kind).with("count", one.count).with("before", moment(one.before_ms))
    };
    say(language, &found.iter().map(line).collect::<Vec<_>>());
    site.close().await
}

/// The policy as delivered, with what the installation's own file replaces; every fault of that file at once.
pub fn policy(data: &Path) -> Result<Policy> {
    let mut policy: Policy = toml::from_str(POLICY).map_err(Error::internal)?;
    let Ok(text) = std::fs::read_to_string(data.join(OWN_POLICY)) else { return Ok(policy) };
    let own: toml::Table = toml::from_str(&text)
        .map_err(|error| Error::field(OWN_POLICY, error.message(), Message::new("error-retention-file")))?;
    let mut faults = Vec::new();
    for (kind, days) in own {
        match days.as_integer() {
            _ if !store::kinds().any(|known| known == kind) => {
                let known = store::kinds().collect::<Vec<_>>().join(", ");
                faults.push(Fault::new(OWN_POLICY, &kind, Message::new("error-retention-kind").with("kinds", known)));
            }
            Some(days @ 1..=36500) => {
                policy.insert(kind, days);
            }
            _ => faults.push(Fault::new(&kind, &days.to_string(), Message::new("error-retention-days"))),
        }
    }
    if faults.is_empty() { Ok(policy) } else { Err(Error::Invalid(faults)) }
}

/// How many records of each kind are due.
pub async fn due(ctx: &Ctx, policy: &Policy) -> Result<Vec<Forgotten>> {
    let mut found = Vec::new();
    for (kind, days) in policy {
        let before_ms = ctx.now_ms() - days * DAY_MS;
        let count = store::count(ctx, kind, before_ms).await?;
        found.push(Forgotten { kind: kind.clone(), count, before_ms });
    }
    Ok(found)
}

/// Forgets what is due, as one deed; none if there is nothing.
pub async fn forget(ctx: &Ctx, policy: &Policy) -> Result<Vec<Forgotten>> {
    let mut found = due(ctx, policy).await?;
    if found.iter().all(|one| one.count == 0) {
        return Ok(found);
    }
    let mut deed = ctx.begin(&acts::FORGET, Object::free("retention", "")).await?;
    for one in &mut found {
        one.count =
            i64::try_from(store::forget(&mut deed, &one.kind, one.before_ms).await?).map_err(Error::internal)?;
        deed.note(&one.kind, one.count);
    }
    deed.commit("").await?;
    Ok(found)
}

/// Milliseconds until the next night.
#[must_use]
pub fn until_night_ms(now_ms: i64) -> i64 {
    DAY_MS - (now_ms - NIGHT_MS).rem_euclid(DAY_MS)
}

/// Forgets what is due every night, as long as the server runs.
pub async fn every_night(site: Site) {
    loop {
        let wait = until_night_ms(site.now_ms());
        tokio::time::sleep(std::time::Duration::from_millis(wait.unsigned_abs())).await;
        let outcome = match policy(&site.data) {
            Ok(policy) => forget(&site.system(), &policy).await.map(|_| ()),
            Err(error) => Err(error),
        };
        if let Err(error) = outcome {
            tracing::error!(%error, "records whose time is over were not forgotten");
        }
    }
}
