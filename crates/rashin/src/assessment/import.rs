//! Bringing an answer file into a self-check that is being answered: first what it would change, then the change.
//!
//! What the file leaves out stays as it is. That an item does not apply is agreed to here, by the CISO, whoever the
//! file names.

use std::collections::BTreeMap;

use platform::{Ctx, Error, Fault, Message, Result};
use serde::Serialize;
use utoipa::ToSchema;

use super::answering::{Choices, ItemChange, Outcome, answer};
use super::answers::{Answers, Given, ItemAnswer};
use super::answers_file::{Entry, check};
use super::answers_sheet::options_by_label;
use super::record::Assessment;
use super::{actions, acts};
use crate::catalog;

/// One answer that the file would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Difference {
    /// `profile.…` or `items.…`.
    pub field: String,
    /// As it is: an option, a level, `not applicable: …`; empty if unanswered. A note follows after ` / `.
    pub from: String,
    /// As it would be.
    pub to: String,
    /// Version of the answer that would be replaced; 0 if there is none.
    pub version: i64,
}

/// What a file would change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The file's answers.
    pub answers: Answers,
    /// What differs, profile questions first.
    pub differences: Vec<Difference>,
    choices: Choices,
    changes: Vec<ItemChange>,
}

fn words(given: &Given, note: &str) -> String {
    let mut text = match given {
        Given::Level(level) => level.to_string(),
        Given::NotApplicable { reason, .. } => format!("not applicable: {reason}"),
    };
    if !note.is_empty() {
        text.push_str(" / ");
        text.push_str(note);
    }
    text
}

/// A reason without the name of who agreed gets a stand-in, as the agreement is given here anyway.
fn with_stand_ins(entries: &[Entry]) -> Vec<Entry> {
    let mut filled: Vec<Entry> = entries
        .iter()
        .filter(|entry| !(entry.field.ends_with(".approved_by") && entry.value.is_empty()))
        .cloned()
        .collect();
    let agreed: Vec<String> =
        filled.iter().filter_map(|entry| entry.field.strip_suffix(".approved_by").map(str::to_owned)).collect();
    let reasons = filled.iter().filter_map(|entry| Some((entry.field.strip_suffix(".not_applicable")?, entry.line)));
    let missing: Vec<Entry> = reasons
        .filter(|(item, _)| !agreed.iter().any(|known| known == item))
        .map(|(item, line)| Entry { line, field: format!("{item}.approved_by"), value: "–".to_owned() })
        .collect();
    filled.extend(missing);
    filled
}

/// The head must speak of this self-check, else answers of another one would come in.
fn check_head(assessment: &Assessment, answers: &Answers, entries: &[Entry]) -> Vec<Fault> {
    let pairs = [
        ("item_set", answers.item_set.as_str(), assessment.item_set_id.as_str()),
        ("period", answers.period.as_str(), assessment.period.as_str()),
    ];
    let wrong = pairs.into_iter().filter(|(_, given, wanted)| !given.is_empty() && given != wanted);
    wrong
        .map(|(field, given, wanted)| {
            let fault = Fault::new(field, given, Message::new("import-other").with("allowed", wanted));
            let line = entries.iter().find(|entry| entry.field == field).map(|entry| entry.line);
            line.into_iter().fold(fault, Fault::at_line)
        })
        .collect()
}

/// What a file would change. Fails with every fault of it.
pub async fn plan(ctx: &Ctx, id: &str, entries: &[Entry]) -> Result<Plan> {
    let assessment = actions::open(ctx, id).await?;
    assessment.must_be_open()?;
    ctx.require(&acts::ANSWER, &assessment.object()).await?;
    plan_for(&assessment, entries)
}

fn plan_for(assessment: &Assessment, entries: &[Entry]) -> Result<Plan> {
    let mut entries = with_stand_ins(entries);
    options_by_label(catalog::builtin(), &mut entries);
    let (answers, mut faults) = check(catalog::builtin(), &entries);
    faults.extend(check_head(assessment, &answers, &entries));
    if !faults.is_empty() {
        faults.sort_by_key(|fault| fault.line.unwrap_or(u32::MAX));
        return Err(Error::Invalid(faults));
    }
    let mut plan = Plan { answers, differences: Vec::new(), choices: Choices::new(), changes: Vec::new() };
    for (question, option) in plan.answers.profile.clone() {
        plan.differ_in_choice(assessment, &question, option);
    }
    for (item, answer) in plan.answers.items.clone() {
        plan.differ_in_item(assessment, &item, &answer);
    }
    Ok(plan)
}

impl Plan {
    fn differ_in_choice(&mut self, assessment: &Assessment, question: &str, option: String) {
        let now = assessment.profile.get(question);
        if now.is_some_and(|now| now.option_id == option) {
            return;
        }
        let version = now.map_or(0, |now| now.version);
        let from = now.map(|now| now.option_id.clone()).unwrap_or_default();
        self.differences.push(Difference { field: format!("profile.{question}"), from, to: option.clone(), version });
        self.choices.insert(question.to_owned(), (option, version));
    }

    fn differ_in_item(&mut self, assessment: &Assessment, item: &str, answer: &ItemAnswer) {
        let (level, reason) = match &answer.given {
            Given::Level(level) => (Some(*level), None),
            Given::NotApplicable { reason, .. } => (None, Some(reason.clone())),
        };
        let now = assessment.items.get(item);
        let same = |now: &super::record::ItemAnswer| {
            now.level == level && now.not_applicable_reason == reason && now.note == answer.note
        };
        if now.is_some_and(same) {
            return;
        }
        let version = now.map_or(0, |now| now.version);
        let kept = assessment.answers().items.remove(item);
        let from = kept.map(|kept| words(&kept.given, &kept.note)).unwrap_or_default();
        let to = words(&answer.given, &answer.note);
        self.differences.push(Difference { field: format!("items.{item}"), from, to, version });
        let (item_id, note) = (item.to_owned(), answer.note.clone());
        self.changes.push(ItemChange { item_id, level, not_applicable_reason: reason, note, version });
    }

    /// Only what somebody saw and agreed to, at the versions seen.
    fn only(&mut self, seen: &BTreeMap<String, i64>) {
        self.changes.retain_mut(|change| {
            let version = seen.get(&format!("items.{}", change.item_id));
            change.version = version.copied().unwrap_or(change.version);
            version.is_some()
        });
        self.choices.retain(|question, (_, version)| {
            let seen = seen.get(&format!("profile.{question}"));
            *version = seen.copied().unwrap_or(*version);
            seen.is_some()
        });
    }
}

/// Brings a file in. With `seen` (field → version), only the differences that somebody saw before; what was changed
/// since is a conflict.
pub async fn import(ctx: &Ctx, id: &str, entries: &[Entry], seen: Option<&BTreeMap<String, i64>>) -> Result<Outcome> {
    let mut plan = plan(ctx, id, entries).await?;
    if let Some(seen) = seen {
        plan.only(seen);
    }
    answer(ctx, id, &plan.choices, &plan.changes).await
}
