//! Reading TOML so that every fault is found, each with its line.
//!
//! A [`Table`] hands out its values one by one; a value that is missing or wrong is reported and an empty one handed out
//! instead, so that reading goes on. What is left at [`Table::finish`] is unknown.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use platform::Message;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::model::Bilingual;

/// One thing wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Path of the file, as it was given.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// What is wrong and what is allowed.
    pub reason: Message,
}

/// Findings of all files, gathered while reading.
#[derive(Debug, Default)]
pub(super) struct Findings(RefCell<Vec<Finding>>);

impl Findings {
    /// Notes one.
    pub(super) fn add(&self, file: &str, line: u32, reason: Message) {
        self.0.borrow_mut().push(Finding { file: file.to_owned(), line, reason });
    }

    /// All of them, by file and line.
    pub(super) fn into_sorted(self) -> Vec<Finding> {
        let mut findings = self.0.into_inner();
        findings.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        findings
    }
}

/// A file that is being read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    /// Path, as given.
    pub(super) file: &'a str,
    /// Text.
    pub(super) text: &'a str,
    /// Where faults go.
    pub(super) findings: &'a Findings,
}

impl Source<'_> {
    fn report(&self, offset: usize, reason: Message) {
        self.findings.add(self.file, line_of(self.text, offset), reason);
    }
}

/// The line, from 1, that a byte of a text stands on.
#[must_use]
pub(crate) fn line_of(text: &str, offset: usize) -> u32 {
    let before = text.as_bytes().iter().take(offset);
    u32::try_from(before.filter(|byte| **byte == b'\n').count()).unwrap_or(u32::MAX).saturating_add(1)
}

/// How long a text may be: Japanese in full-width characters (a half-width one counts half), English in characters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Longest {
    ja: usize,
    en: usize,
}

impl Longest {
    /// Labels on charts.
    pub(super) const LABEL: Self = Self { ja: 9, en: 22 };
    /// Questions.
    pub(super) const QUESTION: Self = Self { ja: 80, en: 240 };
    /// Levels of an item.
    pub(super) const LEVEL: Self = Self { ja: 110, en: 330 };
    /// Everything else.
    pub(super) const TEXT: Self = Self { ja: 1000, en: 3000 };
}

/// A table whose values are taken one by one.
#[derive(Debug)]
pub(super) struct Table<'a> {
    source: Source<'a>,
    /// Prefix of field names: empty, or with a dot at the end.
    path: String,
    start: usize,
    entries: BTreeMap<String, Spanned<DeValue<'a>>>,
    /// Where each key stood, taken or not.
    places: BTreeMap<String, usize>,
}

impl<'a> Table<'a> {
    /// The whole file. Text that is not TOML is reported, and there is nothing to read then.
    pub(super) fn document(source: Source<'a>) -> Option<Self> {
        let (document, errors) = DeTable::parse_recoverable(source.text);
        for error in &errors {
            let offset = error.span().map_or(0, |span| span.start);
            source.report(offset, Message::new("finding-syntax").with("detail", error.message()));
        }
        errors.is_empty().then(|| Self::of(source, String::new(), 0, document.into_inner()))
    }

    fn of(source: Source<'a>, path: String, start: usize, table: DeTable<'a>) -> Self {
        let mut entries = BTreeMap::new();
        let mut places = BTreeMap::new();
        for (key, value) in table {
            let place = key.span().start;
            let key = key.into_inner().into_owned();
            places.insert(key.clone(), place);
            entries.insert(key, value);
        }
        Self { source, path, start, entries, places }
    }

    /// Reports something about one of its keys, naming the field.
    pub(super) fn report_key(&self, key: &str, reason: Message) {
        let place = self.places.get(key).copied().unwrap_or(self.start);
        self.source.report(place, reason.with("field", self.field(key)));
    }

    /// Line of a key, or of the table where it has none.
    pub(super) fn line_of_key(&self, key: &str) -> u32 {
        line_of(self.source.text, self.places.get(key).copied().unwrap_or(self.start))
    }

    /// Reports every key that nobody asked for.
    pub(super) fn finish(self) {
        for key in self.entries.keys() {
            self.report_key(key, Message::new("finding-unknown-key"));
        }
    }

    fn field(&self, key: &str) -> String {
        format!("{}{key}", self.path)
    }

