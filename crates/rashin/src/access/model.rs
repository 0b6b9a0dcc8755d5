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

/// What decides whether an account can be given a role on a unit.
#[derive(Debug)]
pub(super) struct Fit {
    pub unit_name: String,
    /// The unit is in the place of a party outside the group.
    pub of_party: bool,
    /// The account is that of a machine.
    pub machine: bool,
    /// How many roles of outside respondents it holds.
    pub outside: i64,
    /// How many roles of people inside it holds.
    pub inside: i64,
}

/// Somebody, or a machine, whose rights are asked about.
#[derive(Debug)]
pub(super) struct Subject {
    pub id: String,
    pub name: String,
    pub machine: bool,
    pub suspended: bool,
}

/// What the token of a machine lets it do at most.
#[derive(Debug)]
pub(super) struct Machine {
    pub owner_id: String,
    /// The role its owner must hold.
    pub leans_on: String,
    pub unit_id: String,
    pub acts: Vec<String>,
}

/// A unit of an external party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PartyUnit {
    /// Unit.
    pub unit_id: String,
    /// The unit's name.
    pub unit_name: String,
    /// `supplier`, `bidder` or `rater`.
    pub party: String,
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

/// The last moment an end may be put to, almost that of the year 9999. Nothing later has a date to be shown by.
const LAST_MS: i64 = 253_402_207_200_999;

/// A moment somebody sent as the end of something: after now, and before the year 10000.
pub fn checked_end(field: &str, until_ms: i64, now_ms: i64) -> Result<(), Fault> {
    if (now_ms + 1..=LAST_MS).contains(&until_ms) {
        return Ok(());
    }
    Err(Fault::new(field, &until_ms.to_string(), Message::new("error-until")))
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
    checked_end("until", until_ms, now_ms).map_err(|_| fault())?;
    Ok(Some(until_ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_after_now_and_has_a_date() {
        for (until_ms, fine) in [
            (0, false),
            (5, false),
            (6, true),
            (LAST_MS, true),
            (LAST_MS + 1, false),
            (i64::MAX, false),
            (i64::MIN, false),
        ] {
            assert_eq!(checked_end("until_ms", until_ms, 5).is_ok(), fine, "{until_ms}");
        }
        assert_eq!(jiff::Timestamp::MAX.as_millisecond(), LAST_MS);
    }

    #[test]
    fn a_day_counts_to_its_end_in_japan() {
        assert_eq!(checked_until("1970-01-02", 0), Ok(Some(39 * 3_600_000)));
        assert_eq!(checked_until(" ", 0), Ok(None));
        for strange in ["1970-01-01x", "tomorrow", "1969-12-30", "9999-12-31"] {
            assert_eq!(checked_until(strange, 0).unwrap_err().field, "until", "{strange}");
        }
    }
}
