//! Answer files: TOML taken apart into entries, entries checked into [`Answers`].
//!
//! Taking apart and checking are separate, so that another form of the file only has to give the same entries. Every
//! fault is found at once, each with its line, the value that stands there and what is allowed.

use std::collections::{BTreeMap, BTreeSet};

use platform::{Error, Fault, Message, Result};
use toml::de::{DeTable, DeValue};

use super::answers::{Answers, FORMAT, Given, ItemAnswer, TEXT_LIMIT};
use crate::assessment::period::is_period;
use crate::catalog::{Catalog, ItemSet, line_of};

/// Files are at most this large.
pub const MOST_BYTES: usize = 1_000_000;

/// One value of a file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Entry {
    /// Line or row, from 1.
    pub line: u32,
    /// Path of the field, such as `period`, `profile.staff`, `answers.1-2.level`.
    pub field: String,
    /// The value as text: `3`, `2026-04-01`, `manufacturing`.
    pub value: String,
}

impl Entry {
    fn fault(&self, message: Message) -> Fault {
        Fault::new(&self.field, &self.value, message).at_line(self.line)
    }
}

/// Reads a TOML answer file. Fails with every fault, unanswered questions and items among them.
pub fn read_toml(catalog: &Catalog, text: &str) -> Result<Answers> {
    let entries = parse_toml(text)?;
    read_entries(catalog, &entries)
}

/// Reads entries of whichever file. Fails with every fault, unanswered questions and items among them.
pub fn read_entries(catalog: &Catalog, entries: &[Entry]) -> Result<Answers> {
    let (answers, mut faults) = check(catalog, entries);
    // Without a known item set, what every set asks is still missed.
    let fewest = || catalog.item_sets.iter().min_by_key(|set| set.items.len());
    if let Some(set) = catalog.item_set(&answers.item_set).or_else(fewest) {
        let reported: BTreeSet<String> = faults.iter().map(|fault| fault.field.clone()).collect();
        let is_new = |fault: &Fault| {
            let inner = format!("{}.", fault.field);
            !reported.contains(&fault.field) && !reported.iter().any(|field| field.starts_with(&inner))
        };
        faults.extend(answers.missing(catalog, set).into_iter().filter(is_new));
    }
    faults.sort_by_key(|fault| fault.line.unwrap_or(u32::MAX));
    if faults.is_empty() { Ok(answers) } else { Err(Error::Invalid(faults)) }
}

/// Takes a TOML file apart, in order of line. Fails where it is not TOML.
pub fn parse_toml(text: &str) -> Result<Vec<Entry>> {
    if text.len() > MOST_BYTES {
        let message = Message::new("answers-too-large").with("most", MOST_BYTES / 1000);
        return Err(Error::Invalid(vec![Fault::new("file", "", message)]));
    }
    let (document, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        let fault = |error: &toml::de::Error| {
            let line = line_of(text, error.span().map_or(0, |span| span.start));
            let value = text.lines().nth(usize::try_from(line).unwrap_or(1).saturating_sub(1)).unwrap_or("");
            Fault::new("file", value, Message::new("answers-syntax").with("detail", error.message())).at_line(line)
        };
        return Err(Error::Invalid(errors.iter().map(fault).collect()));
    }
    let mut entries = Vec::new();
    flatten(text, "", document.get_ref(), &mut entries);
    entries.sort_by_key(|entry| entry.line);
    Ok(entries)
}

fn flatten(text: &str, path: &str, table: &DeTable<'_>, entries: &mut Vec<Entry>) {
    for (key, value) in table {
        let field = format!("{path}{}", key.get_ref());
        let line = line_of(text, key.span().start);
        let value = match value.get_ref() {
            DeValue::Table(inner) => {
                flatten(text, &format!("{field}."), inner, entries);
                continue;
            }
            DeValue::String(string) => string.trim().to_owned(),
            DeValue::Integer(integer) => integer.to_string(),
            DeValue::Float(float) => float.as_str().to_owned(),
            DeValue::Boolean(boolean) => boolean.to_string(),
            DeValue::Datetime(datetime) => datetime.to_string(),
            DeValue::Array(_) => text.get(value.span()).unwrap_or("[…]").to_owned(),
        };
        entries.push(Entry { line, field, value });
    }
}

