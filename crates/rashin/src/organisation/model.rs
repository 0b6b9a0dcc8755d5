//! Nouns of the organisation.

use platform::{Error, Fault, Message, Object, Result};
use serde::Serialize;
use utoipa::ToSchema;

/// Kind of unit, from the top.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum UnitKind {
    /// Group of companies.
    Group,
    /// Company.
    Company,
    /// Department.
    Department,
}

impl UnitKind {
    /// All, from the top.
    pub const ALL: [Self; 3] = [Self::Group, Self::Company, Self::Department];

    /// As stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Company => "company",
            Self::Department => "department",
        }
    }

    /// From the stored text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// The kinds a unit below this one can have.
    #[must_use]
    pub fn below(self) -> Vec<Self> {
        Self::ALL.into_iter().filter(|kind| *kind >= self).collect()
    }
}

/// A unit of the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Unit {
    /// Identifier.
    pub id: String,
    /// Root of its tree.
    pub tenant_id: String,
    /// The unit above; none for a root.
    pub parent_id: Option<String>,
    /// Kind.
    pub kind: UnitKind,
    /// Name.
    pub name: String,
    /// `/root/…/own/`.
    #[serde(skip)]
    pub path: String,
    /// Whether it is closed.
    pub closed: bool,
    /// Counts changes; a change must name the version it saw.
    pub version: i64,
}

impl Unit {
    /// Steps below the root, 0 for the root.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.path.matches('/').count().saturating_sub(2)
    }

    /// As an object of acts.
    #[must_use]
    pub fn object(&self) -> Object {
        Object::of_unit("unit", &self.id, &self.id)
    }
}

/// A name as it is kept: without blanks around, 1–100 characters, no control characters.
pub fn checked_name(field: &str, text: &str) -> Result<String> {
    let name = text.trim();
    let length = name.chars().count();
    if length == 0 || length > 100 || name.chars().any(char::is_control) {
        return Err(Error::Invalid(vec![Fault::new(field, text, Message::new("error-name").with("most", 100))]));
    }
    Ok(name.to_owned())
}
