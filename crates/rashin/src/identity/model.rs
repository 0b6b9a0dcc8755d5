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
    /// Last rotation, milliseconds since 1970.
    pub rotated_at_ms: i64,
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

/// A password: 8–128 characters of any kind. (A block list follows with the second factors.)
pub fn checked_password(text: &str) -> Result<&str, Fault> {
    let length = text.chars().count();
    if (8..=128).contains(&length) { Ok(text) } else { Err(Fault::new("password", "", Message::new("error-password"))) }
}
