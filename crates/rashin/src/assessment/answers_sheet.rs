//! The answer sheet: a spreadsheet to fill in offline, and its rows taken as entries of an answer file.
//!
//! Every row that counts names its field in the first column (`period`, `profile.staff`, `answers.1-1`). The third
//! column holds the value, the fourth a note, the fifth why an item does not apply; the rest is for reading.

use std::collections::BTreeMap;

use platform::{Error, Language, Result, Texts};
use rust_xlsxwriter::{
    Color, DataValidation, Format, FormatAlign, FormatBorder, Formula, Workbook, Worksheet, XlsxError,
};

use super::answers::{Answers, FORMAT, Given};
use super::answers_file::Entry;
use crate::catalog::{Catalog, ItemSet, Profile};

/// A cell of an uploaded sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Sheet, from 0.
    pub sheet: u32,
    /// Row, from 1.
    pub row: u32,
    /// Column, from 0.
    pub column: u32,
    /// What stands there, without blanks around.
    pub text: String,
}

/// Words that say an item does not apply.
const NOT_APPLICABLE: [&str; 4] = ["対象外", "n/a", "na", "does not apply"];

/// The rows as entries. Rows without a field in the first column are for reading only.
#[must_use]
pub fn entries_of(cells: &[Cell]) -> Vec<Entry> {
    let mut rows: BTreeMap<(u32, u32), BTreeMap<u32, &str>> = BTreeMap::new();
    for cell in cells {
        rows.entry((cell.sheet, cell.row)).or_default().insert(cell.column, &cell.text);
    }
    let mut entries = Vec::new();
    for ((_, line), row) in rows {
        let Some(field) = row.get(&0).filter(|field| is_field(field)) else { continue };
        let entry = |part: &str, text: &str| Entry { line, field: format!("{field}{part}"), value: text.to_owned() };
        let text = |column: u32| row.get(&column).copied().unwrap_or("");
        let (value, note, reason) = (text(2), text(3), text(4));
        if !field.starts_with("answers.") {
            if !value.is_empty() {
                entries.push(entry("", value));
            }
            continue;
        }
        let excluded = NOT_APPLICABLE.contains(&value.to_lowercase().as_str());
        if !value.is_empty() && !excluded {
            entries.push(entry(".level", value));
        }
        if excluded || !reason.is_empty() {
            entries.push(entry(".not_applicable", reason));
        }
        if !note.is_empty() {
            entries.push(entry(".note", note));
        }
    }
    entries
}

fn is_field(text: &str) -> bool {
    ["format", "organisation", "item_set", "period"].contains(&text)
        || text.starts_with("profile.")
        || text.starts_with("answers.")
}

/// Profile answers given by an option's words become its id.
pub fn options_by_label(catalog: &Catalog, entries: &mut [Entry]) {
    for entry in entries {
        let question = entry.field.strip_prefix("profile.");
        let questions = catalog.profiles.iter().filter_map(|profile| profile.question(question?));
        let mut options = questions.flat_map(|question| &question.options);
        let found = options.find(|option| option.label.ja == entry.value || option.label.en == entry.value);
        if let Some(option) = found {
            entry.value.clone_from(&option.ref_id);
        }
    }
}

/// What a sheet is written with.
struct Look {
    head: Format,
    field: Format,
    text: Format,
    strong: Format,
    input: Format,
}

impl Look {
    fn new() -> Self {
        let text = Format::new().set_text_wrap().set_align(FormatAlign::Top);
        Self {
            head: text.clone().set_bold().set_background_color(Color::RGB(0x00E8_F1FE)).set_border(FormatBorder::Thin),
            field: text.clone().set_font_color(Color::RGB(0x0080_8080)).set_font_size(8),
            strong: text.clone().set_bold(),
            input: text.clone().set_background_color(Color::RGB(0x00FF_FBE6)).set_border(FormatBorder::Thin),
            text,
        }
    }
}

struct Book<'a> {
    texts: &'a Texts,
    language: Language,
    look: Look,
}

