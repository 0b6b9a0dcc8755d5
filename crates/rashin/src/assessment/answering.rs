//! Saving answers. Two people may save the same one: the second is told and shown both, nothing is lost.

use std::collections::BTreeMap;

use platform::{Ctx, Deed, Error, Fault, Message, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::record::Assessment;
use super::store::{self, NewAnswer};
use super::{actions, acts};
use crate::catalog;

/// Notes and reasons are at most this many characters.
pub const TEXT_LIMIT: usize = 2000;

/// A wish to change an item's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ItemChange {
    /// Item.
    #[serde(default)]
    pub item_id: String,
    /// Level 1–5; none together with no reason leaves the item unanswered.
    #[serde(default)]
    pub level: Option<u8>,
    /// Why the item does not apply. Excludes a level.
    #[serde(default)]
    pub not_applicable_reason: Option<String>,
    /// Note.
    #[serde(default)]
    pub note: String,
    /// The version one saw; 0 if it was never answered.
    #[serde(default)]
    pub version: i64,
}

/// What became of a wish to change answers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// Questions saved.
    pub saved: Vec<String>,
    /// Questions somebody else changed meanwhile; not saved.
    pub conflicts: Vec<String>,
    /// The self-check afterwards.
    pub after: Option<Assessment>,
}

fn check_item(set: &catalog::ItemSet, change: &ItemChange) -> Vec<Fault> {
    let mut faults = Vec::new();
    let field = format!("items.{}", change.item_id);
    if !set.items.iter().any(|item| item.ref_id == change.item_id) {
        faults.push(Fault::new(&field, &change.item_id, Message::new("error-unknown-item")));
    }
    if let Some(level) = change.level
        && !(1..=5).contains(&level)
    {
        faults.push(Fault::new(&field, &level.to_string(), Message::new("error-level")));
    }
    if let Some(reason) = &change.not_applicable_reason {
        if change.level.is_some() {
            faults.push(Fault::new(&field, reason, Message::new("error-level-and-reason")));
        }
        if reason.trim().is_empty() {
            faults.push(Fault::new(&field, "", Message::new("error-reason")));
        }
    }
    let longest =
        change.note.chars().count().max(change.not_applicable_reason.as_deref().unwrap_or("").chars().count());
    if longest > TEXT_LIMIT {
        faults.push(Fault::new(&field, &change.note, Message::new("error-too-long").with("most", TEXT_LIMIT)));
    }
    faults
}

fn unchanged(assessment: &Assessment, change: &ItemChange) -> bool {
    assessment.items.get(&change.item_id).map_or_else(
        || change.level.is_none() && change.not_applicable_reason.is_none() && change.note.trim().is_empty(),
        |now| {
            now.level == change.level
                && now.not_applicable_reason.as_deref() == change.not_applicable_reason.as_deref().map(str::trim)
                && now.note == change.note.trim()
        },
    )
}

/// Chosen options of profile questions: question → (option, version seen).
pub type Choices = BTreeMap<String, (String, i64)>;

fn check_choice(profile: &catalog::Profile, question_id: &str, option_id: &str) -> Option<Fault> {
    let field = format!("profile.{question_id}");
    match profile.question(question_id) {
        None => Some(Fault::new(&field, question_id, Message::new("error-unknown-question"))),
        Some(question) if question.option(option_id).is_none() => {
            Some(Fault::new(&field, option_id, Message::new("error-choice")))
        }
        Some(_) => None,
    }
}

fn check(assessment: &Assessment, choices: &Choices, changes: &[ItemChange]) -> Result<()> {
    let set = actions::item_set(assessment)?;
    let profile = catalog::builtin().profile(&set.profile).ok_or(Error::NotFound)?;
    let mut faults: Vec<Fault> =
        choices.iter().filter_map(|(question, (option, _))| check_choice(profile, question, option)).collect();
    faults.extend(changes.iter().flat_map(|change| check_item(set, change)));
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}

/// Saves answers to items. Wrong input saves nothing; a conflict on one item does not keep the others from being saved.
pub async fn answer_items(ctx: &Ctx, id: &str, changes: &[ItemChange]) -> Result<Outcome> {
    answer(ctx, id, &Choices::new(), changes).await
}

/// Saves answers to profile questions. As with items.
pub async fn answer_profile(ctx: &Ctx, id: &str, choices: &Choices) -> Result<Outcome> {
    answer(ctx, id, choices, &[]).await
}

/// Saves answers to profile questions and items together: wrong input in one of them saves nothing at all.
pub async fn answer(ctx: &Ctx, id: &str, choices: &Choices, changes: &[ItemChange]) -> Result<Outcome> {
    let before = actions::open(ctx, id).await?;
    before.must_be_open()?;
    check(&before, choices, changes)?;
    let wanted: Vec<&ItemChange> = changes.iter().filter(|change| !unchanged(&before, change)).collect();
    let chosen: Vec<(&String, &(String, i64))> = choices
        .iter()
        .filter(|(question, (option, _))| before.profile.get(*question).is_none_or(|now| now.option_id != *option))
        .collect();
    if wanted.is_empty() && chosen.is_empty() {
        return Ok(Outcome { after: Some(before), ..Outcome::default() });
    }
    let (by, _) = ctx.account()?;
    let mut deed = ctx.begin(&acts::ANSWER, before.object()).await?;
    store::hold(&mut deed, id).await?;
    let now = store::one(store::Source::Deed(&mut deed), id).await?;
    now.must_be_open()?;
    let mut outcome = Outcome::default();
    for (question, (option, seen)) in chosen {
        if store::put_profile(&mut deed, id, question, option, by, *seen).await? {
            outcome.saved.push(question.clone());
            deed.note(question, option.as_str());
        } else {
            outcome.conflicts.push(question.clone());
        }
    }
    for change in wanted {
        let saved = put_item(&mut deed, id, by, change, &now).await?;
        if saved { &mut outcome.saved } else { &mut outcome.conflicts }.push(change.item_id.clone());
    }
    outcome.after = Some(store::one(store::Source::Deed(&mut deed), id).await?);
    if outcome.saved.is_empty() {
        return Ok(outcome);
    }
    deed.commit("").await?;
    Ok(outcome)
}

async fn put_item(deed: &mut Deed, id: &str, by: &str, change: &ItemChange, now: &Assessment) -> Result<bool> {
    let new = NewAnswer {
        item_id: &change.item_id,
        level: change.level,
        not_applicable_reason: change.not_applicable_reason.as_deref().map(str::trim),
        note: change.note.trim(),
        seen: change.version,
    };
    let saved = store::put_item(deed, id, by, &new).await?;
    // The log tells of what was saved only.
    if saved {
        if let Some(old) = now.items.get(&change.item_id) {
            deed.note(&format!("{} from", change.item_id), old.level);
        }
        deed.note(&format!("{} to", change.item_id), change.level);
    }
    Ok(saved)
}
