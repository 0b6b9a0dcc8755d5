//! How other systems meet this one: machine tokens (RFC 6750), single sign-on (`OpenID` Connect Core 1.0, RFC 7636,
//! RFC 9207) and provisioning of people (SCIM 2.0, RFC 7643 and 7644).
//!
//! Invariants: a token is stored only as a hash, works in the API alone, for at most a year, and never for more than its
//! owner still may; a client secret lies in a file, never in the database; a provider and a provisioning system reach
//! only people of the tenant that set them up; nobody is bound to an account by an address that was not verified, and none
//! to an account with a proof of its own unless its person signed in by that and said so.

pub mod acts;
pub mod api;
pub mod cli;
mod discovery;
pub mod fetch;
mod groups;
mod id_token;
pub mod linking;
pub mod model;
pub mod providers;
pub mod remembered;
mod scim;
mod scim_change;
mod scim_filter;
pub mod secrets;
pub mod sign_on;
pub mod store;
pub mod tokens;
pub mod web;

#[cfg(test)]
mod tests;

pub use model::{GroupRole, Machine, NewProvider, NewToken, Provider, Purpose, Token};
pub use providers::{Means, map_group};
pub use tokens::{find_machine, is_machine_token, list_tokens, make_token, note_refusal, revoke_token};
