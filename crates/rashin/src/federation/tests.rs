//! Other systems through the front door, on both databases.

mod provider;
mod scim;
mod secrets;
mod sign_on;
mod tokens;
