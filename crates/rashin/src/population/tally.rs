//! Counting submissions: by cell, total, item and level, and by risk index and total. It keeps no submission.

use std::collections::BTreeMap;

use stats::{Cube, CubeError, Shape, ShapeError};
use thiserror::Error;

use super::{Member, Tier};
use crate::catalog::{ItemSet, Profile, Size};

/// Levels of an item.
const LEVELS: usize = 5;

/// What a population is counted by. Two tallies can be put together only where these are equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Id of the item set.
    pub item_set: String,
    /// Ref ids of its items, in order.
    pub items: Vec<String>,
    /// Ref ids of the industries, in the profile's order.
    pub industries: Vec<String>,
}

impl Frame {
    /// The frame of an item set and its profile.
    #[must_use]
    pub fn new(set: &ItemSet, profile: &Profile) -> Self {
        Self {
            item_set: set.id.clone(),
            items: set.items.iter().map(|item| item.ref_id.clone()).collect(),
            industries: profile
                .industries()
                .iter()
                .map(|industry| industry.ref_id.clone())
                .collect(),
        }
    }

    /// The size of its cube. Fails where there is no item or industry, or more than a cube can hold.
    pub(super) fn shape(&self) -> Result<Shape, ShapeError> {
        Shape::new(
            Tier::ALL.len() * Size::ALL.len() * self.industries.len(),
            self.items.len(),
            LEVELS,
        )
    }

    /// The number of a cell: by tier, then size, then industry.
    fn cell(&self, tier: Tier, size: Size, industry: usize) -> usize {
        let size = usize::from(size == Size::Large);
        (tier.position() * Size::ALL.len() + size) * self.industries.len() + industry
    }

    /// The cells of a part; `None` stands for all.
    pub(super) fn cells(
        &self,
        tier: Option<Tier>,
        size: Option<Size>,
        industry: Option<usize>,
    ) -> Vec<usize> {
        let mut cells = Vec::new();
        for one_tier in Tier::ALL
            .into_iter()
            .filter(|one| tier.is_none_or(|tier| tier == *one))
        {
            for one_size in Size::ALL
                .into_iter()
                .filter(|one| size.is_none_or(|size| size == *one))
            {
                let industries = (0..self.industries.len())
                    .filter(|one| industry.is_none_or(|place| place == *one));
                cells.extend(industries.map(|place| self.cell(one_tier, one_size, place)));
            }
        }
        cells
    }
}

/// One complete answer, as it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Submission<'a> {
    /// Class by its indices.
    pub tier: Tier,
    /// Size by people at work.
    pub size: Size,
    /// Ref id of its industry.
    pub industry: &'a str,
    /// Risk index in hundredths, −500 to 500.
    pub risk_hundredths: i16,
    /// One level, 1 to 5, for each item in the frame's order.
    pub levels: &'a [u8],
}

impl Submission<'_> {
    /// Sum of the levels.
    fn total(&self) -> u32 {
        self.levels.iter().map(|&level| u32::from(level)).sum()
    }

    /// The point of the scatter: risk index to the nearest tenth (halves away from zero), and total.
    fn point(&self) -> (i16, u32) {
        let half = 5 * self.risk_hundredths.signum();
        ((self.risk_hundredths + half) / 10, self.total())
    }
}

impl<'a> From<&'a Member> for Submission<'a> {
    fn from(member: &'a Member) -> Self {
        Self {
            tier: member.tier,
            size: member.size,
            industry: &member.industry,
            risk_hundredths: member.risk_hundredths(),
            levels: &member.levels,
        }
    }
}

/// Why a submission cannot be counted or taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TallyError {
    /// The frame has no such industry.
    #[error("the industry is not one of the population's")]
    Industry,
    /// The risk index lies outside −5 to 5.
    #[error("the risk index lies outside -5 to 5")]
    Risk,
    /// No submission with this risk index and total was counted.
    #[error("no such submission was counted")]
    Absent,
    /// The levels do not fit.
    #[error("{0}")]
    Levels(#[from] CubeError),
}

/// The counts of a population that still grows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    frame: Frame,
    cube: Cube,
    /// By risk index in tenths and total; no count is 0.
    grid: BTreeMap<(i16, u32), u32>,
}

impl Tally {
    /// Nobody yet. Fails where the frame has no item or industry, or more than a cube can hold.
    pub fn new(frame: Frame) -> Result<Self, ShapeError> {
        let cube = Cube::new(frame.shape()?);
        Ok(Self {
            frame,
            cube,
            grid: BTreeMap::new(),
        })
    }

    /// From counts that were written down.
    pub(super) const fn of_parts(
        frame: Frame,
        cube: Cube,
        grid: BTreeMap<(i16, u32), u32>,
    ) -> Self {
        Self { frame, cube, grid }
    }

    /// Counts one submission more. Fails and changes nothing where it does not fit the frame.
    pub fn add(&mut self, submission: &Submission<'_>) -> Result<(), TallyError> {
        let cell = self.cell_of(submission)?;
        self.cube.add(cell, submission.levels)?;
        *self.grid.entry(submission.point()).or_insert(0) += 1;
        Ok(())
    }

