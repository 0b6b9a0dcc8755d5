//! All figures of a release: those of each cell, of each tier and of the whole.

use std::fmt::Write;
use std::num::NonZeroU32;

use stats::{Cube, CubeError, Distribution, Slice};

use crate::rows::{CELLS, CELLS_OF_TIER, TIERS};

const BIN_WIDTH: NonZeroU32 = NonZeroU32::new(5).unwrap();

/// The figures of one slice, in the order of [`names`].
pub(crate) struct Answers {
    slice: String,
    figures: Vec<f64>,
}

/// Every slice with every figure.
pub(crate) fn all(cube: &Cube) -> Result<Vec<Answers>, CubeError> {
    let mut all = Vec::with_capacity(CELLS + TIERS + 1);
    for cell in 0..CELLS {
        all.push(Answers { slice: format!("cell {cell}"), figures: figures(&cube.slice([cell])?) });
    }
    for tier in 0..TIERS {
        let cells = tier * CELLS_OF_TIER..(tier + 1) * CELLS_OF_TIER;
        all.push(Answers { slice: format!("tier {tier}"), figures: figures(&cube.slice(cells)?) });
    }
    all.push(Answers { slice: "whole".to_owned(), figures: figures(&cube.whole()) });
    Ok(all)
}

/// A line of names, then one for each slice; a figure that does not exist is left empty.
pub(crate) fn as_csv(answers: &[Answers], cube: &Cube) -> String {
    let mut csv = String::from("slice");
    for name in names(&cube.whole()) {
        csv.push(',');
        csv.push_str(&name);
    }
    for answer in answers {
        csv.push('\n');
        csv.push_str(&answer.slice);
        for figure in &answer.figures {
            csv.push(',');
            if figure.is_finite() {
                // Writing to a string cannot fail.
                let _ = write!(csv, "{figure:?}");
            }
        }
    }
    csv.push('\n');
    csv
}

fn names(slice: &Slice) -> Vec<String> {
    let mut names: Vec<String> = ["n", "mean", "sd", "skewness", "kurtosis", "top_third"].map(str::to_owned).into();
    names.extend(["q1", "median", "q3"].map(str::to_owned));
    for (value, _) in slice.totals().counts() {
        names.push(format!("percentile_{value}"));
        names.push(format!("deviation_{value}"));
    }
    names.extend(slice.totals().histogram(BIN_WIDTH).iter().map(|bin| format!("bin_{}_{}", bin.first, bin.last)));
    for (item, distribution) in slice.items().enumerate() {
        names.push(format!("mean_{item}"));
        names.push(format!("sd_{item}"));
        names.extend(distribution.counts().map(|(level, _)| format!("count_{item}_{level}")));
    }
    names.extend((0..slice.shape().items()).map(|item| format!("top_third_{item}")));
    names
}

fn figures(slice: &Slice) -> Vec<f64> {
    let totals = slice.totals();
    let mut figures = Vec::with_capacity(512);
    let mut put = |figure: Option<f64>| figures.push(figure.unwrap_or(f64::NAN));
    put(Some(totals.members() as f64));
    put(totals.mean());
    put(totals.standard_deviation());
    put(totals.skewness());
    put(totals.excess_kurtosis());
    put(totals.top_third_mean());
    for quarter in 1..4 {
        put(totals.quantile(quarter, 4).map(f64::from));
    }
    for (value, _) in totals.counts() {
        put(totals.percentile_of(value));
        put(totals.deviation_value(value));
    }
    for bin in totals.histogram(BIN_WIDTH) {
        put(Some(bin.members as f64));
    }
    slice.items().for_each(|item| item_figures(&item, &mut put));
    let means = slice.top_third_item_means();
    for item in 0..slice.shape().items() {
        put(means.as_ref().map(|means| means[item]));
    }
    figures
}

fn item_figures(item: &Distribution, put: &mut impl FnMut(Option<f64>)) {
    put(item.mean());
    put(item.standard_deviation());
    for (_, count) in item.counts() {
        put(Some(count as f64));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{ITEMS, LEVELS, generate};
    use stats::Shape;

    #[test]
    fn every_figure_has_a_name() {
        let mut cube = Cube::new(Shape::new(CELLS, ITEMS, LEVELS).unwrap());
        let rows = generate(2_000);
        for row in rows.iter().filter(|row| row.cell != 7) {
            cube.add(usize::from(row.cell), &row.levels).unwrap();
        }
        let answers = all(&cube).unwrap();
        let csv = as_csv(&answers, &cube);
        let columns: Vec<usize> = csv.lines().map(|line| line.split(',').count()).collect();
        assert_eq!(columns, [1 + names(&cube.whole()).len(); CELLS + TIERS + 2]);
        assert!(csv.lines().nth(8).unwrap().starts_with("cell 7,0.0,,,"), "nobody is there");
        let members = rows.iter().filter(|row| row.cell != 7).count();
        assert!(csv.lines().last().unwrap().starts_with(&format!("whole,{members}.0,")));
    }
}
