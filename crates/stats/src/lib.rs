//! Exact statistics of a population of scored answers, from counts that can be added, taken away and merged.
//!
//! A member of the population is a *row*: one level from `1` to `levels` for each of `items` items, in one of
//! `cells` cells. Its *total* is the sum of its levels. A [`Cube`] counts, for each cell, total, item and level, the
//! rows that have it, and nothing else: it holds no row. A [`Slice`] is the sum of chosen cells, from which every
//! figure comes; a [`Distribution`] counts whole numbers, such as totals or the levels of one item.
//!
//! Definitions (the document names the top third and the mean; the rest is ours, so that every program agrees):
//!
//! | figure | definition |
//! |---|---|
//! | top third (METI 2005 §3.3, box on the desired level) | the n/3 highest totals; members tied at the cut share the weight that makes the sum of weights exactly n/3 |
//! | its mean, of the total and of each item | weighted by just those weights |
//! | mean, standard deviation | divisor n |
//! | skewness, excess kurtosis | third and fourth standardised moment, divisor n; kurtosis less 3 |
//! | percentile, 0 to 100 | share below plus half of the equal ones |
//! | deviation value | 10 (x − μ) / σ + 50; none where σ is 0 |
//! | quantile | the least value that at least the asked share of members does not exceed |
//!
//! Every figure is summed in integers and divided once at the end, so it does not depend on the order in which rows
//! came or on how the population was split. A population of nobody has no figures: `None`, never NaN.
//!
//! Architecture invariant: no input, output, clock, randomness or word of a domain is in this crate.
//!
//! ```
//! use stats::{Cube, Shape};
//!
//! let mut cube = Cube::new(Shape::new(2, 3, 5)?);
//! cube.add(0, &[1, 2, 3])?;
//! cube.add(0, &[4, 4, 4])?;
//! cube.add(1, &[5, 5, 5])?;
//! let first = cube.slice([0])?;
//! assert_eq!(first.totals().mean(), Some(9.0));
//! assert_eq!(cube.whole().totals().top_third_mean(), Some(15.0));
//! cube.remove(1, &[5, 5, 5])?;
//! assert_eq!(cube.whole(), first);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod bytes;
mod cube;
mod distribution;
mod ratio;
mod shape;
mod slice;

pub use bytes::BytesError;
pub use cube::{Cube, CubeError};
pub use distribution::{Bin, Cut, Distribution, DistributionError};
pub use shape::{Shape, ShapeError};
pub use slice::Slice;

/// The most members that a cube or a distribution counts.
///
/// It keeps every counter in 32 bits and every sum of the statistics in 128, so no figure can overflow.
pub const MAX_MEMBERS: u64 = u32::MAX as u64;
