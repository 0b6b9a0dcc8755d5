//! A document as data for the template: even heading levels, and only characters that can be printed.

use paper::{Document, Language, NoticeKind, Outline};
use serde_json::{Map, Value, json};

use crate::PdfError;
use crate::world::Press;

/// Stands for a character that the fonts lack, as in Japanese print.
const MISSING: char = '〓';

/// The JSON that the template reads.
pub(crate) fn json(document: &Document, press: &Press) -> Result<Vec<u8>, PdfError> {
    let mut document = document.clone();
    Outline::default().level_all(&mut document.blocks);
    if document.title.trim().is_empty() {
        // Accessible PDF must have a title.
        untitled(document.language).clone_into(&mut document.title);
    }
    let notices = [NoticeKind::Info, NoticeKind::Success, NoticeKind::Warning, NoticeKind::Danger];
    let words: Map<String, Value> =
        notices.iter().map(|kind| (kind.name().to_owned(), Value::from(kind.word(document.language)))).collect();
    let failed = |error: serde_json::Error| PdfError::Content(error.to_string());
    let content = serde_json::to_value(&document).map_err(failed)?;
    let data = json!({ "document": printable(content, press), "family": press.family(), "notice_words": words });
    serde_json::to_vec(&data).map_err(failed)
}

const fn untitled(language: Language) -> &'static str {
    match language {
        Language::Ja => "無題の文書",
        Language::En => "Untitled document",
    }
}

/// The value with all its texts printable.
fn printable(value: Value, press: &Press) -> Value {
    match value {
        Value::String(text) => Value::String(printable_text(&text, press)),
        Value::Array(values) => values.into_iter().map(|value| printable(value, press)).collect(),
        Value::Object(fields) => {
            fields.into_iter().map(|(name, value)| (name, printable(value, press))).collect::<Map<_, _>>().into()
        }
        other => other,
    }
}

fn printable_text(text: &str, press: &Press) -> String {
    let mut printed = String::with_capacity(text.len());
    let mut before = None;
    for character in text.chars() {
        match character {
            '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => printed.push(' '),
            selector if is_selector(selector) => {
                if before.is_some_and(|before| press.prints_variant(before, selector)) {
                    printed.push(selector);
                }
            }
            hidden if is_hidden(hidden) => {}
            private if is_private(private) => printed.push(MISSING),
            other if press.prints(other) => printed.push(other),
            _ => printed.push(MISSING),
        }
        before = Some(character);
    }
    printed
}

const fn is_selector(character: char) -> bool {
    matches!(character, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

/// Controls, joiners and direction marks: nothing is lost without them.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// Characters without agreed meaning; archivable PDF forbids them.
const fn is_private(character: char) -> bool {
    matches!(character, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}')
}

#[cfg(test)]
mod tests {
    use paper::{Block, Run};

    use super::*;
    use crate::Fonts;

    fn press() -> Press {
        Press::new(Fonts::EMBEDDED).unwrap()
    }

    #[test]
    fn unprintable_characters_become_geta_or_vanish() {
        let press = press();
        assert_eq!(printable_text("良い🙂顔", &press), "良い〓顔");
        assert_eq!(printable_text("\u{E000}\u{F0000}", &press), "〓〓");
        assert_eq!(printable_text("a\u{0}b\u{200B}c\u{202E}d\ne\tf", &press), "abcd e f");
        assert_eq!(printable_text("髙橋・﨑山・𠮷野", &press), "髙橋・﨑山・𠮷野");
    }

    #[test]
    fn variation_selectors_stay_only_where_the_fonts_know_the_variant() {
        let press = press();
        assert_eq!(printable_text("あ\u{E0100}", &press), "あ");
        assert_eq!(printable_text("\u{FE0F}", &press), "");
    }

    #[test]
    fn all_texts_are_made_printable_and_headings_levelled() {
        let heading = |level| Block::Heading { level, text: "🙂".to_owned(), id: String::new() };
        let document = Document {
            blocks: vec![heading(1), heading(4), Block::Paragraph { runs: vec![Run::plain("x🙂")] }],
            ..Document::default()
        };
        let data: Value = serde_json::from_slice(&json(&document, &press()).unwrap()).unwrap();
        assert_eq!(data["document"]["title"], "無題の文書");
        assert_eq!(data["document"]["blocks"][0]["text"], "〓");
        assert_eq!(data["document"]["blocks"][1]["level"], 2);
        assert_eq!(data["document"]["blocks"][2]["runs"][0]["text"], "x〓");
        assert_eq!(data["notice_words"]["warning"], "注意");
    }
}
