//! Releases: frozen populations with all figures derived from their counts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use stats::{Cube, CubeError, Distribution, Shape, Slice};
use utoipa::ToSchema;

use super::indices::Tier;
use super::synthesise::Member;
use crate::catalog::{Bilingual, Catalog, ItemSet, Size};

/// Levels of an item.
const LEVELS: usize = 5;
/// A deviation value is given from this many members on.
pub const DEVIATION_MEMBERS: u64 = 30;
/// And where skewness and excess kurtosis do not exceed these, up or down.
pub const DEVIATION_SKEWNESS: f64 = 1.0;
/// See [`DEVIATION_SKEWNESS`].
pub const DEVIATION_KURTOSIS: f64 = 2.0;
/// Figures of a group are shown from this many members on.
pub const SHOWN_MEMBERS: u64 = 10;

/// The time that answers come from, both days included, written `2005-01-31`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Window {
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
}

/// What one says of a release wherever it is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReleaseHead {
    /// Identity, such as `synthetic-2005-25`.
    pub id: String,
    /// Members.
    pub n: u64,
    /// Whether its members are made up (合成データ).
    pub synthetic: bool,
    /// Item set.
    pub item_set: String,
    /// Time of the answers; for a synthetic release, of the survey that it is calibrated to.
    pub window: Window,
    /// Seed of a synthetic release.
    pub seed: Option<u64>,
    /// SHA-256 of the content, hexadecimal; see [`Tally::freeze`].
    pub hash: String,
    /// How it came about.
    pub method: Bilingual,
}

/// What the hash of a release covers besides its counts.
#[derive(Serialize)]
struct Seal<'a> {
    format: &'a str,
    id: &'a str,
    item_set: &'a str,
    items: &'a [String],
    industries: &'a [String],
    window: &'a Window,
    synthetic: bool,
    seed: Option<u64>,
}

/// One submission as the population counts it.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Tier.
    pub tier: Tier,
    /// Size.
    pub size: Size,
    /// Option of the question on industry.
    pub industry: String,
    /// −5.00 to +5.00.
    pub risk_index: f64,
    /// Level of each item, 1 to 5, in the item set's order.
    pub levels: Vec<u8>,
}

impl From<&Member> for Row {
    fn from(member: &Member) -> Self {
        Self {
            tier: member.indices.tier,
            size: member.size,
            industry: member.industry.clone(),
            risk_index: member.indices.risk,
            levels: member.levels.clone(),
        }
    }
}

/// Companies that have the same place in the scatter.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct ScatterCell {
    /// Risk index in steps of 0.1.
    pub risk_index: f64,
    /// Total.
    pub total: u32,
    /// How many.
    pub members: u32,
}

/// Counts of a population; adding and taking away a submission costs the same, however many there are.
#[derive(Debug, Clone, PartialEq)]
pub struct Tally {
    item_set: String,
    item_ids: Vec<String>,
    industries: Vec<String>,
    cube: Cube,
    /// By tenth of the risk index and total.
    grid: BTreeMap<(i32, u32), u32>,
}

