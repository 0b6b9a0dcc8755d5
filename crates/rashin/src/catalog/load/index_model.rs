//! Reads an index model and holds it against its profile.

use platform::Message;

use super::{Part, report_repeated};
use crate::catalog::model::{Index, IndexModel, Profile, Question, QuestionIndex, Term, TermOption};
use crate::catalog::read::{Longest, Table};

/// Shares are written with few digits; their sum must be 1 but for rounding of the addition.
const SHARE_TOLERANCE: f64 = 1e-9;

pub(super) fn read(part: &Part<'_>, profiles: &[Profile]) -> Option<IndexModel> {
    let mut table = part.open("id")?;
    let profile_id = table.text("profile");
    let profile = profiles.iter().find(|profile| profile.id == profile_id);
    if profile.is_none() && !profile_id.is_empty() {
        table.report_key("profile", Message::new("finding-unknown-profile").with("id", &profile_id));
    }
    let title = table.both("title", Longest::TEXT);
    let notice = table.both("notice", Longest::TEXT);
    let wanted = [("vulnerability", QuestionIndex::Vulnerability), ("influence", QuestionIndex::Influence)];
    let entries = table.tables("index");
    if entries.len() != wanted.len() {
        table.report_key("index", Message::new("finding-indices"));
    }
    let indices = wanted.into_iter().zip(entries).map(|((ref_id, kind), mut entry)| {
        let index = read_index(part, &mut entry, (ref_id, kind), profile);
        entry.finish();
        index
    });
    let indices = indices.collect();
    table.finish();
    Some(IndexModel { id: part.id.to_owned(), profile: profile_id, title, notice, indices })
}

fn read_index(
    part: &Part<'_>,
    table: &mut Table<'_>,
    (wanted, kind): (&str, QuestionIndex),
    profile: Option<&Profile>,
) -> Index {
    let ref_id = table.text("ref_id");
    if ref_id != wanted {
        table.report_key("ref_id", Message::new("finding-id").with("id", &ref_id).with("expected", wanted));
    }
    let scale = table.number("scale", &(0.01..=10.0));
    let title = table.both("title", Longest::TEXT);
    let meaning = table.both("meaning", Longest::TEXT);
    let mut lines = Vec::new();
    let mut terms = Vec::new();
    for mut entry in table.tables("term") {
        terms.push(read_term(part, &mut entry, kind, profile));
        lines.push(entry.line_of_key("question"));
        entry.finish();
    }
    report_repeated(part, terms.iter().map(|term| term.question.as_str()).zip(lines));
    let questions = profile.map_or(&[][..], |profile| &profile.questions);
    for question in questions.iter().filter(|question| question.index == kind) {
        if !terms.iter().any(|term| term.question == question.ref_id) {
            table.report_key("term", Message::new("finding-no-term").with("id", &question.ref_id));
        }
    }
    Index { ref_id, scale, title, meaning, terms }
}

fn read_term(part: &Part<'_>, table: &mut Table<'_>, kind: QuestionIndex, profile: Option<&Profile>) -> Term {
    let question_id = table.text("question");
    let question = profile.and_then(|profile| profile.question(&question_id));
    match question {
        Some(question) if question.index != kind => {
            table.report_key("question", Message::new("finding-other-index").with("id", &question_id));
        }
        None if profile.is_some() && !question_id.is_empty() => {
            table.report_key("question", Message::new("finding-unknown-question").with("id", &question_id));
        }
        _ => {}
    }
    let weight = table.number("weight", &(0.05..=10.0));
    let options = read_options(part, table, question);
    check_spread(table, &options);
    Term { question: question_id, weight, options }
}

fn read_options(part: &Part<'_>, table: &mut Table<'_>, question: Option<&Question>) -> Vec<TermOption> {
    let mut lines = Vec::new();
    let mut options = Vec::new();
    for mut entry in table.tables("option") {
        let ref_id = entry.text("ref_id");
        lines.push(entry.line_of_key("ref_id"));
        if question.is_some_and(|question| question.option(&ref_id).is_none()) {
            entry.report_key("ref_id", Message::new("finding-unknown-option").with("id", &ref_id));
        }
        let points = entry.number("points", &(0.0..=4.0));
        let share = entry.number("share", &(0.0..=1.0));
        entry.finish();
        options.push(TermOption { ref_id, points, share });
    }
    report_repeated(part, options.iter().map(|option| option.ref_id.as_str()).zip(lines));
    for option in question.map_or(&[][..], |question| &question.options) {
        if !options.iter().any(|given| given.ref_id == option.ref_id) {
            table.report_key("option", Message::new("finding-no-option").with("id", &option.ref_id));
        }
    }
    options
}

/// The shares must sum to 1, and the points must differ, for they are divided by their standard deviation.
fn check_spread(table: &Table<'_>, options: &[TermOption]) {
    let sum: f64 = options.iter().map(|option| option.share).sum();
    if (sum - 1.0).abs() > SHARE_TOLERANCE {
        table.report_key("option", Message::new("finding-shares").with("sum", format!("{sum:.4}")));
    }
    let chosen = || options.iter().filter(|option| option.share > 0.0).map(|option| option.points);
    if chosen().all(|points| Some(points) == chosen().next()) {
        table.report_key("option", Message::new("finding-no-spread"));
    }
}
