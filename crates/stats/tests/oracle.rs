//! The cube against the definitions worked out naively over the rows themselves.
#![expect(clippy::expect_used, reason = "only tests are in this file")]

use std::num::NonZeroU32;

use proptest::prelude::*;
use stats::{Cube, Distribution, Shape, Slice};

const CELLS: usize = 4;

#[derive(Debug, Clone)]
struct Population {
    shape: Shape,
    rows: Vec<(usize, Vec<u8>)>,
}

impl Population {
    fn cube(&self) -> Cube {
        cube_of(self.shape, &self.rows)
    }
}

fn cube_of(shape: Shape, rows: &[(usize, Vec<u8>)]) -> Cube {
    let mut cube = Cube::new(shape);
    for (cell, row) in rows {
        assert_eq!(cube.add(*cell, row), Ok(()));
    }
    cube
}

/// Up to 40 rows of up to 5 items; few levels and items, so ties at the cut are common.
fn populations() -> impl Strategy<Value = Population> {
    (1_usize..=5, 2_usize..=5).prop_flat_map(|(items, levels)| {
        let highest = u8::try_from(levels).expect("at most 5");
        let row = (0..CELLS, prop::collection::vec(1..=highest, items));
        prop::collection::vec(row, 0..40).prop_map(move |rows| {
            let shape = Shape::new(CELLS, items, levels).expect("within the limits");
            Population { shape, rows }
        })
    })
}

/// Figures of plain numbers, each counted by a weight.
fn weighted_mean(values: &[f64], weights: &[f64]) -> f64 {
    values.iter().zip(weights).map(|(value, weight)| value * weight).sum::<f64>() / weights.iter().sum::<f64>()
}

fn moment(values: &[f64], power: i32) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter().map(|value| (value - mean).powi(power)).sum::<f64>() / values.len() as f64
}

/// Goes down the sorted totals, handing each group of equal ones what is left of n/3, up to 1 each.
fn top_third_weights(totals: &[f64]) -> Vec<f64> {
    let mut order = totals.to_vec();
    order.sort_by(f64::total_cmp);
    order.dedup();
    let mut left = totals.len() as f64 / 3.0;
    let mut weights = vec![0.0; totals.len()];
    for value in order.into_iter().rev() {
        let tied: Vec<usize> = (0..totals.len()).filter(|&member| totals[member].total_cmp(&value).is_eq()).collect();
        let share = (left / tied.len() as f64).clamp(0.0, 1.0);
        for &member in &tied {
            weights[member] = share;
        }
        left -= share * tied.len() as f64;
    }
    weights
}

fn near(actual: f64, expected: f64) -> bool {
    (actual - expected).abs() <= 1e-9 * expected.abs().max(1.0)
}