    /// Takes away one submission that was counted. Fails and changes nothing where it cannot have been.
    pub fn remove(&mut self, submission: &Submission<'_>) -> Result<(), TallyError> {
        let cell = self.cell_of(submission)?;
        let point = submission.point();
        let count = *self.grid.get(&point).ok_or(TallyError::Absent)?;
        self.cube.remove(cell, submission.levels)?;
        if count > 1 {
            self.grid.insert(point, count - 1);
        } else {
            self.grid.remove(&point);
        }
        Ok(())
    }

    /// What it is counted by.
    #[must_use]
    pub const fn frame(&self) -> &Frame {
        &self.frame
    }

    /// Number of submissions.
    #[must_use]
    pub fn members(&self) -> u64 {
        self.cube.members()
    }

    /// By cell, total, item and level.
    #[must_use]
    pub const fn cube(&self) -> &Cube {
        &self.cube
    }

    /// By risk index in tenths (−50 to 50) and total, in this order; no count is 0.
    #[must_use]
    pub const fn grid(&self) -> &BTreeMap<(i16, u32), u32> {
        &self.grid
    }

    fn cell_of(&self, submission: &Submission<'_>) -> Result<usize, TallyError> {
        let place = self
            .frame
            .industries
            .iter()
            .position(|industry| industry == submission.industry);
        if submission.risk_hundredths.unsigned_abs() > 500 {
            return Err(TallyError::Risk);
        }
        Ok(self.frame.cell(
            submission.tier,
            submission.size,
            place.ok_or(TallyError::Industry)?,
        ))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frame() -> Frame {
        let ids = |ids: [&str; 3]| ids.map(str::to_owned).to_vec();
        Frame {
            item_set: "set".to_owned(),
            items: ids(["1-1", "1-2", "2-1"]),
            industries: ids(["a", "b", "c"]),
        }
    }

    fn submission(levels: &[u8]) -> Submission<'_> {
        Submission {
            tier: Tier::II,
            size: Size::Large,
            industry: "b",
            risk_hundredths: 5,
            levels,
        }
    }

    #[test]
    fn each_cell_has_its_own_number() {
        let mut all = frame().cells(None, None, None);
        all.sort_unstable();
        assert_eq!(all, (0..18).collect::<Vec<_>>());
        assert_eq!(
            frame().cells(Some(Tier::II), Some(Size::Large), Some(1)),
            [10]
        );
        assert_eq!(frame().cells(Some(Tier::I), None, Some(2)), [2, 5]);
    }

    #[test]
    fn a_submission_is_counted_in_its_cell_and_its_point() {
        let mut tally = Tally::new(frame()).unwrap();
        tally.add(&submission(&[1, 2, 3])).unwrap();
        assert_eq!(tally.members(), 1);
        assert_eq!(tally.cube().slice([10]).unwrap().totals().mean(), Some(6.0));
        assert_eq!(tally.grid(), &BTreeMap::from([((1, 6), 1)]));
    }

    #[test]
    fn risk_is_rounded_to_tenths_halves_away_from_zero() {
        let point = |risk_hundredths| {
            Submission {
                risk_hundredths,
                ..submission(&[1])
            }
            .point()
            .0
        };
        assert_eq!(
            [4, 5, -4, -5, 0, 500, -500, 14, -15].map(point),
            [0, 1, 0, -1, 0, 50, -50, 1, -2]
        );
    }

    #[test]
    fn what_does_not_fit_is_refused_and_changes_nothing() {
        let mut tally = Tally::new(frame()).unwrap();
        let elsewhere = Submission {
            industry: "z",
            ..submission(&[1, 2, 3])
        };
        assert_eq!(tally.add(&elsewhere), Err(TallyError::Industry));
        let beyond = Submission {
            risk_hundredths: 501,
            ..submission(&[1, 2, 3])
        };
        assert_eq!(tally.add(&beyond), Err(TallyError::Risk));
        assert!(matches!(
            tally.add(&submission(&[1, 2])),
            Err(TallyError::Levels(_))
        ));
        assert!(matches!(
            tally.add(&submission(&[1, 2, 6])),
            Err(TallyError::Levels(_))
        ));
        assert_eq!(
            tally.remove(&submission(&[1, 2, 3])),
            Err(TallyError::Absent)
        );
        assert_eq!(tally, Tally::new(frame()).unwrap());
    }

    proptest! {
        #[test]
        fn taking_away_what_was_added_leaves_what_was_there(
            rows in prop::collection::vec((0..3_usize, any::<bool>(), 0..3_usize, -500..=500_i16, prop::array::uniform3(1..=5_u8)), 1..20),
        ) {
            let names = ["a", "b", "c"];
            let of = |row: &(usize, bool, usize, i16, [u8; 3])| (Tier::ALL[row.0], Size::ALL[usize::from(row.1)], names[row.2], row.3);
            let mut tally = Tally::new(frame()).unwrap();
            let mut steps = vec![tally.clone()];
            for row in &rows {
                let (tier, size, industry, risk_hundredths) = of(row);
                tally.add(&Submission { tier, size, industry, risk_hundredths, levels: &row.4 }).unwrap();
                steps.push(tally.clone());
            }
            for row in rows.iter().rev() {
                prop_assert_eq!(Some(tally.clone()), steps.pop());
                let (tier, size, industry, risk_hundredths) = of(row);
                tally.remove(&Submission { tier, size, industry, risk_hundredths, levels: &row.4 }).unwrap();
            }
            prop_assert_eq!(Some(tally), steps.pop());
        }
    }
}