/// Checks entries: what was good, and what was not.
#[must_use]
pub fn check(catalog: &Catalog, entries: &[Entry]) -> (Answers, Vec<Fault>) {
    let mut faults = Vec::new();
    let mut by_field: BTreeMap<&str, &Entry> = BTreeMap::new();
    for entry in entries {
        if let Some(before) = by_field.get(entry.field.as_str()) {
            faults.push(entry.fault(Message::new("answers-again").with("line", before.line)));
        } else {
            by_field.insert(&entry.field, entry);
        }
    }
    let mut answers = Answers::default();
    check_head(catalog, &by_field, &mut answers, &mut faults);
    // Without a known item set, the rest is checked against the largest, so that one learns of everything at once.
    let most = || catalog.item_sets.iter().max_by_key(|set| set.items.len());
    let set = catalog.item_set(&answers.item_set).or_else(most);
    for (field, entry) in &by_field {
        if let Some(question) = field.strip_prefix("profile.") {
            if let Some(set) = set {
                check_profile(catalog, set, (question, entry), &mut answers, &mut faults);
            }
        } else if !field.starts_with("answers.") && !HEAD.contains(field) {
            faults.push(entry.fault(Message::new("answers-unknown-field").with("allowed", HEAD.join(", "))));
        }
    }
    if let Some(set) = set {
        check_items(set, &by_field, &mut answers, &mut faults);
    }
    (answers, faults)
}

const HEAD: [&str; 4] = ["format", "organisation", "item_set", "period"];

fn check_head(catalog: &Catalog, by_field: &BTreeMap<&str, &Entry>, answers: &mut Answers, faults: &mut Vec<Fault>) {
    let known: Vec<&str> = catalog.item_sets.iter().map(|set| set.id.as_str()).collect();
    for field in HEAD {
        let message = match field {
            "format" => Message::new("answers-format").with("allowed", FORMAT),
            "organisation" => Message::new("answers-organisation").with("most", TEXT_LIMIT / 10),
            "item_set" => Message::new("answers-item-set").with("allowed", known.join(", ")),
            _ => Message::new("answers-period"),
        };
        let Some(entry) = by_field.get(field) else {
            faults.push(Fault::new(field, "", message));
            continue;
        };
        let value = entry.value.clone();
        let (fine, place) = match field {
            "format" => (value == FORMAT, None),
            "organisation" => ((1..=TEXT_LIMIT / 10).contains(&value.chars().count()), Some(&mut answers.organisation)),
            "item_set" => (known.contains(&value.as_str()), Some(&mut answers.item_set)),
            _ => (is_period(&value), Some(&mut answers.period)),
        };
        match place {
            _ if !fine => faults.push(entry.fault(message)),
            Some(place) => *place = value,
            None => {}
        }
    }
}

fn check_profile(
    catalog: &Catalog,
    set: &ItemSet,
    (question, entry): (&str, &Entry),
    answers: &mut Answers,
    faults: &mut Vec<Fault>,
) {
    let Some(profile) = catalog.profile(&set.profile) else { return };
    let Some(found) = profile.question(question) else {
        let known: Vec<&str> = profile.questions.iter().map(|question| question.ref_id.as_str()).collect();
        faults.push(entry.fault(Message::new("answers-unknown-question").with("allowed", known.join(", "))));
        return;
    };
    if found.option(&entry.value).is_some() {
        answers.profile.insert(question.to_owned(), entry.value.clone());
    } else {
        let options: Vec<&str> = found.options.iter().map(|option| option.ref_id.as_str()).collect();
        faults.push(entry.fault(Message::new("answers-option").with("allowed", options.join(", "))));
    }
}

/// The entries of one item by their part; the level also stands alone.
#[derive(Debug, Default)]
struct Parts<'a> {
    level: Option<&'a Entry>,
    note: Option<&'a Entry>,
    reason: Option<&'a Entry>,
    approved_by: Option<&'a Entry>,
}

