//! People: accounts, signing in and the sessions that follow.
//!
//! Invariants: a secret (password, session token, link, recovery code) is stored only as a hash, but for the secret an
//! authenticator app shares; a link and a code work once; the address of an account is unique; the last administrator of
//! a tenant is not suspended; a suspended person's next request is refused; whoever has a second factor is asked for it,
//! but where another system vouches with which they linked the account themselves; whoever lacks one that is demanded
//! reaches nothing but registering one.

pub mod actions;
pub mod acts;
pub mod api;
pub mod budget;
pub mod cli;
pub mod demand;
pub mod factors;
pub mod federated;
pub mod links;
pub mod lost_factors;
pub mod mailing;
pub mod model;
pub mod open_links;
pub mod passkeys;
pub mod password;
pub mod password_rules;
pub mod recovery;
pub mod resets;
pub mod sessions;
pub mod sign_in;
pub mod store;
pub mod totp;
pub mod web;

#[cfg(test)]
mod tests;

pub use actions::{
    actor_by_email, change_password, change_password_at, list_accounts, people_count, suspend, unsuspend,
};
pub use budget::Door;
pub use demand::{demand_factors, factor_demand, hold_back, is_held, may_demand_factors, own_demand};
pub use factors::{
    begin_totp, begun_totp, confirm_totp, has_password, own_factors, prove, remove_totp, renew_recovery_codes,
};
pub use links::{
    Newcomer, SetUp, accept_invitation, accept_invitation_at, invite, link, offer_organisation, open_set_up,
    seed_tenant, set_up, set_up_at,
};
pub use lost_factors::{factors_of, own_factors_taken, take_factors};
pub use model::{
    Account, Demand, FactorDemand, Factors, FactorsTaken, Invitation, OpenLink, OwnDemand, OwnPasskey, OwnSession,
    Session,
};
pub use open_links::{open_links, withdraw_link};
pub use resets::{offer_reset, reset, take_reset};
pub use sessions::{end_other_sessions, end_own_session, find_session, keep, own_sessions, sign_out};
pub use sign_in::{Admission, Entry, second_step, sign_in};
