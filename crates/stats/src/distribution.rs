//! How many members have each whole number, and every figure that follows from that.

use std::error::Error;
use std::fmt;
use std::num::NonZeroU32;

use crate::MAX_MEMBERS;
use crate::ratio::ratio;

/// The totals of the largest shape. With [`MAX_MEMBERS`] it bounds n²·Σy³ by 2^123, so moments are exact in 128 bits.
const MAX_VALUES: usize = 513;

/// Counts of members over consecutive whole numbers: totals, or the levels of one item.
///
/// Every figure is `None` where there is no member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distribution {
    lowest: u32,
    /// Members below each value, and at the end all members: the running sum of the counts.
    below: Vec<u64>,
    /// Sums over the members of y and y², where y is the value less the lowest one.
    sum: u64,
    squares: u64,
}

/// Where the top third begins. Members above count fully, those at the cut by [`Cut::weight`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// The value at which the n/3 highest members end.
    pub value: u32,
    /// Members above it: fewer than n/3.
    pub above: u64,
    /// Members tied at it: with those above at least n/3.
    pub equal: u64,
    /// All members.
    pub members: u64,
}

impl Cut {
    /// The weight of each member tied at the cut, above 0 and up to 1: (n/3 − above) / equal.
    #[must_use]
    pub fn weight(&self) -> f64 {
        ratio(self.missing(), 3 * u128::from(self.equal))
    }

    /// Three times what the members above lack to n/3.
    pub(crate) fn missing(&self) -> u128 {
        u128::from(self.members - 3 * self.above)
    }
}

/// One bar of a histogram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bin {
    /// The least value in the bin.
    pub first: u32,
    /// The greatest value in the bin. The last bin ends at the highest possible value and may be narrower.
    pub last: u32,
    /// Members in the bin.
    pub members: u64,
}

impl Distribution {
    /// Counts of the values `lowest`, `lowest + 1` and so on: 1 to 513 values, at most [`MAX_MEMBERS`] members.
    /// Fails where there are more, no value at all, or a value beyond 32 bits.
    pub fn new(lowest: u32, counts: &[u64]) -> Result<Self, DistributionError> {
        let values = counts.len();
        if !(1..=MAX_VALUES).contains(&values) {
            return Err(DistributionError::Values(values));
        }
        if u32::try_from(values - 1).ok().and_then(|span| lowest.checked_add(span)).is_none() {
            return Err(DistributionError::Lowest(lowest));
        }
        let members = counts.iter().try_fold(0_u64, |sum, &count| sum.checked_add(count));
        if members.is_none_or(|members| members > MAX_MEMBERS) {
            return Err(DistributionError::Members);
        }
        Ok(Self::of_counts(lowest, counts.iter().copied()))
    }

    /// As [`Distribution::new`], for counts that are known to be within the limits.
    pub(crate) fn of_counts(lowest: u32, counts: impl ExactSizeIterator<Item = u64>) -> Self {
        let mut below = Vec::with_capacity(counts.len() + 1);
        let (mut members, mut sum, mut squares) = (0, 0, 0);
        below.push(0);
        for (y, count) in (0_u64..).zip(counts) {
            members += count;
            sum += y * count;
            squares += y * y * count;
            below.push(members);
        }
        Self { lowest, below, sum, squares }
    }

    /// Number of members.
    #[must_use]
    pub fn members(&self) -> u64 {
        self.below.last().copied().unwrap_or(0)
    }

    /// The lowest possible value, whether or not a member has it.
    #[must_use]
    pub fn lowest(&self) -> u32 {
        self.lowest
    }

    /// The highest possible value, whether or not a member has it.
    #[must_use]
    pub fn highest(&self) -> u32 {
        self.value(self.below.len().saturating_sub(2))
    }

    /// Every possible value with its number of members, from the lowest on.
    #[must_use]
    pub fn counts(&self) -> impl ExactSizeIterator<Item = (u32, u64)> + DoubleEndedIterator {
        self.below.windows(2).enumerate().map(|(y, pair)| (self.value(y), pair[1] - pair[0]))
    }

