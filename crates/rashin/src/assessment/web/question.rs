//! One question as it stands on a page: what is shown, what was sent, what became of it.

use std::collections::BTreeMap;

use platform::{Fault, Message};
use sha2::{Digest, Sha256};

use super::frame::Frame;
use crate::assessment::ItemChange;
use crate::assessment::answers::{self, Given};
use crate::assessment::record::{Evidence, ItemAnswer};
use crate::catalog::Item;
use crate::face::Page;

/// The fields of a form by name. A field sent twice counts once, with its last value.
#[derive(Debug, Clone, Default)]
pub(super) struct Fields(BTreeMap<String, String>);

impl Fields {
    pub(super) fn new(pairs: Vec<(String, String)>) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name, value.replace("\r\n", "\n"))).collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(super) fn of(&self, name: &str, ref_id: &str) -> Option<&str> {
        self.get(&format!("{name}.{ref_id}"))
    }

    /// The version seen; for the question whose own answer shall stay, the one shown beside it.
    pub(super) fn version(&self, ref_id: &str) -> i64 {
        let kept = self.keeps(ref_id).then(|| self.of("now", ref_id)).flatten();
        kept.or_else(|| self.of("version", ref_id)).and_then(|text| text.parse().ok()).unwrap_or(0)
    }

    pub(super) fn keeps(&self, ref_id: &str) -> bool {
        self.get("keep_mine") == Some(ref_id)
    }

    /// Whether the question stood in the form and was changed by the sender.
    pub(super) fn touches(&self, ref_id: &str, mark: &str) -> bool {
        self.of("version", ref_id).is_some() && (self.keeps(ref_id) || self.of("was", ref_id) != Some(mark))
    }
}

/// An answer to an item as somebody typed it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Draft {
    pub level: Option<u8>,
    pub not_applicable: bool,
    pub reason: String,
    pub note: String,
}

impl Draft {
    pub(super) fn sent(fields: &Fields, ref_id: &str) -> Self {
        let text = |name: &str| fields.of(name, ref_id).unwrap_or("").trim().to_owned();
        // What is no number becomes 0, which is refused with what is allowed.
        let level = fields.of("level", ref_id).filter(|text| !text.is_empty()).map(|text| text.parse().unwrap_or(0));
        let not_applicable = fields.of("not_applicable", ref_id) == Some("yes");
        Self { level, not_applicable, reason: text("reason"), note: text("note") }
    }

    pub(super) fn kept(answer: Option<&ItemAnswer>) -> Self {
        let Some(answer) = answer else { return Self::default() };
        Self {
            level: answer.level,
            not_applicable: answer.not_applicable_reason.is_some(),
            reason: answer.not_applicable_reason.clone().unwrap_or_default(),
            note: answer.note.clone(),
        }
    }

    /// As a file gives it.
    pub(super) fn given(answer: &answers::ItemAnswer) -> Self {
        let note = answer.note.clone();
        match &answer.given {
            Given::Level(level) => Self { level: Some(*level), note, ..Self::default() },
            Given::NotApplicable { reason, .. } => {
                Self { not_applicable: true, reason: reason.clone(), note, ..Self::default() }
            }
        }
    }

    pub(super) fn change(&self, ref_id: &str, version: i64) -> ItemChange {
        ItemChange {
            item_id: ref_id.to_owned(),
            level: if self.not_applicable { None } else { self.level },
            not_applicable_reason: self.not_applicable.then(|| self.reason.clone()),
            note: self.note.clone(),
            version,
        }
    }

    /// Tells whether a form still says what the page said.
    pub(super) fn mark(&self) -> String {
        let change = self.change("", 0);
        let text = serde_json::json!([change.level, change.not_applicable_reason, change.note]).to_string();
        hex::encode(&Sha256::digest(text.as_bytes())[..8])
    }

    /// In a few words.
    pub(super) fn words(&self, page: &Page) -> String {
        let answer = match (self.not_applicable, self.level) {
            (true, _) => page.t1("answer-excluded", "reason", &self.reason),
            (false, Some(level)) => page.t1("answer-level", "level", level),
            (false, None) => page.t("answer-none"),
        };
        if self.note.is_empty() { answer } else { page.t2("answer-noted", "answer", answer, "note", &self.note) }
    }
}

