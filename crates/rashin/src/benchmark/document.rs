//! The diagnosis as a document: what an executive reads first, then figures, charts, gaps, advice, and how all of it
//! was computed.

use paper::chart::Extent;
use paper::{Align, Block, Column, Document, KeyFigure, NoticeKind, Row, Run, Table};
use platform::Language;

use super::charts::{Beside, Drawing};
use super::model::{Recommendation, Step};
use crate::catalog::{Bilingual, Effort};
use crate::face::period;

/// A number with one decimal.
fn one(value: f64) -> String {
    format!("{value:.1}")
}

/// What is said of who approved the answers; empty for answers from a file.
#[derive(Debug, Clone, Default)]
pub struct Approved {
    /// Sentence under the title.
    pub line: String,
}

/// The document.
#[must_use]
pub fn document(draw: &Drawing<'_>, approved: &Approved) -> Document {
    let writer = Writer { draw };
    let diagnosis = draw.diagnosis;
    let mut blocks = writer.summary();
    blocks.extend(writer.charts());
    blocks.extend(writer.gaps());
    blocks.extend(writer.advice());
    blocks.extend(writer.isms());
    blocks.extend(writer.basis());
    let period = period::words(&diagnosis.period, draw.language);
    let mut meta = vec![
        (writer.t("document-organisation"), diagnosis.organisation.clone()),
        (writer.t("label-period"), period.clone()),
        (writer.t("label-item_set"), writer.word(&diagnosis.item_set_title)),
        (writer.t("diagnosis-release"), diagnosis.release.id.clone()),
    ];
    if !approved.line.is_empty() {
        meta.push((writer.t("diagnosis-approved"), approved.line.clone()));
    }
    let synthetic = diagnosis.release.synthetic;
    let banner = || writer.t1("document-banner", "n", &diagnosis.release.n.to_string());
    Document {
        language: writer.paper_language(),
        title: writer.t("document-title"),
        subtitle: format!("{} {period}", diagnosis.organisation),
        meta,
        footer: format!("{} {}", writer.t("product"), writer.t("document-footer")),
        banner: synthetic.then(banner),
        blocks,
    }
}

struct Writer<'a> {
    draw: &'a Drawing<'a>,
}

fn heading(level: u8, text: String, id: &str) -> Block {
    Block::Heading { level, text, id: id.to_owned() }
}

fn paragraph(text: String) -> Block {
    Block::Paragraph { runs: vec![Run::plain(text)] }
}

fn cell(text: impl Into<String>) -> Vec<Run> {
    vec![Run::plain(text)]
}

fn column(title: String, align: Align, share: u16, names_row: bool) -> Column {
    Column { title, align, share, names_row }
}