/// Why a tally refused a row.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TallyError {
    /// The industry is not among the profile's.
    #[error("unknown industry {0}")]
    Industry(String),
    /// The levels do not fit, or the row was never there.
    #[error("{0}")]
    Counts(#[from] CubeError),
    /// The item set has too many items, or the profile too many industries.
    #[error("{0}")]
    Shape(#[from] stats::ShapeError),
    /// The profile of the item set is not in the catalogue.
    #[error("unknown profile {0}")]
    Profile(String),
}

impl Tally {
    /// An empty one for an item set; cells are tier × size × industry.
    pub fn new(catalog: &Catalog, set: &ItemSet) -> Result<Self, TallyError> {
        let profile = catalog.profile(&set.profile).ok_or_else(|| TallyError::Profile(set.profile.clone()))?;
        let industries: Vec<String> = profile.industries().iter().map(|option| option.ref_id.clone()).collect();
        let shape = Shape::new(Tier::ALL.len() * Size::ALL.len() * industries.len(), set.items.len(), LEVELS)?;
        let item_ids = set.items.iter().map(|item| item.ref_id.clone()).collect();
        Ok(Self { item_set: set.id.clone(), item_ids, industries, cube: Cube::new(shape), grid: BTreeMap::new() })
    }

    /// Counts many submissions, as if they were added one by one. Fails where one does not fit.
    pub fn of_rows(catalog: &Catalog, set: &ItemSet, rows: &[Row]) -> Result<Self, TallyError> {
        let mut tally = Self::new(catalog, set)?;
        let cells = rows.iter().map(|row| tally.cell_of(row)).collect::<Result<Vec<usize>, TallyError>>()?;
        let levels = rows.iter().map(|row| row.levels.as_slice());
        tally.cube = Cube::of_rows(tally.cube.shape(), cells.into_iter().zip(levels))?;
        for row in rows {
            *tally.grid.entry(place_of(row)).or_insert(0) += 1;
        }
        Ok(tally)
    }

    /// Counts a submission. Fails and changes nothing where it does not fit.
    pub fn add(&mut self, row: &Row) -> Result<(), TallyError> {
        let cell = self.cell_of(row)?;
        self.cube.add(cell, &row.levels)?;
        *self.grid.entry(place_of(row)).or_insert(0) += 1;
        Ok(())
    }

    /// Takes a submission away. Fails and changes nothing where it was never counted.
    pub fn remove(&mut self, row: &Row) -> Result<(), TallyError> {
        let cell = self.cell_of(row)?;
        let place = place_of(row);
        let Some(members) = self.grid.get(&place).copied().filter(|members| *members > 0) else {
            return Err(TallyError::Counts(CubeError::Absent));
        };
        self.cube.remove(cell, &row.levels)?;
        if members == 1 {
            self.grid.remove(&place);
        } else {
            self.grid.insert(place, members - 1);
        }
        Ok(())
    }

    /// From counts that were written down. Fails where the cube has another shape than items and industries ask for;
    /// whether the rest is right, the hash of the release tells.
    pub(super) fn of_parts(
        item_set: String,
        item_ids: Vec<String>,
        industries: Vec<String>,
        cube: Cube,
        grid: BTreeMap<(i32, u32), u32>,
    ) -> Result<Self, String> {
        let shape = Shape::new(Tier::ALL.len() * Size::ALL.len() * industries.len(), item_ids.len(), LEVELS);
        if shape != Ok(cube.shape()) {
            return Err("the cube does not have the shape that items and industries ask for".to_owned());
        }
        Ok(Self { item_set, item_ids, industries, cube, grid })
    }

    /// The counts.
    #[must_use]
    pub fn cube(&self) -> &Cube {
        &self.cube
    }

    /// Ref ids of the items, in the order of the levels.
    #[must_use]
    pub fn item_ids(&self) -> &[String] {
        &self.item_ids
    }

    /// Ref ids of the industries.
    #[must_use]
    pub fn industries(&self) -> &[String] {
        &self.industries
    }

    /// Members by tenth of the risk index and total; none is 0.
    pub(super) fn grid(&self) -> &BTreeMap<(i32, u32), u32> {
        &self.grid
    }

    fn cell_of(&self, row: &Row) -> Result<usize, TallyError> {
        let industry = self.industries.iter().position(|id| *id == row.industry);
        let industry = industry.ok_or_else(|| TallyError::Industry(row.industry.clone()))?;
        Ok(cell(row.tier as usize, row.size as usize, industry, self.industries.len()))
    }

    /// Derives every figure and seals the population. `head` brings identity, window and method; members, item set
    /// and hash are set here. The hash is SHA-256 over a line of JSON (format, id, item set, items, industries, window,
    /// synthetic, seed), the bytes of the cube, and the scatter's cells as three little-endian numbers of 4 bytes each.
    #[must_use]
    pub fn freeze(self, head: ReleaseHead) -> Release {
        let head = ReleaseHead { n: self.cube.members(), item_set: self.item_set.clone(), ..head };
        let head = ReleaseHead { hash: self.hash(&head), ..head };
        let figures = self.figures(head.synthetic);
        Release { head, tally: self, figures }
    }

    fn hash(&self, head: &ReleaseHead) -> String {
        let seal = Seal {
            format: "rashin-release-1",
            id: &head.id,
            item_set: &self.item_set,
            items: &self.item_ids,
            industries: &self.industries,
            window: &head.window,
            synthetic: head.synthetic,
            seed: head.seed,
        };
        let line = serde_json::to_string(&seal).unwrap_or_default();
        let mut hash = Sha256::new();
        hash.update(line.as_bytes());
        hash.update(b"\n");
        hash.update(self.cube.to_bytes());
        for ((tenths, total), members) in &self.grid {
            hash.update(tenths.to_le_bytes());
            hash.update(total.to_le_bytes());
            hash.update(members.to_le_bytes());
        }
        hex::encode(hash.finalize())
    }

    /// Groups of real submissions that are too small to be shown have no figures.
    fn figures(&self, synthetic: bool) -> BTreeMap<Group, Figures> {
        let count = self.industries.len();
        let mut groups = vec![(Group::All, None, None, None)];
        groups.extend(Tier::ALL.map(|tier| (Group::Tier(tier), Some(tier as usize), None, None)));
        groups.extend(Size::ALL.map(|size| (Group::Size(size), None, Some(size as usize), None)));
        let pairs = Tier::ALL.into_iter().flat_map(|tier| Size::ALL.map(|size| (tier, size)));
        groups.extend(pairs.map(|(t, s)| (Group::TierSize(t, s), Some(t as usize), Some(s as usize), None)));
        groups.extend(
            self.industries.iter().enumerate().map(|(at, id)| (Group::Industry(id.clone()), None, None, Some(at))),
        );
        let fits = |wanted: Option<usize>, is: usize| wanted.is_none_or(|wanted| wanted == is);
        let mut figures = BTreeMap::new();
        for (group, tier, size, industry) in groups {
            let tiers = (0..Tier::ALL.len()).filter(|at| fits(tier, *at));
            let pairs = tiers.flat_map(|t| (0..Size::ALL.len()).filter(|at| fits(size, *at)).map(move |s| (t, s)));
            let cells = pairs.flat_map(|(t, s)| {
                (0..count).filter(|at| fits(industry, *at)).map(move |i| cell(t, s, i, count)).collect::<Vec<_>>()
            });
            let found = self.cube.slice(cells).ok().and_then(|slice| Figures::of(&slice));
            if let Some(found) = found.filter(|found| synthetic || group == Group::All || found.may_be_shown()) {
                figures.insert(group, found);
            }
        }
        figures
    }
}

fn cell(tier: usize, size: usize, industry: usize, industries: usize) -> usize {
    (tier * Size::ALL.len() + size) * industries + industry
}

#[expect(clippy::cast_possible_truncation, reason = "a risk index is −5 to +5")]
fn place_of(row: &Row) -> (i32, u32) {
    let total = row.levels.iter().map(|level| u32::from(*level)).sum();
    ((row.risk_index * 10.0).round() as i32, total)
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    All,
    Tier(Tier),
    Size(Size),
    TierSize(Tier, Size),
    Industry(String),
}

/// All figures of a group of members; there is at least one. Points of the item set; nothing is rounded.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    /// Members.
    pub n: u64,
    /// Mean total.
    pub mean: f64,
    /// Standard deviation of the totals, divisor n.
    pub sd: f64,
    /// Mean total of the top third: the desired level.
    pub top_third: f64,
    /// Mean level of each item.
    pub item_means: Vec<f64>,
    /// Mean level of each item over the top third by total.
    pub item_top_third: Vec<f64>,
    /// Skewness of the totals; none where all are equal.
    pub skewness: Option<f64>,
    /// Excess kurtosis of the totals; none where all are equal.
    pub excess_kurtosis: Option<f64>,
    /// All totals.
    pub totals: Distribution,
}

