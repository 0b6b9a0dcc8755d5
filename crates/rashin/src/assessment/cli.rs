//! `rashin assessment …`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use platform::{Error, Message, Result};

use super::answers_toml::to_toml;
use super::read_answers::{self, Format};
use super::record::{Assessment, Filter, Summary};
use super::{ItemChange, Outcome, actions, answers_sheet, compare, evidence, import};
use crate::catalog;
use crate::face::commands::Desk;

/// Self-checks
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the self-checks one may see
    List {
        /// open, submitted or approved
        #[arg(long, default_value = "")]
        state: String,
        /// Unit
        #[arg(long, default_value = "")]
        unit: String,
        /// Period
        #[arg(long, default_value = "")]
        period: String,
    },
    /// Begin a self-check
    Create {
        /// Unit
        #[arg(long)]
        unit: String,
        /// Item set
        #[arg(long, default_value = "benchmark-25")]
        item_set: String,
        /// Period, such as 2026 or FY2026-Q1
        #[arg(long)]
        period: String,
    },
    /// Show a self-check with what is still missing
    Show {
        /// Self-check
        id: String,
    },
    /// Answer an item
    Answer {
        /// Self-check
        id: String,
        /// Item, such as 1-1
        item: String,
        /// Level 1–5
        #[arg(long, conflicts_with = "not_applicable")]
        level: Option<u8>,
        /// Why it does not apply
        #[arg(long)]
        not_applicable: Option<String>,
        /// Note; without it, the present note stays
        #[arg(long)]
        note: Option<String>,
    },
    /// Answer profile questions: QUESTION=OPTION …
    Profile {
        /// Self-check
        id: String,
        /// Answers, such as staff=101-300
        #[arg(required = true)]
        choices: Vec<String>,
    },
    /// Ask somebody to answer an area
    Assign {
        /// Self-check
        id: String,
        /// Area, such as 1
        area: String,
        /// Account id; without it, nobody in particular
        #[arg(long)]
        account: Option<String>,
    },
    /// Agree that an item does not apply
    Exclude {
        /// Self-check
        id: String,
        /// Item
        item: String,
    },
    /// Files that bear out answers
    #[command(subcommand)]
    Evidence(EvidenceCommand),
    /// Hand in
    Submit {
        /// Self-check
        id: String,
    },
    /// Give back what was handed in
    Return {
        /// Self-check
        id: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Approve and freeze what was handed in
    Approve {
        /// Self-check
        id: String,
        /// Comment
        #[arg(long, default_value = "")]
        comment: String,
    },
    /// Import an answer file (TOML) or a filled-in answer sheet (XLSX)
    Import {
        /// Self-check
        id: String,
        /// File
        file: PathBuf,
        /// Only say what would change
        #[arg(long)]
        dry_run: bool,
    },
    /// Export the answers
    Export {
        /// Self-check
        id: String,
        /// toml or xlsx (a sheet to fill in)
        #[arg(long, value_enum, default_value_t = Format::Toml)]
        format: Format,
        /// File to write; without it, to the terminal
        #[arg(short, long)]
        output: Option<PathBuf>,
    },
    /// Compare with an approved self-check of the same unit, item by item
    Compare {
        /// Self-check
        id: String,
        /// The other one; without it, the one before
        #[arg(long)]
        with: Option<String>,
    },
}

/// Files that bear out answers
#[derive(Debug, Subcommand)]
pub enum EvidenceCommand {
    /// Add a file to an item
    Add {
        /// Self-check
        id: String,
        /// Item
        item: String,
        /// File
        file: PathBuf,
    },
    /// Take a file away
    Remove {
        /// Self-check
        id: String,
        /// File id
        file: String,
    },
    /// Bring a file back that was taken away
    Restore {
        /// Self-check
        id: String,
        /// File id
        file: String,
    },
    /// Write a file to disk
    Get {
        /// Self-check
        id: String,
        /// File id
        file: String,
        /// File to write
        #[arg(short, long)]
        output: PathBuf,
    },
}

fn line(check: &Summary) -> String {
    let (state, items) = (check.state.as_str(), check.items_answered);
    format!("{}  {}  {}  {}  {state}  {items}", check.id, check.period, check.item_set_id, check.unit_name)
}

