//! `rashin unit …`.

use clap::Subcommand;
use platform::{Error, Message, Result};

use super::actions::Edit;
use super::{Unit, UnitKind};
use crate::face::commands::Desk;

/// The units of the organisation
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the units one may see
    List,
    /// Add a unit
    Add {
        /// The unit above
        #[arg(long)]
        parent: String,
        /// group, company or department
        #[arg(long)]
        kind: String,
        /// Name
        name: String,
    },
    /// Rename, re-class or move a unit
    Edit {
        /// The unit
        id: String,
        /// New name
        #[arg(long)]
        name: Option<String>,
        /// New kind
        #[arg(long)]
        kind: Option<String>,
        /// New unit above
        #[arg(long)]
        parent: Option<String>,
    },
    /// Close a unit
    Close {
        /// The unit
        id: String,
        /// Why
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Use a closed unit again
    Reopen {
        /// The unit
        id: String,
        /// Why
        #[arg(long, default_value = "")]
        reason: String,
    },
}

fn kind_of(text: &str) -> Result<UnitKind> {
    UnitKind::parse(text).ok_or_else(|| Error::field("kind", text, Message::new("error-choice")))
}

fn line(unit: &Unit) -> String {
    let closed = if unit.closed { "  (closed)" } else { "" };
    format!("{}  {}{} [{}]{closed}", unit.id, "  ".repeat(unit.depth()), unit.name, unit.kind.as_str())
}

/// Runs the command.
pub async fn run(command: Command, desk: &Desk) -> Result<()> {
    match command {
        Command::List => {
            let units = super::list_units(&desk.ctx).await?;
            desk.say(&units, || units.iter().map(line).collect())
        }
        Command::Add { parent, kind, name } => {
            let unit = super::add_unit(&desk.ctx, &parent, kind_of(&kind)?, &name).await?;
            desk.say(&unit, || vec![line(&unit)])
        }
        Command::Edit { id, name, kind, parent } => {
            let before = super::unit(&desk.ctx, &id).await?;
            let edit = Edit {
                name: name.unwrap_or(before.name),
                kind: kind.as_deref().map_or(Ok(before.kind), kind_of)?,
                parent_id: parent.or(before.parent_id),
                version: before.version,
            };
            let unit = super::edit_unit(&desk.ctx, &id, edit).await?;
            desk.say(&unit, || vec![line(&unit)])
        }
        Command::Close { id, reason } => super::close_unit(&desk.ctx, &id, true, &reason).await,
        Command::Reopen { id, reason } => super::close_unit(&desk.ctx, &id, false, &reason).await,
    }
}
