//! What a diagnosis consists of. Plain data, nothing rounded; field names are those of the JSON.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::catalog::{Bilingual, Effort};
use crate::population::{IndexTerm, IndexValue, ReleaseHead, ScatterCell, Tier};

/// Name of the JSON format.
pub const FORMAT: &str = "rashin-diagnosis-1";

/// Where an organisation stands and what is next.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Diagnosis {
    /// `rashin-diagnosis-1`.
    pub format: String,
    /// Label that must stand beside every figure: 合成データ where the release is synthetic.
    pub data_label: Option<Bilingual>,
    /// Who is assessed.
    pub organisation: String,
    /// Period of the answers.
    pub period: String,
    /// Item set.
    pub item_set: String,
    /// Its title.
    pub item_set_title: Bilingual,
    /// Its hash.
    pub item_set_hash: String,
    /// Sum of the levels.
    pub total: u32,
    /// The lowest total of the item set.
    pub min: u32,
    /// The highest total of the item set.
    pub max: u32,
    /// Total divided by the number of items.
    pub maturity_mean: f64,
    /// Whether few enough items do not apply for the answers to enter a population.
    pub for_population: bool,
    /// Tier.
    pub tier: Tier,
    /// −2.50 to +2.50.
    pub vulnerability_index: f64,
    /// −2.50 to +2.50.
    pub influence_index: f64,
    /// Their sum.
    pub risk_index: f64,
    /// Place within the own tier, 0 to 100.
    pub percentile: f64,
    /// Deviation value within the own tier; null where the distribution does not allow it.
    pub deviation_value: Option<f64>,
    /// Place within all, 0 to 100.
    pub percentile_all: f64,
    /// Deviation value within all.
    pub deviation_value_all: Option<f64>,
    /// Mean of the own tier's top third.
    pub desired: LevelFigures,
    /// Where the total is below the tier's mean: that mean, to be reached first.
    pub provisional: Option<LevelFigures>,
    /// Mean of the own tier.
    pub tier_mean: LevelFigures,
    /// Sum of all gaps, in points.
    pub total_gap: f64,
    /// All items, the largest gap × weight first.
    pub gaps: Vec<ItemGap>,
    /// All items, in the set's order.
    pub items: Vec<ItemResult>,
    /// All areas, in order.
    pub areas: Vec<AreaResult>,
    /// What to do next for each item with a gap, in the order of the gaps.
    pub actions: Vec<Recommendation>,
    /// The way to an ISMS certificate.
    pub isms: Isms,
    /// The population compared with.
    pub release: ReleaseHead,
    /// Figures of the groups one belongs to.
    pub comparisons: Groups,
    /// Companies of the own tier and of all by total, in bars.
    pub histogram: Vec<HistogramBar>,
    /// All companies of the release by risk index and total.
    pub scatter: Vec<ScatterCell>,
    /// The profile as answered.
    pub profile: Vec<ProfileChoice>,
    /// How the indices were computed.
    pub profile_computation: ProfileComputation,
}

/// A total and a level for each item.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LevelFigures {
    /// Points.
    pub total: f64,
    /// Level of each item by ref id.
    pub items: BTreeMap<String, f64>,
}

/// How far one item is from the desired level.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ItemGap {
    /// Place in the order, from 1.
    pub rank: u32,
    /// Item.
    pub item: String,
    /// Own level.
    pub own: u8,
    /// Desired level.
    pub desired: f64,
    /// max(0, desired − own).
    pub gap: f64,
    /// Weight of the item.
    pub weight: f64,
    /// gap × weight.
    pub priority: f64,
}

/// One item with all that it is compared with.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ItemResult {
    /// Item.
    pub item: String,
    /// Its area.
    pub area: String,
    /// Label on charts.
    pub short: Bilingual,
    /// The question.
    pub question: Bilingual,
    /// Own level; estimated where the item does not apply.
    pub own: u8,
    /// What the own level says.
    pub own_text: Bilingual,
    /// Whether the item does not apply.
    pub not_applicable: bool,
    /// Whether the level is the rounded mean of the area's other items.
    pub estimated: bool,
    /// Why the item does not apply.
    pub not_applicable_reason: Option<String>,
    /// Who agreed that it does not.
    pub approved_by: Option<String>,
    /// Note; may be empty.
    pub note: String,
    /// Weight.
    pub weight: f64,
    /// Desired level: top third of the own tier.
    pub desired: f64,
    /// max(0, desired − own).
    pub gap: f64,
    /// Mean of the own tier.
    pub tier_mean: f64,
    /// Mean of all.
    pub all_mean: f64,
    /// Mean of the own size, where there are enough companies.
    pub size_mean: Option<f64>,
    /// Top third of the own size.
    pub size_desired: Option<f64>,
    /// Mean of the own industry, where there are enough companies.
    pub industry_mean: Option<f64>,
    /// Top third of the own industry.
    pub industry_desired: Option<f64>,
}

