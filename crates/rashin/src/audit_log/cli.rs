//! `rashin log …`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Subcommand;
use platform::{Error, Message, Result};

use super::forward::{Target, forward};
use super::{Filter, proofs, sign_due, verify};
use crate::face::commands::Desk;

/// The audit log
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Entries, newest first, 50 at a time
    List {
        /// Only entries numbered below this
        #[arg(long)]
        before: Option<i64>,
        /// Acts that begin so, such as `assessment.`
        #[arg(long, default_value = "")]
        act: String,
        /// Entries on this object
        #[arg(long, default_value = "")]
        object: String,
        /// Entries of people whose name contains this
        #[arg(long, default_value = "")]
        actor: String,
    },
    /// Proof that an entry is in the log of the newest checkpoint
    Prove {
        /// Entry id
        entry: String,
    },
    /// Proof that the log only grew between two sizes
    Consistency {
        /// The smaller number of entries
        #[arg(long)]
        old: i64,
        /// The larger number of entries
        #[arg(long)]
        size: i64,
    },
    /// The newest signed checkpoint
    Checkpoint,
    /// What the witnesses signed: with --as as far as it is about one's own log, else how it stands with each
    Witnesses,
    /// Compute the log again and say what is wrong: one's own with --as, else all of the installation
    Verify,
    /// Erase values of an entry; the entry and its proof stay
    Erase {
        /// Entry id
        entry: String,
        /// Which value; all of the entry if left out
        #[arg(long)]
        name: Option<String>,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Write all logs of the installation as tlog-tiles into a folder
    Export {
        /// The folder; made if it is missing
        folder: PathBuf,
    },
    /// Send entries that were not sent yet as JSON lines or syslog. Names, network addresses and reasons are in them; of
    /// values only commitments. A file or standard output gets every entry, perhaps twice; what the network loses is lost
    Forward {
        /// `-` for standard output, udp://host:port, tcp://host:port, or a file
        #[arg(long, default_value = "-")]
        to: String,
        /// File that keeps the position in each log
        #[arg(long)]
        position: PathBuf,
        /// Go on, looking for new entries every second
        #[arg(long)]
        follow: bool,
    },
}

/// Runs the command.
pub async fn run(command: Command, desk: &Desk) -> Result<()> {
    let (ctx, system) = (&desk.ctx, desk.app.system());
    match command {
        Command::List { before, act, object, actor } => {
            let entries = super::entries(ctx, &Filter { before, act, object_id: object, actor }).await?;
            desk.say(&entries, || entries.iter().map(line).collect())
        }
        Command::Prove { entry } => {
            sign_due(&system, &desk.app.log_key).await?;
            let proof = proofs::inclusion(ctx, &entry).await?;
            desk.say(&proof, || serde_json::to_string_pretty(&proof).into_iter().collect())
        }
        Command::Consistency { old, size } => {
            let proof = proofs::consistency(ctx, old, size).await?;
            desk.say(&proof, || serde_json::to_string_pretty(&proof).into_iter().collect())
        }
        Command::Checkpoint => {
            sign_due(&system, &desk.app.log_key).await?;
            let note = proofs::checkpoint(ctx).await?;
            desk.say(&note, || note.iter().map(|note| note.trim_end().to_owned()).collect())
        }
        Command::Witnesses => run_witnesses(desk).await,
        Command::Verify => run_verify(desk).await,
        Command::Erase { entry, name, reason } => super::erase(ctx, &entry, name.as_deref(), &reason).await,
        Command::Export { folder } => {
            sign_due(&system, &desk.app.log_key).await?;
            let exported = super::export::export(&system, &desk.app.log_key, &desk.app.data, &folder).await?;
            desk.say(&exported, || exported.iter().map(|log| format!("{}  {}", log.size, log.folder)).collect())
        }
        Command::Forward { to, position, follow } => {
            let mut target = Target::open(&to)?;
            loop {
                forward(&system, &mut target, &position).await?;
                if !follow {
                    return Ok(());
                }
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

fn line(entry: &super::Entry) -> String {
    let seq = entry.seq.map_or_else(|| "-".to_owned(), |seq| seq.to_string());
    format!(
        "{seq}  {}  {}  {}  {} {}  {}",
        entry.at_ms, entry.actor_name, entry.act, entry.object_kind, entry.object_id, entry.id
    )
}

async fn run_witnesses(desk: &Desk) -> Result<()> {
    let moment = |at_ms: i64| jiff::Timestamp::from_millisecond(at_ms).unwrap_or_default().to_string();
    if desk.ctx.account().is_ok() {
        let found = proofs::witnessed(&desk.ctx, &desk.app.data).await?;
        let line = |one: &proofs::Witnessed| {
            let size = one.own.as_ref().map_or(0, |own| own.size);
            format!("{}  {}  {size}", one.witness, one.at_ms.map_or_else(|| "-".to_owned(), moment))
        };
        return desk.say(&found, || found.iter().map(line).collect());
    }
    let found = super::standings(&desk.app.data)?;
    let line = |one: &super::Standing| {
        let (size, at) =
            one.cosigned.as_ref().map_or((0, "-".to_owned()), |signed| (signed.size, moment(signed.at_ms)));
        let trouble = one.trouble.as_ref().map_or("", |trouble| trouble.what.as_str());
        format!("{}  {at}  {size}  {}  {trouble}", one.name(), one.address).trim_end().to_owned()
    };
    desk.say(&found, || found.iter().map(line).collect())
}

/// Fails where something is wrong, after saying all of it.
async fn run_verify(desk: &Desk) -> Result<()> {
    let key = &desk.app.log_key;
    let verdict = match desk.ctx.account() {
        Ok(_) => verify::own(&desk.ctx, key, &desk.app.log_turns).await?,
        Err(_) => verify::whole(&desk.app.system(), key).await?,
    };
    let show = |message: &Message| desk.app.texts.show(desk.language, message);
    let report = verdict.report(show);
    let sound = Message::new("log-sound")
        .with("entries", report.entries.to_string())
        .with("checkpoints", report.checkpoints.to_string());
    desk.say(&report, || if report.sound { vec![show(&sound)] } else { report.faults.clone() })?;
    if report.sound {
        Ok(())
    } else {
        Err(Error::Conflict(Message::new("log-unsound").with("count", report.count.to_string())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_told_with_who_did_what_to_what() {
        let entry = |seq| super::super::Entry {
            id: "e".into(),
            seq,
            at_ms: 5,
            actor_name: "羅針 花子".into(),
            via: "page".into(),
            act: "organisation.add-unit".into(),
            object_kind: "unit".into(),
            object_id: "u".into(),
            reason: String::new(),
            facts: Vec::new(),
            leaf: String::new(),
            leaf_hash: String::new(),
        };
        assert_eq!(line(&entry(Some(3))), "3  5  羅針 花子  organisation.add-unit  unit u  e");
        assert_eq!(line(&entry(None)), "-  5  羅針 花子  organisation.add-unit  unit u  e");
    }
}
