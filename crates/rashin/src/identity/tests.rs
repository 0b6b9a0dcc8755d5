//! People, signing in and sessions through actions and the front door, on both databases.

mod access;
mod demand;
mod factors;
mod lost_factors;
mod open_links;
mod passkeys;
mod passwords;
mod proofs;
mod resets;
mod sessions;
mod set_up;
mod signing_in;
mod strangers;

use crate::identity::{Door, Entry, sign_in};
use crate::testing::{NOBODY, TestApp, conflict, faults, forbidden, not_found};

/// Signs in from a place of one's own.
async fn try_password(app: &TestApp, email: &str, password: &str) -> platform::Result<Entry> {
    let door = Door { source: "192.0.2.200".to_owned(), ..Door::default() };
    sign_in(&app.ctx(NOBODY), email, password, &door).await
}
