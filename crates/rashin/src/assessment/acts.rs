//! What may be asked of self-checks.

use platform::Act;

use crate::organisation::roles::{
    AUDITOR, CISO, DISCLOSURE_OFFICER, EXECUTIVE, INCIDENT_COMMANDER, INTERNAL_AUDITOR, MANAGER, RESPONDENT, STAFF,
};

const READERS: &[&str] =
    &[EXECUTIVE, CISO, MANAGER, STAFF, AUDITOR, INTERNAL_AUDITOR, DISCLOSURE_OFFICER, INCIDENT_COMMANDER, RESPONDENT];

/// See a self-check and its diagnosis.
pub const READ: Act = Act::by("assessment.read", READERS);
/// Begin a self-check of a unit.
pub const CREATE: Act = Act::by("assessment.create", &[CISO, MANAGER]);
/// Answer questions, add notes and evidence.
pub const ANSWER: Act = Act::by("assessment.answer", &[CISO, MANAGER, STAFF, RESPONDENT]);
/// Ask somebody to answer an area.
pub const ASSIGN: Act = Act::by("assessment.assign", &[CISO, MANAGER]);
/// Agree that an item does not apply.
pub const APPROVE_EXCLUSION: Act = Act::by("assessment.approve-exclusion", &[CISO]);
/// Hand in.
pub const SUBMIT: Act = Act::by("assessment.submit", &[CISO, MANAGER, RESPONDENT]);
/// Give back for changes.
pub const RETURN: Act = Act::by("assessment.return", &[CISO, EXECUTIVE]);
/// Approve and freeze.
pub const APPROVE: Act = Act::by("assessment.approve", &[CISO, EXECUTIVE]);

/// All acts of this domain.
pub const ALL: &[&Act] = &[&READ, &CREATE, &ANSWER, &ASSIGN, &APPROVE_EXCLUSION, &SUBMIT, &RETURN, &APPROVE];
