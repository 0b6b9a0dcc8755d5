//! `rashin log …`.

use clap::Subcommand;
use platform::Result;

use super::Filter;
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
}

/// Runs the command.
pub async fn run(command: Command, desk: &Desk) -> Result<()> {
    let Command::List { before, act, object, actor } = command;
    let entries = super::entries(&desk.ctx, &Filter { before, act, object_id: object, actor }).await?;
    desk.say(&entries, || {
        let line = |entry: &super::Entry| {
            format!(
                "{}  {}  {}  {}  {} {}",
                entry.seq, entry.at_ms, entry.actor_name, entry.act, entry.object_kind, entry.object_id
            )
        };
        entries.iter().map(line).collect()
    })
}
