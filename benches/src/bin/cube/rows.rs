//! The same made population on every machine: members in 54 cells, 27 items each, items tied together by a general
//! factor and one for each area.

use std::io::{self, Write};

pub(crate) const ITEMS: usize = 27;
pub(crate) const LEVELS: usize = 5;
pub(crate) const TIERS: usize = 3;
/// Two sizes and nine industries.
pub(crate) const CELLS_OF_TIER: usize = 18;
pub(crate) const CELLS: usize = TIERS * CELLS_OF_TIER;

const HIGHEST: i64 = 5;
const SEED: u64 = 20_050_331;
/// The items of each area.
const AREAS: [usize; 5] = [8, 4, 7, 5, 3];
/// Standard deviation of [`Numbers::bell`].
const SIGMA: i64 = 37_837;
/// What an average member of the tier scores, so that its mean level is about 3.0, 2.7 or 2.3.
const LEVEL_OF_TIER: [i64; TIERS] = [35 * SIGMA / 10, 32 * SIGMA / 10, 28 * SIGMA / 10];

/// One member: its cell and its levels.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    pub(crate) cell: u8,
    pub(crate) levels: [u8; ITEMS],
}

/// The first `members` members.
pub(crate) fn generate(members: usize) -> Vec<Row> {
    let mut numbers = Numbers(SEED);
    (0..members).map(|_| row(&mut numbers)).collect()
}

/// One column after the other, one byte a value: the cells, then each item.
pub(crate) fn write_columns(rows: &[Row], out: &mut impl Write) -> io::Result<()> {
    let cells: Vec<u8> = rows.iter().map(|row| row.cell).collect();
    out.write_all(&cells)?;
    for item in 0..ITEMS {
        let column: Vec<u8> = rows.iter().map(|row| row.levels[item]).collect();
        out.write_all(&column)?;
    }
    Ok(())
}

fn row(numbers: &mut Numbers) -> Row {
    let cell = numbers.below(CELLS as u64);
    let tier = usize::from(cell) / CELLS_OF_TIER;
    let general = numbers.bell();
    let mut levels = [1; ITEMS];
    let mut items = levels.iter_mut();
    for area_items in AREAS {
        let area = numbers.bell();
        for level in items.by_ref().take(area_items) {
            let score = (6 * general + 4 * area + 6 * numbers.bell()) / 10 + LEVEL_OF_TIER[tier];
            *level = u8::try_from(score.div_euclid(SIGMA).clamp(1, HIGHEST)).unwrap_or(1);
        }
    }
    Row { cell, levels }
}

/// Numbers that look random (`SplitMix64`).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Less than `bound`, which is 256 at most.
    fn below(&mut self, bound: u64) -> u8 {
        u8::try_from(((self.next() >> 32) * bound) >> 32).unwrap_or(0)
    }

    /// Bell-shaped around 0: four even numbers added up.
    fn bell(&mut self) -> i64 {
        let bits = self.next();
        let sum: u64 = [0, 16, 32, 48].iter().map(|shift| (bits >> shift) & 0xffff).sum();
        sum.cast_signed() - 2 * 0xffff
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_the_published_ones() {
        let mut numbers = Numbers(1_234_567);
        assert_eq!([numbers.next(), numbers.next()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn a_longer_population_begins_with_the_shorter_one() {
        let (short, long) = (generate(10), generate(20));
        for (left, right) in short.iter().zip(&long) {
            assert_eq!((left.cell, left.levels), (right.cell, right.levels));
        }
    }

    #[test]
    fn members_of_a_higher_tier_score_more_and_items_go_together() {
        let rows = generate(20_000);
        let mean = |tier: usize| {
            let inside = rows.iter().filter(|row| usize::from(row.cell) / CELLS_OF_TIER == tier);
            let totals: Vec<f64> = inside.map(|row| row.levels.iter().copied().map(f64::from).sum()).collect();
            totals.iter().sum::<f64>() / totals.len() as f64 / ITEMS as f64
        };
        assert!((mean(0) - 3.0).abs() < 0.1 && (mean(1) - 2.7).abs() < 0.1 && (mean(2) - 2.3).abs() < 0.1);
        let high = |row: &&Row| row.levels[0] > 2;
        let both = rows.iter().filter(high).filter(|row| row.levels[26] > 2).count() as f64;
        let first = rows.iter().filter(high).count() as f64;
        let last = rows.iter().filter(|row| row.levels[26] > 2).count() as f64;
        assert!(both / first > 1.15 * last / rows.len() as f64);
    }

    #[test]
    fn columns_hold_one_byte_a_value() {
        let rows = generate(3);
        let mut bytes = Vec::new();
        write_columns(&rows, &mut bytes).unwrap();
        assert_eq!(bytes.len(), 3 * (1 + ITEMS));
        assert_eq!((bytes[1], bytes[3 * ITEMS + 2]), (rows[1].cell, rows[2].levels[26]));
    }
}
