//! Nouns of federation.

use platform::Limit;
use serde::Serialize;
use utoipa::ToSchema;

/// What provisioning caused is told apart by this: roles by its groups, and suspensions.
pub(super) const SOURCE: &str = "scim";

/// What a machine token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The API.
    Api,
    /// Provisioning of people.
    Scim,
}

impl Purpose {
    /// As written in data.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Scim => "scim",
        }
    }

    /// Reads what [`Purpose::as_str`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Api, Self::Scim].into_iter().find(|purpose| purpose.as_str() == text)
    }
}

/// What a new token shall be.
#[derive(Debug, Clone, Default)]
pub struct NewToken {
    /// Name, so that people know it again.
    pub name: String,
    /// `api` or `scim`.
    pub purpose: String,
    /// Role; a token of provisioning has its own.
    pub role: String,
    /// Unit the role is limited to.
    pub unit_id: String,
    /// Acts it is limited to; none is every act of the role.
    pub acts: Vec<String>,
    /// How many days it works, 1–365.
    pub days: i64,
}

/// A machine token as people see it; the secret itself is shown once and nowhere here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Token {
    /// Identifier.
    pub id: String,
    /// Name.
    pub name: String,
    /// Whose it is.
    pub owner_id: String,
    /// The owner's name.
    pub owner_name: String,
    /// `api` or `scim`.
    pub purpose: String,
    /// Role.
    pub role: String,
    /// The name of a role that the tenant made.
    pub role_name: Option<String>,
    /// Unit the role is limited to.
    pub unit_id: String,
    /// The unit's name.
    pub unit_name: String,
    /// Acts it is limited to; none is every act of the role.
    pub acts: Vec<String>,
    /// When it was made, milliseconds since 1970.
    pub made_at_ms: i64,
    /// Until when it works, milliseconds since 1970.
    pub expires_at_ms: i64,
    /// First use on the last day it was used, milliseconds since 1970.
    pub last_used_at_ms: Option<i64>,
    /// Since when it is revoked, milliseconds since 1970.
    pub revoked_at_ms: Option<i64>,
}

/// Who comes with a machine token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// Account of the machine.
    pub account_id: String,
    /// Tenant.
    pub tenant_id: String,
    /// Name of the token and of its owner, for the log.
    pub name: String,
    /// What it may do at most.
    pub limit: Limit,
    /// First use on the last day it was used.
    pub last_used_at_ms: Option<i64>,
}

/// A provider of single sign-on. Its secret is nowhere here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Provider {
    /// Identifier.
    pub id: String,
    /// Tenant.
    pub tenant_id: String,
    /// Name on the button.
    pub name: String,
    /// Issuer, as its tokens name it.
    pub issuer: String,
    /// Our name there.
    pub client_id: String,
    /// Domains of mail addresses it answers for.
    pub domains: Vec<String>,
    /// Claim that names groups; empty for none.
    pub groups_claim: String,
    /// Whether it may bring people who have no account yet.
    pub brings_people: bool,
    /// When it was added, milliseconds since 1970.
    pub made_at_ms: i64,
}

/// What a new provider shall be.
#[derive(Debug, Clone, Default)]
pub struct NewProvider {
    /// Name on the button.
    pub name: String,
    /// Issuer.
    pub issuer: String,
    /// Our name there.
    pub client_id: String,
    /// Our secret there.
    pub client_secret: String,
    /// Domains, apart by commas, blanks or lines.
    pub domains: String,
    /// Claim that names groups.
    pub groups_claim: String,
    /// Whether it may bring people who have no account yet.
    pub brings_people: bool,
}

/// What members of a group get.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GroupRole {
    /// Identifier.
    pub id: String,
    /// Name of the group in the other system.
    pub group: String,
    /// Role.
    pub role: String,
    /// The name of a role that the tenant made.
    pub role_name: Option<String>,
    /// Unit.
    pub unit_id: String,
    /// The unit's name.
    pub unit_name: String,
}
