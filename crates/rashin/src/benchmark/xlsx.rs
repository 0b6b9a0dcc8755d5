//! A diagnosis as a spreadsheet: summary, items, advice, method. Charts are the spreadsheet's own and follow its cells.

use platform::{Error, Language, Result, Texts};
use rust_xlsxwriter::{
    Chart, ChartType, Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet,
    XlsxError,
};

use super::model::{Diagnosis, GroupFigures, Recommendation, Reference, Step};
use crate::catalog::Bilingual;
use crate::catalog::cli::effort_key;

/// Text cells hold at most this many characters in the format.
const CELL_LIMIT: usize = 32_000;

/// The spreadsheet as bytes. `now_ms` (milliseconds since 1970) becomes its time of creation; the same input gives the
/// same bytes. Fails only through a fault of ours.
pub fn spreadsheet(diagnosis: &Diagnosis, texts: &Texts, language: Language, now_ms: i64) -> Result<Vec<u8>> {
    let sheets = Sheets { diagnosis, texts, language, look: Look::default() };
    sheets.workbook(now_ms).map_err(Error::internal)
}

/// Cell formats.
struct Look {
    title: Format,
    head: Format,
    text: Format,
    wrapped: Format,
    level: Format,
    whole: Format,
    points: Format,
    index: Format,
    notice: Format,
}

impl Default for Look {
    fn default() -> Self {
        let top = Format::new().set_align(FormatAlign::Top);
        Self {
            title: Format::new().set_bold().set_font_size(14),
            head: Format::new()
                .set_bold()
                .set_text_wrap()
                .set_align(FormatAlign::Top)
                .set_background_color(Color::RGB(0x00E4_EAF1))
                .set_border_bottom(FormatBorder::Thin),
            text: top.clone(),
            wrapped: top.clone().set_text_wrap(),
            level: top.clone().set_num_format("0.00"),
            whole: top.clone().set_num_format("0"),
            points: top.clone().set_num_format("0.0"),
            index: top.set_num_format("+0.00;-0.00;0.00"),
            notice: Format::new().set_bold().set_font_color(Color::RGB(0x00B0_2A1E)),
        }
    }
}

/// One cell.
enum Cell<'a> {
    Text(String),
    Number(f64, &'a Format),
    None,
}

struct Sheets<'a> {
    diagnosis: &'a Diagnosis,
    texts: &'a Texts,
    language: Language,
    look: Look,
}

type Sheet = std::result::Result<Worksheet, XlsxError>;