/// Means over an area's items.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AreaResult {
    /// Area.
    pub area: String,
    /// Title.
    pub title: Bilingual,
    /// Label on charts.
    pub short: Bilingual,
    /// Number of items.
    pub items: u32,
    /// Own mean level.
    pub own: f64,
    /// Mean of the tier.
    pub tier_mean: f64,
    /// Mean desired level.
    pub desired: f64,
    /// Sum of the gaps of its items, in points.
    pub gap: f64,
}

/// One step up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Step {
    /// From this level.
    pub from: u8,
    /// To this one.
    pub to: u8,
    /// How much it takes.
    pub effort: Effort,
    /// What to do first, and after that.
    pub first: Bilingual,
    /// Who does it and who decides.
    pub who: Bilingual,
    /// What proves that the step is reached.
    pub proof: Bilingual,
}

/// What to do next for one item.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Recommendation {
    /// Place in the order of recommendations, from 1.
    pub rank: u32,
    /// Item.
    pub item: String,
    /// Label on charts.
    pub short: Bilingual,
    /// Distance to the desired level.
    pub gap: f64,
    /// The next step up.
    #[serde(flatten)]
    pub next: Step,
    /// Further steps until the desired level is reached.
    pub later: Vec<Step>,
    /// Controls of ISO/IEC 27001:2022 it serves.
    pub iso27001: Vec<Reference>,
    /// Subcategories of NIST CSF 2.0 it serves.
    pub csf: Vec<Reference>,
}

/// A requirement of a framework.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Reference {
    /// Id, such as `A.5.1`.
    pub id: String,
    /// Short description.
    pub label: Bilingual,
}

/// Items below the marks on the way to an ISMS certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Isms {
    /// Below 3.0, the floor that every tier should reach in time.
    pub below_3: Vec<IsmsItem>,
    /// Below 4.0, about what a certificate stands for.
    pub below_4: Vec<IsmsItem>,
}

/// An item with the controls it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct IsmsItem {
    /// Item.
    pub item: String,
    /// Label on charts.
    pub short: Bilingual,
    /// Own level.
    pub own: u8,
    /// ISO/IEC 27001:2022.
    pub iso27001: Vec<Reference>,
}

/// The groups one belongs to. Size and industry only where there are enough companies.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Groups {
    /// All companies.
    pub all: GroupFigures,
    /// The own tier.
    pub tier: GroupFigures,
    /// The own size.
    pub size: Option<GroupFigures>,
    /// The own industry.
    pub industry: Option<GroupFigures>,
}

/// Kinds of groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Group {
    /// All companies.
    All,
    /// A tier.
    Tier,
    /// A size.
    Size,
    /// An industry.
    Industry,
}

/// Figures of a group and one's place in it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct GroupFigures {
    /// Kind of group.
    pub group: Group,
    /// Which one: `I`, `small`, `manufacturing`; `all`.
    pub key: String,
    /// Its name, for an industry.
    pub label: Option<Bilingual>,
    /// Companies in it.
    pub n: u64,
    /// Mean total.
    pub mean: f64,
    /// Mean total of its top third.
    pub top_third: f64,
    /// Standard deviation, divisor n.
    pub sd: f64,
    /// Own place in it, 0 to 100.
    pub percentile: f64,
    /// Own deviation value in it, where its distribution allows it.
    pub deviation_value: Option<f64>,
}

/// Companies with a total in a range, both ends included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HistogramBar {
    /// Least total.
    pub from: u32,
    /// Greatest total.
    pub to: u32,
    /// Companies of the own tier.
    pub tier: u64,
    /// Companies of all tiers.
    pub all: u64,
    /// Whether the own total is in it.
    pub own: bool,
}

/// One answer of the profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProfileChoice {
    /// Question.
    pub question: String,
    /// Its short name.
    pub short: Bilingual,
    /// Chosen option.
    pub option: String,
    /// Its label.
    pub label: Bilingual,
}

/// How the indices were computed.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ProfileComputation {
    /// Index model.
    pub model: String,
    /// Whose formula it is; must be shown with it.
    pub notice: Bilingual,
    /// The two indices before holding and rounding.
    pub indices: Vec<IndexValue>,
    /// What they are summed from.
    pub terms: Vec<IndexTerm>,
}

/// A figure before and after.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Change {
    /// Before.
    pub before: f64,
    /// After.
    pub after: f64,
    /// After − before.
    pub change: f64,
}

impl Change {
    /// From the two figures.
    #[must_use]
    pub fn new(before: f64, after: f64) -> Self {
        Self { before, after, change: after - before }
    }

    /// Where both figures are there.
    #[must_use]
    pub fn of_both(before: Option<f64>, after: Option<f64>) -> Option<Self> {
        Some(Self::new(before?, after?))
    }
}
