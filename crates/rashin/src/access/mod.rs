//! Access: who holds which role in which unit, and the gate that asks it for every act (DOMAIN B5).
//!
//! A grant says who, what, where, by whom, why and until when. Invariants: the gate decides in one SQL statement; a
//! grant counts for its unit and everything below it, from the next request on and no longer than it lasts; the last
//! administrator of a tenant keeps the role; every refusal leaves one trace. Which roles the product has is told by
//! `organisation::roles`, since the acts of the organisation, which comes before, name them too.

pub mod actions;
pub mod acts;
pub mod api;
pub mod cli;
pub mod consents;
pub mod custom;
pub mod explain;
pub mod from_outside;
pub mod gate;
pub mod last_one;
pub mod model;
pub mod refusals;
pub mod store;
pub mod web;

#[cfg(test)]
mod tests;

pub use actions::{
    Terms, check_role, colleagues, end_grant, enter_party, give, grant, grants_of_tenant, holds, holds_in, manages,
    managing_powers, of_own_tenant, own_grants, own_powers, parties,
};
pub use consents::{Consent, decide, list_consents, more_consents};
pub use custom::{change_role, close_role, list_roles, make_role, open_roles};
pub use explain::{Explanation, explain};
pub use last_one::{count_administrators, keep_administrator};
pub use model::{CustomRole, Grant, PartyUnit};
pub use refusals::{Refusals, counted, enter_gathered, not_shown};
#[cfg(test)]
pub(crate) use tests::add_grant;