fn check_items(set: &ItemSet, by_field: &BTreeMap<&str, &Entry>, answers: &mut Answers, faults: &mut Vec<Fault>) {
    let mut items: BTreeMap<&str, Parts<'_>> = BTreeMap::new();
    for (field, entry) in by_field {
        let Some(rest) = field.strip_prefix("answers.") else { continue };
        let (item, part) = rest.split_once('.').unwrap_or((rest, "level"));
        if set.item(item).is_none() {
            faults.push(entry.fault(Message::new("answers-unknown-item").with("set", &set.id)));
            continue;
        }
        let parts = items.entry(item).or_default();
        let place = match part {
            "level" => &mut parts.level,
            "note" => &mut parts.note,
            "not_applicable" => &mut parts.reason,
            "approved_by" => &mut parts.approved_by,
            _ => {
                let allowed = "level, note, not_applicable, approved_by";
                faults.push(entry.fault(Message::new("answers-unknown-field").with("allowed", allowed)));
                continue;
            }
        };
        *place = Some(entry);
    }
    for (item, parts) in items {
        if let Some(answer) = check_item(item, &parts, faults) {
            answers.items.insert(item.to_owned(), answer);
        }
    }
}

fn check_item(item: &str, parts: &Parts<'_>, faults: &mut Vec<Fault>) -> Option<ItemAnswer> {
    let before = faults.len();
    for entry in [parts.note, parts.reason, parts.approved_by].into_iter().flatten() {
        if entry.value.chars().count() > TEXT_LIMIT {
            faults.push(entry.fault(Message::new("answers-too-long").with("most", TEXT_LIMIT)));
        }
    }
    let given = match (parts.level, parts.reason) {
        (Some(level), None) => {
            let found = level.value.parse::<u8>().ok().filter(|level| (1..=5).contains(level));
            if found.is_none() {
                faults.push(level.fault(Message::new("answers-level")));
            }
            if let Some(entry) = parts.approved_by {
                faults.push(entry.fault(Message::new("answers-approval-of-level")));
            }
            found.map(Given::Level)
        }
        (Some(level), Some(_)) => {
            faults.push(level.fault(Message::new("answers-level-and-reason")));
            None
        }
        (None, Some(reason)) => {
            if reason.value.is_empty() {
                faults.push(reason.fault(Message::new("answers-reason")));
            }
            let approved_by = parts.approved_by.filter(|entry| !entry.value.is_empty());
            if approved_by.is_none() {
                faults.push(parts.approved_by.unwrap_or(reason).fault(Message::new("answers-approval")));
            }
            approved_by.map(|by| Given::NotApplicable { reason: reason.value.clone(), approved_by: by.value.clone() })
        }
        (None, None) => {
            let entry = parts.note.or(parts.approved_by);
            faults.extend(entry.map(|entry| entry.fault(Message::new("answers-no-level").with("item", item))));
            None
        }
    };
    let note = parts.note.map(|entry| entry.value.clone()).unwrap_or_default();
    given.filter(|_| faults.len() == before).map(|given| ItemAnswer { given, note })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalog::builtin;

    const GOOD: &str = include_str!("../../../../examples/net-shop.toml");

    fn faults(text: &str) -> Vec<(Option<u32>, String, &'static str)> {
        match read_toml(builtin(), text) {
            Err(Error::Invalid(faults)) => faults.into_iter().map(|f| (f.line, f.field, f.message.key)).collect(),
            other => panic!("{other:?}"),
        }
    }

    fn line(text: &str, part: &str) -> Option<u32> {
        text.lines().position(|line| line.contains(part)).map(|at| u32::try_from(at).unwrap() + 1)
    }

    #[test]
    fn every_example_is_read() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples");
        let mut count = 0;
        for file in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            let answers = read_toml(builtin(), &text).unwrap();
            assert_eq!(answers.profile.len(), 15);
            count += 1;
        }
        assert!(count >= 6);
    }

    #[test]
    fn an_unknown_item_set_hides_no_other_fault() {
        let text = GOOD.replace("\"benchmark-25\"", "\"benchmark-26\"").replace("level = 4, note", "level = 6, note");
        let found = faults(&text);
        assert!(found.contains(&(line(&text, "item_set"), "item_set".to_owned(), "answers-item-set")));
        assert!(
            found.iter().any(|(_, field, key)| field.starts_with("answers.1-1") && *key == "answers-level"),
            "{found:?}"
        );
    }

    #[test]
    fn an_item_may_be_not_applicable_with_reason_and_approval() {
        let answers = read_toml(builtin(), GOOD).unwrap();
        assert!(
            matches!(&answers.items["3-6"].given, Given::NotApplicable { approved_by, .. } if approved_by == "代表取締役社長")
        );
    }

    #[test]
    fn every_fault_comes_at_once_with_its_line_and_value() {
        let text = GOOD
            .replacen("period = \"2026\"", "period = \"spring\"", 1)
            .replacen("staff = \"", "staff = \"about-", 1)
            .replacen("\"1-1\" = ", "\"1-1\" = 7 #", 1)
            .replacen("\"5-3\"", "\"5-9\"", 1);
        let expected = [
            (line(&text, "period"), "period".to_owned(), "answers-period"),
            (line(&text, "staff ="), "profile.staff".to_owned(), "answers-option"),
            (line(&text, "\"1-1\""), "answers.1-1".to_owned(), "answers-level"),
        ];
        let found = faults(&text);
        assert_eq!(found[..3], expected);
        assert!(found[3].1.starts_with("answers.5-9") && found[3].2 == "answers-unknown-item");
        assert_eq!(found.last(), Some(&(None, "answers.5-3".to_owned(), "answers-missing-item")));
    }

    #[test]
    fn half_levels_and_exclusions_without_approval_are_refused() {
        let text = GOOD.replacen("approved_by = \"代表取締役社長\"", "approved_by = \"\"", 1);
        assert_eq!(faults(&text)[0].2, "answers-approval");
        for (value, key) in [
            ("2.5", "answers-level"),
            ("0", "answers-level"),
            ("[3]", "answers-level"),
            ("{ level = 2, not_applicable = \"x\" }", "answers-level-and-reason"),
            ("{ note = \"x\" }", "answers-no-level"),
            ("{ level = 3, colour = 1 }", "answers-unknown-field"),
        ] {
            let text = GOOD.replacen("\"1-1\" = ", &format!("\"1-1\" = {value} #"), 1);
            let found = faults(&text);
            assert_eq!((found.len(), found[0].2), (1, key), "{value}: {found:?}");
        }
    }

    #[test]
    fn unanswered_items_and_questions_are_named() {
        let text: String = GOOD
            .lines()
            .filter(|line| !line.starts_with("\"2-1\"") && !line.starts_with("brand"))
            .fold(String::new(), |text, line| text + line + "\n");
        let found = faults(&text);
        let fields: Vec<&str> = found.iter().map(|(_, field, _)| field.as_str()).collect();
        assert_eq!(fields, ["profile.brand", "answers.2-1"]);
    }

    #[test]
    fn what_is_not_toml_or_has_another_format_is_refused() {
        assert_eq!(faults("a = = 1")[0].2, "answers-syntax");
        assert_eq!(faults(&GOOD.replacen("rashin-answers-1", "answers-2", 1))[0].2, "answers-format");
        assert_eq!(faults("")[0].2, "answers-format");
        let again = Entry { line: 9, field: "period".to_owned(), value: "2026".to_owned() };
        let (_, found) = check(builtin(), &[again.clone(), again]);
        assert!(found.iter().any(|fault| fault.message.key == "answers-again"));
    }

    proptest! {
        #[test]
        fn any_text_gives_answers_or_faults(text in "(\\[?[a-z0-9.\"= \\-{},あ\\]]{0,20}\n){0,12}") {
            prop_assert!(matches!(read_toml(builtin(), &text), Ok(_) | Err(Error::Invalid(_))));
        }
    }
}