fn assert_distribution(actual: &Distribution, values: &[f64], highest: u32) {
    let n = values.len() as f64;
    assert!(near(actual.mean().unwrap_or(f64::NAN), values.iter().sum::<f64>() / n));
    let deviation = moment(values, 2).sqrt();
    assert!(near(actual.standard_deviation().unwrap_or(f64::NAN), deviation));
    assert!(near(actual.skewness().unwrap_or(0.0) * deviation.powi(3), moment(values, 3)));
    let fourth = actual.excess_kurtosis().map_or(0.0, |kurtosis| (kurtosis + 3.0) * deviation.powi(4));
    assert!(near(fourth, moment(values, 4)));
    for value in 0..=highest + 1 {
        let below = values.iter().filter(|&&other| other < f64::from(value)).count() as f64;
        let equal = values.iter().filter(|&&other| other.total_cmp(&f64::from(value)).is_eq()).count() as f64;
        assert!(near(actual.percentile_of(value).unwrap_or(f64::NAN), 100.0 * (below + equal / 2.0) / n));
        let distance = f64::from(value) - values.iter().sum::<f64>() / n;
        match actual.deviation_value(value) {
            Some(shown) => assert!(near((shown - 50.0) / 10.0 * deviation, distance)),
            None => assert!(deviation < 1e-9),
        }
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    for (rank, value) in (1_u32..).zip(&sorted) {
        let whole = u32::try_from(values.len()).expect("a small population");
        assert_eq!(actual.quantile(rank, whole).map(f64::from), Some(*value));
    }
}

fn assert_slice(slice: &Slice, rows: &[&[u8]]) {
    assert_eq!(slice.members(), rows.len() as u64);
    if rows.is_empty() {
        assert_eq!((slice.totals().mean(), slice.top_third_item_means()), (None, None));
        return;
    }
    let totals: Vec<f64> = rows.iter().map(|row| row.iter().copied().map(f64::from).sum()).collect();
    let weights = top_third_weights(&totals);
    assert!(near(weights.iter().sum(), totals.len() as f64 / 3.0));
    assert_distribution(slice.totals(), &totals, slice.shape().highest_total());
    assert!(near(slice.totals().top_third_mean().unwrap_or(f64::NAN), weighted_mean(&totals, &weights)));
    let item_means = slice.top_third_item_means().unwrap_or_default();
    assert_eq!(item_means.len(), slice.shape().items());
    for (number, item) in slice.items().enumerate() {
        let levels: Vec<f64> = rows.iter().map(|row| f64::from(row[number])).collect();
        assert_distribution(&item, &levels, 5);
        assert!(near(item_means[number], weighted_mean(&levels, &weights)));
    }
}

fn assert_histogram(totals: &Distribution, rows: &[&[u8]], width: NonZeroU32) {
    let sums: Vec<u32> = rows.iter().map(|row| row.iter().copied().map(u32::from).sum()).collect();
    let mut next = totals.lowest();
    for bin in totals.histogram(width) {
        assert_eq!(bin.first, next);
        assert!(bin.last == bin.first + width.get() - 1 || bin.last == totals.highest());
        let inside = sums.iter().filter(|&&sum| (bin.first..=bin.last).contains(&sum)).count();
        assert_eq!(bin.members, inside as u64);
        next = bin.last + 1;
    }
    assert_eq!(next, totals.highest() + 1);
}

proptest! {
    #[test]
    fn every_slice_has_the_figures_of_its_rows(
        population in populations(), chosen in prop::collection::btree_set(0..CELLS, 0..=CELLS), width in 1_u32..30,
    ) {
        let slice = population.cube().slice(chosen.iter().copied()).expect("cells of the cube");
        let inside = population.rows.iter().filter(|(cell, _)| chosen.contains(cell));
        let rows: Vec<&[u8]> = inside.map(|(_, row)| row.as_slice()).collect();
        assert_slice(&slice, &rows);
        assert_histogram(slice.totals(), &rows, NonZeroU32::new(width).expect("at least 1"));
    }

    #[test]
    fn the_slice_of_all_cells_is_the_whole(population in populations()) {
        let cube = population.cube();
        prop_assert_eq!(cube.slice(0..CELLS), Ok(cube.whole()));
        prop_assert_eq!(cube.slice((0..CELLS).rev()), Ok(cube.whole()));
    }

    #[test]
    fn taking_away_what_was_added_leaves_what_was(population in populations(), split in 0..40_usize) {
        let (kept, passing) = population.rows.split_at(split.min(population.rows.len()));
        let mut cube = population.cube();
        for (cell, row) in passing {
            prop_assert_eq!(cube.remove(*cell, row), Ok(()));
        }
        prop_assert_eq!(cube, cube_of(population.shape, kept));
    }

    #[test]
    fn merging_is_counting_all_rows(population in populations(), split in 0..40_usize) {
        let (left, right) = population.rows.split_at(split.min(population.rows.len()));
        let mut merged = cube_of(population.shape, right);
        prop_assert_eq!(merged.merge(&cube_of(population.shape, left)), Ok(()));
        prop_assert_eq!(merged.members(), population.rows.len() as u64);
        prop_assert_eq!(merged, population.cube());
    }

    #[test]
    fn the_order_of_rows_does_not_show(population in populations()) {
        let mut reversed = population.clone();
        reversed.rows.reverse();
        prop_assert_eq!(reversed.cube().to_bytes(), population.cube().to_bytes());
    }

    #[test]
    fn a_cube_comes_back_from_its_bytes(population in populations()) {
        let cube = population.cube();
        prop_assert_eq!(Cube::from_bytes(&cube.to_bytes()), Ok(cube));
    }

    #[test]
    fn damaged_bytes_are_refused(population in populations(), at in any::<prop::sample::Index>(), change in 1..=u8::MAX) {
        let mut bytes = population.cube().to_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= change;
        prop_assert!(Cube::from_bytes(&bytes).is_err());
        prop_assert!(Cube::from_bytes(&bytes[..at]).is_err());
    }

    #[test]
    fn item_means_of_the_top_third_add_up_to_that_of_the_total(population in populations()) {
        let whole = population.cube().whole();
        let items = whole.top_third_item_means().map(|means| means.iter().sum::<f64>());
        let total = whole.totals().top_third_mean();
        prop_assert_eq!(items.is_some(), total.is_some());
        prop_assert!(near(items.unwrap_or(0.0), total.unwrap_or(0.0)));
    }
}
