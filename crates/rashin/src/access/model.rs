//! Nouns of access.

use serde::Serialize;
use utoipa::ToSchema;

/// A role held in a unit and everything below it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Grant {
    /// Identifier.
    pub id: String,
    /// Whose it is.
    pub account_id: String,
    /// Role.
    pub role: String,
    /// Unit.
    pub unit_id: String,
    /// The unit's name.
    pub unit_name: String,
    /// When it was given, milliseconds since 1970.
    pub granted_at_ms: i64,
    /// Until when, milliseconds since 1970; none is without end.
    pub until_ms: Option<i64>,
    /// Why.
    pub reason: String,
}
