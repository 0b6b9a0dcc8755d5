//! One company of a synthetic population.

use crate::catalog::Size;

use super::Tier;

/// A company that was made up. Real companies' answers are only ever counted, never kept as members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Identity within the release, such as `S0001`.
    pub id: String,
    /// Class by its indices.
    pub tier: Tier,
    /// Size by people at work.
    pub size: Size,
    /// Ref id of its industry.
    pub industry: String,
    /// Index of business-structure vulnerability in hundredths, −250 to 250.
    pub vulnerability_hundredths: i16,
    /// Index of social influence in hundredths, −250 to 250.
    pub influence_hundredths: i16,
    /// One level, 1 to 5, for each item of the release, in the item set's order.
    pub levels: Vec<u8>,
}

impl Member {
    /// Sum of the levels.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.levels.iter().map(|&level| u32::from(level)).sum()
    }

    /// Index of business-structure vulnerability, −2.5 to 2.5.
    #[must_use]
    pub fn vulnerability(&self) -> f64 {
        f64::from(self.vulnerability_hundredths) / 100.0
    }

    /// Index of social influence, −2.5 to 2.5.
    #[must_use]
    pub fn influence(&self) -> f64 {
        f64::from(self.influence_hundredths) / 100.0
    }

    /// Sum of the two indices in hundredths, −500 to 500.
    #[must_use]
    pub fn risk_hundredths(&self) -> i16 {
        self.vulnerability_hundredths
            .saturating_add(self.influence_hundredths)
    }

    /// Sum of the two indices, −5 to 5.
    #[must_use]
    pub fn risk(&self) -> f64 {
        f64::from(self.risk_hundredths()) / 100.0
    }
}
