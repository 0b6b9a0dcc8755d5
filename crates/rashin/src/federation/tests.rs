//! Other systems through the front door, on both databases.

mod bounds;
mod coming;
mod floods;
mod groups;
mod linking;
mod provider;
mod scim;
mod secrets;
mod sign_on;
mod tokens;
