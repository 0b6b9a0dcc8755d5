//! Reads a profile.

use platform::Message;

use super::{Part, report_repeated};
use crate::catalog::model::{Profile, Question, QuestionIndex, QuestionOption, Size};
use crate::catalog::read::{Longest, Table};

pub(super) fn read(part: &Part<'_>) -> Option<Profile> {
    let mut table = part.open("id")?;
    let version = table.text("version");
    let title = table.both("title", Longest::TEXT);
    let mut lines = Vec::new();
    let mut questions = Vec::new();
    for (number, mut entry) in (1..).zip(table.tables("question")) {
        questions.push(read_question(part, &mut entry, number));
        lines.push(entry.line_of_key("ref_id"));
        entry.finish();
    }
    table.finish();
    report_repeated(part, questions.iter().map(|question| question.ref_id.as_str()).zip(lines));
    Some(Profile { id: part.id.to_owned(), version, title, questions })
}

fn read_question(part: &Part<'_>, table: &mut Table<'_>, expected: u8) -> Question {
    let ref_id = table.text("ref_id");
    let number = table.whole("number", &(1..=99));
    if number != expected {
        table.report_key("number", Message::new("finding-number").with("expected", expected));
    }
    let index = table.choice(
        "index",
        &[
            ("vulnerability", QuestionIndex::Vulnerability),
            ("influence", QuestionIndex::Influence),
            ("none", QuestionIndex::None),
        ],
    );
    let short = table.both("short", Longest::LABEL);
    let question = table.both("question", Longest::QUESTION);
    let help = table.both("help", Longest::TEXT);
    let why = table.both("why", Longest::TEXT);
    let options = read_options(part, table);
    Question { ref_id, number, index: index.unwrap_or(QuestionIndex::None), short, question, help, why, options }
}

fn read_options(part: &Part<'_>, table: &mut Table<'_>) -> Vec<QuestionOption> {
    let mut lines = Vec::new();
    let mut options = Vec::new();
    for mut entry in table.tables("option") {
        let ref_id = entry.text("ref_id");
        lines.push(entry.line_of_key("ref_id"));
        let label = entry.both("label", Longest::TEXT);
        let size = entry
            .optional_text("size")
            .map(|word| Size::ALL.into_iter().find(|size| size.as_str() == word).ok_or(word));
        if let Some(Err(word)) = &size {
            let reason = Message::new("finding-choice").with("value", word).with("allowed", "small, large");
            entry.report_key("size", reason);
        }
        options.push(QuestionOption { ref_id, label, size: size.and_then(Result::ok) });
        entry.finish();
    }
    if options.len() == 1 {
        table.report_key("option", Message::new("finding-one-option"));
    }
    let sized = options.iter().filter(|option| option.size.is_some()).count();
    if sized != 0 && sized != options.len() {
        table.report_key("option", Message::new("finding-size-of-all"));
    }
    report_repeated(part, options.iter().map(|option| option.ref_id.as_str()).zip(lines));
    options
}