fn lines(check: &Assessment) -> Vec<String> {
    let mut lines = vec![format!("{}  {}  {}  {}", check.id, check.period, check.item_set_id, check.state.as_str())];
    lines.extend(check.profile.iter().map(|(id, answer)| format!("profile.{id}  {}", answer.option_id)));
    lines.extend(check.items.iter().map(|(id, answer)| {
        let level = answer.level.map_or_else(|| "–".to_owned(), |level| level.to_string());
        let reason = answer.not_applicable_reason.as_deref().unwrap_or("");
        format!("items.{id}  {level}  {reason}  {}", answer.note).trim_end().to_owned()
    }));
    lines.extend(check.evidence.iter().map(|file| format!("evidence  {}  {}  {}", file.id, file.item_id, file.name)));
    if check.must_be_open().is_ok() {
        lines.extend(actions::open_points(check).iter().map(|fault| format!("open  {}", fault.field)));
    }
    lines
}

fn told(desk: &Desk, outcome: &Outcome) -> Result<()> {
    if !outcome.conflicts.is_empty() {
        return Err(Error::conflict("error-changed-meanwhile"));
    }
    desk.say(&serde_json::json!({ "saved": outcome.saved }), || vec![outcome.saved.join(" ")])
}

async fn answer(desk: &Desk, id: &str, mut change: ItemChange, note: Option<String>) -> Result<()> {
    let before = actions::open(&desk.ctx, id).await?;
    if let Some(now) = before.items.get(&change.item_id) {
        change.version = now.version;
        change.note.clone_from(&now.note);
        if change.level.is_none() && change.not_applicable_reason.is_none() {
            change.level = now.level;
            change.not_applicable_reason.clone_from(&now.not_applicable_reason);
        }
    }
    change.note = note.unwrap_or(change.note);
    told(desk, &super::answer_items(&desk.ctx, id, &[change]).await?)
}

async fn profile(desk: &Desk, id: &str, choices: &[String]) -> Result<()> {
    let before = actions::open(&desk.ctx, id).await?;
    let mut wanted = BTreeMap::new();
    for choice in choices {
        let pair = choice.split_once('=');
        let (question, option) = pair.ok_or_else(|| Error::field("choices", choice, Message::new("error-choice")))?;
        let version = before.profile.get(question).map_or(0, |answer| answer.version);
        wanted.insert(question.to_owned(), (option.to_owned(), version));
    }
    told(desk, &super::answer_profile(&desk.ctx, id, &wanted).await?)
}

fn read(file: &Path) -> Result<(String, Vec<u8>)> {
    let content = std::fs::read(file).map_err(|error| {
        Error::field("file", &file.display().to_string(), Message::new("answers-unreadable").with("detail", error))
    })?;
    Ok((file.file_name().unwrap_or_default().to_string_lossy().into_owned(), content))
}

fn write(file: &Path, content: &[u8]) -> Result<()> {
    std::fs::write(file, content).map_err(|error| {
        Error::field("output", &file.display().to_string(), Message::new("answers-unwritable").with("detail", error))
    })
}

async fn bring_in(desk: &Desk, id: &str, file: &Path, dry_run: bool) -> Result<()> {
    let (name, content) = read(file)?;
    let format = Format::of_name(&name).ok_or_else(|| Error::field("file", &name, Message::new("import-type")))?;
    let entries = read_answers::read(&desk.app.sandbox, format, &name, content).await?;
    let plan = import::plan(&desk.ctx, id, &entries).await?;
    let lines = || plan.differences.iter().map(|one| format!("{}  {} → {}", one.field, one.from, one.to)).collect();
    if dry_run {
        return desk.say(&plan.differences, lines);
    }
    told(desk, &import::import(&desk.ctx, id, &entries, None).await?)
}

