//! Two self-checks of the same unit beside each other, item by item.

use super::record::{Approved, Assessment};
use crate::catalog::{Item, ItemSet};

/// An item of both self-checks.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// The item.
    pub item: &'static Item,
    /// Level then; none where it was not answered or did not apply.
    pub earlier: Option<u8>,
    /// Level now.
    pub now: Option<u8>,
}

impl Pair {
    /// How far it rose; none unless both have a level.
    #[must_use]
    pub fn change(&self) -> Option<i8> {
        let signed = |level: Option<u8>| level.and_then(|level| i8::try_from(level).ok());
        Some(signed(self.now)? - signed(self.earlier)?)
    }
}

/// The items that both sets have, in the order of the present one.
#[must_use]
pub fn pairs(set: &'static ItemSet, now: &Assessment, then: &ItemSet, earlier: &Assessment) -> Vec<Pair> {
    let level = |of: &Assessment, item: &Item| of.items.get(&item.ref_id).and_then(|answer| answer.level);
    let shared = set.items.iter().filter(|item| then.item(&item.ref_id).is_some());
    shared.map(|item| Pair { item, earlier: level(earlier, item), now: level(now, item) }).collect()
}

fn order(period: &str) -> &str {
    period.strip_prefix("FY").unwrap_or(period)
}

/// The newest of others that is not of a later period.
#[must_use]
pub fn previous<'a>(period: &str, others: &'a [Approved]) -> Option<&'a Approved> {
    let not_later = others.iter().filter(|other| order(&other.period) <= order(period));
    not_later.max_by_key(|other| (order(&other.period).to_owned(), other.approved_at_ms))
}
