//! A diagnosis as lines for the terminal.

use std::fmt::Write;

use platform::{Language, Texts};

use super::model::{Diagnosis, GroupFigures, LevelFigures, Step};
use crate::catalog::cli::effort_key;

/// Advice is given in full for this many items; all are in the other forms.
const ADVICE: usize = 5;
/// Gaps are listed for this many items.
const GAPS: usize = 10;

/// Writes the report.
struct Report<'a> {
    texts: &'a Texts,
    language: Language,
    lines: String,
}

/// The report in a language, ending with a line break.
#[must_use]
pub fn text_report(diagnosis: &Diagnosis, texts: &Texts, language: Language) -> String {
    let mut report = Report { texts, language, lines: String::new() };
    report.head(diagnosis);
    report.areas(diagnosis);
    report.gaps(diagnosis);
    report.advice(diagnosis);
    report.isms(diagnosis);
    report.comparisons(diagnosis);
    report.release(diagnosis);
    report.lines
}

impl Report<'_> {
    fn line(&mut self, line: &str) {
        self.lines.push_str(line.trim_end());
        self.lines.push('\n');
    }

    fn text(&self, key: &str, args: &[(&str, &str)]) -> String {
        self.texts.get(self.language, key, args)
    }

    fn title(&mut self, key: &str) {
        let title = self.text(key, &[]);
        self.line("");
        self.line(&format!("■ {title}"));
    }

    fn pair(&mut self, key: &str, value: &str) {
        let label = pad(&self.text(key, &[]), 26);
        self.line(&format!("  {label}{value}"));
    }

    fn head(&mut self, diagnosis: &Diagnosis) {
        let args = [("organisation", diagnosis.organisation.as_str()), ("period", &diagnosis.period)];
        let title = self.text("report-title", &args);
        self.line(&title);
        if let Some(label) = &diagnosis.data_label {
            let label = self.text("report-data-note", &[("label", label.get(self.language))]);
            self.line(&label);
        }
        let set = diagnosis.item_set_title.get(self.language).to_owned();
        self.pair("report-item-set", &set);
        self.title("report-place");
        let mean = format!("{:.2}", diagnosis.maturity_mean);
        let (total, max) = (diagnosis.total.to_string(), diagnosis.max.to_string());
        let total = self.text("report-total-value", &[("total", &total), ("max", &max), ("mean", &mean)]);
        self.pair("report-total", &total);
        let tier = self.text(tier_key(diagnosis), &[]);
        self.pair("report-tier", &tier);
        let indices = [diagnosis.risk_index, diagnosis.vulnerability_index, diagnosis.influence_index]
            .map(|x| format!("{x:+.2}"));
        let args = [("risk", indices[0].as_str()), ("vulnerability", &indices[1]), ("influence", &indices[2])];
        let indices = self.text("report-indices-value", &args);
        self.pair("report-risk-index", &indices);
        let place = self.place(diagnosis.percentile, diagnosis.deviation_value);
        self.pair("report-place-in-tier", &place);
        let place = self.place(diagnosis.percentile_all, diagnosis.deviation_value_all);
        self.pair("report-place-in-all", &place);
        self.target("report-tier-mean", &diagnosis.tier_mean, diagnosis);
        if let Some(provisional) = &diagnosis.provisional {
            self.target("report-provisional", provisional, diagnosis);
        }
        self.target("report-desired", &diagnosis.desired, diagnosis);
    }

    fn place(&self, percentile: f64, deviation_value: Option<f64>) -> String {
        let percentile = format!("{percentile:.1}");
        match deviation_value {
            Some(value) => {
                let args = [("percentile", percentile.as_str()), ("value", &format!("{value:.1}"))];
                self.text("report-place-value", &args)
            }
            None => self.text("report-place-without-value", &[("percentile", &percentile)]),
        }
    }

    fn target(&mut self, key: &str, target: &LevelFigures, diagnosis: &Diagnosis) {
        let distance = target.total - f64::from(diagnosis.total);
        let args = [("total", format!("{:.1}", target.total)), ("distance", format!("{:.1}", distance.abs()))];
        let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
        let value = self.text(if distance > 0.0 { "report-target-missed" } else { "report-target-met" }, &args);
        self.pair(key, &value);
    }

    fn areas(&mut self, diagnosis: &Diagnosis) {
        self.title("report-areas");
        let heads = ["report-own", "report-mean", "report-desired-short"].map(|key| pad(&self.text(key, &[]), 10));
        self.line(&format!("  {}{}", pad("", 48), heads.concat()));
        for area in &diagnosis.areas {
            let title = pad(&format!("{}  {}", area.area, area.title.get(self.language)), 48);
            let figures =
                [area.own, area.tier_mean, area.desired].map(|level| pad(&format!("{level:.1}"), 10)).concat();
            self.line(&format!("  {title}{figures}"));
        }
    }

    fn gaps(&mut self, diagnosis: &Diagnosis) {
        self.title("report-gaps");
        let open = diagnosis.gaps.iter().filter(|gap| gap.gap > 0.0);
        if open.clone().next().is_none() {
            let none = self.text("report-no-gap", &[]);
            self.line(&format!("  {none}"));
        }
        let count = open.clone().count();
        for gap in open.take(GAPS) {
            let item = diagnosis.items.iter().find(|item| item.item == gap.item);
            let short = item.map_or("", |item| item.short.get(self.language));
            let args = [
                ("own", gap.own.to_string()),
                ("desired", format!("{:.1}", gap.desired)),
                ("gap", format!("{:.1}", gap.gap)),
                ("weight", gap.weight.to_string()),
            ];
            let figures = self.text("report-gap-value", &args.each_ref().map(|(name, value)| (*name, value.as_str())));
            let mark = if item.is_some_and(|item| item.estimated) {
                self.text("report-estimated", &[])
            } else {
                String::new()
            };
            self.line(&format!("  {:>2}. {}{figures}{mark}", gap.rank, pad(&format!("{}  {short}", gap.item), 32)));
        }
        if count > GAPS {
            let more = self.text("report-more", &[("count", &(count - GAPS).to_string())]);
            self.line(&format!("  {more}"));
        }
    }

    fn advice(&mut self, diagnosis: &Diagnosis) {
        if !diagnosis.actions.is_empty() {
            self.title("report-actions");
        }
        for action in diagnosis.actions.iter().take(ADVICE) {
            let short = action.short.get(self.language);
            self.line(&format!("  {}  {short}", action.item));
            self.step(&action.next);
            if let Some(last) = action.later.last() {
                let later = self.text("report-later", &[("to", &last.to.to_string())]);
                self.line(&format!("      {later}"));
            }
            let ids: Vec<&str> = action.iso27001.iter().chain(&action.csf).map(|one| one.id.as_str()).collect();
            self.line(&format!("      ISO/IEC 27001, CSF: {}", ids.join(" ")));
        }
    }

    fn step(&mut self, step: &Step) {
        let effort = self.text(effort_key(step.effort), &[]);
        self.line(&format!("    {} → {}  {effort}", step.from, step.to));
        for (key, words) in [("catalog-first", &step.first), ("catalog-who", &step.who), ("catalog-proof", &step.proof)]
        {
            let text = self.text(key, &[("text", words.get(self.language))]);
            self.line(&format!("      {text}"));
        }
    }

    fn isms(&mut self, diagnosis: &Diagnosis) {
        self.title("report-isms");
        for (key, items) in [("report-below-3", &diagnosis.isms.below_3), ("report-below-4", &diagnosis.isms.below_4)] {
            let ids: Vec<&str> = items.iter().map(|item| item.item.as_str()).collect();
            let list = if ids.is_empty() { "–".to_owned() } else { ids.join(" ") };
            self.pair(key, &list);
        }
    }

    fn comparisons(&mut self, diagnosis: &Diagnosis) {
        self.title("report-comparisons");
        let heads = ["report-n", "report-mean", "report-top-third", "report-sd"];
        let heads = heads.map(|key| pad(&self.text(key, &[]), 14)).concat();
        self.line(&format!("  {}{heads}", pad("", 48)));
        let groups = &diagnosis.comparisons;
        for group in [Some(&groups.all), Some(&groups.tier), groups.size.as_ref(), groups.industry.as_ref()]
            .into_iter()
            .flatten()
        {
            let name = pad(&self.group(group), 48);
            let figures = [
                group.n.to_string(),
                format!("{:.1}", group.mean),
                format!("{:.1}", group.top_third),
                format!("{:.1}", group.sd),
            ];
            let figures = figures.map(|figure| pad(&figure, 14)).concat();
            self.line(&format!("  {name}{figures}"));
        }
    }

    fn group(&self, group: &GroupFigures) -> String {
        match &group.label {
            Some(label) => label.get(self.language).to_owned(),
            None => self.text(&format!("report-group-{}", group.key), &[]),
        }
    }

    fn release(&mut self, diagnosis: &Diagnosis) {
        self.title("report-release");
        let release = &diagnosis.release;
        let window = format!("{} – {}", release.window.from, release.window.to);
        self.pair("report-release-id", &release.id);
        self.pair("report-n", &release.n.to_string());
        self.pair(if release.synthetic { "report-window-synthetic" } else { "report-window" }, &window);
        self.pair("report-hash", &release.hash);
        let method = release.method.get(self.language).to_owned();
        self.line(&format!("  {method}"));
        let notice = diagnosis.profile_computation.notice.get(self.language);
        let first = notice.lines().find(|line| !line.trim().is_empty()).unwrap_or("").to_owned();
        self.line(&format!("  {first}"));
    }
}

/// Key of the sentence on a tier.
#[must_use]
pub fn tier_key(diagnosis: &Diagnosis) -> &'static str {
    match diagnosis.tier {
        crate::population::Tier::I => "report-tier-i",
        crate::population::Tier::II => "report-tier-ii",
        crate::population::Tier::III => "report-tier-iii",
    }
}

/// Fills up with blanks to a width in half-width characters; at least one blank follows.
fn pad(text: &str, width: usize) -> String {
    let used: usize = text.chars().map(|character| if is_wide(character) { 2 } else { 1 }).sum();
    let mut padded = text.to_owned();
    let blanks = width.saturating_sub(used).max(1);
    // Writing to a string cannot fail.
    let _ = write!(padded, "{:blanks$}", "");
    padded
}

/// Whether a terminal gives the character two columns.
fn is_wide(character: char) -> bool {
    matches!(u32::from(character), 0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE6F | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x20000..=0x3FFFD)
}