impl Figures {
    fn of(slice: &Slice) -> Option<Self> {
        let totals = slice.totals().clone();
        Some(Self {
            n: totals.members(),
            mean: totals.mean()?,
            sd: totals.standard_deviation()?,
            top_third: totals.top_third_mean()?,
            item_means: slice.items().map(|item| item.mean()).collect::<Option<_>>()?,
            item_top_third: slice.top_third_item_means()?,
            skewness: totals.skewness(),
            excess_kurtosis: totals.excess_kurtosis(),
            totals,
        })
    }

    /// Whether the totals are many enough and near enough to a normal distribution for deviation values.
    #[must_use]
    pub fn allows_deviation_value(&self) -> bool {
        self.n >= DEVIATION_MEMBERS
            && self.skewness.is_some_and(|skewness| skewness.abs() <= DEVIATION_SKEWNESS)
            && self.excess_kurtosis.is_some_and(|kurtosis| kurtosis.abs() <= DEVIATION_KURTOSIS)
    }

    /// Whether the group is large enough to be shown.
    #[must_use]
    pub fn may_be_shown(&self) -> bool {
        self.n >= SHOWN_MEMBERS
    }

    /// Where a total stands, 0 to 100: the share below plus half of the equal ones.
    #[must_use]
    pub fn percentile(&self, total: u32) -> f64 {
        self.totals.percentile_of(total).unwrap_or(50.0)
    }

