//! The nouns of a self-check as it is kept.

use std::collections::BTreeMap;

use platform::{Error, Message, Object, Result};
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::answers::{self, Answers, Given};

/// Where a self-check stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Being answered.
    Open,
    /// Handed in, waiting for approval; answers are closed.
    Submitted,
    /// Approved and frozen.
    Approved,
}

impl State {
    /// As sent and in keys of texts.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Submitted => "submitted",
            Self::Approved => "approved",
        }
    }

    /// From the text sent.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Open, Self::Submitted, Self::Approved].into_iter().find(|state| state.as_str() == text)
    }
}

/// Which self-checks a list shows. Empty texts ask for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Only of this unit.
    pub unit_id: String,
    /// Only of this period.
    pub period: String,
    /// Only in this state.
    pub state: String,
    /// Only of units whose name contains this.
    pub name: String,
    /// `unit`, `state`, `changed`; else by period, newest first.
    pub sort: String,
    /// At most so many.
    pub limit: i64,
    /// Without the first so many.
    pub skip: i64,
}

impl Default for Filter {
    fn default() -> Self {
        let none = String::new;
        Self { unit_id: none(), period: none(), state: none(), name: none(), sort: none(), limit: 500, skip: 0 }
    }
}

/// An area one was asked to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnPart {
    /// Self-check.
    pub assessment_id: String,
    /// Area.
    pub area_id: String,
    /// Items of it answered so far.
    pub answered: i64,
}

/// Another approved self-check of the same unit, to compare with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approved {
    /// Identifier.
    pub id: String,
    /// Item set.
    pub item_set_id: String,
    /// Period, such as `2026` or `FY2026-Q1`.
    pub period: String,
    /// When it was approved, milliseconds since 1970.
    pub approved_at_ms: i64,
}

/// A self-check in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Summary {
    /// Identifier.
    pub id: String,
    /// The unit it is about.
    pub unit_id: String,
    /// The unit's name.
    pub unit_name: String,
    /// Item set.
    pub item_set_id: String,
    /// Period, such as `2026` or `FY2026-Q1`.
    pub period: String,
    /// Where it stands.
    pub state: State,
    /// Profile questions answered.
    pub profile_answered: i64,
    /// Items answered, not-applicable ones included.
    pub items_answered: i64,
    /// Items said not to apply that nobody has agreed to yet.
    pub exclusions_open: i64,
    /// When it was begun, milliseconds since 1970.
    pub created_at_ms: i64,
    /// When an item was last answered, or else when it was begun, milliseconds since 1970.
    pub changed_at_ms: i64,
    /// Account that handed in what stands.
    pub submitted_by: Option<String>,
    /// That person's name.
    pub submitted_by_name: Option<String>,
    /// When it was handed in, milliseconds since 1970.
    pub submitted_at_ms: Option<i64>,
    /// When it was approved, milliseconds since 1970.
    pub approved_at_ms: Option<i64>,
}

/// Answer to a profile question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProfileAnswer {
    /// Chosen option.
    pub option_id: String,
    /// Who answered.
    pub answered_by: String,
    /// When, milliseconds since 1970.
    pub answered_at_ms: i64,
    /// Counts changes of this answer, from 1.
    pub version: i64,
}

/// Answer to a control item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ItemAnswer {
    /// Maturity level 1–5; none while unanswered or where the item does not apply.
    pub level: Option<u8>,
    /// Why the item does not apply, where it does not.
    pub not_applicable_reason: Option<String>,
    /// Note.
    pub note: String,
    /// Who answered.
    pub answered_by: String,
    /// When, milliseconds since 1970.
    pub answered_at_ms: i64,
    /// Counts changes of this answer, from 1.
    pub version: i64,
    /// Who agreed that it does not apply.
    pub exclusion_approved_by: Option<String>,
}

impl ItemAnswer {
    /// Whether it counts as answered.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        self.level.is_some() || self.not_applicable_reason.is_some()
    }

    /// Whether it is said not to apply but nobody has agreed yet.
    #[must_use]
    pub fn awaits_exclusion(&self) -> bool {
        self.not_applicable_reason.is_some() && self.exclusion_approved_by.is_none()
    }
}

/// A file kept as evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Evidence {
    /// Identifier.
    pub id: String,
    /// Item it belongs to.
    pub item_id: String,
    /// SHA-256 of the content.
    pub content_hash: String,
    /// File name as given.
    pub name: String,
    /// Media type found by looking at the content.
    pub media_type: String,
    /// Size in bytes.
    pub size_bytes: i64,
    /// Who added it.
    pub added_by: String,
    /// When, milliseconds since 1970.
    pub added_at_ms: i64,
}

/// Who is asked to answer an area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Part {
    /// Area.
    pub area_id: String,
    /// Account.
    pub account_id: String,
    /// The person's name.
    pub account_name: String,
}