async fn export(desk: &Desk, id: &str, format: Format, output: Option<&Path>) -> Result<()> {
    let check = actions::open(&desk.ctx, id).await?;
    let set = actions::item_set(&check)?;
    let profile = catalog::builtin().profile(&set.profile).ok_or(Error::NotFound)?;
    let content = match format {
        Format::Toml => to_toml(&check.answers()).into_bytes(),
        Format::Xlsx => answers_sheet::to_sheet(set, profile, &check.answers(), &desk.app.texts, desk.language)?,
    };
    match output {
        Some(path) => write(path, &content),
        None => std::io::Write::write_all(&mut std::io::stdout().lock(), &content).map_err(Error::internal),
    }
}

async fn put_beside(desk: &Desk, id: &str, with: Option<&str>) -> Result<()> {
    let now = actions::open(&desk.ctx, id).await?;
    let others = actions::earlier(&desk.ctx, &now).await?;
    let other = match with {
        Some(with) => others.iter().find(|other| other.id == with),
        None => compare::previous(&now.period, &others),
    };
    let other = actions::open(&desk.ctx, &other.ok_or(Error::NotFound)?.id).await?;
    let pairs = compare::pairs(actions::item_set(&now)?, &now, actions::item_set(&other)?, &other);
    let rows: Vec<(&str, Option<u8>, Option<u8>)> =
        pairs.iter().map(|pair| (pair.item.ref_id.as_str(), pair.earlier, pair.now)).collect();
    let level = |level: &Option<u8>| level.map_or_else(|| "–".to_owned(), |level| level.to_string());
    desk.say(&rows, || rows.iter().map(|(id, then, now)| format!("{id}  {} → {}", level(then), level(now))).collect())
}

async fn evidence_command(command: EvidenceCommand, desk: &Desk) -> Result<()> {
    let (ctx, folder) = (&desk.ctx, &desk.app.evidence);
    match command {
        EvidenceCommand::Add { id, item, file } => {
            let (name, content) = read(&file)?;
            let added = evidence::add(ctx, folder, &id, &item, &name, &content).await?;
            desk.say(&added, || vec![added.id.clone()])
        }
        EvidenceCommand::Remove { id, file } => evidence::remove(ctx, &id, &file, true).await,
        EvidenceCommand::Restore { id, file } => evidence::remove(ctx, &id, &file, false).await,
        EvidenceCommand::Get { id, file, output } => {
            let (_, content) = evidence::content(ctx, folder, &id, &file).await?;
            write(&output, &content)
        }
    }
}

/// Runs the command.
pub async fn run(command: Command, desk: &Desk) -> Result<()> {
    let ctx = &desk.ctx;
    match command {
        Command::List { state, unit, period } => {
            let filter = Filter { state, unit_id: unit, period, ..Filter::default() };
            let found = super::find(ctx, &filter).await?;
            desk.say(&found, || found.iter().map(line).collect())
        }
        Command::Create { unit, item_set, period } => {
            let id = super::create(ctx, &unit, &item_set, &period).await?;
            desk.say(&serde_json::json!({ "id": id }), || vec![id.clone()])
        }
        Command::Show { id } => {
            let check = super::open(ctx, &id).await?;
            desk.say(&check, || lines(&check))
        }
        Command::Answer { id, item, level, not_applicable, note } => {
            let not_applicable_reason = not_applicable;
            let change = ItemChange { item_id: item, level, not_applicable_reason, note: String::new(), version: 0 };
            answer(desk, &id, change, note).await
        }
        Command::Profile { id, choices } => profile(desk, &id, &choices).await,
        Command::Assign { id, area, account } => super::assign(ctx, &id, &area, account.as_deref()).await,
        Command::Exclude { id, item } => super::approve_exclusion(ctx, &id, &item, None).await,
        Command::Evidence(command) => evidence_command(command, desk).await,
        Command::Submit { id } => super::submit(ctx, &id).await,
        Command::Return { id, reason } => super::give_back(ctx, &id, &reason).await,
        Command::Approve { id, comment } => super::approve(ctx, &id, &comment).await,
        Command::Import { id, file, dry_run } => bring_in(desk, &id, &file, dry_run).await,
        Command::Export { id, format, output } => export(desk, &id, format, output.as_deref()).await,
        Command::Compare { id, with } => put_beside(desk, &id, with.as_deref()).await,
    }
}