    fn take(&mut self, key: &str) -> Option<Spanned<DeValue<'a>>> {
        let value = self.entries.remove(key);
        if value.is_none() {
            self.report_key(key, Message::new("finding-missing"));
        }
        value
    }

    fn wrong_type(&self, key: &str, wanted: &str, value: &DeValue<'_>) {
        let reason = Message::new("finding-type").with("wanted", wanted).with("found", value.type_str());
        self.report_key(key, reason);
    }

    /// A text that is not empty.
    pub(super) fn text(&mut self, key: &str) -> String {
        let Some(value) = self.take(key) else {
            return String::new();
        };
        let value = value.into_inner();
        let Some(text) = value.as_str() else {
            self.wrong_type(key, "string", &value);
            return String::new();
        };
        let text = text.trim();
        if text.is_empty() {
            self.report_key(key, Message::new("finding-empty"));
        }
        text.to_owned()
    }

    /// A text, if the key is there.
    pub(super) fn optional_text(&mut self, key: &str) -> Option<String> {
        self.entries.contains_key(key).then(|| self.text(key))
    }

    /// One of a few words.
    pub(super) fn choice<T: Copy>(&mut self, key: &str, choices: &[(&str, T)]) -> Option<T> {
        let word = self.text(key);
        let chosen = choices.iter().find(|(name, _)| *name == word).map(|(_, value)| *value);
        if chosen.is_none() && !word.is_empty() {
            let allowed: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            let reason = Message::new("finding-choice").with("value", &word).with("allowed", allowed.join(", "));
            self.report_key(key, reason);
        }
        chosen
    }

    /// A number within the range; its lowest where it is missing or wrong.
    pub(super) fn number(&mut self, key: &str, range: &RangeInclusive<f64>) -> f64 {
        let Some(value) = self.take(key) else {
            return *range.start();
        };
        let value = value.into_inner();
        let number = match &value {
            DeValue::Integer(integer) => integer.as_str().parse::<f64>().ok(),
            DeValue::Float(float) => float.as_str().parse::<f64>().ok(),
            _ => {
                self.wrong_type(key, "number", &value);
                return *range.start();
            }
        };
        number.filter(|number| range.contains(number)).unwrap_or_else(|| {
            self.out_of_range(key, range.start(), range.end());
            *range.start()
        })
    }

    /// A whole number within the range; its lowest where it is missing or wrong.
    pub(super) fn whole(&mut self, key: &str, range: &RangeInclusive<u8>) -> u8 {
        let Some(value) = self.take(key) else {
            return *range.start();
        };
        let value = value.into_inner();
        let Some(integer) = value.as_integer() else {
            self.wrong_type(key, "integer", &value);
            return *range.start();
        };
        let number = u8::from_str_radix(integer.as_str(), integer.radix()).ok();
        number.filter(|number| range.contains(number)).unwrap_or_else(|| {
            self.out_of_range(key, range.start(), range.end());
            *range.start()
        })
    }

    fn out_of_range(&self, key: &str, least: &impl std::fmt::Display, most: &impl std::fmt::Display) {
        self.report_key(key, Message::new("finding-range").with("least", least).with("most", most));
    }

    /// A list of texts, none of them empty, with the line of each. An empty list is reported.
    pub(super) fn texts(&mut self, key: &str) -> Vec<(String, u32)> {
        let Some(value) = self.take(key) else {
            return Vec::new();
        };
        let value = value.into_inner();
        let DeValue::Array(list) = &value else {
            self.wrong_type(key, "array", &value);
            return Vec::new();
        };
        let mut texts = Vec::new();
        for entry in list {
            match entry.get_ref().as_str().map(str::trim).filter(|text| !text.is_empty()) {
                Some(text) => texts.push((text.to_owned(), line_of(self.source.text, entry.span().start))),
                None => self.wrong_type(key, "string", entry.get_ref()),
            }
        }
        if list.is_empty() {
            self.report_key(key, Message::new("finding-empty"));
        }
        texts
    }

    /// A text in both languages, in a table of its own.
    pub(super) fn both(&mut self, key: &str, longest: Longest) -> Bilingual {
        let Some(mut table) = self.table(key) else {
            return Bilingual::default();
        };
        let both = table.languages(longest);
        table.finish();
        both
    }

    /// The keys `ja` and `en` of this table.
    pub(super) fn languages(&mut self, longest: Longest) -> Bilingual {
        let both = Bilingual { ja: self.text("ja"), en: self.text("en") };
        let lengths =
            [("ja", half_widths(&both.ja).div_ceil(2), longest.ja), ("en", both.en.chars().count(), longest.en)];
        for (key, length, most) in lengths {
            if length > most {
                self.report_key(key, Message::new("finding-too-long").with("length", length).with("most", most));
            }
        }
        both
    }

    /// A table under a key.
    pub(super) fn table(&mut self, key: &str) -> Option<Self> {
        let value = self.take(key)?;
        let start = self.start_of(key, &value);
        match value.into_inner() {
            DeValue::Table(table) => Some(Self::of(self.source, format!("{}.", self.field(key)), start, table)),
            other => {
                self.wrong_type(key, "table", &other);
                None
            }
        }
    }

    /// The tables written `[[key]]`; none at all is reported.
    pub(super) fn tables(&mut self, key: &str) -> Vec<Self> {
        let Some(value) = self.take(key) else {
            return Vec::new();
        };
        let array = match value.into_inner() {
            DeValue::Array(array) => array,
            other => {
                self.wrong_type(key, "array", &other);
                return Vec::new();
            }
        };
        let mut tables = Vec::new();
        for (number, entry) in (1..).zip(array) {
            let start = self.start_of(key, &entry);
            match entry.into_inner() {
                DeValue::Table(table) => {
                    tables.push(Self::of(self.source, format!("{}[{number}].", self.field(key)), start, table));
                }
                other => self.wrong_type(key, "table", &other),
            }
        }
        tables
    }

    /// The same where the key may be absent.
    pub(super) fn optional_tables(&mut self, key: &str) -> Vec<Self> {
        if self.entries.contains_key(key) { self.tables(key) } else { Vec::new() }
    }

    fn start_of(&self, key: &str, value: &Spanned<DeValue<'_>>) -> usize {
        let span = value.span();
        if span.is_empty() { self.places.get(key).copied().unwrap_or(span.start) } else { span.start }
    }
}