impl Sheets<'_> {
    fn workbook(&self, now_ms: i64) -> std::result::Result<Vec<u8>, XlsxError> {
        let mut workbook = Workbook::new();
        let created = ExcelDateTime::from_timestamp(now_ms.div_euclid(1000))?;
        let title = format!("{} {}", self.diagnosis.organisation, self.diagnosis.period);
        workbook.set_properties(&DocProperties::new().set_title(title).set_creation_datetime(&created));
        for make in [Self::summary, Self::items, Self::advice, Self::method] {
            workbook.push_worksheet(make(self)?);
        }
        workbook.save_to_buffer()
    }

    fn text(&self, key: &str) -> String {
        self.texts.get(self.language, key, &[])
    }

    fn words(&self, both: &Bilingual) -> String {
        both.get(self.language).to_owned()
    }

    /// A sheet with its name, and on its first line title and label of the data.
    fn sheet(&self, key: &str, widths: &[f64]) -> Sheet {
        let mut sheet = Worksheet::new();
        let name = self.text(key);
        sheet.set_name(&name)?;
        for (column, width) in (0..).zip(widths) {
            sheet.set_column_width(column, *width)?;
        }
        sheet.write_with_format(0, 0, &name, &self.look.title)?;
        if let Some(label) = &self.diagnosis.data_label {
            sheet.write_with_format(0, 2, label.get(self.language), &self.look.notice)?;
        }
        sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
        Ok(sheet)
    }

    fn heads(&self, sheet: &mut Worksheet, row: u32, keys: &[&str]) -> std::result::Result<(), XlsxError> {
        for (column, key) in (0..).zip(keys) {
            sheet.write_with_format(row, column, self.text(key), &self.look.head)?;
        }
        Ok(())
    }

    fn row(&self, sheet: &mut Worksheet, row: u32, cells: &[Cell<'_>]) -> std::result::Result<(), XlsxError> {
        for (column, cell) in (0..).zip(cells) {
            match cell {
                Cell::Text(text) => {
                    let text: String = text.chars().take(CELL_LIMIT).collect();
                    sheet.write_string_with_format(row, column, text, &self.look.wrapped)?;
                }
                Cell::Number(number, format) => {
                    sheet.write_number_with_format(row, column, *number, format)?;
                }
                Cell::None => {}
            }
        }
        Ok(())
    }

    fn pair(
        &self,
        sheet: &mut Worksheet,
        row: &mut u32,
        key: &str,
        cell: Cell<'_>,
    ) -> std::result::Result<(), XlsxError> {
        self.row(sheet, *row, &[Cell::Text(self.text(key)), cell])?;
        *row += 1;
        Ok(())
    }

    fn summary(&self) -> Sheet {
        let found = self.diagnosis;
        let look = &self.look;
        let mut sheet = self.sheet("sheet-summary", &[34.0, 22.0, 16.0, 16.0, 16.0, 16.0, 16.0])?;
        let mut row = 2;
        let optional = |number: Option<f64>, format| {
            number.map_or(Cell::Text("–".to_owned()), |number| Cell::Number(number, format))
        };
        let facts = [
            ("sheet-organisation", Cell::Text(found.organisation.clone())),
            ("sheet-period", Cell::Text(found.period.clone())),
            ("report-item-set", Cell::Text(self.words(&found.item_set_title))),
            ("report-total", Cell::Number(f64::from(found.total), &look.whole)),
            ("sheet-most", Cell::Number(f64::from(found.max), &look.whole)),
            ("figure-maturity", Cell::Number(found.maturity_mean, &look.level)),
            ("report-tier", Cell::Text(found.tier.as_str().to_owned())),
            ("diagnosis-vulnerability", Cell::Number(found.vulnerability_index, &look.index)),
            ("diagnosis-influence", Cell::Number(found.influence_index, &look.index)),
            ("report-risk-index", Cell::Number(found.risk_index, &look.index)),
            ("sheet-percentile", Cell::Number(found.percentile, &look.points)),
            ("sheet-deviation", optional(found.deviation_value, &look.points)),
            ("sheet-percentile-all", Cell::Number(found.percentile_all, &look.points)),
            ("sheet-deviation-all", optional(found.deviation_value_all, &look.points)),
            ("report-tier-mean", Cell::Number(found.tier_mean.total, &look.points)),
            ("report-provisional", optional(found.provisional.as_ref().map(|target| target.total), &look.points)),
            ("report-desired", Cell::Number(found.desired.total, &look.points)),
            ("what-if-items", Cell::Number(found.total_gap, &look.points)),
        ];
        for (key, cell) in facts {
            self.pair(&mut sheet, &mut row, key, cell)?;
        }
        row = self.areas(&mut sheet, row + 1)?;
        self.groups(&mut sheet, row + 1)?;
        Ok(sheet)
    }

    /// Areas with a chart beside them; gives the next free row.
    fn areas(&self, sheet: &mut Worksheet, top: u32) -> std::result::Result<u32, XlsxError> {
        let level = &self.look.level;
        self.heads(sheet, top, &["sheet-area", "report-own", "report-mean", "report-desired-short", "diagnosis-gap"])?;
        let mut row = top + 1;
        for area in &self.diagnosis.areas {
            let numbers = [area.own, area.tier_mean, area.desired, area.gap].map(|number| Cell::Number(number, level));
            let mut cells = vec![Cell::Text(format!("{} {}", area.area, self.words(&area.title)))];
            cells.extend(numbers);
            self.row(sheet, row, &cells)?;
            row += 1;
        }
        let mut chart =
            self.chart(ChartType::Radar, "report-areas", (&self.text("sheet-summary"), (top, row - 1), (0, 1..=3)));
        sheet.insert_chart(2, 8, chart.set_width(560).set_height(420))?;
        Ok(row)
    }

    /// A chart of own level, mean and desired level over a block of rows.
    fn chart(
        &self,
        kind: ChartType,
        title: &str,
        (sheet, (head, last), (names, columns)): (&str, (u32, u32), (u16, std::ops::RangeInclusive<u16>)),
    ) -> Chart {
        let mut chart = Chart::new(kind);
        for column in columns {
            chart
                .add_series()
                .set_name((sheet, head, column))
                .set_categories((sheet, head + 1, names, last, names))
                .set_values((sheet, head + 1, column, last, column));
        }
        let label = self.diagnosis.data_label.as_ref().map(|label| format!(" ({})", label.get(self.language)));
        let title = format!("{}{}", self.text(title), label.unwrap_or_default());
        chart.title().set_name(&title);
        chart.set_alt_text(&title);
        chart.y_axis().set_min(0).set_max(5);
        chart
    }

    fn groups(&self, sheet: &mut Worksheet, top: u32) -> std::result::Result<(), XlsxError> {
        let look = &self.look;
        let keys = [
            "report-comparisons",
            "report-n",
            "report-mean",
            "report-top-third",
            "report-sd",
            "sheet-percentile-in",
            "sheet-deviation-in",
        ];
        self.heads(sheet, top, &keys)?;
        let groups = &self.diagnosis.comparisons;
        let groups = [Some(&groups.all), Some(&groups.tier), groups.size.as_ref(), groups.industry.as_ref()];
        for (row, group) in (top + 1..).zip(groups.into_iter().flatten()) {
            let cells = [
                Cell::Text(self.group(group)),
                Cell::Number(group.n as f64, &look.whole),
                Cell::Number(group.mean, &look.points),
                Cell::Number(group.top_third, &look.points),
                Cell::Number(group.sd, &look.points),
                Cell::Number(group.percentile, &look.points),
                group.deviation_value.map_or(Cell::None, |value| Cell::Number(value, &look.points)),
            ];
            self.row(sheet, row, &cells)?;
        }
        Ok(())
    }

    fn group(&self, group: &GroupFigures) -> String {
        group
            .label
            .as_ref()
            .map_or_else(|| self.text(&format!("report-group-{}", group.key)), |label| self.words(label))
    }

    fn items(&self) -> Sheet {
        let look = &self.look;
        let widths = [7.0, 26.0, 60.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0, 22.0, 60.0, 40.0];
        let mut sheet = self.sheet("sheet-items", &widths)?;
        let keys = [
            "diagnosis-item",
            "sheet-short",
            "sheet-question",
            "report-own",
            "report-tier-mean",
            "report-desired",
            "diagnosis-gap",
            "diagnosis-weight",
            "sheet-all-mean",
            "diagnosis-size-mean",
            "diagnosis-industry-mean",
            "diagnosis-priority",
            "sheet-not-applicable",
            "sheet-own-text",
            "sheet-note",
        ];
        let head = 2;
        self.heads(&mut sheet, head, &keys)?;
        let optional = |number: Option<f64>| number.map_or(Cell::None, |number| Cell::Number(number, &look.level));
        let mut row = head + 1;
        for item in &self.diagnosis.items {
            let exclusion = item
                .not_applicable_reason
                .as_ref()
                .map(|reason| format!("{reason} ({})", item.approved_by.as_deref().unwrap_or_default()));
            let cells = [
                Cell::Text(item.item.clone()),
                Cell::Text(self.words(&item.short)),
                Cell::Text(self.words(&item.question)),
                Cell::Number(f64::from(item.own), &look.whole),
                Cell::Number(item.tier_mean, &look.level),
                Cell::Number(item.desired, &look.level),
                Cell::Number(item.gap, &look.level),
                Cell::Number(item.weight, &look.level),
                Cell::Number(item.all_mean, &look.level),
                optional(item.size_mean),
                optional(item.industry_mean),
                Cell::Number(item.gap * item.weight, &look.level),
                exclusion.map_or(Cell::None, Cell::Text),
                Cell::Text(self.words(&item.own_text)),
                Cell::Text(item.note.clone()),
            ];
            self.row(&mut sheet, row, &cells)?;
            row += 1;
        }
        sheet.set_freeze_panes(head + 1, 2)?;
        sheet.set_repeat_rows(head, head)?;
        sheet.autofilter(head, 0, row - 1, 14)?;
        let mut chart =
            self.chart(ChartType::Radar, "chart-radar", (&self.text("sheet-items"), (head, row - 1), (1, 3..=5)));
        sheet.insert_chart(row + 1, 1, chart.set_width(860).set_height(640))?;
        Ok(sheet)
    }

    fn advice(&self) -> Sheet {
        let look = &self.look;
        let widths = [7.0, 7.0, 24.0, 8.0, 9.0, 9.0, 9.0, 9.0, 20.0, 60.0, 40.0, 40.0, 34.0, 34.0];
        let mut sheet = self.sheet("sheet-advice", &widths)?;
        let keys = [
            "sheet-rank",
            "diagnosis-item",
            "sheet-short",
            "report-own",
            "report-desired",
            "diagnosis-gap",
            "diagnosis-priority",
            "sheet-step",
            "sheet-effort",
            "advice-first",
            "advice-who",
            "advice-proof",
            "sheet-iso",
            "sheet-csf",
        ];
        let head = 2;
        self.heads(&mut sheet, head, &keys)?;
        let mut row = head + 1;
        for action in &self.diagnosis.actions {
            for (place, step) in std::iter::once(&action.next).chain(&action.later).enumerate() {
                let mut cells = self.place_cells(action, place == 0);
                cells.extend(self.step_cells(step));
                if place == 0 {
                    cells.extend([self.references(&action.iso27001), self.references(&action.csf)].map(Cell::Text));
                }
                self.row(&mut sheet, row, &cells)?;
                row += 1;
            }
        }
        if row == head + 1 {
            sheet.write_with_format(row, 1, self.text("report-no-gap"), &look.text)?;
        }
        sheet.set_freeze_panes(head + 1, 3)?;
        sheet.set_repeat_rows(head, head)?;
        Ok(sheet)
    }

    /// What stands before the step: on an item's first row its place, item and distances, on further rows the item only.
    fn place_cells(&self, action: &Recommendation, is_first: bool) -> Vec<Cell<'_>> {
        let look = &self.look;
        let mut cells = vec![Cell::None, Cell::Text(action.item.clone()), Cell::Text(self.words(&action.short))];
        let gap = self.diagnosis.gaps.iter().find(|gap| gap.item == action.item).filter(|_| is_first);
        let Some(gap) = gap else {
            cells.extend((0..4).map(|_| Cell::None));
            return cells;
        };
        cells[0] = Cell::Number(f64::from(action.rank), &look.whole);
        cells.push(Cell::Number(f64::from(gap.own), &look.whole));
        cells.extend([gap.desired, gap.gap, gap.priority].map(|number| Cell::Number(number, &look.level)));
        cells
    }

    fn step_cells(&self, step: &Step) -> [Cell<'_>; 5] {
        [
            Cell::Text(format!("{} → {}", step.from, step.to)),
            Cell::Text(self.text(effort_key(step.effort))),
            Cell::Text(self.words(&step.first)),
            Cell::Text(self.words(&step.who)),
            Cell::Text(self.words(&step.proof)),
        ]
    }

    fn references(&self, references: &[Reference]) -> String {
        let lines: Vec<String> =
            references.iter().map(|one| format!("{} {}", one.id, self.words(&one.label))).collect();
        lines.join("\n")
    }

    fn method(&self) -> Sheet {
        let found = self.diagnosis;
        let look = &self.look;
        let mut sheet = self.sheet("sheet-method", &[34.0, 90.0, 12.0, 12.0, 12.0, 12.0, 12.0, 14.0])?;
        let release = &found.release;
        let mut row = 2;
        let window = if release.synthetic { "report-window-synthetic" } else { "report-window" };
        let facts = [
            ("report-release-id", release.id.clone()),
            ("report-n", release.n.to_string()),
            (window, format!("{} – {}", release.window.from, release.window.to)),
            ("report-hash", release.hash.clone()),
            ("basis-method", self.words(&release.method)),
            ("sheet-set-hash", found.item_set_hash.clone()),
            ("sheet-definitions", self.text("sheet-definitions-text")),
            ("sheet-model", found.profile_computation.model.clone()),
            ("sheet-notice", self.words(&found.profile_computation.notice).trim().to_owned()),
        ];
        for (key, value) in facts {
            self.pair(&mut sheet, &mut row, key, Cell::Text(value))?;
        }
        row += 1;
        let keys = [
            "basis-question",
            "basis-option",
            "basis-points",
            "basis-mean",
            "basis-sd",
            "sheet-z",
            "diagnosis-weight",
            "basis-contribution",
        ];
        self.heads(&mut sheet, row, &keys)?;
        for (row, term) in (row + 1..).zip(&found.profile_computation.terms) {
            let choice = found.profile.iter().find(|choice| choice.question == term.question);
            let numbers = [term.points, term.mean, term.sd, term.z, term.weight, term.contribution];
            let mut cells = vec![
                Cell::Text(choice.map_or_else(|| term.question.clone(), |choice| self.words(&choice.short))),
                Cell::Text(choice.map_or_else(|| term.option.clone(), |choice| self.words(&choice.label))),
            ];
            cells.extend(numbers.map(|number| Cell::Number(number, &look.level)));
            self.row(&mut sheet, row, &cells)?;
        }
        Ok(sheet)
    }
}

#[cfg(test)]
mod tests;