/// Two different answers to one question.
#[derive(Debug, Clone)]
pub(super) struct Clash {
    pub title: String,
    pub theirs_by: String,
    pub theirs: String,
    pub mine: String,
    pub keep_theirs: String,
    pub keep_theirs_path: String,
}

/// The line under a question that says what is kept.
#[derive(Debug, Clone, Default)]
pub(super) struct Standing {
    pub ref_id: String,
    pub version: i64,
    pub now: Option<i64>,
    pub was: String,
    pub who: String,
    pub saved: String,
    pub fault: String,
    pub clash: Option<Clash>,
}

impl Standing {
    /// Whether the page shows this very clash already. Then it is left alone: putting it there anew could take the
    /// button away from under somebody's finger.
    pub(super) fn is_shown(&self, fields: &Fields) -> bool {
        self.now.is_some() && fields.of("now", &self.ref_id).and_then(|text| text.parse().ok()) == self.now
    }

    /// Another person's answer stands where the sender wanted another one.
    pub(super) fn clash(
        frame: &Frame,
        ref_id: &str,
        seen: (i64, &str),
        now: (&str, i64, i64),
        words: (String, String),
        path: &str,
    ) -> Self {
        let page = &frame.page;
        let (by, at_ms, version) = now;
        // The version makes the address a new one, or the browser would only scroll the page it has.
        let (path, anchor) = path.split_once('#').unwrap_or((path, ""));
        let keep_theirs_path = format!("{path}?done=answer-kept&version={version}#{anchor}");
        let clash = Clash {
            title: page.t2("clash-title", "name", by, "moment", page.moment(&at_ms)),
            theirs_by: by.to_owned(),
            theirs: words.0,
            mine: words.1,
            keep_theirs: page.t1("clash-keep-theirs", "name", by),
            keep_theirs_path,
        };
        Self {
            ref_id: ref_id.to_owned(),
            version: seen.0,
            now: Some(version),
            was: seen.1.to_owned(),
            clash: Some(clash),
            ..Self::default()
        }
    }
}

/// A control item on a page.
#[derive(Debug, Clone)]
pub(super) struct Question {
    pub item: &'static Item,
    pub draft: Draft,
    pub standing: Standing,
    /// Level of the earlier self-check.
    pub earlier: Option<u8>,
    pub files: Vec<Evidence>,
    /// Who agreed that it does not apply.
    pub agreed_by: String,
    /// Why a file was not taken.
    pub file_fault: String,
}

impl Question {
    /// As it is kept.
    pub(super) fn kept(frame: &Frame, item: &'static Item) -> Self {
        let answer = frame.assessment.items.get(&item.ref_id);
        let draft = Draft::kept(answer);
        let standing = Standing {
            ref_id: item.ref_id.clone(),
            version: answer.map_or(0, |answer| answer.version),
            was: draft.mark(),
            who: answer.map(|answer| who(&frame.page, &answer.answered_by, answer.answered_at_ms)).unwrap_or_default(),
            ..Standing::default()
        };
        let files = frame.assessment.evidence.iter().filter(|file| file.item_id == item.ref_id).cloned().collect();
        let agreed_by = answer.and_then(|answer| answer.exclusion_approved_by.clone()).unwrap_or_default();
        Self { item, draft, standing, earlier: None, files, agreed_by, file_fault: String::new() }
    }

    /// With an answer that was sent but not saved, because of these faults.
    pub(super) fn refused(mut self, frame: &Frame, fields: &Fields, faults: &[Fault]) -> Self {
        let ref_id = &self.item.ref_id;
        let field = format!("items.{ref_id}");
        let found: Vec<String> = faults
            .iter()
            .filter(|fault| fault.field == field)
            .map(|fault| frame.page.message(&fault.message))
            .collect();
        self.draft = Draft::sent(fields, ref_id);
        self.standing.version = fields.version(ref_id);
        fields.of("was", ref_id).unwrap_or("").clone_into(&mut self.standing.was);
        self.standing.fault = found.join(" ");
        self
    }

