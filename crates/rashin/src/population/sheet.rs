//! Everything one may see of a release: the one object that its page and its API answer show.

use std::num::NonZeroU32;

use serde::Serialize;
use stats::Distribution;
use utoipa::ToSchema;

use super::Tier;
use super::actions::Frozen;
use super::published::{PublishedMeans, compare_with_published};
use super::release::{Figures, Release, ReleaseHead, ScatterCell};
use crate::catalog::Size;

/// Points that one bar of a histogram spans.
const BAR: NonZeroU32 = NonZeroU32::MIN.saturating_add(4);

/// A release without its figures.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ReleaseEntry {
    /// In the order of freezing, from 1.
    pub number: i64,
    /// When it was frozen, milliseconds since 1970.
    pub frozen_at_ms: i64,
    /// What one says of it wherever it is used.
    #[serde(flatten)]
    pub head: ReleaseHead,
}

/// A release with its figures. Points of the item set, nothing rounded.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ReleaseSheet {
    /// The release.
    #[serde(flatten)]
    pub entry: ReleaseEntry,
    /// Printed means beside its own, where it is calibrated to them.
    pub published: Vec<PublishedMeans>,
    /// All, tiers, sizes, industries; those with too few real companies are left out.
    pub groups: Vec<ReleaseGroup>,
    /// How many companies have which total, by tier.
    pub histogram: Vec<ReleaseBar>,
    /// How many companies have which risk index and total.
    pub scatter: Vec<ScatterCell>,
}

/// Which companies figures are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum GroupKind {
    /// All of them.
    All,
    /// A tier.
    Tier,
    /// A size.
    Size,
    /// An industry.
    Industry,
}

/// The figures of a group of companies.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ReleaseGroup {
    /// What it is a group by.
    pub kind: GroupKind,
    /// `all`, `I`, `small`, `construction` …
    pub group: String,
    /// Members.
    pub n: u64,
    /// Mean total.
    pub mean: f64,
    /// Standard deviation of the totals, divisor n.
    pub sd: f64,
    /// Mean total of the top third.
    pub top_third: f64,
    /// Skewness of the totals; none where all are equal.
    pub skewness: Option<f64>,
    /// Excess kurtosis of the totals; none where all are equal.
    pub excess_kurtosis: Option<f64>,
    /// Whether the totals allow deviation values.
    pub deviation_values: bool,
    /// Means of the items, in the item set's order.
    pub items: Vec<ReleaseItem>,
}

/// The figures of an item.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ReleaseItem {
    /// Ref id.
    pub item: String,
    /// Mean level, 1 to 5.
    pub mean: f64,
    /// Mean level over the top third by total.
    pub top_third: f64,
}

/// A bar of the histogram.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReleaseBar {
    /// Least total in it.
    pub from: u32,
    /// Greatest total in it.
    pub to: u32,
    /// Companies of tier I.
    pub tier_1: u64,
    /// Companies of tier II.
    pub tier_2: u64,
    /// Companies of tier III.
    pub tier_3: u64,
}

impl ReleaseBar {
    /// Companies of a tier.
    #[must_use]
    pub const fn of(&self, tier: Tier) -> u64 {
        match tier {
            Tier::I => self.tier_1,
            Tier::II => self.tier_2,
            Tier::III => self.tier_3,
        }
    }
}

impl From<&Frozen> for ReleaseEntry {
    fn from(frozen: &Frozen) -> Self {
        Self { number: frozen.number, frozen_at_ms: frozen.frozen_at_ms, head: frozen.release.head().clone() }
    }
}

impl From<&Frozen> for ReleaseSheet {
    fn from(frozen: &Frozen) -> Self {
        let release = &*frozen.release;
        Self {
            entry: frozen.into(),
            published: compare_with_published(release),
            groups: groups(release),
            histogram: histogram(release),
            scatter: release.scatter().collect(),
        }
    }
}

impl ReleaseSheet {
    /// The figures of a group, if they are shown.
    #[must_use]
    pub fn group(&self, kind: GroupKind, group: &str) -> Option<&ReleaseGroup> {
        self.groups.iter().find(|one| one.kind == kind && one.group == group)
    }
}

impl ReleaseSheet {
    /// All companies, then each tier.
    #[must_use]
    pub fn tiers(&self) -> Vec<&ReleaseGroup> {
        let shown = |group: &&ReleaseGroup| matches!(group.kind, GroupKind::All | GroupKind::Tier);
        self.groups.iter().filter(shown).collect()
    }

    /// The figures of an item for each of [`ReleaseSheet::tiers`].
    #[must_use]
    pub fn item_by_tier(&self, item: &str) -> Vec<&ReleaseItem> {
        self.tiers().into_iter().filter_map(|group| group.items.iter().find(|one| one.item == item)).collect()
    }

    /// Ref ids of the items, in order.
    #[must_use]
    pub fn items(&self) -> Vec<&str> {
        let all = self.groups.first().map_or(&[][..], |group| &group.items);
        all.iter().map(|item| item.item.as_str()).collect()
    }
}

