//! What would become of the diagnosis if some items were at other levels.

use std::collections::BTreeMap;

use platform::{Error, Fault, Message, Result};
use serde::Serialize;
use utoipa::ToSchema;

use super::diagnose::diagnose;
use super::model::{Change, Diagnosis};
use crate::assessment::answers::{Answers, Given, ItemAnswer};
use crate::catalog::{Bilingual, Catalog, ItemSet};
use crate::population::Release;

/// Figures before and after the supposed changes.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WhatIf {
    /// Total, in points.
    pub total: Change,
    /// Mean level.
    pub maturity_mean: Change,
    /// Place within the own tier, 0 to 100.
    pub percentile: Change,
    /// Deviation value within the own tier, where its distribution allows it.
    pub deviation_value: Option<Change>,
    /// Sum of all gaps, in points.
    pub total_gap: Change,
    /// Whether the provisional target is met before and after.
    pub provisional_met: (bool, bool),
    /// All items, in the set's order.
    pub items: Vec<WhatIfItem>,
    /// Label that must stand beside the figures: 合成データ where the release is synthetic.
    pub data_label: Option<Bilingual>,
}

/// One item before and after.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WhatIfItem {
    /// Item.
    pub item: String,
    /// Level; that of an item that does not apply may follow its area.
    pub level: Change,
    /// Distance to the desired level.
    pub gap: Change,
}

/// Supposes other levels for some items of answers that were diagnosed against the release. An item that does not apply
/// is then taken to apply. Fails as a diagnosis does, and for unknown items and levels other than 1 to 5.
pub fn what_if(
    catalog: &Catalog,
    set: &ItemSet,
    release: &Release,
    (answers, before): (&Answers, &Diagnosis),
    levels: &BTreeMap<String, u8>,
) -> Result<WhatIf> {
    let mut faults = Vec::new();
    let mut supposed = answers.clone();
    for (item, level) in levels {
        let field = format!("levels.{item}");
        if set.item(item).is_none() {
            faults.push(Fault::new(&field, item, Message::new("answers-unknown-item").with("set", &set.id)));
        } else if (1..=5).contains(level) {
            let note = answers.items.get(item).map(|answer| answer.note.clone()).unwrap_or_default();
            supposed.items.insert(item.clone(), ItemAnswer { given: Given::Level(*level), note });
        } else {
            faults.push(Fault::new(&field, &level.to_string(), Message::new("answers-level")));
        }
    }
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    if levels.is_empty() {
        return Ok(difference(before, before));
    }
    Ok(difference(before, &diagnose(catalog, set, release, &supposed)?))
}

fn difference(before: &Diagnosis, after: &Diagnosis) -> WhatIf {
    let items = before.items.iter().zip(&after.items).map(|(before, after)| WhatIfItem {
        item: before.item.clone(),
        level: Change::new(f64::from(before.own), f64::from(after.own)),
        gap: Change::new(before.gap, after.gap),
    });
    WhatIf {
        total: Change::new(f64::from(before.total), f64::from(after.total)),
        maturity_mean: Change::new(before.maturity_mean, after.maturity_mean),
        percentile: Change::new(before.percentile, after.percentile),
        deviation_value: Change::of_both(before.deviation_value, after.deviation_value),
        total_gap: Change::new(before.total_gap, after.total_gap),
        provisional_met: (before.provisional.is_none(), after.provisional.is_none()),
        items: items.collect(),
        data_label: after.data_label.clone(),
    }
}
