//! What the totals of each tier must come to (METI 2005 §3.3), and totals that do.

use super::normal;
use crate::population::Tier;

/// Items that the published figures are about.
pub(super) const ITEMS: usize = 25;
const LOWEST: u32 = 25;
const HIGHEST: u32 = 125;

/// The figures that one tier's totals are made to have. The sizes of the tiers and the spread are not in the report's
/// body: the sizes are ours (multiples of three, all together 885), the spread follows from mean and top third.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    /// Companies of the tier.
    pub(super) members: u32,
    /// Sum of all totals: the mean is the published whole number.
    sum: u32,
    /// Sum of the totals of the top third: its mean rounds to the published whole number.
    top_sum: u32,
    /// Before rounding: mean and standard deviation of the normal distribution to begin with.
    mean: f64,
    spread: f64,
    /// How far the distribution leans: the lower the tier, the nearer its low end to the least possible total.
    lean: f64,
}

/// The target of a tier.
pub(super) const fn of(tier: Tier) -> Target {
    match tier {
        Tier::I => Target {
            members: 255,
            sum: 255 * 75,
            top_sum: 85 * 96,
            mean: 75.0,
            spread: 19.3,
            lean: 0.0,
        },
        Tier::II => Target {
            members: 363,
            sum: 363 * 68,
            top_sum: 121 * 87,
            mean: 68.0,
            spread: 17.1,
            lean: 0.04,
        },
        // 3.1 is printed for the top third, so it is 76.25 at least: 6796 / 89 = 76.36.
        Tier::III => Target {
            members: 267,
            sum: 267 * 57,
            top_sum: 6796,
            mean: 57.0,
            spread: 17.1,
            lean: 0.08,
        },
    }
}

/// The totals of a tier, from the lowest to the highest.
pub(super) fn totals(tier: Tier) -> Vec<u32> {
    let target = of(tier);
    let mut totals: Vec<u32> = (0..target.members)
        .map(|place| at(&target, normal::quantile(2 * place + 1, 2 * target.members)))
        .collect();
    let rest = totals.len() - totals.len() / 3;
    let (low, top) = totals.split_at_mut(rest);
    adjust(top, target.top_sum);
    adjust(low, target.sum - target.top_sum);
    totals.sort_unstable();
    totals
}

/// The total that a company at `z` of a standard normal population has.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "held within 25 to 125"
)]
fn at(target: &Target, z: f64) -> u32 {
    let total = target.mean + target.spread * (z + target.lean * (z * z - 1.0));
    total.round().clamp(f64::from(LOWEST), f64::from(HIGHEST)) as u32
}

/// Moves single totals by one point, spread evenly over all, until their sum is the wanted one.
fn adjust(totals: &mut [u32], wanted: u32) {
    let sum: u32 = totals.iter().sum();
    let up = sum < wanted;
    let mut left = sum.abs_diff(wanted) as usize;
    let mut start = 0;
    while left > 0 && start < totals.len() {
        let stride = (totals.len() / left).max(1);
        for total in totals.iter_mut().skip(start).step_by(stride) {
            let movable = if up {
                *total < HIGHEST
            } else {
                *total > LOWEST
            };
            if left > 0 && movable {
                *total = if up { *total + 1 } else { *total - 1 };
                left -= 1;
            }
        }
        start += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tier_has_its_mean_and_the_mean_of_its_top_third() {
        for (tier, mean, top_third) in [
            (Tier::I, 75.0, 96.0),
            (Tier::II, 68.0, 87.0),
            (Tier::III, 57.0, 76.359_550_6),
        ] {
            let totals = totals(tier);
            let top = &totals[totals.len() / 3 * 2..];
            let mean_of =
                |totals: &[u32]| f64::from(totals.iter().sum::<u32>()) / totals.len() as f64;
            assert!(
                (mean_of(&totals) - mean).abs() < 1e-9,
                "{tier}: {}",
                mean_of(&totals)
            );
            assert!(
                (mean_of(top) - top_third).abs() < 1e-7,
                "{tier}: {}",
                mean_of(top)
            );
        }
    }

    #[test]
    fn the_tiers_have_as_many_companies_as_replied_in_full() {
        let members: u32 = Tier::ALL.iter().map(|&tier| of(tier).members).sum();
        assert_eq!(members, 885);
        assert!(
            Tier::ALL
                .iter()
                .all(|&tier| of(tier).members.is_multiple_of(3))
        );
    }

    #[test]
    fn few_totals_are_moved_from_the_distribution_they_came_from() {
        for tier in Tier::ALL {
            let target = of(tier);
            let drawn = (0..target.members)
                .map(|place| at(&target, normal::quantile(2 * place + 1, 2 * target.members)));
            let moved: u32 = drawn
                .zip(totals(tier))
                .map(|(drawn, total)| drawn.abs_diff(total))
                .sum();
            assert!(moved < target.members / 2, "{tier}: {moved}");
            let at_an_end = totals(tier)
                .into_iter()
                .filter(|total| [LOWEST, HIGHEST].contains(total))
                .count();
            assert!(at_an_end <= 5, "{tier}: {at_an_end}");
        }
    }

    #[test]
    fn adjusting_reaches_the_sum_and_keeps_within_the_scale() {
        let mut totals = vec![25, 26, 124, 125];
        adjust(&mut totals, 302);
        assert_eq!(totals.iter().sum::<u32>(), 302);
        adjust(&mut totals, 298);
        assert_eq!(totals.iter().sum::<u32>(), 298);
        assert!(
            totals
                .iter()
                .all(|total| (LOWEST..=HIGHEST).contains(total))
        );
    }
}
