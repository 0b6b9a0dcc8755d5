//! What operating asks of the tables of all domains.

use platform::{Db, Result, statements};

statements! {
    HAS_PEOPLE = "SELECT id FROM accounts LIMIT 1";
}

/// Whether anybody has an account: then there is something to lose.
pub(super) async fn has_people(db: &Db) -> Result<bool> {
    Ok(db.row(&HAS_PEOPLE, &[]).await?.is_some())
}
