//! Rows counted by cell, total, item and level.

mod many;

use std::error::Error;
use std::fmt;
use std::ops::Range;

use crate::shape::Shape;
use crate::slice::Slice;

/// Counts of a population's rows, exact and mergeable; it keeps no row.
///
/// The counters of one cell and total lie side by side (item by item, level by level), so adding a row touches one
/// run of `items × levels` counters, and a slice is read from front to back. At most [`crate::MAX_MEMBERS`] rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cube {
    shape: Shape,
    /// No counter exceeds this, so none wraps while it does not: counters are added unchecked, which is a fifth faster.
    members: u32,
    counts: Vec<u32>,
}

impl Cube {
    /// A cube without rows.
    #[must_use]
    pub fn new(shape: Shape) -> Self {
        Self { shape, members: 0, counts: vec![0; shape.counters()] }
    }

    /// A cube of many rows, each with its cell: as if they were added one by one, at half the cost or less. Fails where
    /// one does not fit or they are too many.
    pub fn of_rows<'a>(shape: Shape, rows: impl IntoIterator<Item = (usize, &'a [u8])>) -> Result<Self, CubeError> {
        many::of_rows(shape, rows)
    }

    /// Takes over counters that were checked to be those of `members` rows.
    pub(crate) fn of_counts(shape: Shape, members: u32, counts: Vec<u32>) -> Self {
        debug_assert_eq!(counts.len(), shape.counters(), "one counter each");
        Self { shape, members, counts }
    }

    /// The cube's size.
    #[must_use]
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Number of rows in all cells.
    #[must_use]
    pub fn members(&self) -> u64 {
        u64::from(self.members)
    }

    /// Counts a row: one level, 1 to `levels`, for each item. Fails and changes nothing where the cell, the number of
    /// items or a level is out of range, or the cube is full.
    pub fn add(&mut self, cell: usize, row: &[u8]) -> Result<(), CubeError> {
        let block = self.block_of(cell, row)?;
        self.members = self.members.checked_add(1).ok_or(CubeError::Full)?;
        let block = &mut self.counts[block];
        for counter in counters(self.shape, row) {
            block[counter] = block[counter].wrapping_add(1);
        }
        Ok(())
    }

    /// Takes away a row that was added. Fails and changes nothing where the row is out of range or its counters say
    /// that it was never there. Counters do not tie items together, so a row that was not added, but whose every
    /// level some row of its cell and total has, is taken away all the same.
    pub fn remove(&mut self, cell: usize, row: &[u8]) -> Result<(), CubeError> {
        let block = self.block_of(cell, row)?;
        let block = &mut self.counts[block];
        if !counters(self.shape, row).all(|counter| block[counter] > 0) {
            return Err(CubeError::Absent);
        }
        for counter in counters(self.shape, row) {
            block[counter] = block[counter].wrapping_sub(1);
        }
        self.members -= 1;
        Ok(())
    }

    /// Counts all rows of another cube too. Fails and changes nothing where the shapes differ or the rows together
    /// are too many.
    pub fn merge(&mut self, other: &Self) -> Result<(), CubeError> {
        if self.shape != other.shape {
            return Err(CubeError::Shapes(self.shape, other.shape));
        }
        self.members = self.members.checked_add(other.members).ok_or(CubeError::Full)?;
        add_counts(&mut self.counts, &other.counts);
        Ok(())
    }

    /// The sum of the chosen cells, in any order. Fails where a cell is not in the cube or named twice. No cell at
    /// all gives a slice of nobody.
    pub fn slice(&self, cells: impl IntoIterator<Item = usize>) -> Result<Slice, CubeError> {
        let mut taken = vec![false; self.shape.cells()];
        let mut sum = Vec::new();
        for cell in cells {
            let taken = taken.get_mut(cell).ok_or(CubeError::Cell(cell))?;
            if std::mem::replace(taken, true) {
                return Err(CubeError::Repeated(cell));
            }
            self.add_cell(cell, &mut sum);
        }
        Ok(Slice::of_counts(self.shape, sum))
    }

    /// The sum of all cells.
    #[must_use]
    pub fn whole(&self) -> Slice {
        let mut sum = Vec::new();
        for cell in 0..self.shape.cells() {
            self.add_cell(cell, &mut sum);
        }
        Slice::of_counts(self.shape, sum)
    }

    /// The counters by cell and total, each with the total.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = (u32, &[u32])> {
        let totals = (0..self.shape.cells()).flat_map(|_| self.shape.lowest_total()..=self.shape.highest_total());
        totals.zip(self.counts.chunks_exact(self.shape.block()))
    }

    /// Adds the counters of a cell that is in the cube.
    fn add_cell(&self, cell: usize, sum: &mut Vec<u32>) {
        let size = self.shape.totals() * self.shape.block();
        let counts = &self.counts[cell * size..][..size];
        if sum.is_empty() {
            sum.extend_from_slice(counts);
        } else {
            add_counts(sum, counts);
        }
    }

    /// The counters of the row's cell and total, if the row fits the shape.
    fn block_of(&self, cell: usize, row: &[u8]) -> Result<Range<usize>, CubeError> {
        let shape = self.shape;
        if cell >= shape.cells() {
            return Err(CubeError::Cell(cell));
        }
        if row.len() != shape.items() {
            return Err(CubeError::Items(row.len()));
        }
        // At most 64 levels of 255: the sum does not wrap, and unchecked ones can be done several at once.
        let mut total = 0_u16;
        let mut fits = true;
        for &level in row {
            fits &= level.wrapping_sub(1) < shape.highest_level();
            total = total.wrapping_add(u16::from(level));
        }
        if !fits {
            return Err(wrong_level(shape, row));
        }
        let start = (cell * shape.totals() + usize::from(total) - shape.items()) * shape.block();
        Ok(start..start + shape.block())
    }
}

