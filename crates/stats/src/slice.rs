//! The sum of chosen cells, and what follows from it for totals and items.

use crate::cube::add_counts;
use crate::distribution::Distribution;
use crate::ratio::ratio;
use crate::shape::Shape;

/// The rows of chosen cells, counted by total, item and level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice {
    shape: Shape,
    totals: Distribution,
    /// By total, item and level; nothing where no cell was chosen.
    counts: Vec<u32>,
    /// By item and level.
    levels: Vec<u32>,
}

impl Slice {
    /// Takes over counters whose sum by item is the same for each item of a total, and which are those of a cube.
    pub(crate) fn of_counts(shape: Shape, mut counts: Vec<u32>) -> Self {
        counts.resize(shape.totals() * shape.block(), 0);
        let blocks = || counts.chunks_exact(shape.block());
        let members_of = |block: &[u32]| block[..shape.levels()].iter().map(|&count| u64::from(count)).sum();
        let totals = Distribution::of_counts(shape.lowest_total(), blocks().map(members_of));
        let levels = sum_blocks(shape, blocks());
        Self { shape, totals, counts, levels }
    }

    /// The size of the cube it came from.
    #[must_use]
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Number of rows.
    #[must_use]
    pub fn members(&self) -> u64 {
        self.totals.members()
    }

    /// The distribution of totals, from the lowest possible one.
    #[must_use]
    pub fn totals(&self) -> &Distribution {
        &self.totals
    }

    /// The distribution of the levels of one item, numbered from 0; `None` where there is no such item.
    #[must_use]
    pub fn item(&self, item: usize) -> Option<Distribution> {
        let counts = self.levels.chunks_exact(self.shape.levels()).nth(item)?;
        Some(Distribution::of_counts(1, counts.iter().map(|&count| u64::from(count))))
    }

    /// The distributions of the levels of all items, in order.
    #[must_use]
    pub fn items(&self) -> impl ExactSizeIterator<Item = Distribution> {
        let items = self.levels.chunks_exact(self.shape.levels());
        items.map(|counts| Distribution::of_counts(1, counts.iter().map(|&count| u64::from(count))))
    }

    /// Mean level of each item over the members of the top third *by total*, weighted as for the total itself
    /// ([`Distribution::top_third`]): their sum is its top-third mean. In levels, 1 to `levels`; each the nearest
    /// `f64`. `None` where there is no row.
    #[must_use]
    pub fn top_third_item_means(&self) -> Option<Vec<f64>> {
        let cut = self.totals.top_third()?;
        let from = usize::try_from(cut.value - self.totals.lowest()).ok()?;
        let mut blocks = self.counts.chunks_exact(self.shape.block()).skip(from);
        let at_cut = blocks.next()?;
        let above = sum_blocks(self.shape, blocks);
        let (n, equal) = (u128::from(cut.members), u128::from(cut.equal));
        let levels = self.shape.levels();
        let sums = above.chunks_exact(levels).zip(at_cut.chunks_exact(levels));
        let mean = |(above, at_cut)| ratio(3 * equal * level_sum(above) + cut.missing() * level_sum(at_cut), n * equal);
        Some(sums.map(mean).collect())
    }
}

/// Counts by item and level, over the totals given.
fn sum_blocks<'a>(shape: Shape, blocks: impl Iterator<Item = &'a [u32]>) -> Vec<u32> {
    let mut sum = vec![0; shape.block()];
    for block in blocks {
        add_counts(&mut sum, block);
    }
    sum
}

/// The sum of the levels that one item's counts stand for.
fn level_sum(counts: &[u32]) -> u128 {
    let sum: u64 = (1..).zip(counts).map(|(level, &count)| level * u64::from(count)).sum();
    u128::from(sum)
}

#[cfg(test)]
mod tests;
