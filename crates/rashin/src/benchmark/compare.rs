//! An earlier diagnosis beside the present one, item by item.

use serde::Serialize;
use utoipa::ToSchema;

use super::model::{Change, Diagnosis};
use crate::catalog::Bilingual;
use crate::population::Tier;

/// What changed between two diagnoses. Only items that both have are compared; totals only within one item set.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct History {
    /// Period of the earlier one.
    pub earlier_period: String,
    /// Period of the present one.
    pub period: String,
    /// Whether both have the same item set.
    pub same_item_set: bool,
    /// Total, in points; none for different item sets.
    pub total: Option<Change>,
    /// Place within the own tier; none for different item sets, tiers or releases.
    pub percentile: Option<Change>,
    /// Deviation value within the own tier; likewise.
    pub deviation_value: Option<Change>,
    /// Risk index.
    pub risk_index: Change,
    /// Tier then and now.
    pub tier: (Tier, Tier),
    /// Mean level over the shared items; none where there are none.
    pub shared_mean: Option<Change>,
    /// Shared items, in the present order.
    pub items: Vec<HistoryItem>,
    /// Items that only the earlier one has.
    pub only_earlier: Vec<String>,
    /// Items that only the present one has.
    pub only_now: Vec<String>,
}

/// One shared item.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HistoryItem {
    /// Item.
    pub item: String,
    /// Label on charts.
    pub short: Bilingual,
    /// Level.
    pub level: Change,
    /// Whether either level is an estimate for an item that does not apply.
    pub estimated: bool,
}

/// Compares an earlier diagnosis with the present one.
#[must_use]
pub fn compare(earlier: &Diagnosis, now: &Diagnosis) -> History {
    let has = |diagnosis: &Diagnosis, id: &str| diagnosis.items.iter().any(|item| item.item == id);
    let only = |one: &Diagnosis, other: &Diagnosis| {
        one.items.iter().map(|item| item.item.clone()).filter(|id| !has(other, id)).collect::<Vec<_>>()
    };
    let items: Vec<HistoryItem> = now
        .items
        .iter()
        .filter_map(|item| {
            let before = earlier.items.iter().find(|before| before.item == item.item)?;
            Some(HistoryItem {
                item: item.item.clone(),
                short: item.short.clone(),
                level: Change::new(f64::from(before.own), f64::from(item.own)),
                estimated: before.estimated || item.estimated,
            })
        })
        .collect();
    let mean = |level: fn(&HistoryItem) -> f64| items.iter().map(level).sum::<f64>() / items.len() as f64;
    let shared_mean =
        (!items.is_empty()).then(|| Change::new(mean(|item| item.level.before), mean(|item| item.level.after)));
    let same_item_set = earlier.item_set == now.item_set;
    let same_place = same_item_set && earlier.tier == now.tier && earlier.release.hash == now.release.hash;
    History {
        earlier_period: earlier.period.clone(),
        period: now.period.clone(),
        same_item_set,
        total: same_item_set.then(|| Change::new(f64::from(earlier.total), f64::from(now.total))),
        percentile: same_place.then(|| Change::new(earlier.percentile, now.percentile)),
        deviation_value: Change::of_both(earlier.deviation_value, now.deviation_value).filter(|_| same_place),
        risk_index: Change::new(earlier.risk_index, now.risk_index),
        tier: (earlier.tier, now.tier),
        shared_mean,
        items,
        only_earlier: only(earlier, now),
        only_now: only(now, earlier),
    }
}
