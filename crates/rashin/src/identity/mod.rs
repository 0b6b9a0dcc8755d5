//! People: accounts, signing in and the sessions that follow.
//!
//! Invariants: a secret (password, session token, link) is stored only as a hash; a link works once; the address of an
//! account is unique; the last administrator of a tenant is not suspended; a suspended person's next request is refused.

pub mod actions;
pub mod acts;
pub mod api;
pub mod cli;
pub mod federated;
pub mod links;
pub mod model;
pub mod password;
pub mod sessions;
pub mod store;
pub mod web;

#[cfg(test)]
mod tests;

pub use actions::{actor_by_email, change_password, list_accounts, people_count, suspend, unsuspend};
pub use links::{Newcomer, SetUp, accept_invitation, invite, link, open_set_up, seed_tenant, set_up};
pub use model::{Account, Invitation, Session};
pub use sessions::{find_session, rotate, sign_in, sign_out};
