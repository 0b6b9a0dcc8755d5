//! People, signing in and sessions through actions and the front door, on both databases.

mod access;
mod passwords;
mod sessions;
mod set_up;
mod signing_in;

use crate::testing::{conflict, faults, forbidden, not_found};
