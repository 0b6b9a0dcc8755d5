//! The charts of a release.

use paper::Svg;
use paper::chart::{About, Axis, Bin, Cell, Cloud, Extent, Histogram, Ink, Line, Scatter};
use platform::{Language, Texts};

use super::Tier;
use super::sheet::{GroupKind, ReleaseSheet};

/// What the charts are drawn from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Drawing<'a> {
    pub(super) sheet: &'a ReleaseSheet,
    pub(super) language: Language,
    pub(super) texts: &'a Texts,
}

impl Drawing<'_> {
    fn t(&self, key: &str, args: &[(&str, &str)]) -> String {
        self.texts.get(self.language, key, args)
    }

    fn about(&self, title: String, description: String) -> About {
        let language = match self.language {
            Language::Ja => paper::Language::Ja,
            Language::En => paper::Language::En,
        };
        About { title, description, language, extent: Extent::Half }
    }

    /// The release's id, and that it is synthetic.
    fn source(&self) -> String {
        let head = &self.sheet.entry.head;
        let label = if head.synthetic { format!(" – {}", self.t("release-synthetic", &[])) } else { String::new() };
        format!("{}{label}", head.id)
    }

    fn totals(&self) -> Axis {
        let ends = self.sheet.histogram.first().zip(self.sheet.histogram.last());
        let (from, to) = ends.map_or((0.0, 1.0), |(first, last)| (f64::from(first.from), f64::from(last.to)));
        Axis { title: self.t("release-total", &[]), from, to, step: 25.0, decimals: 0 }
    }

    /// How many companies of a tier have which total.
    pub(super) fn histogram(&self, tier: Tier) -> Svg {
        let last = self.sheet.histogram.len().saturating_sub(1);
        let bins = self.sheet.histogram.iter().enumerate().map(|(place, bar)| Bin {
            from: f64::from(bar.from),
            to: f64::from(if place == last { bar.to } else { bar.to + 1 }),
            count: bar.of(tier),
        });
        let tier_name = self.t("release-tier", &[("tier", tier.as_str())]);
        let line = |key: &str, at: f64, ink: Ink| Line { label: format!("{} {at:.1}", self.t(key, &[])), at, ink };
        let figures = self.sheet.group(GroupKind::Tier, tier.as_str());
        let lines = figures.map(|figures| {
            vec![
                line("release-mean", figures.mean, Ink::PeerA),
                line("release-top-third", figures.top_third, Ink::Goal),
            ]
        });
        let n = figures.map_or(0, |figures| figures.n).to_string();
        let source = self.source();
        let words = [("tier", tier.as_str()), ("n", n.as_str()), ("release", source.as_str())];
        Histogram {
            about: self.about(self.t("release-histogram", &words), self.t("release-histogram-description", &words)),
            axis: self.totals(),
            count_title: self.t("release-companies", &[]),
            bins: bins.collect(),
            bins_name: tier_name,
            own: None,
            own_name: String::new(),
            lines: lines.unwrap_or_default(),
        }
        .svg()
    }

    /// How many companies have which risk index and total.
    pub(super) fn scatter(&self) -> Svg {
        let cells = self.sheet.scatter.iter().map(|cell| Cell {
            x: cell.risk_index,
            y: f64::from(cell.total),
            count: u64::from(cell.members),
        });
        let n = self.sheet.entry.head.n.to_string();
        let source = self.source();
        let words = [("n", n.as_str()), ("release", source.as_str())];
        Scatter {
            about: self.about(self.t("release-scatter", &[]), self.t("release-scatter-description", &words)),
            x: Axis { title: self.t("release-risk-index", &[]), from: -5.0, to: 5.0, step: 1.0, decimals: 0 },
            y: self.totals(),
            regions: Vec::new(),
            cloud: Cloud::Cells { name: self.t("release-cloud", &words), size: (0.1, 1.0), cells: cells.collect() },
            across: Vec::new(),
            upright: Vec::new(),
            marks: Vec::new(),
            now_name: String::new(),
            earlier_name: String::new(),
        }
        .svg()
    }
}