    /// 10 (total − mean) / sd + 50, where the totals allow it.
    #[must_use]
    pub fn deviation_value(&self, total: u32) -> Option<f64> {
        self.allows_deviation_value().then(|| self.totals.deviation_value(total)).flatten()
    }
}

/// A frozen population. Groups of real submissions with fewer than 10 members have no figures.
#[derive(Debug, Clone, PartialEq)]
pub struct Release {
    head: ReleaseHead,
    tally: Tally,
    figures: BTreeMap<Group, Figures>,
}

impl Release {
    /// What one says of it.
    #[must_use]
    pub fn head(&self) -> &ReleaseHead {
        &self.head
    }

    /// Identity.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.head.id
    }

    /// The counts it was derived from.
    #[must_use]
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Figures of all members; none for an empty population.
    #[must_use]
    pub fn all(&self) -> Option<&Figures> {
        self.figures.get(&Group::All)
    }

    /// Figures of a tier; none where it has no member.
    #[must_use]
    pub fn tier(&self, tier: Tier) -> Option<&Figures> {
        self.figures.get(&Group::Tier(tier))
    }

    /// Figures of a size; none where there is no member.
    #[must_use]
    pub fn size(&self, size: Size) -> Option<&Figures> {
        self.figures.get(&Group::Size(size))
    }

    /// Figures of a size within a tier; none where there is no member.
    #[must_use]
    pub fn tier_size(&self, tier: Tier, size: Size) -> Option<&Figures> {
        self.figures.get(&Group::TierSize(tier, size))
    }

    /// Figures of an industry; none where it has no member.
    #[must_use]
    pub fn industry(&self, ref_id: &str) -> Option<&Figures> {
        self.figures.get(&Group::Industry(ref_id.to_owned()))
    }

    /// The scatter of totals against risk indices, by risk index and total.
    pub fn scatter(&self) -> impl Iterator<Item = ScatterCell> + '_ {
        self.tally.grid.iter().map(|((tenths, total), members)| ScatterCell {
            risk_index: f64::from(*tenths) / 10.0,
            total: *total,
            members: *members,
        })
    }
}
