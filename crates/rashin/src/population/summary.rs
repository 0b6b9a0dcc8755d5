//! The figures of one part of a population.

use stats::{Distribution, Slice};

/// Fewer members than this, and a deviation value would promise more than it can hold.
pub const DEVIATION_MEMBERS_AT_LEAST: u64 = 30;

/// Figures of the members in chosen cells; always of at least one member.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Number of members.
    pub n: u64,
    /// Mean of the totals, in points.
    pub mean: f64,
    /// Standard deviation of the totals (divisor n), in points.
    pub sd: f64,
    /// Mean total of the top third, in points: the desired level.
    pub top_third: f64,
    /// Mean level of each item, 1 to 5, in the item set's order.
    pub item_means: Vec<f64>,
    /// Mean level of each item over the top third by total; they sum to [`Summary::top_third`].
    pub item_top_third: Vec<f64>,
    /// How many members have each total.
    pub totals: Distribution,
    /// How many members have each level of each item, in the item set's order.
    pub items: Vec<Distribution>,
    /// Whether the totals are near enough to a normal distribution for deviation values: at least 30 members, not all
    /// alike, skewness within ±1 and excess kurtosis within ±2.
    pub deviation_allowed: bool,
}

impl Summary {
    /// The figures of a slice; none where it has no member.
    pub(super) fn of(slice: &Slice) -> Option<Self> {
        let totals = slice.totals().clone();
        let items: Vec<Distribution> = slice.items().collect();
        Some(Self {
            n: slice.members(),
            mean: totals.mean()?,
            sd: totals.standard_deviation()?,
            top_third: totals.top_third_mean()?,
            item_means: items.iter().filter_map(Distribution::mean).collect(),
            item_top_third: slice.top_third_item_means()?,
            deviation_allowed: deviation_allowed(&totals),
            totals,
            items,
        })
    }

    /// Where a total stands among the members, 0 to 100: the share below plus half of the equal ones.
    #[must_use]
    pub fn percentile(&self, total: u32) -> f64 {
        // There is at least one member, so there is a percentile.
        self.totals.percentile_of(total).unwrap_or(0.0)
    }

    /// 10 (total − mean) / standard deviation + 50, where the distribution allows it.
    #[must_use]
    pub fn deviation_value(&self, total: u32) -> Option<f64> {
        self.totals
            .deviation_value(total)
            .filter(|_| self.deviation_allowed)
    }
}

fn deviation_allowed(totals: &Distribution) -> bool {
    let within =
        |figure: Option<f64>, bound: f64| figure.is_some_and(|figure| figure.abs() <= bound);
    totals.members() >= DEVIATION_MEMBERS_AT_LEAST
        && within(totals.skewness(), 1.0)
        && within(totals.excess_kurtosis(), 2.0)
}

#[cfg(test)]
mod tests {
    use stats::{Cube, Shape};

    use super::*;

    /// The summary of two items answered with these pairs of levels.
    fn summary(rows: impl IntoIterator<Item = [u8; 2]>) -> Option<Summary> {
        let mut cube = Cube::new(Shape::new(1, 2, 5).unwrap());
        for row in rows {
            cube.add(0, &row).unwrap();
        }
        Summary::of(&cube.whole())
    }

    #[test]
    fn nobody_has_no_summary() {
        assert!(summary([]).is_none());
    }

    #[test]
    fn the_figures_follow_their_definitions() {
        let summary = summary([[1, 1], [2, 3], [5, 4]]).unwrap();
        assert_eq!((summary.n, summary.top_third), (3, 9.0));
        assert!((summary.mean - 16.0 / 3.0).abs() < 1e-12);
        assert_eq!(summary.item_top_third, [5.0, 4.0]);
        assert!((summary.item_means[0] - 8.0 / 3.0).abs() < 1e-12);
        assert!((summary.percentile(5) - 50.0).abs() < 1e-12);
        assert_eq!(
            (summary.percentile(0), summary.percentile(11)),
            (0.0, 100.0)
        );
        assert_eq!(summary.items[1].members(), 3);
    }

    #[test]
    fn a_deviation_value_needs_thirty_members() {
        let row = |place: u8| [place % 5 + 1, place % 3 + 1];
        assert!(
            summary((0..29).map(row))
                .unwrap()
                .deviation_value(6)
                .is_none()
        );
        let enough = summary((0..30).map(row)).unwrap();
        assert!(
            (enough.deviation_value(5).unwrap() - 50.0).abs() < 0.001,
            "{enough:?}"
        );
    }

    #[test]
    fn a_deviation_value_needs_a_distribution_that_is_spread_evenly() {
        assert!(
            !summary(std::iter::repeat_n([3, 3], 40))
                .unwrap()
                .deviation_allowed,
            "all are alike"
        );
        let leaning = std::iter::repeat_n([1, 1], 36).chain(std::iter::repeat_n([5, 5], 4));
        assert!(
            !summary(leaning).unwrap().deviation_allowed,
            "nearly all lie at one end"
        );
        let peaked = std::iter::repeat_n([3, 3], 36).chain([[1, 1], [1, 1], [5, 5], [5, 5]]);
        assert!(
            !summary(peaked).unwrap().deviation_allowed,
            "nearly all lie in the middle"
        );
    }
}
