//! Answers written as a TOML answer file, so that reading it gives the same answers again.

use super::answers::{Answers, FORMAT, Given};

/// A string as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn key(text: &str) -> String {
    let bare = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    if bare { text.to_owned() } else { quoted(text) }
}

/// The answer file. What was not answered is left out.
#[must_use]
pub fn to_toml(answers: &Answers) -> String {
    let mut lines = vec![
        format!("format = {}", quoted(FORMAT)),
        format!("organisation = {}", quoted(&answers.organisation)),
        format!("item_set = {}", quoted(&answers.item_set)),
        format!("period = {}", quoted(&answers.period)),
        String::new(),
        "[profile]".to_owned(),
    ];
    lines.extend(answers.profile.iter().map(|(question, option)| format!("{} = {}", key(question), quoted(option))));
    lines.extend([String::new(), "[answers]".to_owned()]);
    for (item, answer) in &answers.items {
        let mut parts = match &answer.given {
            Given::Level(level) if answer.note.is_empty() => {
                lines.push(format!("{} = {level}", quoted(item)));
                continue;
            }
            Given::Level(level) => vec![format!("level = {level}")],
            Given::NotApplicable { reason, approved_by } => {
                vec![format!("not_applicable = {}", quoted(reason)), format!("approved_by = {}", quoted(approved_by))]
            }
        };
        if !answer.note.is_empty() {
            parts.push(format!("note = {}", quoted(&answer.note)));
        }
        lines.push(format!("{} = {{ {} }}", quoted(item), parts.join(", ")));
    }
    lines.push(String::new());
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::answers::{ItemAnswer, answers_at};
    use super::super::answers_file::read_toml;
    use super::*;
    use crate::catalog::builtin;

    proptest! {
        #[test]
        fn reading_what_was_written_gives_the_same_answers(
            note in "[ -~あ-ん\"'\\\\\n\t#=]{0,40}",
            reason in "[a-z漢字\"'\n]{1,20}",
            level in 1_u8..=5,
        ) {
            let mut answers = answers_at("benchmark-25", level);
            answers.organisation = format!("“{reason}” 'x' \"y\"").replace('\n', " ");
            answers.items.insert("1-1".to_owned(), ItemAnswer { given: Given::Level(level), note: note.trim().to_owned() });
            let given = Given::NotApplicable { reason: reason.trim().to_owned() + "x", approved_by: "社長".to_owned() };
            answers.items.insert("4-4".to_owned(), ItemAnswer { given, note: note.trim().to_owned() });
            prop_assert_eq!(read_toml(builtin(), &to_toml(&answers)).unwrap(), answers);
        }
    }

    #[test]
    fn the_examples_come_back_unchanged() {
        for text in
            [include_str!("../../../../examples/net-shop.toml"), include_str!("../../../../examples/parts-maker.toml")]
        {
            let answers = read_toml(builtin(), text).unwrap();
            assert_eq!(read_toml(builtin(), &to_toml(&answers)).unwrap(), answers);
        }
    }
}
