//! How companies answer the items: one general factor, one factor for each area, noise of the item and its difficulty,
//! then whole levels that sum to a given total.

use rand_chacha::ChaCha20Rng;

use super::companies::Company;
use super::normal;
use crate::catalog::{Item, Size};

/// Parts of a latent answer. Their squares sum to about the variance of an answer in levels.
const GENERAL: f64 = 0.75;
const AREA: f64 = 0.50;
const ITEM: f64 = 0.72;

/// What lifts the general factor: a higher risk index, and more than 300 people. Both mildly.
const LIFT_BY_RISK: f64 = 0.36;
const LIFT_BY_SIZE: f64 = 0.15;

/// How much easier (above 0) or harder an item is than the others, in levels; our assumption, after what has been
/// published in words: sorting of information and continuity are weak, protection from malware is strong.
const EASE: [(&str, f64); 27] = [
    ("1-1", 0.15),
    ("1-2", 0.10),
    ("1-3", -0.40),
    ("1-4", -0.15),
    ("1-5", 0.05),
    ("1-6", 0.20),
    ("1-7", -0.20),
    ("1-8", -0.35),
    ("2-1", 0.35),
    ("2-2", 0.10),
    ("2-3", 0.25),
    ("2-4", 0.00),
    ("3-1", -0.05),
    ("3-2", -0.10),
    ("3-3", 0.70),
    ("3-4", 0.20),
    ("3-5", 0.15),
    ("3-6", -0.10),
    ("3-7", 0.30),
    ("4-1", 0.35),
    ("4-2", 0.20),
    ("4-3", 0.30),
    ("4-4", -0.30),
    ("4-5", -0.10),
    ("5-1", 0.05),
    ("5-2", -0.25),
    ("5-3", -0.55),
];

/// Latent answers of one company, before they are shifted and rounded to levels.
pub(super) struct Latent {
    general: f64,
    areas: Vec<f64>,
    /// One for each item.
    pub(super) answers: Vec<f64>,
}

impl Latent {
    /// Draws a company's answers to `items`, whose areas are `areas`.
    pub(super) fn draw(
        company: &Company,
        areas: &[&str],
        items: &[&Item],
        rng: &mut ChaCha20Rng,
    ) -> Self {
        let risk =
            f64::from(company.vulnerability_hundredths + company.influence_hundredths) / 100.0;
        let large = if company.size == Size::Large {
            LIFT_BY_SIZE
        } else {
            0.0
        };
        let general = normal::draw(rng) + LIFT_BY_RISK * risk + large;
        let areas_drawn = areas.iter().map(|_| normal::draw(rng)).collect();
        let mut latent = Self {
            general,
            areas: areas_drawn,
            answers: Vec::new(),
        };
        latent.answers = latent.draw_more(areas, items, rng);
        latent
    }

    /// Draws the same company's answers to further items.
    pub(super) fn draw_more(
        &self,
        areas: &[&str],
        items: &[&Item],
        rng: &mut ChaCha20Rng,
    ) -> Vec<f64> {
        items
            .iter()
            .map(|item| {
                let place = areas.iter().position(|area| *area == item.area);
                let area = place
                    .and_then(|place| self.areas.get(place))
                    .copied()
                    .unwrap_or(0.0);
                let ease = EASE
                    .iter()
                    .find(|(ref_id, _)| *ref_id == item.ref_id)
                    .map_or(0.0, |(_, ease)| *ease);
                GENERAL * self.general + AREA * area + ITEM * normal::draw(rng) + ease
            })
            .collect()
    }

    /// What companies are ranked by.
    pub(super) fn score(&self) -> f64 {
        self.answers.iter().sum()
    }
}

/// Whole levels, 1 to 5, that sum exactly to `total` (from one to five times the number of answers), and the shift that
/// makes them: each level is its answer plus the shift, rounded and held within 1 to 5.
///
/// An answer reaches the next level at a certain shift. All these shifts in order are the order in which points are
/// given, so the total picks the first few of them; which of two equal ones comes first is up to the items' order.
pub(super) fn fit(answers: &[f64], total: u32) -> (Vec<u8>, f64) {
    let steps = |item: usize| [1.5, 2.5, 3.5, 4.5].map(|border| (border - answers[item], item));
    let mut shifts: Vec<(f64, usize)> = (0..answers.len()).flat_map(steps).collect();
    let order = |a: &(f64, usize), b: &(f64, usize)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
    let points = usize::try_from(total).unwrap_or(usize::MAX);
    let points = points.saturating_sub(answers.len()).min(shifts.len());
    if (1..shifts.len()).contains(&points) {
        shifts.select_nth_unstable_by(points, order);
    }
    let (given, left) = shifts.split_at(points);
    let mut levels = vec![1; answers.len()];
    for (_, item) in given {
        levels[*item] += 1;
    }
    let last = given.iter().copied().max_by(order);
    let next = left.iter().copied().min_by(order);
    let shift = match (last, next) {
        (Some(last), Some(next)) => f64::midpoint(last.0, next.0),
        (Some(last), None) => last.0,
        (None, Some(next)) => next.0 - 0.5,
        (None, None) => 0.0,
    };
    (levels, shift)
}

/// The level of one more answer under the shift of its company.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "held within 1 to 5"
)]
pub(super) fn level(answer: f64, shift: f64) -> u8 {
    (answer + shift).round().clamp(1.0, 5.0) as u8
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn levels_sum_to_every_total_that_is_asked_for(answers in prop::collection::vec(-4.0..4.0_f64, 1..30), part in 0..=100_u32) {
            let lowest = u32::try_from(answers.len()).unwrap();
            let total = lowest + part * 4 * lowest / 100;
            let (levels, shift) = fit(&answers, total);
            prop_assert_eq!(levels.iter().map(|&level| u32::from(level)).sum::<u32>(), total);
            prop_assert!(levels.iter().all(|level| (1..=5).contains(level)));
            for (&answer, &fitted) in answers.iter().zip(&levels) {
                prop_assert!((answer + shift - f64::from(fitted)).abs() <= 0.5 + 1e-9 || [1, 5].contains(&fitted));
            }
        }

        #[test]
        fn a_higher_answer_never_has_a_lower_level(answers in prop::collection::vec(-4.0..4.0_f64, 2..30), extra in 0..100_u32) {
            let lowest = u32::try_from(answers.len()).unwrap();
            let (levels, _) = fit(&answers, lowest + extra % (4 * lowest));
            for (a, level_a) in answers.iter().zip(&levels) {
                for (b, level_b) in answers.iter().zip(&levels) {
                    prop_assert!(a >= b || level_a <= level_b);
                }
            }
        }
    }

    #[test]
    fn the_ends_of_the_scale_are_reached() {
        assert_eq!(fit(&[0.3, -1.0], 2).0, [1, 1]);
        assert_eq!(fit(&[0.3, -1.0], 10).0, [5, 5]);
        assert_eq!(fit(&[0.3, -1.0], 6).0, [4, 2]);
        assert_eq!(level(2.0, 9.0), 5);
        assert_eq!(level(2.0, -9.0), 1);
        assert_eq!(level(2.0, 0.7), 3);
    }
}