impl Writer<'_> {
    fn t(&self, key: &str) -> String {
        self.draw.texts.get(self.draw.language, key, &[])
    }

    fn t1(&self, key: &str, name: &str, value: &str) -> String {
        self.draw.texts.get(self.draw.language, key, &[(name, value)])
    }

    fn args(&self, key: &str, args: &[(&str, String)]) -> String {
        let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.draw.texts.get(self.draw.language, key, &args)
    }

    fn word(&self, text: &Bilingual) -> String {
        text.get(self.draw.language).to_owned()
    }

    fn paper_language(&self) -> paper::Language {
        match self.draw.language {
            Language::Ja => paper::Language::Ja,
            Language::En => paper::Language::En,
        }
    }

    fn headline(&self) -> String {
        let diagnosis = self.draw.diagnosis;
        let total = f64::from(diagnosis.total);
        let tier = ("tier", diagnosis.tier.as_str().to_owned());
        let left = |aim: f64| ("points", one(aim - total));
        match &diagnosis.provisional {
            Some(aim) => self.args("diagnosis-headline-mean", &[tier, left(aim.total)]),
            None if total < diagnosis.desired.total => {
                self.args("diagnosis-headline-desired", &[tier, left(diagnosis.desired.total)])
            }
            None => self.args("diagnosis-headline-reached", &[tier]),
        }
    }

    fn summary(&self) -> Vec<Block> {
        let diagnosis = self.draw.diagnosis;
        let lead = self.args(
            "diagnosis-lead",
            &[
                ("max", diagnosis.max.to_string()),
                ("total", diagnosis.total.to_string()),
                ("tier", diagnosis.tier.as_str().to_owned()),
                ("mean", one(diagnosis.tier_mean.total)),
                ("desired", one(diagnosis.desired.total)),
            ],
        );
        let tier = self.t(&format!("tier-meaning-{}", diagnosis.tier.as_str().to_lowercase()));
        let mut blocks = vec![
            heading(1, self.t("section-conclusion"), "conclusion"),
            Block::Notice { kind: NoticeKind::Info, text: vec![Run::strong(self.headline())] },
            paragraph(format!("{lead} {tier}")),
            Block::KeyFigures { figures: self.figures() },
        ];
        if !diagnosis.actions.is_empty() {
            blocks.push(paragraph(self.t("diagnosis-begin-with")));
            let items = diagnosis.actions.iter().take(3).map(|action| {
                let name = format!("{} {}", action.item, action.short.get(self.draw.language));
                vec![Run::strong(name), Run::plain(format!("  {}", self.word(&action.next.first)))]
            });
            blocks.push(Block::List { ordered: true, items: items.collect() });
        }
        blocks
    }

    fn key_figure(&self, key: &str, value: String, unit: &str) -> KeyFigure {
        KeyFigure {
            label: self.t(&format!("figure-{key}")),
            value,
            unit: unit.to_owned(),
            meaning: self.t(&format!("figure-{key}-meaning")),
        }
    }

    fn figures(&self) -> Vec<KeyFigure> {
        let diagnosis = self.draw.diagnosis;
        let mut figures = vec![
            self.key_figure("total", diagnosis.total.to_string(), &format!("/ {}", diagnosis.max)),
            self.key_figure("maturity", one(diagnosis.maturity_mean), "/ 5"),
            self.key_figure("tier", diagnosis.tier.as_str().to_owned(), ""),
            self.key_figure("percentile", one(diagnosis.percentile), "%"),
        ];
        if let Some(value) = diagnosis.deviation_value {
            figures.push(self.key_figure("deviation", one(value), ""));
        }
        figures.push(self.key_figure("desired", one(diagnosis.desired.total), &self.t("points")));
        if let Some(aim) = &diagnosis.provisional {
            figures.push(self.key_figure("provisional", one(aim.total), &self.t("points")));
        }
        figures
    }

    fn figure(&self, key: &str, svg: paper::Svg, width_percent: u8) -> Block {
        let description = self.t1(&format!("chart-{key}-description"), "release", &self.draw.diagnosis.release.id);
        Block::Figure { svg, caption: self.t(&format!("chart-{key}")), alt: description, width_percent }
    }

    fn charts(&self) -> Vec<Block> {
        let draw = self.draw;
        vec![
            Block::PageBreak,
            heading(1, self.t("section-charts"), "charts"),
            paragraph(self.t("chart-radar-reading")),
            self.figure("radar", draw.radar(Beside::default(), Extent::Full), 100),
            Block::Columns {
                left: vec![self.figure("scatter", draw.scatter(Extent::Half), 100)],
                right: vec![self.figure("histogram", draw.histogram(Extent::Half), 100)],
            },
        ]
    }

    fn gaps(&self) -> Vec<Block> {
        let diagnosis = self.draw.diagnosis;
        let end = Align::End;
        let columns = vec![
            column(self.t("diagnosis-item"), Align::Start, 40, true),
            column(self.t("diagnosis-own"), end, 10, false),
            column(self.t("diagnosis-tier-mean"), end, 12, false),
            column(self.t("diagnosis-desired"), end, 14, false),
            column(self.t("diagnosis-gap"), end, 10, false),
            column(self.t("diagnosis-weight"), end, 10, false),
            column(self.t("diagnosis-priority"), end, 12, false),
        ];
        let row = |gap: &super::model::ItemGap| {
            let item = diagnosis.items.iter().find(|item| item.item == gap.item);
            let name = item.map(|item| self.word(&item.short)).unwrap_or_default();
            let mark = if item.is_some_and(|item| item.estimated) { " *" } else { "" };
            Row {
                cells: vec![
                    cell(format!("{} {name}{mark}", gap.item)),
                    cell(gap.own.to_string()),
                    cell(item.map(|item| one(item.tier_mean)).unwrap_or_default()),
                    cell(one(gap.desired)),
                    cell(one(gap.gap)),
                    cell(gap.weight.to_string()),
                    cell(format!("{:.2}", gap.priority)),
                ],
                emphasis: gap.gap >= 1.0,
            }
        };
        let rows = diagnosis.gaps.iter().map(row).collect();
        let mut blocks = vec![
            Block::PageBreak,
            heading(1, self.t("section-gaps"), "gaps"),
            paragraph(self.t("document-gaps-lead")),
            Block::Table(Table { caption: self.t("section-gaps"), columns, rows }),
        ];
        if diagnosis.items.iter().any(|item| item.estimated) {
            blocks.push(paragraph(format!("* {}", self.t("document-estimated"))));
        }
        if let Some(trend) = self.draw.trend(Extent::Half) {
            let left = vec![self.figure("trend", trend, 100)];
            blocks.push(Block::Columns { left, right: vec![paragraph(self.t("chart-trend-reading"))] });
        }
        blocks
    }

    fn effort(&self, effort: Effort) -> String {
        self.t(match effort {
            Effort::Small => "advice-effort-small",
            Effort::Medium => "advice-effort-medium",
            Effort::Large => "advice-effort-large",
        })
    }

    fn step(&self, step: &Step) -> Vec<Vec<Run>> {
        let line =
            |key: &str, text: &Bilingual| vec![Run::strong(self.t(key)), Run::plain(format!("  {}", self.word(text)))];
        vec![line("advice-first", &step.first), line("advice-who", &step.who), line("advice-proof", &step.proof)]
    }

    fn action(&self, action: &Recommendation) -> Vec<Block> {
        let title = format!(
            "{}. {} {}  {} {} → {}",
            action.rank,
            action.item,
            self.word(&action.short),
            self.t("level"),
            action.next.from,
            action.next.to
        );
        let ids = |references: &[super::model::Reference]| {
            references.iter().map(|reference| reference.id.as_str()).collect::<Vec<_>>().join(", ")
        };
        let standards = format!(
            "{}  ISO/IEC 27001:2022 {}  NIST CSF 2.0 {}",
            self.effort(action.next.effort),
            ids(&action.iso27001),
            ids(&action.csf)
        );
        vec![
            heading(2, title, &format!("action-{}", action.item)),
            Block::List { ordered: false, items: self.step(&action.next) },
            paragraph(standards),
        ]
    }

    fn advice(&self) -> Vec<Block> {
        let actions = &self.draw.diagnosis.actions;
        let mut blocks = vec![heading(1, self.t("section-advice"), "advice")];
        if actions.is_empty() {
            blocks.push(Block::Notice { kind: NoticeKind::Success, text: cell(self.t("advice-none")) });
            return blocks;
        }
        blocks.push(paragraph(self.t("advice-lead")));
        blocks.extend(actions.iter().flat_map(|action| self.action(action)));
        blocks
    }

    fn isms(&self) -> Vec<Block> {
        let isms = &self.draw.diagnosis.isms;
        let mut blocks = vec![heading(1, self.t("section-isms"), "isms"), paragraph(self.t("isms-lead"))];
        let count = self.draw.diagnosis.items.len();
        let figure = |key: &str, below: usize| KeyFigure {
            label: self.t(key),
            value: below.to_string(),
            unit: format!("/ {count}"),
            meaning: String::new(),
        };
        let figures = vec![figure("isms-below-3", isms.below_3.len()), figure("isms-below-4", isms.below_4.len())];
        blocks.push(Block::KeyFigures { figures });
        if isms.below_4.is_empty() {
            return blocks;
        }
        let columns = vec![
            column(self.t("diagnosis-item"), Align::Start, 38, true),
            column(self.t("diagnosis-own"), Align::End, 10, false),
            column("ISO/IEC 27001:2022".to_owned(), Align::Start, 52, false),
        ];
        let row = |item: &super::model::IsmsItem| Row {
            cells: vec![
                cell(format!("{} {}", item.item, self.word(&item.short))),
                cell(item.own.to_string()),
                cell(item.iso27001.iter().map(|reference| reference.id.as_str()).collect::<Vec<_>>().join(", ")),
            ],
            emphasis: item.own < 3,
        };
        let rows = isms.below_4.iter().map(row).collect();
        blocks.push(Block::Table(Table { caption: self.t("isms-below-4"), columns, rows }));
        blocks
    }

    fn basis(&self) -> Vec<Block> {
        let diagnosis = self.draw.diagnosis;
        let release = &diagnosis.release;
        let mut blocks = vec![
            heading(1, self.t("section-basis"), "basis"),
            paragraph(self.word(&release.method)),
            Block::List {
                ordered: false,
                items: vec![
                    cell(format!("{}: {}", self.t("basis-id"), release.id)),
                    cell(format!("{}: {}", self.t("basis-n"), release.n)),
                    cell(format!("SHA-256: {}", release.hash)),
                ],
            },
            heading(2, self.t("document-how"), "how"),
        ];
        let how = |key: &str| {
            vec![
                Run::strong(self.t(&format!("figure-{key}"))),
                Run::plain(format!("  {}", self.t(&format!("figure-{key}-how")))),
            ]
        };
        let keys = ["total", "maturity", "tier", "percentile", "deviation", "desired", "provisional"];
        blocks.push(Block::List { ordered: false, items: keys.into_iter().map(how).collect() });
        blocks.push(heading(2, self.t("basis-tier"), "tier"));
        blocks.push(paragraph(self.word(&diagnosis.profile_computation.notice).trim().to_owned()));
        blocks.push(self.computation());
        blocks
    }

    fn computation(&self) -> Block {
        let diagnosis = self.draw.diagnosis;
        let end = Align::End;
        let columns = vec![
            column(self.t("basis-question"), Align::Start, 26, true),
            column(self.t("basis-option"), Align::Start, 34, false),
            column(self.t("basis-points"), end, 8, false),
            column("z".to_owned(), end, 10, false),
            column(self.t("diagnosis-weight"), end, 8, false),
            column(self.t("basis-contribution"), end, 12, false),
        ];
        let signed = |value: f64| format!("{value:+.2}").replace('-', "−");
        let mut rows = Vec::new();
        for index in &diagnosis.profile_computation.indices {
            for term in diagnosis.profile_computation.terms.iter().filter(|term| term.index == index.index) {
                let choice = diagnosis.profile.iter().find(|choice| choice.question == term.question);
                rows.push(Row {
                    cells: vec![
                        cell(choice.map(|choice| self.word(&choice.short)).unwrap_or_default()),
                        cell(choice.map(|choice| self.word(&choice.label)).unwrap_or_default()),
                        cell(term.points.to_string()),
                        cell(signed(term.z)),
                        cell(term.weight.to_string()),
                        cell(signed(term.contribution)),
                    ],
                    emphasis: false,
                });
            }
            let name = self.t(&format!("diagnosis-{}", index.index));
            let cells = vec![cell(name), cell(""), cell(""), cell(""), cell(""), cell(signed(index.value))];
            rows.push(Row { cells, emphasis: true });
        }
        Block::Table(Table { caption: self.t("basis-tier"), columns, rows })
    }
}
