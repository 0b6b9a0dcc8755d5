//! Saving answers. Two people may save the same one: the second is told and shown both, nothing is lost.

use std::collections::BTreeMap;

use platform::{Ctx, Error, Fault, Message, Result};
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

/// Saves answers to items. Wrong input saves nothing; a conflict on one item does not keep the others from being saved.
pub async fn answer_items(ctx: &Ctx, id: &str, changes: &[ItemChange]) -> Result<Outcome> {
    let before = actions::open(ctx, id).await?;
    before.must_be_open()?;
    let set = actions::item_set(&before)?;
    let faults: Vec<Fault> = changes.iter().flat_map(|change| check_item(set, change)).collect();
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    let wanted: Vec<&ItemChange> = changes.iter().filter(|change| !unchanged(&before, change)).collect();
    if wanted.is_empty() {
        return Ok(Outcome { after: Some(before), ..Outcome::default() });
    }
    let (by, _) = ctx.account()?;
    let mut deed = ctx.begin(&acts::ANSWER, before.object()).await?;
    store::hold(&mut deed, id).await?;
    let now = store::one(store::Source::Deed(&mut deed), id).await?;
    now.must_be_open()?;
    let mut outcome = Outcome::default();
    for change in wanted {
        let new = NewAnswer {
            item_id: &change.item_id,
            level: change.level,
            not_applicable_reason: change.not_applicable_reason.as_deref().map(str::trim),
            note: change.note.trim(),
            seen: change.version,
        };
        if !store::put_item(&mut deed, id, by, &new).await? {
            outcome.conflicts.push(change.item_id.clone());
            continue;
        }
        outcome.saved.push(change.item_id.clone());
        if let Some(old) = now.items.get(&change.item_id) {
            deed.note(&format!("{} from", change.item_id), old.level);
        }
        deed.note(&format!("{} to", change.item_id), change.level);
    }
    outcome.after = Some(store::one(store::Source::Deed(&mut deed), id).await?);
    if outcome.saved.is_empty() {
        return Ok(outcome);
    }
    deed.commit("").await?;
    Ok(outcome)
}

/// Saves answers to profile questions: question → (option, version seen). As with items.
pub async fn answer_profile(ctx: &Ctx, id: &str, choices: &BTreeMap<String, (String, i64)>) -> Result<Outcome> {
    let before = actions::open(ctx, id).await?;
    before.must_be_open()?;
    let set = actions::item_set(&before)?;
    let profile = catalog::builtin().profile(&set.profile).ok_or(Error::NotFound)?;
    let mut faults = Vec::new();
    for (question_id, (option_id, _)) in choices {
        let field = format!("profile.{question_id}");
        match profile.questions.iter().find(|question| question.ref_id == *question_id) {
            None => faults.push(Fault::new(&field, question_id, Message::new("error-unknown-question"))),
            Some(question) if !question.options.iter().any(|option| option.ref_id == *option_id) => {
                faults.push(Fault::new(&field, option_id, Message::new("error-choice")));
            }
            Some(_) => {}
        }
    }
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    let wanted: Vec<_> = choices
        .iter()
        .filter(|(question, (option, _))| before.profile.get(*question).is_none_or(|now| now.option_id != *option))
        .collect();
    if wanted.is_empty() {
        return Ok(Outcome { after: Some(before), ..Outcome::default() });
    }
    let (by, _) = ctx.account()?;
    let mut deed = ctx.begin(&acts::ANSWER, before.object()).await?;
    store::hold(&mut deed, id).await?;
    store::one(store::Source::Deed(&mut deed), id).await?.must_be_open()?;
    let mut outcome = Outcome::default();
    for (question, (option, seen)) in wanted {
        if store::put_profile(&mut deed, id, question, option, by, *seen).await? {
            outcome.saved.push(question.clone());
            deed.note(question, option.as_str());
        } else {
            outcome.conflicts.push(question.clone());
        }
    }
    outcome.after = Some(store::one(store::Source::Deed(&mut deed), id).await?);
    if outcome.saved.is_empty() {
        return Ok(outcome);
    }
    deed.commit("").await?;
    Ok(outcome)
}
