//! The answers of one organisation for one period.

use std::collections::BTreeMap;

use platform::{Fault, Message};

use crate::catalog::{Catalog, ItemSet};

/// Name of the file format.
pub const FORMAT: &str = "rashin-answers-1";
/// Names, notes and reasons are at most this many characters.
pub const TEXT_LIMIT: usize = 2000;

/// All answers; what is not in the maps was not answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers {
    /// Who is assessed, as it shall be printed.
    pub organisation: String,
    /// Item set.
    pub item_set: String,
    /// Period, such as `2026` or `FY2026-Q1`.
    pub period: String,
    /// Chosen option of each profile question.
    pub profile: BTreeMap<String, String>,
    /// Answer to each item.
    pub items: BTreeMap<String, ItemAnswer>,
}

/// The answer to one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemAnswer {
    /// What was answered.
    pub given: Given,
    /// Note; may be empty.
    pub note: String,
}

/// A level, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// 1 to 5.
    Level(u8),
    /// It does not apply to the organisation.
    NotApplicable {
        /// Why.
        reason: String,
        /// Who agreed.
        approved_by: String,
    },
}

impl ItemAnswer {
    /// A level without a note.
    #[must_use]
    pub const fn level(level: u8) -> Self {
        Self { given: Given::Level(level), note: String::new() }
    }
}

impl Answers {
    /// One fault for each profile question and each item that has no answer.
    #[must_use]
    pub fn missing(&self, catalog: &Catalog, set: &ItemSet) -> Vec<Fault> {
        let questions = catalog.profile(&set.profile).map_or(&[][..], |profile| &profile.questions);
        let mut faults = Vec::new();
        for question in questions.iter().filter(|question| !self.profile.contains_key(&question.ref_id)) {
            let options: Vec<&str> = question.options.iter().map(|option| option.ref_id.as_str()).collect();
            let message = Message::new("answers-missing-profile").with("allowed", options.join(", "));
            faults.push(Fault::new(&format!("profile.{}", question.ref_id), "", message));
        }
        for item in set.items.iter().filter(|item| !self.items.contains_key(&item.ref_id)) {
            faults.push(Fault::new(&format!("answers.{}", item.ref_id), "", Message::new("answers-missing-item")));
        }
        faults
    }
}

/// Answers with one level for all items and the middle option of each profile question.
#[cfg(test)]
pub(crate) fn answers_at(set_id: &str, level: u8) -> Answers {
    let set = crate::catalog::builtin().item_set(set_id).unwrap();
    let profile = crate::catalog::builtin().profile(&set.profile).unwrap();
    let middle = |question: &crate::catalog::Question| {
        (question.ref_id.clone(), question.options[question.options.len() / 2].ref_id.clone())
    };
    Answers {
        organisation: "Example".to_owned(),
        item_set: set_id.to_owned(),
        period: "2026".to_owned(),
        profile: profile.questions.iter().map(middle).collect(),
        items: set.items.iter().map(|item| (item.ref_id.clone(), ItemAnswer::level(level))).collect(),
    }
}