    /// With an answer that was sent but not saved, because somebody else saved another one.
    pub(super) fn clashing(mut self, frame: &Frame, fields: &Fields) -> Self {
        let ref_id = self.item.ref_id.as_str();
        let mine = Draft::sent(fields, ref_id);
        let seen = fields.of("version", ref_id).and_then(|text| text.parse().ok()).unwrap_or(0);
        if let Some(theirs) = frame.assessment.items.get(ref_id) {
            let words = (self.draft.words(&frame.page), mine.words(&frame.page));
            let now = (theirs.answered_by.as_str(), theirs.answered_at_ms, theirs.version);
            let path = frame.item_path(ref_id);
            self.standing =
                Standing::clash(frame, ref_id, (seen, fields.of("was", ref_id).unwrap_or("")), now, words, &path);
        }
        self.draft = mine;
        self
    }

    /// Whether something of it could not be saved.
    pub(super) fn is_in_trouble(&self) -> bool {
        self.standing.clash.is_some() || !self.standing.fault.is_empty() || !self.file_fault.is_empty()
    }

    pub(super) fn levels(&self, frame: &Frame) -> Vec<LevelView> {
        let view = |level: &crate::catalog::Level| LevelView {
            level: level.level,
            text: frame.text(&level.text).to_owned(),
            chosen: self.draft.level == Some(level.level),
            earlier: self.earlier == Some(level.level),
        };
        self.item.levels.iter().map(view).collect()
    }

    pub(super) fn evidence_examples(&self, frame: &Frame) -> String {
        let joint = if frame.language() == platform::Language::Ja { "、" } else { "; " };
        self.item.evidence.iter().map(|text| frame.text(text)).collect::<Vec<_>>().join(joint)
    }
}

/// A level to choose.
#[derive(Debug, Clone)]
pub(super) struct LevelView {
    pub level: u8,
    pub text: String,
    pub chosen: bool,
    pub earlier: bool,
}

/// Who answered when.
pub(super) fn who(page: &Page, name: &str, at_ms: i64) -> String {
    page.t2("answer-by", "name", name, "moment", page.moment(&at_ms))
}

/// The message as one line, for a question that cannot be saved at all.
pub(super) fn closed(frame: &Frame, mut standing: Standing, message: &Message) -> Standing {
    standing.fault = frame.page.message(message);
    standing
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        Fields::new(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn a_question_one_did_not_touch_is_not_sent_on() {
        let kept = Draft { level: Some(3), note: "改訂\n済み".to_owned(), ..Draft::default() };
        let mark = kept.mark();
        let sent =
            fields(&[("level.1-1", "3"), ("note.1-1", "改訂\r\n済み"), ("version.1-1", "2"), ("was.1-1", &mark)]);
        assert!(!sent.touches("1-1", &Draft::sent(&sent, "1-1").mark()));
        let changed = fields(&[("level.1-1", "4"), ("version.1-1", "2"), ("was.1-1", &mark)]);
        assert!(changed.touches("1-1", &Draft::sent(&changed, "1-1").mark()));
        assert!(!changed.touches("1-2", ""));
    }

    #[test]
    fn keeping_ones_own_answer_names_the_version_shown_beside_it() {
        let sent = [("version.1-1", "2"), ("now.1-1", "5")];
        assert_eq!(fields(&sent).version("1-1"), 2);
        let keeping = fields(&[sent[0], sent[1], ("keep_mine", "1-1")]);
        assert_eq!(keeping.version("1-1"), 5);
        assert!(keeping.touches("1-1", "whatever"));
    }

    #[test]
    fn what_is_no_level_is_sent_on_to_be_refused() {
        let draft = |level: &str| Draft::sent(&fields(&[("level.1-1", level)]), "1-1");
        assert_eq!(draft("x").level, Some(0));
        assert_eq!(draft("300").level, Some(0));
        assert_eq!(draft("").level, None);
    }

    #[test]
    fn an_item_that_does_not_apply_has_no_level() {
        let sent = fields(&[("level.4-4", "2"), ("not_applicable.4-4", "yes"), ("reason.4-4", "開発しない")]);
        let change = Draft::sent(&sent, "4-4").change("4-4", 0);
        assert_eq!((change.level, change.not_applicable_reason.as_deref()), (None, Some("開発しない")));
    }
}