fn half_widths(text: &str) -> usize {
    text.chars().map(|character| if character.is_ascii() { 1 } else { 2 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, with: impl FnOnce(&mut Table<'_>)) -> Vec<(u32, &'static str)> {
        let findings = Findings::default();
        if let Some(mut table) = Table::document(Source { file: "x.toml", text, findings: &findings }) {
            with(&mut table);
            table.finish();
        }
        findings.into_sorted().into_iter().map(|finding| (finding.line, finding.reason.key)).collect()
    }

    #[test]
    fn every_fault_is_reported_with_its_line() {
        let text = "id = \"\"\nweight = 9.0\nlevel = \"3\"\nlist = [\"a\",\n 2]\nextra = 1\n";
        let found = read(text, |table| {
            table.text("id");
            table.text("absent");
            table.number("weight", &(0.5..=2.0));
            table.whole("level", &(1..=5));
            table.texts("list");
        });
        let expected = [
            (1, "finding-empty"),
            (1, "finding-missing"),
            (2, "finding-range"),
            (3, "finding-type"),
            (4, "finding-type"),
            (6, "finding-unknown-key"),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_fault_in_a_nested_table_has_the_line_of_that_table() {
        let text = "[[level]]\nja = \"あ\"\nen = \"a\"\n\n[[level]]\nja = \"い\"\n\n[title]\nja = \"う\"\nen = 3\n";
        let found = read(text, |table| {
            for mut level in table.tables("level") {
                level.languages(Longest::TEXT);
                level.finish();
            }
            table.both("title", Longest::TEXT);
        });
        assert_eq!(found, [(5, "finding-missing"), (10, "finding-type")]);
    }

    #[test]
    fn text_that_is_not_toml_is_reported_where_it_breaks() {
        let found = read("a = 1\nb = = 2\n", |_| {});
        assert!(!found.is_empty());
        assert!(found.iter().all(|(line, key)| *line == 2 && *key == "finding-syntax"), "{found:?}");
    }

    #[test]
    fn a_half_width_character_counts_half_in_a_label() {
        let ok = "[short]\nja = \"IDと本人の確認を\"\nen = \"x\"\n";
        let long = "[short]\nja = \"IDと本人の確認をする\"\nen = \"x\"\n";
        let label = |table: &mut Table<'_>| {
            table.both("short", Longest::LABEL);
        };
        assert_eq!(read(ok, label), []);
        assert_eq!(read(long, label), [(2, "finding-too-long")]);
    }

    #[test]
    fn a_word_that_is_not_among_the_choices_is_refused() {
        let found = read("effort = \"huge\"\n", |table| {
            assert_eq!(table.choice("effort", &[("small", 1), ("large", 2)]), None);
        });
        assert_eq!(found, [(1, "finding-choice")]);
    }
}