/// Handed in by whom and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Submission {
    /// Identifier.
    pub id: String,
    /// Account.
    pub submitted_by: String,
    /// The person's name.
    pub submitted_by_name: String,
    /// When, milliseconds since 1970.
    pub submitted_at_ms: i64,
    /// SHA-256 of the content handed in.
    pub content_hash: String,
    /// Why it was given back, where it was.
    pub returned_reason: Option<String>,
    /// Who gave it back.
    pub returned_by_name: Option<String>,
    /// When it was given back, milliseconds since 1970.
    pub returned_at_ms: Option<i64>,
}

/// Approved by whom and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Approval {
    /// The person's name.
    pub approved_by_name: String,
    /// When, milliseconds since 1970.
    pub approved_at_ms: i64,
    /// The one who handed in approved it too, being the tenant's only person.
    pub self_approved: bool,
    /// Comment.
    pub comment: String,
    /// SHA-256 of the frozen content.
    pub content_hash: String,
}

/// A self-check with everything in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Assessment {
    /// Identifier.
    pub id: String,
    /// Tenant.
    #[serde(skip)]
    pub tenant_id: String,
    /// The unit it is about.
    pub unit_id: String,
    /// The unit's name.
    pub unit_name: String,
    /// Item set.
    pub item_set_id: String,
    /// Hash of the item set when the self-check was begun.
    pub item_set_hash: String,
    /// Period.
    pub period: String,
    /// When it was begun, milliseconds since 1970.
    pub created_at_ms: i64,
    /// Where it stands.
    pub state: State,
    /// Profile answers by question.
    pub profile: BTreeMap<String, ProfileAnswer>,
    /// Answers by item.
    pub items: BTreeMap<String, ItemAnswer>,
    /// Files.
    pub evidence: Vec<Evidence>,
    /// Who answers what.
    pub parts: Vec<Part>,
    /// The newest submission.
    pub submission: Option<Submission>,
    /// The approval.
    pub approval: Option<Approval>,
}

impl Assessment {
    /// As an object of acts.
    #[must_use]
    pub fn object(&self) -> Object {
        Object::of_unit("assessment", &self.id, &self.unit_id)
    }

    /// A conflict unless answers may still change.
    pub fn must_be_open(&self) -> Result<()> {
        match self.state {
            State::Open => Ok(()),
            State::Submitted => Err(Error::Conflict(Message::new("error-assessment-submitted"))),
            State::Approved => Err(Error::Conflict(Message::new("error-assessment-approved"))),
        }
    }

    /// The answers, as a file would hold them. A note without an answer is left out.
    #[must_use]
    pub fn answers(&self) -> Answers {
        let profile = self.profile.iter().map(|(question, answer)| (question.clone(), answer.option_id.clone()));
        let items = self.items.iter().filter_map(|(item, answer)| {
            let given = match (&answer.not_applicable_reason, answer.level) {
                (Some(reason), _) => {
                    let approved_by = answer.exclusion_approved_by.clone().unwrap_or_default();
                    Given::NotApplicable { reason: reason.clone(), approved_by }
                }
                (None, Some(level)) => Given::Level(level),
                (None, None) => return None,
            };
            Some((item.clone(), answers::ItemAnswer { given, note: answer.note.clone() }))
        });
        Answers {
            organisation: self.unit_name.clone(),
            item_set: self.item_set_id.clone(),
            period: self.period.clone(),
            profile: profile.collect(),
            items: items.collect(),
        }
    }

    /// The content that submission and approval freeze: canonical JSON, keys sorted.
    #[must_use]
    pub fn content(&self) -> String {
        let profile: BTreeMap<&str, &str> =
            self.profile.iter().map(|(id, answer)| (id.as_str(), answer.option_id.as_str())).collect();
        let items: BTreeMap<&str, serde_json::Value> = self
            .items
            .iter()
            .map(|(id, answer)| {
                let value = serde_json::json!({
                    "level": answer.level, "not_applicable": answer.not_applicable_reason, "note": answer.note,
                    "by": answer.answered_by, "at_ms": answer.answered_at_ms,
                    "exclusion_approved_by": answer.exclusion_approved_by,
                });
                (id.as_str(), value)
            })
            .collect();
        let mut evidence: Vec<(&str, &str, &str)> = self
            .evidence
            .iter()
            .map(|file| (file.item_id.as_str(), file.content_hash.as_str(), file.name.as_str()))
            .collect();
        evidence.sort_unstable();
        serde_json::json!({
            "format": "rashin-assessment-1", "id": self.id, "unit": self.unit_id, "item_set": self.item_set_id,
            "item_set_hash": self.item_set_hash, "period": self.period, "profile": profile, "items": items,
            "evidence": evidence,
        })
        .to_string()
    }

    /// SHA-256 of [`Self::content`], hexadecimal.
    #[must_use]
    pub fn content_hash(&self) -> String {
        hex::encode(Sha256::digest(self.content().as_bytes()))
    }
}
