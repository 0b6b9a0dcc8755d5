//! The charts of a diagnosis: one drawing serves page, PDF and print.

use std::collections::BTreeMap;

use paper::Svg;
use paper::chart::{
    About, Axis, Bin, Cell, Cloud, Extent, Gap, GapHeads, GapItem, Histogram, Ink, Line, Mark, Radar, RadarAxis,
    RadarGroup, RadarSeries, Region, Scatter, Trend, TrendSeries,
};
use platform::{Language, Texts};

use super::actions::Earlier;
use super::model::Diagnosis;
use crate::catalog::ItemSet;
use crate::face::period;

/// What the charts are drawn from.
#[derive(Debug, Clone, Copy)]
pub struct Drawing<'a> {
    /// The diagnosis.
    pub diagnosis: &'a Diagnosis,
    /// Its item set.
    pub set: &'a ItemSet,
    /// The unit's approved self-checks before it, the earliest first.
    pub earlier: &'a [Earlier],
    /// Language of all words.
    pub language: Language,
    /// Texts.
    pub texts: &'a Texts,
}

/// What the radar shows beside the own levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a check box of its own")]
pub struct Beside {
    /// Mean of the own tier.
    pub tier: bool,
    /// Desired level.
    pub desired: bool,
    /// Mean of the own industry.
    pub industry: bool,
    /// Mean of the own size.
    pub size: bool,
    /// The self-check before.
    pub earlier: bool,
}

impl Default for Beside {
    fn default() -> Self {
        Self { tier: true, desired: true, industry: false, size: false, earlier: false }
    }
}

/// Width and height of a cell of the scatter: risk index and points.
const CELL: (f64, f64) = (0.25, 2.5);

#[expect(clippy::cast_possible_truncation, reason = "both lie between -20 and 60")]
/// Companies gathered into cells large enough to be seen.
fn gathered(places: impl Iterator<Item = (f64, u32, u64)>) -> Vec<Cell> {
    let mut cells: BTreeMap<(i32, i32), u64> = BTreeMap::new();
    for (risk, total, members) in places {
        let place = ((risk / CELL.0).floor() as i32, (f64::from(total) / CELL.1).floor() as i32);
        *cells.entry(place).or_default() += members;
    }
    let middle = |place: i32, size: f64| (f64::from(place) + 0.5) * size;
    cells.into_iter().map(|((x, y), count)| Cell { x: middle(x, CELL.0), y: middle(y, CELL.1), count }).collect()
}