fn groups(release: &Release) -> Vec<ReleaseGroup> {
    let items = release.tally().item_ids();
    let group =
        |kind, group: &str, figures: Option<&Figures>| figures.map(|figures| group_of(kind, group, items, figures));
    let mut groups = Vec::from_iter(group(GroupKind::All, "all", release.all()));
    groups.extend(Tier::ALL.into_iter().filter_map(|tier| group(GroupKind::Tier, tier.as_str(), release.tier(tier))));
    groups.extend(Size::ALL.into_iter().filter_map(|size| group(GroupKind::Size, size.as_str(), release.size(size))));
    let industries = release.tally().industries().iter();
    groups.extend(industries.filter_map(|id| group(GroupKind::Industry, id, release.industry(id))));
    groups
}

fn group_of(kind: GroupKind, group: &str, items: &[String], figures: &Figures) -> ReleaseGroup {
    let means = figures.item_means.iter().zip(&figures.item_top_third);
    let items = items.iter().zip(means);
    ReleaseGroup {
        kind,
        group: group.to_owned(),
        n: figures.n,
        mean: figures.mean,
        sd: figures.sd,
        top_third: figures.top_third,
        skewness: figures.skewness,
        excess_kurtosis: figures.excess_kurtosis,
        deviation_values: figures.allows_deviation_value(),
        items: items.map(|(item, (&mean, &top_third))| ReleaseItem { item: item.clone(), mean, top_third }).collect(),
    }
}

/// Bars of five points. A last bar of one or two points joins the one before.
fn histogram(release: &Release) -> Vec<ReleaseBar> {
    let Some(all) = release.all() else { return Vec::new() };
    let mut ends: Vec<(u32, u32)> = all.totals.histogram(BAR).iter().map(|bin| (bin.first, bin.last)).collect();
    if let [.., (_, before), (first, last)] = ends.as_mut_slice()
        && *last - *first < 2
    {
        *before = *last;
        ends.pop();
    }
    let count = |tier: Tier, from: u32, to: u32| {
        release.tier(tier).map_or(0, |figures| members_within(&figures.totals, from, to))
    };
    let bars = ends.into_iter().map(|(from, to)| ReleaseBar {
        from,
        to,
        tier_1: count(Tier::I, from, to),
        tier_2: count(Tier::II, from, to),
        tier_3: count(Tier::III, from, to),
    });
    bars.collect()
}

fn members_within(totals: &Distribution, from: u32, to: u32) -> u64 {
    totals.counts().filter(|(total, _)| (from..=to).contains(total)).map(|(_, members)| members).sum()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::population::builtin_releases;

    fn sheet(number: usize) -> ReleaseSheet {
        let release = Arc::new(builtin_releases()[number].clone());
        ReleaseSheet::from(&Frozen { release, number: 1, frozen_at_ms: 5 })
    }

    #[test]
    fn every_group_is_there_in_order() {
        let groups = sheet(0).groups;
        let ids: Vec<&str> = groups.iter().map(|group| group.group.as_str()).collect();
        assert_eq!(ids[..6], ["all", "I", "II", "III", "small", "large"]);
        assert_eq!(ids.len(), 15);
        let n_of = |kind| groups.iter().filter(|group| group.kind == kind).map(|group| group.n).sum::<u64>();
        assert_eq!([GroupKind::All, GroupKind::Tier, GroupKind::Size, GroupKind::Industry].map(n_of), [885; 4]);
        assert!(groups.iter().all(|group| group.items.len() == 25));
    }

    #[test]
    fn the_bars_cover_every_total_once_and_hold_every_company() {
        for (number, lowest, highest) in [(0, 25, 125), (1, 27, 135)] {
            let sheet = sheet(number);
            let bars = &sheet.histogram;
            assert_eq!((bars[0].from, bars[bars.len() - 1].to), (lowest, highest));
            assert!(bars.windows(2).all(|pair| pair[0].to + 1 == pair[1].from));
            assert!(bars.iter().all(|bar| (4..=6).contains(&(bar.to - bar.from + 1))));
            for tier in Tier::ALL {
                let members: u64 = bars.iter().map(|bar| bar.of(tier)).sum();
                assert_eq!(Some(members), sheet.group(GroupKind::Tier, tier.as_str()).map(|group| group.n));
            }
        }
    }

    #[test]
    fn as_json_the_head_lies_at_the_top() {
        let json = serde_json::to_value(sheet(0)).unwrap();
        assert_eq!(json["id"], "synthetic-2005-25");
        assert_eq!((json["number"].as_u64(), json["frozen_at_ms"].as_u64()), (Some(1), Some(5)));
        assert_eq!(json["synthetic"], true);
        assert_eq!(json["published"][3]["top_third_published"], 76);
        assert_eq!(json["groups"][0]["kind"], "all");
        assert_eq!(json["groups"][1]["items"][0]["item"], "1-1");
    }

    #[test]
    fn printed_means_are_beside_the_25_items_only() {
        assert_eq!((sheet(0).published.len(), sheet(1).published.len()), (4, 0));
    }
}
