//! A frozen population: the only thing that desired levels, percentiles and means are derived from.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;
use utoipa::ToSchema;

use super::{Frame, Member, Submission, Summary, Tally, TallyError, Tier, content};
use crate::catalog::{Bilingual, Size};

/// Parts of a real population with fewer members than this are not shown.
pub const SHOWN_MEMBERS_AT_LEAST: u64 = 10;

/// When the answers were given: first and last day, as `2005-01-31`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Window {
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
}

/// What is known of a release besides its counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// Identity.
    pub id: String,
    /// When the answers were given; for synthetic ones, of the survey that they stand in for.
    pub window: Window,
    /// How the population came about and what it is not.
    pub method: Bilingual,
}

/// Why counts cannot be frozen.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReleaseError {
    /// A tier has too few members to be shown.
    #[error("tier {tier} has {members} members; at least {SHOWN_MEMBERS_AT_LEAST} are needed")]
    Few {
        /// The tier.
        tier: Tier,
        /// Its members.
        members: u64,
    },
    /// A synthetic member does not fit the frame.
    #[error("member {id}: {error}")]
    Member {
        /// The member.
        id: String,
        /// What is wrong.
        error: TallyError,
    },
    /// The frame has no item or industry, or too many.
    #[error("{0}")]
    Frame(#[from] stats::ShapeError),
    /// A part of the cube cannot be read, or the content not be written.
    #[error("{0}")]
    Content(String),
}

/// A frozen population and its figures, computed once.
#[derive(Debug, Clone, PartialEq)]
pub struct Release {
    /// Identity, such as `synthetic-2005-25`.
    pub id: String,
    /// Id of the item set.
    pub item_set: String,
    /// When the answers were given; for synthetic ones, of the survey that they stand in for.
    pub window: Window,
    /// Number of members.
    pub n: u64,
    /// How the population came about and what it is not.
    pub method: Bilingual,
    /// Whether it was made up (合成データ); this must be said wherever a figure of it is shown.
    pub synthetic: bool,
    /// SHA-256 of [`Release::bytes`], hexadecimal.
    pub hash: String,
    bytes: Vec<u8>,
    tally: Tally,
    members: Vec<Member>,
    all: Summary,
    tiers: [Summary; 3],
    sizes: [Option<Summary>; 2],
    /// By tier and size.
    tier_sizes: [[Option<Summary>; 2]; 3],
    /// In the frame's order.
    industries: Vec<Option<Summary>>,
}

impl Release {
    /// Freezes counted submissions. Fails where a tier has fewer than 10 members.
    pub fn freeze(heading: Heading, tally: Tally) -> Result<Self, ReleaseError> {
        Self::assemble(heading, tally, Vec::new())
    }

    /// Freezes a made-up population. Fails where a tier has fewer than 10 members or a member does not fit the frame.
    pub fn synthetic(
        heading: Heading,
        frame: Frame,
        members: Vec<Member>,
    ) -> Result<Self, ReleaseError> {
        let mut tally = Tally::new(frame)?;
        for member in &members {
            let counted = tally.add(&Submission::from(member));
            counted.map_err(|error| ReleaseError::Member {
                id: member.id.clone(),
                error,
            })?;
        }
        Self::assemble(heading, tally, members)
    }

    /// `members` are those of a synthetic population, and none otherwise.
    pub(super) fn assemble(
        heading: Heading,
        tally: Tally,
        members: Vec<Member>,
    ) -> Result<Self, ReleaseError> {
        let synthetic = !members.is_empty();
        let [one, two, three] = Tier::ALL.map(|tier| tier_summary(&tally, tier));
        let shown = |tier, size, industry| {
            let summary = summary(&tally, tier, size, industry)?;
            Ok::<_, ReleaseError>(
                summary.filter(|summary| synthetic || summary.n >= SHOWN_MEMBERS_AT_LEAST),
            )
        };
        let sizes_of = |tier| {
            Ok::<_, ReleaseError>([
                shown(tier, Some(Size::Small), None)?,
                shown(tier, Some(Size::Large), None)?,
            ])
        };
        let industries =
            (0..tally.frame().industries.len()).map(|place| shown(None, None, Some(place)));
        let all = summary(&tally, None, None, None)?;
        let mut release = Self {
            id: heading.id,
            item_set: tally.frame().item_set.clone(),
            window: heading.window,
            n: tally.members(),
            method: heading.method,
            synthetic,
            hash: String::new(),
            bytes: Vec::new(),
            all: all.ok_or(ReleaseError::Few {
                tier: Tier::I,
                members: 0,
            })?,
            tiers: [one?, two?, three?],
            sizes: sizes_of(None)?,
            tier_sizes: [
                sizes_of(Some(Tier::I))?,
                sizes_of(Some(Tier::II))?,
                sizes_of(Some(Tier::III))?,
            ],
            industries: industries.collect::<Result<_, _>>()?,
            members,
            tally,
        };
        release.bytes = content::write(&release).map_err(ReleaseError::Content)?;
        release.hash = hex::encode(Sha256::digest(&release.bytes));
        Ok(release)
    }

    /// Everybody.
    #[must_use]
    pub const fn all(&self) -> &Summary {
        &self.all
    }

    /// The members of a tier.
    #[must_use]
    pub const fn tier(&self, tier: Tier) -> &Summary {
        &self.tiers[tier.position()]
    }

    /// The members of a size; none where a real population has fewer than 10 of it.
    #[must_use]
    pub fn size(&self, size: Size) -> Option<&Summary> {
        self.sizes[usize::from(size == Size::Large)].as_ref()
    }

    /// The members of a size in a tier; none where a real population has fewer than 10 of it.
    #[must_use]
    pub fn tier_size(&self, tier: Tier, size: Size) -> Option<&Summary> {
        self.tier_sizes[tier.position()][usize::from(size == Size::Large)].as_ref()
    }

    /// The members of an industry; none where a real population has fewer than 10 of it, or there is no such industry.
    #[must_use]
    pub fn industry(&self, industry: &str) -> Option<&Summary> {
        let place = self
            .frame()
            .industries
            .iter()
            .position(|known| known == industry)?;
        self.industries.get(place)?.as_ref()
    }

    /// What it is counted by: items, industries.
    #[must_use]
    pub const fn frame(&self) -> &Frame {
        self.tally.frame()
    }

    /// Its counts, by cell and in the grid of the scatter.
    #[must_use]
    pub const fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The members of a synthetic population; nobody otherwise.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// Everything but the hash, as it is frozen; equal releases have equal bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Reads what [`Release::bytes`] wrote. Fails on anything that it would not have written, with a sentence for
    /// the log: unknown or missing parts, counts that do not fit each other, another order or spelling.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        content::read(bytes)
    }
}

fn tier_summary(tally: &Tally, tier: Tier) -> Result<Summary, ReleaseError> {
    let summary = summary(tally, Some(tier), None, None)?;
    let members = summary.as_ref().map_or(0, |summary| summary.n);
    summary
        .filter(|_| members >= SHOWN_MEMBERS_AT_LEAST)
        .ok_or(ReleaseError::Few { tier, members })
}

/// The figures of a part; `None` in it stands for all.
fn summary(
    tally: &Tally,
    tier: Option<Tier>,
    size: Option<Size>,
    industry: Option<usize>,
) -> Result<Option<Summary>, ReleaseError> {
    let slice = tally
        .cube()
        .slice(tally.frame().cells(tier, size, industry));
    Ok(Summary::of(&slice.map_err(|error| {
        ReleaseError::Content(error.to_string())
    })?))
}

#[cfg(test)]
mod tests;
