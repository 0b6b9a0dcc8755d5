//! The eight means that METI 2005 §3.3 printed, beside those of a release that is calibrated to them.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Release, Tier};

/// Items that the printed means are about.
const ITEMS: usize = 25;

/// Mean total and mean total of the top third of the 885 complete replies of January 2005, as printed; none is for all.
const PRINTED: [(Option<Tier>, u32, u32); 4] =
    [(None, 67, 88), (Some(Tier::I), 75, 96), (Some(Tier::II), 68, 87), (Some(Tier::III), 57, 76)];

/// The printed means of a group beside those of a release.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PublishedMeans {
    /// `all`, `I`, `II` or `III`.
    pub group: String,
    /// Members of the release.
    pub n: u64,
    /// Mean total, as printed.
    pub mean_published: u32,
    /// Mean total of the release.
    pub mean: f64,
    /// Mean total of the release less the printed one.
    pub mean_difference: f64,
    /// Mean of the top third, as printed.
    pub top_third_published: u32,
    /// Mean of the release's top third.
    pub top_third: f64,
    /// Mean of the release's top third less the printed one.
    pub top_third_difference: f64,
    /// Whether both, rounded to whole points, are as printed.
    pub agrees: bool,
}

/// The comparison for a synthetic release of the 25 items; nothing for any other, since nothing was printed for it.
#[must_use]
pub fn compare_with_published(release: &Release) -> Vec<PublishedMeans> {
    if !release.head().synthetic || release.tally().item_ids().len() != ITEMS {
        return Vec::new();
    }
    let compared = PRINTED.into_iter().filter_map(|(tier, mean_published, top_third_published)| {
        let figures = match tier {
            None => release.all()?,
            Some(tier) => release.tier(tier)?,
        };
        let (mean, top) = (f64::from(mean_published), f64::from(top_third_published));
        Some(PublishedMeans {
            group: tier.map_or("all", Tier::as_str).to_owned(),
            n: figures.n,
            mean_published,
            mean: figures.mean,
            mean_difference: figures.mean - mean,
            top_third_published,
            top_third: figures.top_third,
            top_third_difference: figures.top_third - top,
            agrees: is_printed(figures.mean, mean) && is_printed(figures.top_third, top),
        })
    });
    compared.collect()
}

/// Whether a mean rounds to a whole number, halves up.
fn is_printed(mean: f64, printed: f64) -> bool {
    (printed - 0.5..printed + 0.5).contains(&mean)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::population::{ReleaseHead, builtin_for};

    #[test]
    fn all_eight_means_of_the_shipped_release_agree() {
        let compared = compare_with_published(builtin_for("benchmark-25").unwrap());
        assert_eq!(compared.iter().map(|row| row.group.as_str()).collect::<Vec<_>>(), ["all", "I", "II", "III"]);
        for row in compared {
            assert!(row.agrees && row.mean_difference.abs() <= 0.5 && row.top_third_difference.abs() <= 0.5, "{row:?}");
        }
    }

    #[test]
    fn nothing_is_compared_where_nothing_was_printed() {
        assert!(compare_with_published(builtin_for("benchmark-27").unwrap()).is_empty());
        let shipped = builtin_for("benchmark-25").unwrap();
        let real = shipped.tally().clone().freeze(ReleaseHead { synthetic: false, ..shipped.head().clone() });
        assert!(compare_with_published(&real).is_empty());
    }

    #[test]
    fn halves_are_rounded_up() {
        assert!(is_printed(66.5, 67.0) && is_printed(67.499, 67.0));
        assert!(!is_printed(67.5, 67.0) && !is_printed(66.499, 67.0));
    }
}