    /// Arithmetic mean, in the unit of the values; the nearest `f64`.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        let n = self.some_members()?;
        Some(ratio(u128::from(self.lowest) * n + u128::from(self.sum), n))
    }

    /// Standard deviation with divisor n, in the unit of the values; 0 where all members are equal.
    #[must_use]
    pub fn standard_deviation(&self) -> Option<f64> {
        let n = self.some_members()?;
        Some(ratio(self.spread(), n * n).sqrt())
    }

    /// Third standardised moment (divisor n): negative where the long tail lies low. `None` also where all are equal.
    #[must_use]
    pub fn skewness(&self) -> Option<f64> {
        let (n, s1, s2) = (i128::from(self.members()), i128::from(self.sum), i128::from(self.squares));
        let s3: i128 = (0_i128..).zip(self.counts()).map(|(y, (_, count))| y * y * y * i128::from(count)).sum();
        let spread = self.some_spread()?;
        let third = n * n * s3 - 3 * n * s1 * s2 + 2 * s1 * s1 * s1;
        Some(third as f64 / (spread * spread.sqrt()))
    }

    /// Fourth standardised moment (divisor n) less 3, so 0 for a normal distribution and −2 at least.
    /// `None` also where all are equal.
    ///
    /// The fourth powers exceed 128 bits. The deviations are exact integers and no term is negative, so the sum in
    /// floating point cancels nothing: the error is below 10^−12 of the moment.
    #[must_use]
    pub fn excess_kurtosis(&self) -> Option<f64> {
        let spread = self.some_spread()?;
        let n = self.members();
        let fourth = |(y, (_, count)): (u64, (u32, u64))| {
            let deviation = (n * y).abs_diff(self.sum) as f64;
            deviation.powi(4) * count as f64
        };
        let sum: f64 = (0..).zip(self.counts()).map(fourth).sum();
        Some(sum / (n as f64 * spread * spread) - 3.0)
    }

    /// Where `value` stands among the members, 0 to 100: the share below plus half of the equal ones.
    /// The value need not be a possible one.
    #[must_use]
    pub fn percentile_of(&self, value: u32) -> Option<f64> {
        let n = self.some_members()?;
        let below = self.members_below(u64::from(value));
        let up_to = self.members_below(u64::from(value) + 1);
        Some(ratio(50 * u128::from(below + up_to), n))
    }

    /// 10 (value − μ) / σ + 50. `None` also where all members are equal, for then there is no scale.
    #[must_use]
    pub fn deviation_value(&self, value: u32) -> Option<f64> {
        let spread = self.some_spread()?;
        let n = i128::from(self.members());
        let distance = n * (i128::from(value) - i128::from(self.lowest)) - i128::from(self.sum);
        Some(50.0 + 10.0 * distance as f64 / spread.sqrt())
    }

    /// The least value that at least `part / whole` of the members do not exceed: `quantile(1, 2)` is the lower
    /// median, `quantile(0, 1)` the least and `quantile(1, 1)` the greatest value that a member has.
    /// `None` also where `part` exceeds `whole` or `whole` is 0.
    #[must_use]
    pub fn quantile(&self, part: u32, whole: u32) -> Option<u32> {
        let n = self.some_members()?;
        if whole == 0 || part > whole {
            return None;
        }
        let needed = (u128::from(part) * n).div_ceil(u128::from(whole)).max(1);
        let up_to = self.below.get(1..)?;
        Some(self.value(up_to.partition_point(|&members| u128::from(members) < needed)))
    }

    /// Bars of `width` values each, from the lowest possible value to the highest; empty bars are there too.
    #[must_use]
    pub fn histogram(&self, width: NonZeroU32) -> Vec<Bin> {
        let highest = self.highest();
        let step = usize::try_from(width.get()).unwrap_or(usize::MAX);
        let starts = (0..self.below.len() - 1).step_by(step);
        starts
            .map(|y| {
                let first = self.value(y);
                let last = first.saturating_add(width.get() - 1).min(highest);
                let end = y.saturating_add(step).min(self.below.len() - 1);
                Bin { first, last, members: self.below[end] - self.below[y] }
            })
            .collect()
    }

    /// Where the top third begins: the value of the member at which the n/3 highest are reached.
    #[must_use]
    pub fn top_third(&self) -> Option<Cut> {
        let members = self.members();
        self.some_members()?;
        let values = self.below.len() - 1;
        let y = self.below[..values].partition_point(|&below| 3 * below <= 2 * members) - 1;
        let (below, up_to) = (self.below[y], self.below[y + 1]);
        Some(Cut { value: self.value(y), above: members - up_to, equal: up_to - below, members })
    }

    /// Mean of the top third, in the unit of the values; the nearest `f64`.
    #[must_use]
    pub fn top_third_mean(&self) -> Option<f64> {
        let cut = self.top_third()?;
        let above = self.counts().rev().take_while(|&(value, _)| value > cut.value);
        let sum: u128 = above.map(|(value, count)| u128::from(value) * u128::from(count)).sum();
        Some(ratio(3 * sum + cut.missing() * u128::from(cut.value), u128::from(cut.members)))
    }

    /// The number of members, if there are any.
    fn some_members(&self) -> Option<u128> {
        Some(u128::from(self.members())).filter(|&members| members > 0)
    }

    /// n·Σy² − (Σy)²: the variance times n².
    fn spread(&self) -> u128 {
        u128::from(self.members()) * u128::from(self.squares) - u128::from(self.sum).pow(2)
    }

    /// The spread, unless all members are equal or there is none.
    fn some_spread(&self) -> Option<f64> {
        Some(self.spread()).filter(|&spread| spread > 0).map(|spread| spread as f64)
    }

    fn members_below(&self, value: u64) -> u64 {
        let y = value.saturating_sub(u64::from(self.lowest));
        let counted = usize::try_from(y).ok().and_then(|y| self.below.get(y));
        counted.copied().unwrap_or_else(|| self.members())
    }

    /// The value at a place of the counts, which are bounded by `MAX_VALUES`.
    fn value(&self, y: usize) -> u32 {
        self.lowest + u32::try_from(y).unwrap_or(u32::MAX)
    }
}

/// Why counts were refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DistributionError {
    /// Not 1 to 513 values; carries how many.
    Values(usize),
    /// The highest value would exceed 32 bits; carries the lowest.
    Lowest(u32),
    /// More than [`MAX_MEMBERS`] members.
    Members,
}

impl fmt::Display for DistributionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Values(given) => write!(f, "{given} values; 1 to {MAX_VALUES} are allowed"),
            Self::Lowest(given) => write!(f, "values from {given} on do not fit in 32 bits"),
            Self::Members => write!(f, "more than {MAX_MEMBERS} members"),
        }
    }
}

impl Error for DistributionError {}

#[cfg(test)]
mod tests;
