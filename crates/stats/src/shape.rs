//! How large a cube is: its cells, items and levels, each within a limit.

use std::error::Error;
use std::fmt;
use std::ops::RangeInclusive;

const CELLS: RangeInclusive<usize> = 1..=4096;
const ITEMS: RangeInclusive<usize> = 1..=64;
const LEVELS: RangeInclusive<usize> = 2..=9;
/// Four bytes each, so a cube takes 256 MiB at most.
const MAX_COUNTERS: usize = 1 << 26;

/// The size of a cube: 1 to 4096 cells, 1 to 64 items, 2 to 9 levels, and at most 2^26 counters in all.
///
/// The number of counters is `cells × totals × items × levels`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    cells: u16,
    items: u8,
    levels: u8,
}

impl Shape {
    /// A shape within the limits, or the first number that is outside them.
    pub fn new(cells: usize, items: usize, levels: usize) -> Result<Self, ShapeError> {
        if !ITEMS.contains(&items) {
            return Err(ShapeError::Items(items));
        }
        if !LEVELS.contains(&levels) {
            return Err(ShapeError::Levels(levels));
        }
        if !CELLS.contains(&cells) {
            return Err(ShapeError::Cells(cells));
        }
        let shape = Self {
            cells: u16::try_from(cells).map_err(|_| ShapeError::Cells(cells))?,
            items: u8::try_from(items).map_err(|_| ShapeError::Items(items))?,
            levels: u8::try_from(levels).map_err(|_| ShapeError::Levels(levels))?,
        };
        if shape.counters() > MAX_COUNTERS {
            return Err(ShapeError::Counters(shape.counters()));
        }
        Ok(shape)
    }

    /// Number of cells; they are numbered from 0.
    #[must_use]
    pub fn cells(self) -> usize {
        usize::from(self.cells)
    }

    /// Number of items in a row; they are numbered from 0.
    #[must_use]
    pub fn items(self) -> usize {
        usize::from(self.items)
    }

    /// The highest level; the lowest is 1.
    #[must_use]
    pub fn levels(self) -> usize {
        usize::from(self.levels)
    }

    /// Number of different totals.
    #[must_use]
    pub fn totals(self) -> usize {
        self.items() * (self.levels() - 1) + 1
    }

    /// The lowest total, where every item is at level 1.
    #[must_use]
    pub fn lowest_total(self) -> u32 {
        u32::from(self.items)
    }

    /// The highest total, where every item is at the highest level.
    #[must_use]
    pub fn highest_total(self) -> u32 {
        u32::from(self.items) * u32::from(self.levels)
    }

    pub(crate) fn highest_level(self) -> u8 {
        self.levels
    }

    /// The counters of one cell and total.
    pub(crate) fn block(self) -> usize {
        self.items() * self.levels()
    }

    pub(crate) fn counters(self) -> usize {
        self.cells() * self.totals() * self.block()
    }
}

/// Why a shape was refused; each carries the number asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShapeError {
    /// Not 1 to 4096 cells.
    Cells(usize),
    /// Not 1 to 64 items.
    Items(usize),
    /// Not 2 to 9 levels.
    Levels(usize),
    /// Each number is allowed, but together they need more than 2^26 counters.
    Counters(usize),
}

impl fmt::Display for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cells(given) => write!(f, "{given} cells; 1 to 4096 are allowed"),
            Self::Items(given) => write!(f, "{given} items; 1 to 64 are allowed"),
            Self::Levels(given) => write!(f, "{given} levels; 2 to 9 are allowed"),
            Self::Counters(given) => {
                write!(f, "{given} counters; at most {MAX_COUNTERS} are allowed")
            }
        }
    }
}

impl Error for ShapeError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_knows_its_range_of_totals() {
        let shape = Shape::new(54, 27, 5).unwrap();
        assert_eq!((shape.cells(), shape.items(), shape.levels()), (54, 27, 5));
        assert_eq!((shape.lowest_total(), shape.highest_total(), shape.totals()), (27, 135, 109));
    }

    #[test]
    fn the_limits_are_allowed_and_one_beyond_is_refused() {
        assert!(Shape::new(1, 1, 2).is_ok());
        assert!(Shape::new(4096, 27, 5).is_ok());
        assert!(Shape::new(1, 64, 9).is_ok());
        assert_eq!(Shape::new(0, 1, 2), Err(ShapeError::Cells(0)));
        assert_eq!(Shape::new(4097, 1, 2), Err(ShapeError::Cells(4097)));
        assert_eq!(Shape::new(1, 0, 2), Err(ShapeError::Items(0)));
        assert_eq!(Shape::new(1, 65, 2), Err(ShapeError::Items(65)));
        assert_eq!(Shape::new(1, 1, 1), Err(ShapeError::Levels(1)));
        assert_eq!(Shape::new(1, 1, 10), Err(ShapeError::Levels(10)));
        assert_eq!(Shape::new(usize::MAX, 64, 9), Err(ShapeError::Cells(usize::MAX)));
    }

    #[test]
    fn a_shape_that_would_take_too_much_memory_is_refused() {
        let refused = Shape::new(4096, 64, 9).unwrap_err();
        assert_eq!(refused, ShapeError::Counters(4096 * 513 * 64 * 9));
        assert_eq!(refused.to_string(), "1210318848 counters; at most 67108864 are allowed");
    }
}