/// The place in its block of each level of a row that fits the shape. Blocks are small, so nothing wraps; checking that
/// would cost a third of adding a row.
fn counters(shape: Shape, row: &[u8]) -> impl Iterator<Item = usize> {
    let mut first = 0_usize;
    row.iter().map(move |&level| {
        let counter = first.wrapping_add(usize::from(level)).wrapping_sub(1);
        first = first.wrapping_add(shape.levels());
        counter
    })
}

/// The first level of the row that is out of range.
#[cold]
fn wrong_level(shape: Shape, row: &[u8]) -> CubeError {
    let wrong = row.iter().position(|&level| !(1..=shape.levels()).contains(&usize::from(level)));
    let item = wrong.unwrap_or(0);
    CubeError::Level { item, level: row[item] }
}

/// Adds counter by counter. Their sums are bounded by the number of members, which has been checked to fit; checked
/// additions could not be done several at once.
pub(crate) fn add_counts(sum: &mut [u32], counts: &[u32]) {
    debug_assert_eq!(sum.len(), counts.len(), "same shape");
    for (sum, count) in sum.iter_mut().zip(counts) {
        *sum = sum.wrapping_add(*count);
    }
}

/// Why a cube refused. It is unchanged then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CubeError {
    /// There is no such cell.
    Cell(usize),
    /// A slice names this cell twice.
    Repeated(usize),
    /// A row of so many items, which is not the shape's number.
    Items(usize),
    /// A level that is 0 or above the highest.
    Level {
        /// The item, from 0.
        item: usize,
        /// The level given.
        level: u8,
    },
    /// The row to take away was never there.
    Absent,
    /// There would be more than [`crate::MAX_MEMBERS`] rows.
    Full,
    /// Cubes of these shapes cannot be merged.
    Shapes(Shape, Shape),
}

impl fmt::Display for CubeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cell(cell) => write!(f, "there is no cell {cell}"),
            Self::Repeated(cell) => write!(f, "cell {cell} is named twice"),
            Self::Items(items) => write!(f, "a row of {items} items does not fit the cube"),
            Self::Level { item, level } => {
                write!(f, "level {level} of item {item} is out of range")
            }
            Self::Absent => write!(f, "the row to take away was never there"),
            Self::Full => write!(f, "a cube holds at most {} rows", crate::MAX_MEMBERS),
            Self::Shapes(own, other) => write!(
                f,
                "a cube of {} × {} × {} (cells, items, levels) cannot take one of {} × {} × {}",
                own.cells(),
                own.items(),
                own.levels(),
                other.cells(),
                other.items(),
                other.levels()
            ),
        }
    }
}

impl Error for CubeError {}

#[cfg(test)]
mod tests;
