//! The class that a company's two indices put it in.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How much is asked of a company (METI 2005 §3.3): I where both indices are high, II where one is, III where none is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
pub enum Tier {
    /// Both indices are high: a high level is required.
    I,
    /// One index is high.
    II,
    /// No index is high: not urgent.
    III,
}

impl Tier {
    /// All, in order.
    pub const ALL: [Self; 3] = [Self::I, Self::II, Self::III];

    /// From whether each index is high.
    #[must_use]
    pub const fn of(vulnerability_high: bool, influence_high: bool) -> Self {
        match (vulnerability_high, influence_high) {
            (true, true) => Self::I,
            (false, false) => Self::III,
            _ => Self::II,
        }
    }

    /// `I`, `II` or `III`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::I => "I",
            Self::II => "II",
            Self::III => "III",
        }
    }

    /// Where it stands in [`Tier::ALL`], from 0.
    pub(super) const fn position(self) -> usize {
        match self {
            Self::I => 0,
            Self::II => 1,
            Self::III => 2,
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Tier {
    type Err = String;

    /// Fails, with the text given, where it is not exactly `I`, `II` or `III`.
    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|tier| tier.as_str() == text);
        found.ok_or_else(|| text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_high_is_one_one_high_is_two_none_is_three() {
        assert_eq!(Tier::of(true, true), Tier::I);
        assert_eq!(Tier::of(true, false), Tier::II);
        assert_eq!(Tier::of(false, true), Tier::II);
        assert_eq!(Tier::of(false, false), Tier::III);
    }

    #[test]
    fn a_tier_is_written_and_read_in_roman_numerals() {
        for (place, tier) in Tier::ALL.into_iter().enumerate() {
            assert_eq!(tier.position(), place);
            assert_eq!(tier.to_string().parse(), Ok(tier));
            assert_eq!(
                serde_json::to_string(&tier).unwrap(),
                format!("{:?}", tier.as_str())
            );
        }
        assert_eq!("IV".parse::<Tier>(), Err("IV".to_owned()));
        assert!("i".parse::<Tier>().is_err());
    }
}
