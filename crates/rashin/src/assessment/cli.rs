//! `rashin assessment …`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use platform::{Error, Message, Result};

use super::answers_toml::to_toml;
use super::read_answers::{Format, read};
use super::record::{Assessment, Filter, Summary};
use super::{ItemChange, Outcome, evidence, import};
use crate::face::commands::Desk;

/// Self-checks
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the self-checks one may see
    List,
    /// Begin a self-check
    Create {
        /// The unit it is about
        #[arg(long)]
        unit: String,
        /// Item set
        #[arg(long, default_value = "benchmark-25")]
        item_set: String,
        /// Period, such as 2026 or FY2026-Q1
        #[arg(long)]
        period: String,
    },
    /// Show a self-check
    Show {
        /// The self-check
        id: String,
    },
    /// Answer a profile question
    Profile {
        /// The self-check
        id: String,
        /// Question
        question: String,
        /// Option
        option: String,
    },
    /// Answer an item
    Answer {
        /// The self-check
        id: String,
        /// Item
        item: String,
        /// Level 1 to 5
        #[arg(long, required_unless_present = "not_applicable")]
        level: Option<u8>,
        /// Why the item does not apply
        #[arg(long, conflicts_with = "level")]
        not_applicable: Option<String>,
        /// Note
        #[arg(long)]
        note: Option<String>,
    },
    /// Ask somebody to answer an area; nobody without --account
    Assign {
        /// The self-check
        id: String,
        /// Area
        area: String,
        /// Account id
        #[arg(long)]
        account: Option<String>,
    },
    /// Agree that an item does not apply
    Exclude {
        /// The self-check
        id: String,
        /// Item
        item: String,
    },
    /// Add a file to an item
    AddEvidence {
        /// The self-check
        id: String,
        /// Item
        item: String,
        /// File
        file: PathBuf,
    },
    /// Take a file away from its item, or bring it back
    RemoveEvidence {
        /// The self-check
        id: String,
        /// File id
        file: String,
        /// Bring it back
        #[arg(long)]
        restore: bool,
    },
    /// Hand in
    Submit {
        /// The self-check
        id: String,
    },
    /// Give back what was handed in
    Return {
        /// The self-check
        id: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Approve and freeze
    Approve {
        /// The self-check
        id: String,
        /// Comment
        #[arg(long, default_value = "")]
        comment: String,
    },
    /// Write the answers as an answer file
    Export {
        /// The self-check
        id: String,
        /// Where to; standard output without it
        #[arg(short, long)]
        output: Option<PathBuf>,
    },
    /// Bring in an answer file, TOML or XLSX
    Import {
        /// The self-check
        id: String,
        /// File
        file: PathBuf,
        /// Only tell what would change
        #[arg(long)]
        dry_run: bool,
    },
}

fn line(summary: &Summary) -> String {
    format!(
        "{}  {}  {}  {}  {}  {}",
        summary.id,
        summary.unit_name,
        summary.period,
        summary.item_set_id,
        summary.state.as_str(),
        summary.items_answered
    )
}

fn lines(assessment: &Assessment) -> Vec<String> {
    let head = format!(
        "{}  {}  {}  {}  {}",
        assessment.id,
        assessment.unit_name,
        assessment.period,
        assessment.item_set_id,
        assessment.state.as_str()
    );
    let profile = assessment.profile.iter().map(|(question, answer)| format!("  {question} = {}", answer.option_id));
    let items = assessment.items.iter().map(|(item, answer)| {
        let given = answer.level.map_or_else(|| "–".to_owned(), |level| level.to_string());
        let reason = answer.not_applicable_reason.as_deref().unwrap_or_default();
        format!("  {item} = {given} {reason} {}", answer.note)
    });
    std::iter::once(head).chain(profile).chain(items).map(|text| text.trim_end().to_owned()).collect()
}

fn told(desk: &Desk, outcome: &Outcome) -> Result<()> {
    if !outcome.conflicts.is_empty() {
        return Err(Error::conflict("error-changed-meanwhile"));
    }
    desk.say(&serde_json::json!({ "saved": outcome.saved }), || outcome.saved.clone())
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn content_of(path: &Path) -> Result<Vec<u8>> {
    let name = path.display().to_string();
    std::fs::read(path).map_err(|_| Error::field("file", &name, Message::new("error-file-none")))
}

/// Runs the command.
pub async fn run(command: Command, desk: &Desk) -> Result<()> {
    let ctx = &desk.ctx;
    match command {
        Command::List => {
            let list = super::find(ctx, &Filter::default()).await?;
            desk.say(&list, || list.iter().map(line).collect())
        }
        Command::Create { unit, item_set, period } => {
            let id = super::create(ctx, &unit, &item_set, &period).await?;
            desk.say(&serde_json::json!({ "id": id }), || vec![id.clone()])
        }
        Command::Show { id } => {
            let assessment = super::open(ctx, &id).await?;
            desk.say(&assessment, || lines(&assessment))
        }
        Command::Assign { id, area, account } => super::assign(ctx, &id, &area, account.as_deref()).await,
        Command::Exclude { id, item } => super::approve_exclusion(ctx, &id, &item).await,
        Command::RemoveEvidence { id, file, restore } => evidence::remove(ctx, &id, &file, !restore).await,
        Command::Submit { id } => super::submit(ctx, &id).await,
        Command::Return { id, reason } => super::give_back(ctx, &id, &reason).await,
        Command::Approve { id, comment } => super::approve(ctx, &id, &comment).await,
        answering => run_answering(answering, desk).await,
    }
}

async fn run_answering(command: Command, desk: &Desk) -> Result<()> {
    let ctx = &desk.ctx;
    match command {
        Command::Profile { id, question, option } => {
            let now = super::open(ctx, &id).await?;
            let version = now.profile.get(&question).map_or(0, |answer| answer.version);
            told(desk, &super::answer_profile(ctx, &id, &BTreeMap::from([(question, (option, version))])).await?)
        }
        Command::Answer { id, item, level, not_applicable, note } => {
            let now = super::open(ctx, &id).await?;
            let before = now.items.get(&item);
            let change = ItemChange {
                level,
                not_applicable_reason: not_applicable,
                note: note.or_else(|| before.map(|answer| answer.note.clone())).unwrap_or_default(),
                version: before.map_or(0, |answer| answer.version),
                item_id: item,
            };
            told(desk, &super::answer_items(ctx, &id, &[change]).await?)
        }
        Command::AddEvidence { id, item, file } => {
            let content = content_of(&file)?;
            let added = evidence::add(ctx, &desk.app.evidence, &id, &item, &name_of(&file), &content).await?;
            desk.say(&added, || vec![added.id.clone()])
        }
        Command::Export { id, output } => {
            let text = to_toml(&super::open(ctx, &id).await?.answers());
            match output {
                Some(path) => std::fs::write(path, text).map_err(Error::internal),
                None => desk.say(&text, || text.lines().map(str::to_owned).collect()),
            }
        }
        Command::Import { id, file, dry_run } => {
            let name = name_of(&file);
            let format =
                Format::of_name(&name).ok_or_else(|| Error::field("file", &name, Message::new("error-file-type")))?;
            let entries = read(&desk.app.sandbox, format, &name, content_of(&file)?).await?;
            if !dry_run {
                return told(desk, &import::import(ctx, &id, &entries, None).await?);
            }
            let plan = import::plan(ctx, &id, &entries).await?;
            let shown = |change: &import::Difference| format!("{}: {} → {}", change.field, change.from, change.to);
            desk.say(&plan.differences, || plan.differences.iter().map(shown).collect())
        }
        _ => Ok(()),
    }
}
