//! A cube as bytes: the same cube always gives the same bytes, and no other bytes give that cube.
//!
//! Version 1, numbers in little-endian order:
//!
//! | part | bytes |
//! |---|---|
//! | mark | `cube` |
//! | version | 1 |
//! | cells, items, levels | 2, 1, 1 |
//! | counters, by cell and total | variable |
//! | FNV-1a of all before (damage, not forgery) | 8 |
//!
//! The counters are LEB128 numbers in their shortest form. For each cell and total: the number of rows, then for each
//! item the counts of all levels but the highest, which follows from the number of rows. Where there is no row, a 0
//! and how many cells and totals in a run have none, as many as there are.

use std::error::Error;
use std::fmt;

use crate::cube::Cube;
use crate::shape::{Shape, ShapeError};

const MARK: [u8; 4] = *b"cube";
const VERSION: u8 = 1;
const HEADER: usize = 9;
const CHECKSUM: usize = 8;

impl Cube {
    /// The cube in its own compact form; equal cubes give equal bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let shape = self.shape();
        let mut bytes = Vec::from(MARK);
        bytes.push(VERSION);
        bytes.extend_from_slice(&shape.cells().to_le_bytes()[..2]);
        bytes.extend_from_slice(&shape.items().to_le_bytes()[..1]);
        bytes.extend_from_slice(&shape.levels().to_le_bytes()[..1]);
        let mut empty = 0;
        for (_, block) in self.blocks() {
            let members: u32 = block[..shape.levels()].iter().sum();
            if members == 0 {
                empty += 1;
                continue;
            }
            write_run(&mut bytes, &mut empty);
            write_number(&mut bytes, members);
            for counts in block.chunks_exact(shape.levels()) {
                for &count in &counts[..shape.levels() - 1] {
                    write_number(&mut bytes, count);
                }
            }
        }
        write_run(&mut bytes, &mut empty);
        let checksum = fnv1a(&bytes);
        bytes.extend_from_slice(&checksum.to_le_bytes());
        bytes
    }

    /// Reads what [`Cube::to_bytes`] wrote. Fails on anything that it would not have written: foreign, newer,
    /// cut-off or altered bytes, counts that no population can have, or another form of the same counts.
    ///
    /// The counts are held to what every population obeys: each item of a cell and total has as many levels as there
    /// are rows, and together they sum up to the total of each row.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BytesError> {
        let (bytes, checksum) = bytes.split_last_chunk::<CHECKSUM>().ok_or(BytesError::Short)?;
        let (header, body) = bytes.split_first_chunk::<HEADER>().ok_or(BytesError::Short)?;
        let [m0, m1, m2, m3, version, cells_low, cells_high, items, levels] = *header;
        if [m0, m1, m2, m3] != MARK {
            return Err(BytesError::Foreign);
        }
        if version != VERSION {
            return Err(BytesError::Version(version));
        }
        if fnv1a(bytes) != u64::from_le_bytes(*checksum) {
            return Err(BytesError::Checksum);
        }
        let cells = u16::from_le_bytes([cells_low, cells_high]);
        let shape =
            Shape::new(usize::from(cells), usize::from(items), usize::from(levels)).map_err(BytesError::Shape)?;
        Reader { shape, body, at: 0 }.read_cube()
    }
}

/// The counters of a body, read from front to back.
struct Reader<'a> {
    shape: Shape,
    body: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn read_cube(mut self) -> Result<Cube, BytesError> {
        let (shape, mut members) = (self.shape, 0_u32);
        let mut counts = vec![0; shape.counters()];
        let mut blocks = counts.chunks_exact_mut(shape.block()).enumerate();
        let mut after_run = false;
        while blocks.len() > 0 {
            let rows = self.number()?;
            if rows == 0 {
                let run = usize::try_from(self.number()?).map_err(|_| self.wrong("a run is too long"))?;
                if after_run || run == 0 || run > blocks.len() {
                    return Err(self.wrong("a run has the wrong length"));
                }
                blocks.nth(run - 1);
            } else if let Some((place, block)) = blocks.next() {
                self.read_block(place % shape.totals(), rows, block)?;
                members = members.checked_add(rows).ok_or_else(|| self.wrong("too many rows"))?;
            }
            after_run = rows == 0;
        }
        if self.at < self.body.len() {
            return Err(self.wrong("bytes are left over"));
        }
        Ok(Cube::of_counts(shape, members, counts))
    }

    /// The counters of one cell and of the total that is `excess` above the lowest.
    fn read_block(&mut self, excess: usize, rows: u32, block: &mut [u32]) -> Result<(), BytesError> {
        let mut sum = 0_u64;
        for counts in block.chunks_exact_mut(self.shape.levels()) {
            let Some((highest, others)) = counts.split_last_mut() else {
                continue;
            };
            let mut left = rows;
            for (steps, count) in (0..).zip(others) {
                *count = self.number()?;
                left = left.checked_sub(*count).ok_or_else(|| self.wrong("an item has more levels than rows"))?;
                sum += steps * u64::from(*count);
            }
            *highest = left;
            sum += (self.shape.levels() as u64 - 1) * u64::from(left);
        }
        if sum != excess as u64 * u64::from(rows) {
            return Err(self.wrong("the levels do not add up to the total"));
        }
        Ok(())
    }

    /// A LEB128 number of up to 32 bits in its shortest form.
    fn number(&mut self) -> Result<u32, BytesError> {
        let mut number = 0_u64;
        for shift in [0, 7, 14, 21, 28] {
            let byte = *self.body.get(self.at).ok_or(BytesError::Short)?;
            self.at += 1;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                if byte == 0 && shift > 0 {
                    return Err(self.wrong("a number is not in its shortest form"));
                }
                return u32::try_from(number).map_err(|_| self.wrong("a number exceeds 32 bits"));
            }
        }
        Err(self.wrong("a number exceeds 32 bits"))
    }

    fn wrong(&self, what: &'static str) -> BytesError {
        BytesError::Counts { offset: HEADER + self.at, what }
    }
}

/// Ends a run of empty blocks, if there was one.
fn write_run(bytes: &mut Vec<u8>, empty: &mut u32) {
    if *empty > 0 {
        write_number(bytes, 0);
        write_number(bytes, std::mem::take(empty));
    }
}

fn write_number(bytes: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
}

/// Fowler, Noll and Vo's hash: each step can be undone, so a change of any one byte changes it.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Why bytes are not a cube.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BytesError {
    /// They end too early.
    Short,
    /// They do not begin as a cube's do.
    Foreign,
    /// They are of this version, which is not known here.
    Version(u8),
    /// They were altered or cut off.
    Checksum,
    /// They name a shape that is not allowed.
    Shape(ShapeError),
    /// Their counters are not those of a population, or not written in the one right form.
    Counts {
        /// Where reading stopped, in bytes from the start.
        offset: usize,
        /// What is wrong there.
        what: &'static str,
    },
}

impl fmt::Display for BytesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short => write!(f, "the bytes end too early for a cube"),
            Self::Foreign => write!(f, "the bytes are not a cube's"),
            Self::Version(given) => {
                write!(f, "version {given} of a cube is not known; {VERSION} is")
            }
            Self::Checksum => write!(f, "the bytes were altered or cut off"),
            Self::Shape(_) => write!(f, "the bytes name a shape that is not allowed"),
            Self::Counts { offset, what } => write!(f, "before byte {offset}: {what}"),
        }
    }
}

impl Error for BytesError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Shape(error) => Some(error),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
