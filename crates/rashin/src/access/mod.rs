//! Access: who holds which role in which unit, and the gate that asks it for every act (DOMAIN B5).
//!
//! A grant says who, what, where, by whom, why and until when. Invariants: the gate decides in one SQL statement; a
//! grant counts for its unit and everything below it, from the next request on and no longer than it lasts; the last
//! administrator of a tenant keeps the role. Which roles there are is told by `organisation::roles`, since the acts of
//! the organisation, which comes before, name them too.

pub mod actions;
pub mod acts;
pub mod api;
pub mod from_outside;
pub mod gate;
pub mod model;
pub mod store;
pub mod web;

pub use actions::{Terms, add_grant, administrators, colleagues, end_grant, give, grants_of_tenant, own_grants};
pub use model::Grant;