impl Book<'_> {
    fn t(&self, key: &str) -> String {
        self.texts.get(self.language, key, &[])
    }

    fn head(&self, sheet: &mut Worksheet, row: u32, keys: &[&str]) -> std::result::Result<(), XlsxError> {
        for (column, key) in (0_u16..).zip(keys) {
            sheet.write_with_format(row, column, self.t(key), &self.look.head)?;
        }
        sheet.set_freeze_panes(row + 1, 0)?;
        Ok(())
    }

    fn begin(&self, answers: &Answers) -> std::result::Result<Worksheet, XlsxError> {
        let mut sheet = Worksheet::new();
        sheet
            .set_name(self.t("answer-sheet-begin"))?
            .set_column_width(0, 14)?
            .set_column_width(1, 26)?
            .set_column_width(2, 60)?;
        sheet.write_with_format(0, 1, self.t("answer-sheet-title"), &self.look.strong)?;
        let rows = [
            ("format", "answer-sheet-format", FORMAT),
            ("organisation", "label-organisation", answers.organisation.as_str()),
            ("item_set", "label-item_set", answers.item_set.as_str()),
            ("period", "label-period", answers.period.as_str()),
        ];
        for (row, (field, key, value)) in (2_u32..).zip(rows) {
            sheet.write_with_format(row, 0, field, &self.look.field)?;
            sheet.write_with_format(row, 1, self.t(key), &self.look.text)?;
            sheet.write_with_format(row, 2, value, &self.look.text)?;
        }
        for (row, key) in
            (8_u32..).zip(["answer-sheet-how-1", "answer-sheet-how-2", "answer-sheet-how-3", "answer-sheet-how-4"])
        {
            sheet.merge_range(row, 1, row, 2, &self.t(key), &self.look.text)?;
            sheet.set_row_height(row, 34)?;
        }
        Ok(sheet)
    }

    fn profile(
        &self,
        profile: &Profile,
        answers: &Answers,
        lists: &mut Worksheet,
    ) -> std::result::Result<Worksheet, XlsxError> {
        let mut sheet = Worksheet::new();
        sheet.set_name(self.t("answer-sheet-profile"))?.set_landscape();
        for (column, width) in (0_u16..).zip([14, 44, 40, 60]) {
            sheet.set_column_width(column, width)?;
        }
        self.head(
            &mut sheet,
            0,
            &["answer-sheet-field", "answer-sheet-question", "answer-sheet-answer", "answer-sheet-help"],
        )?;
        lists.set_name(self.t("answer-sheet-lists"))?.set_hidden(true);
        for (row, (column, question)) in (1_u32..).zip((0_u16..).zip(&profile.questions)) {
            let mut chosen = String::new();
            for (place, option) in (0_u32..).zip(&question.options) {
                lists.write(place, column, option.label.get(self.language))?;
                if answers.profile.get(&question.ref_id) == Some(&option.ref_id) {
                    option.label.get(self.language).clone_into(&mut chosen);
                }
            }
            let letter = char::from(b'A' + u8::try_from(column).unwrap_or(0));
            let list = format!("='{}'!${letter}$1:${letter}${}", self.t("answer-sheet-lists"), question.options.len());
            let rule = DataValidation::new()
                .allow_list_formula(Formula::new(list))
                .set_error_message(self.t("answer-sheet-choose"))?;
            sheet.add_data_validation(row, 2, row, 2, &rule)?;
            sheet.write_with_format(row, 0, format!("profile.{}", question.ref_id), &self.look.field)?;
            let asked = format!("{} {}", question.number, question.question.get(self.language));
            sheet.write_with_format(row, 1, asked, &self.look.text)?;
            sheet.write_with_format(row, 2, chosen, &self.look.input)?;
            sheet.write_with_format(row, 3, question.help.get(self.language), &self.look.text)?;
        }
        Ok(sheet)
    }

    fn items(&self, set: &ItemSet, answers: &Answers) -> std::result::Result<Worksheet, XlsxError> {
        let mut sheet = Worksheet::new();
        sheet.set_name(self.t("answer-sheet-items"))?.set_landscape();
        for (column, width) in (0_u16..).zip([12, 44, 9, 34, 30, 34, 34, 34, 34, 34]) {
            sheet.set_column_width(column, width)?;
        }
        let heads = [
            "answer-sheet-field",
            "answer-sheet-question",
            "th-level",
            "note",
            "answer-sheet-reason",
            "answer-sheet-level-1",
            "answer-sheet-level-2",
            "answer-sheet-level-3",
            "answer-sheet-level-4",
            "answer-sheet-level-5",
        ];
        self.head(&mut sheet, 0, &heads)?;
        let excluded = self.t("answer-na");
        let choices = ["1", "2", "3", "4", "5", excluded.as_str()];
        let rule =
            DataValidation::new().allow_list_strings(&choices)?.set_error_message(self.t("answer-sheet-choose"))?;
        for (row, item) in (1_u32..).zip(&set.items) {
            sheet.write_with_format(row, 0, format!("answers.{}", item.ref_id), &self.look.field)?;
            let asked = format!("{} {}", item.ref_id, item.question.get(self.language));
            sheet.write_with_format(row, 1, asked, &self.look.text)?;
            for column in 2..=4 {
                sheet.write_blank(row, column, &self.look.input)?;
            }
            let answer = answers.items.get(&item.ref_id);
            match answer.map(|answer| &answer.given) {
                Some(Given::Level(level)) => {
                    sheet.write_with_format(row, 2, *level, &self.look.input)?;
                }
                Some(Given::NotApplicable { reason, .. }) => {
                    sheet.write_with_format(row, 2, excluded.as_str(), &self.look.input)?;
                    sheet.write_with_format(row, 4, reason.as_str(), &self.look.input)?;
                }
                None => {}
            }
            if let Some(answer) = answer.filter(|answer| !answer.note.is_empty()) {
                sheet.write_with_format(row, 3, answer.note.as_str(), &self.look.input)?;
            }
            sheet.add_data_validation(row, 2, row, 2, &rule)?;
            for (column, level) in (5_u16..).zip(&item.levels) {
                sheet.write_with_format(row, column, level.text.get(self.language), &self.look.text)?;
            }
        }
        Ok(sheet)
    }
}

/// The sheet with the answers given so far.
pub fn to_sheet(
    set: &ItemSet,
    profile: &Profile,
    answers: &Answers,
    texts: &Texts,
    language: Language,
) -> Result<Vec<u8>> {
    let book = Book { texts, language, look: Look::new() };
    let write = || {
        let mut workbook = Workbook::new();
        // A fixed date: the same answers give the same bytes.
        let date = rust_xlsxwriter::ExcelDateTime::from_ymd(2026, 1, 1)?;
        workbook.set_properties(&rust_xlsxwriter::DocProperties::new().set_creation_datetime(&date));
        let mut lists = Worksheet::new();
        workbook.push_worksheet(book.begin(answers)?);
        workbook.push_worksheet(book.profile(profile, answers, &mut lists)?);
        workbook.push_worksheet(book.items(set, answers)?);
        workbook.push_worksheet(lists);
        workbook.save_to_buffer()
    };
    write().map_err(|error: XlsxError| Error::internal(error))
}
