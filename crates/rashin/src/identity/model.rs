//! Nouns of identity.

use platform::{Error, Fault, Message, Result};
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::Grant;

/// A person who can sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Account {
    /// Identifier.
    pub id: String,
    /// Mail address, lower case; unique.
    pub email: String,
    /// Name as shown.
    pub name: String,
    /// Whether signing in is suspended.
    pub suspended: bool,
    /// What the person was granted and still holds.
    pub grants: Vec<Grant>,
}

/// Who a session belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Hash of the token, the session's key.
    pub token_hash: String,
    /// Account.
    pub account_id: String,
    /// Tenant.
    pub tenant_id: String,
    /// The person's name.
    pub name: String,
    /// The person's address.
    pub email: String,
    /// Last sign of life, when the token may have changed, milliseconds since 1970.
    pub rotated_at_ms: i64,
    /// When the person last proved to be there, milliseconds since 1970.
    pub proved_at_ms: i64,
    /// The tenant's demand, if neither a second factor nor another service's word meets it; else that of nobody.
    pub unmet: Demand,
}

/// One of one's own open sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OwnSession {
    /// Identifier.
    pub id: String,
    /// Kind of browser and system, as far as known.
    pub device: String,
    /// Beginning, milliseconds since 1970.
    pub began_at_ms: i64,
    /// Last sign of life, milliseconds since 1970, to five minutes.
    pub used_at_ms: i64,
    /// Whether it is the one that asks.
    pub here: bool,
}

/// What somebody has besides the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Factors {
    /// Whether an authenticator app is confirmed.
    pub totp: bool,
    /// How many passkeys.
    pub passkeys: i64,
    /// How many recovery codes are left.
    pub recovery_codes: i64,
}

impl Factors {
    /// Whether signing in has a second step.
    #[must_use]
    pub fn any(self) -> bool {
        self.totp || self.passkeys > 0
    }
}

/// Who must sign in with a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Demand {
    /// Whoever likes.
    Nobody,
    /// Whoever can give rights.
    Administrators,
    /// All people.
    Everybody,
}

impl Demand {
    /// All, in the order shown.
    pub const ALL: [Self; 3] = [Self::Nobody, Self::Administrators, Self::Everybody];

    /// As stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Administrators => "administrators",
            Self::Everybody => "everybody",
        }
    }

    /// From the stored text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|demand| demand.as_str() == text)
    }
}

/// How many people there are who can sign in, and how many of them have no second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Headcount {
    /// All.
    pub people: i64,
    /// Those without a second factor.
    pub without: i64,
}

/// Somebody who has no second factor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WithoutFactor {
    /// Account.
    pub account_id: String,
    /// Name.
    pub name: String,
    /// Address.
    pub email: String,
    /// Whether the person can give rights.
    pub administrator: bool,
}

/// Who must sign in with a second factor, and who has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FactorDemand {
    /// From whom it is demanded.
    pub demanded_of: Demand,
    /// Those who can give rights.
    pub administrators: Headcount,
    /// All people.
    pub everybody: Headcount,
    /// The first 200 who have none, those who can give rights before the others.
    pub without: Vec<WithoutFactor>,
}

/// A demand as the one it is made of is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnDemand {
    /// Name of the organisation.
    pub organisation: String,
    /// Name of the person who decided so.
    pub by: String,
}

/// That an administrator took somebody's second factors away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactorsTaken {
    /// Name of the administrator.
    pub by: String,
    /// When, milliseconds since 1970.
    pub at_ms: i64,
}

/// One of one's own passkeys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OwnPasskey {
    /// Identifier.
    pub id: String,
    /// Name its owner gave it.
    pub name: String,
    /// When it was registered, milliseconds since 1970.
    pub made_at_ms: i64,
    /// When it was last used, milliseconds since 1970.
    pub used_at_ms: Option<i64>,
}

/// An open one-time link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// `setup` or `invitation`.
    pub purpose: String,
    /// Tenant it leads into.
    pub tenant_id: Option<String>,
    /// Address it was made for.
    pub email: Option<String>,
    /// Role that comes with it.
    pub role: Option<String>,
    /// Unit that comes with it.
    pub unit_id: Option<String>,
}

/// A one-time link that nobody has used yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OpenLink {
    /// Identifier; not the token, which nobody has but the person.
    pub id: String,
    /// `invitation` or `password-reset`.
    pub kind: String,
    /// For whom.
    pub email: String,
    /// Role that comes with an invitation.
    pub role: Option<String>,
    /// Name of that role, where the tenant made it.
    pub role_name: Option<String>,
    /// Unit that comes with an invitation.
    pub unit_id: Option<String>,
    /// Its name.
    pub unit_name: Option<String>,
    /// Who made it; none for one the installation made.
    pub made_by: Option<String>,
    /// When it was made, milliseconds since 1970.
    pub made_at_ms: i64,
    /// When it runs out, milliseconds since 1970.
    pub until_ms: i64,
}

/// That another system can let somebody in from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignOnLinked {
    /// Name of the other system.
    pub name: String,
    /// When, milliseconds since 1970.
    pub at_ms: i64,
}

/// An address as it is kept: lower case, one `@` with something on both sides, at most 254 characters.
pub fn checked_email(text: &str) -> Result<String, Fault> {
    let email = text.trim().to_lowercase();
    let fine = email.len() <= 254
        && !email.chars().any(|letter| letter.is_whitespace() || letter.is_control())
        && matches!(email.split_once('@'), Some((name, host)) if !name.is_empty() && host.len() > 2 && !host.contains('@'));
    if fine { Ok(email) } else { Err(Fault::new("email", text, Message::new("error-email"))) }
}

/// A name of a person: 1–100 characters.
pub fn checked_person(text: &str) -> Result<String, Fault> {
    crate::organisation::model::checked_name("name", text).map_err(|error| match error {
        Error::Invalid(mut faults) if !faults.is_empty() => faults.remove(0),
        _ => Fault::new("name", text, Message::new("error-name").with("most", 100)),
    })
}

/// A name for a passkey: 1–100 characters.
pub fn checked_passkey_name(text: &str) -> Result<String, Fault> {
    checked_person(text).map_err(|fault| Fault { field: "passkey_name".to_owned(), ..fault })
}