impl Drawing<'_> {
    fn t(&self, key: &str) -> String {
        self.texts.get(self.language, key, &[])
    }

    fn t1(&self, key: &str, name: &str, value: &str) -> String {
        self.texts.get(self.language, key, &[(name, value)])
    }

    fn about(&self, title: &str, description: String, extent: Extent) -> About {
        About { title: self.t(title), description, language: self.paper_language(), extent }
    }

    fn paper_language(&self) -> paper::Language {
        match self.language {
            Language::Ja => paper::Language::Ja,
            Language::En => paper::Language::En,
        }
    }

    fn source(&self) -> String {
        let label = if self.diagnosis.release.synthetic { format!(" {}", self.t("synthetic")) } else { String::new() };
        format!("{}{label}", self.diagnosis.release.id)
    }

    /// Levels of all items.
    #[must_use]
    pub fn radar(&self, beside: Beside, extent: Extent) -> Svg {
        let set = self.set;
        let axes = set.items.iter().map(|item| RadarAxis {
            label: item.short.get(self.language).to_owned(),
            group: set.areas.iter().position(|area| area.ref_id == item.area).unwrap_or(usize::MAX),
        });
        let groups = set
            .areas
            .iter()
            .map(|area| RadarGroup { mark: area.ref_id.clone(), name: area.short.get(self.language).to_owned() });
        let mut series = vec![RadarSeries {
            name: self.t("diagnosis-own"),
            ink: Ink::Own,
            values: self.diagnosis.items.iter().map(|item| Some(f64::from(item.own))).collect(),
        }];
        let mut add = |wanted: bool, key: &str, ink: Ink, values: Vec<Option<f64>>| {
            if wanted && values.iter().any(Option::is_some) {
                series.push(RadarSeries { name: self.t(key), ink, values });
            }
        };
        let items = &self.diagnosis.items;
        add(beside.desired, "diagnosis-desired", Ink::Goal, items.iter().map(|item| Some(item.desired)).collect());
        add(beside.tier, "diagnosis-tier-mean", Ink::PeerA, items.iter().map(|item| Some(item.tier_mean)).collect());
        add(
            beside.industry,
            "diagnosis-industry-mean",
            Ink::PeerB,
            items.iter().map(|item| item.industry_mean).collect(),
        );
        add(beside.size, "diagnosis-size-mean", Ink::PeerC, items.iter().map(|item| item.size_mean).collect());
        if let Some(last) = self.earlier.last() {
            let levels = set.items.iter().map(|item| last.levels.get(&item.ref_id).map(|level| f64::from(*level)));
            add(beside.earlier, "diagnosis-earlier", Ink::Earlier, levels.collect());
        }
        let description = self.t1("chart-radar-description", "release", &self.source());
        Radar {
            about: self.about("chart-radar", description, extent),
            axes: axes.collect(),
            groups: groups.collect(),
            levels: (1, 5),
            series,
        }
        .svg()
    }

    fn total_axis(&self, decimals: usize) -> Axis {
        let lowest = f64::from(self.set.lowest_total());
        let highest = f64::from(self.diagnosis.max);
        Axis { title: self.t("diagnosis-total"), from: lowest, to: highest, step: 25.0, decimals }
    }

    /// Total against risk index.
    #[must_use]
    pub fn scatter(&self, extent: Extent) -> Svg {
        let diagnosis = self.diagnosis;
        let cells =
            gathered(diagnosis.scatter.iter().map(|cell| (cell.risk_index, cell.total, u64::from(cell.members))));
        let mut marks: Vec<Mark> = self
            .earlier
            .iter()
            .filter(|earlier| earlier.same_set)
            .map(|earlier| Mark {
                label: period::words(&earlier.period, self.language),
                x: earlier.risk_index,
                y: f64::from(earlier.total),
            })
            .collect();
        marks.push(Mark {
            label: format!("{} {}", self.t("diagnosis-own"), diagnosis.total),
            x: diagnosis.risk_index,
            y: f64::from(diagnosis.total),
        });
        let earlier_name = if marks.len() > 1 { self.t("diagnosis-earlier") } else { String::new() };
        Scatter {
            about: self.about("chart-scatter", self.t1("chart-scatter-description", "release", &self.source()), extent),
            x: Axis { title: self.t("diagnosis-risk-index"), from: -5.0, to: 5.0, step: 1.0, decimals: 0 },
            y: self.total_axis(0),
            regions: Vec::<Region>::new(),
            cloud: Cloud::Cells {
                name: self.t1("chart-members", "n", &self.diagnosis.release.n.to_string()),
                size: CELL,
                cells,
            },
            across: vec![Line { at: diagnosis.desired.total, label: self.t("diagnosis-desired"), ink: Ink::Goal }],
            upright: Vec::new(),
            marks,
            now_name: self.t("diagnosis-own"),
            earlier_name,
        }
        .svg()
    }

    /// Distribution of totals in the own tier.
    #[must_use]
    pub fn histogram(&self, extent: Extent) -> Svg {
        let diagnosis = self.diagnosis;
        let bins = diagnosis.histogram.iter().map(|bar| Bin {
            from: f64::from(bar.from),
            to: f64::from(bar.to) + 1.0,
            count: bar.tier,
        });
        let one = |value: f64| format!("{value:.1}");
        Histogram {
            about: self.about(
                "chart-histogram",
                self.t1("chart-histogram-description", "release", &self.source()),
                extent,
            ),
            axis: self.total_axis(0),
            count_title: self.t("chart-count"),
            bins: bins.collect(),
            bins_name: self.t1("chart-tier-members", "tier", diagnosis.tier.as_str()),
            own: Some(Line {
                at: f64::from(diagnosis.total),
                label: format!("{} {}", self.t("diagnosis-own"), diagnosis.total),
                ink: Ink::Own,
            }),
            own_name: self.t("chart-own-bin"),
            lines: vec![
                Line {
                    at: diagnosis.tier_mean.total,
                    label: format!("{} {}", self.t("diagnosis-tier-mean"), one(diagnosis.tier_mean.total)),
                    ink: Ink::PeerA,
                },
                Line {
                    at: diagnosis.desired.total,
                    label: format!("{} {}", self.t("diagnosis-desired"), one(diagnosis.desired.total)),
                    ink: Ink::Goal,
                },
            ],
        }
        .svg()
    }

    /// Own level and desired level of each item, the largest priority first.
    #[must_use]
    pub fn gap(&self, extent: Extent) -> Svg {
        let items = self.diagnosis.gaps.iter().map(|gap| GapItem {
            label: self
                .set
                .item(&gap.item)
                .map_or_else(|| gap.item.clone(), |item| format!("{} {}", item.ref_id, item.short.get(self.language))),
            own: Some(f64::from(gap.own)),
            goal: Some(gap.desired),
            emphasis: gap.gap >= 1.0,
        });
        let heads = GapHeads {
            item: self.t("diagnosis-item"),
            own: self.t("diagnosis-own"),
            goal: self.t("diagnosis-desired"),
            gap: self.t("diagnosis-gap"),
        };
        let description = self.t1("chart-gap-description", "release", &self.source());
        Gap {
            about: self.about("chart-gap", description, extent),
            heads,
            levels: (1, 5),
            decimals: 1,
            items: items.collect(),
        }
        .svg()
    }

    /// Totals over the periods; none with fewer than two.
    #[must_use]
    pub fn trend(&self, extent: Extent) -> Option<Svg> {
        let before: Vec<&Earlier> = self.earlier.iter().filter(|earlier| earlier.same_set).collect();
        if before.is_empty() {
            return None;
        }
        let mut periods: Vec<String> =
            before.iter().map(|earlier| period::words(&earlier.period, self.language)).collect();
        periods.push(period::words(&self.diagnosis.period, self.language));
        let mut values: Vec<Option<f64>> = before.iter().map(|earlier| Some(f64::from(earlier.total))).collect();
        values.push(Some(f64::from(self.diagnosis.total)));
        let series = vec![TrendSeries { name: self.t("diagnosis-total"), ink: Ink::Own, values }];
        let about = self.about("chart-trend", self.t("chart-trend-description"), extent);
        Some(Trend { about, periods, axis: self.total_axis(0), series }.svg())
    }
}
