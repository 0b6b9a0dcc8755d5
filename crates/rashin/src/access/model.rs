//! Nouns of access.

use platform::{Fault, Message};
use serde::Serialize;
use utoipa::ToSchema;

/// A role held in a unit and everything below it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Grant {
    /// Identifier.
    pub id: String,
    /// Whose it is.
    pub account_id: String,
    /// Role of the product, or the identifier of one the tenant made.
    pub role: String,
    /// Name of a role the tenant made.
    pub role_name: Option<String>,
    /// Unit.
    pub unit_id: String,
    /// The unit's name.
    pub unit_name: String,
    /// Who gave it; none for the installation.
    pub granted_by: Option<String>,
    /// When it was given, milliseconds since 1970.
    pub granted_at_ms: i64,
    /// Until when, milliseconds since 1970; none is without end.
    pub until_ms: Option<i64>,
    /// Why.
    pub reason: String,
}

/// A role the tenant made for itself: a set of acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CustomRole {
    /// Identifier.
    pub id: String,
    /// Name.
    pub name: String,
    /// The acts, as the domains name them.
    pub acts: Vec<String>,
    /// Whether it no longer counts.
    pub closed: bool,
    /// Counts changes.
    pub version: i64,
}

impl CustomRole {
    /// Whether it holds the act of this name.
    #[must_use]
    pub fn holds(&self, act_id: &str) -> bool {
        self.acts.iter().any(|held| held == act_id)
    }
}

/// What a party outside the group is to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// Works for the group.
    Supplier,
    /// Offers to.
    Bidder,
    /// Rates the group.
    Rater,
}

impl Party {
    /// All, in the order shown.
    pub const ALL: [Self; 3] = [Self::Supplier, Self::Bidder, Self::Rater];

    /// As stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Supplier => "supplier",
            Self::Bidder => "bidder",
            Self::Rater => "rater",
        }
    }

    /// From the stored text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|party| party.as_str() == text)
    }
}

/// The end of a day in business time (Japan) as the last moment something counts: `2027-03-31`. An empty text is
/// without end.
pub fn checked_until(text: &str, now_ms: i64) -> Result<Option<i64>, Fault> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let fault = || Fault::new("until", text, Message::new("error-until"));
    let day: jiff::civil::Date = text.parse().map_err(|_| fault())?;
    let next = day.tomorrow().map_err(|_| fault())?;
    let end = next.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(9))).map_err(|_| fault())?;
    let until_ms = end.timestamp().as_millisecond();
    if until_ms > now_ms { Ok(Some(until_ms)) } else { Err(fault()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_counts_to_its_end_in_japan() {
        assert_eq!(checked_until("1970-01-02", 0), Ok(Some(39 * 3_600_000)));
        assert_eq!(checked_until(" ", 0), Ok(None));
        for strange in ["1970-01-01x", "tomorrow", "1969-12-30", "9999-12-31"] {
            assert_eq!(checked_until(strange, 0).unwrap_err().field, "until", "{strange}");
        }
    }
}
