//! Many rows at once: eight items side by side in a word, counted in bytes and carried over before a byte is full.

use super::{Cube, CubeError};
use crate::shape::Shape;

/// A row of 24 to 32 items is read as four words of eight items; the last word ends with the row, so it may repeat
/// items of the third.
const WORDS: usize = 4;
const WORD: usize = 8;
const LEVELS: usize = 5;

/// Eight bytes of the same value.
const fn bytes(value: u8) -> u64 {
    u64::from_le_bytes([value; WORD])
}

/// What is counted of a level less 1, a number from 0 to 4, item by item: its three bits, and whether both lower ones
/// are set. From these and the number of rows follow the counts of all five levels.
#[derive(Clone, Copy, Default)]
#[repr(align(64))]
struct Counters {
    ones: [u64; WORDS],
    twos: [u64; WORDS],
    threes: [u64; WORDS],
    fours: [u64; WORDS],
}

struct Builder {
    shape: Shape,
    /// The items of the last word that are not in the third.
    once: u64,
    /// By cell and total: rows since their counters were carried over.
    rows: Vec<u8>,
    counters: Vec<Counters>,
    counts: Vec<u32>,
}

/// Counts all rows. Fails where one does not fit or they are too many.
pub(super) fn of_rows<'a>(shape: Shape, rows: impl IntoIterator<Item = (usize, &'a [u8])>) -> Result<Cube, CubeError> {
    if shape.levels() == LEVELS && (WORD * (WORDS - 1)..=WORD * WORDS).contains(&shape.items()) {
        return Builder::new(shape).build(rows);
    }
    let mut cube = Cube::new(shape);
    rows.into_iter().try_for_each(|(cell, row)| cube.add(cell, row))?;
    Ok(cube)
}

/// The words of a row; none where it is too short.
fn words(row: &[u8]) -> Option<[u64; WORDS]> {
    let (first, rest) = row.split_first_chunk::<WORD>()?;
    let (second, rest) = rest.split_first_chunk::<WORD>()?;
    let third = rest.first_chunk::<WORD>()?;
    let last = row.last_chunk::<WORD>()?;
    Some([first, second, third, last].map(|word| u64::from_le_bytes(*word)))
}

/// Whether each of the eight bytes is 1 to 5.
fn fits(word: u64) -> bool {
    let high = word | word.wrapping_add(bytes(0x7f - 5));
    high & bytes(0x80) == 0 && word.wrapping_add(bytes(0x7f)) & bytes(0x80) == bytes(0x80)
}

impl Builder {
    fn new(shape: Shape) -> Self {
        let blocks = shape.cells() * shape.totals();
        let repeated = WORD * WORDS - shape.items();
        Self {
            shape,
            once: u64::MAX.checked_shl(u32::try_from(8 * repeated).unwrap_or(u32::MAX)).unwrap_or(0),
            rows: vec![0; blocks],
            counters: vec![Counters::default(); blocks],
            counts: vec![0; shape.counters()],
        }
    }

    fn build<'a>(mut self, rows: impl IntoIterator<Item = (usize, &'a [u8])>) -> Result<Cube, CubeError> {
        let mut members = 0_u32;
        for (cell, row) in rows {
            self.add(cell, row)?;
            members = members.checked_add(1).ok_or(CubeError::Full)?;
        }
        for block in 0..self.rows.len() {
            self.carry(block);
        }
        Ok(Cube::of_counts(self.shape, members, self.counts))
    }

    fn add(&mut self, cell: usize, row: &[u8]) -> Result<(), CubeError> {
        if cell >= self.shape.cells() {
            return Err(CubeError::Cell(cell));
        }
        let words = words(row).filter(|_| row.len() == self.shape.items()).ok_or(CubeError::Items(row.len()))?;
        if !words.into_iter().fold(true, |fine, word| fine & fits(word)) {
            return Err(super::wrong_level(self.shape, row));
        }
        // At most 4 × 8 × 5 in all, so neither a byte nor the product's highest one wraps.
        let sums = words[0] + words[1] + words[2] + (words[3] & self.once);
        let total = sums.wrapping_mul(bytes(1)) >> (8 * (WORD - 1));
        let block = cell * self.shape.totals() + usize::try_from(total).unwrap_or(0) - self.shape.items();
        let counters = &mut self.counters[block];
        for (place, word) in words.into_iter().enumerate() {
            let above = word.wrapping_sub(bytes(1));
            let (one, two) = (above & bytes(1), above >> 1 & bytes(1));
            counters.ones[place] = counters.ones[place].wrapping_add(one);
            counters.twos[place] = counters.twos[place].wrapping_add(two);
            counters.threes[place] = counters.threes[place].wrapping_add(one & two);
            counters.fours[place] = counters.fours[place].wrapping_add(above >> 2 & bytes(1));
        }
        let rows = &mut self.rows[block];
        *rows += 1;
        if *rows == u8::MAX {
            self.carry(block);
        }
        Ok(())
    }

    /// Adds what was counted in bytes to the counters of the cube.
    fn carry(&mut self, block: usize) {
        let rows = u32::from(std::mem::take(&mut self.rows[block]));
        if rows == 0 {
            return;
        }
        let counters = std::mem::take(&mut self.counters[block]);
        let (items, size) = (self.shape.items(), self.shape.block());
        let counts = self.counts[block * size..][..size].chunks_exact_mut(LEVELS);
        for (item, counts) in counts.enumerate() {
            let third = WORD * (WORDS - 1);
            let (word, place) =
                if item < third { (item / WORD, item % WORD) } else { (WORDS - 1, item + WORD - items) };
            let count = |words: &[u64; WORDS]| u32::from(words[word].to_le_bytes()[place]);
            let (threes, fours) = (count(&counters.threes), count(&counters.fours));
            let (ones, twos) = (count(&counters.ones) - threes, count(&counters.twos) - threes);
            let levels = [rows - ones - twos - threes - fours, ones, twos, threes, fours];
            for (count, level) in counts.iter_mut().zip(levels) {
                *count += level;
            }
        }
    }
}
