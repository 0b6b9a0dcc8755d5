//! How often one may be wrong, and how long one waits. Counted by account and by source; a device on which somebody has
//! signed in completely has a budget of its own, so that nobody else's failures lock the owner out.

use platform::{Ctx, Deed, Error, Message, Result};

use super::sessions::token_hash;
use super::store::{self, Failures};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Wrong tries of a day.
const TRIES_A_DAY: i64 = 100;

/// From where somebody wants in.
#[derive(Debug, Clone, Default)]
pub struct Door {
    /// Network address.
    pub source: String,
    /// Token of the device's cookie; empty if it has none.
    pub device: String,
    /// What the browser says of itself.
    pub agent: String,
}

/// Milliseconds one must wait after so many failures in a row; none once the day's tries are used up.
fn wait_ms(failures: i64) -> Option<i64> {
    match failures {
        ..1 => Some(0),
        1..3 => Some(1_000),
        3..9 => Some(3_000),
        9..25 => Some(5_000),
        25..TRIES_A_DAY => Some(10_000),
        _ => None,
    }
}

/// Milliseconds a subject must still wait. Failures that lie in the future, after the clock was put back, do not count.
fn left_ms(failures: &Failures, now_ms: i64) -> i64 {
    let Failures { count, first_at_ms, last_at_ms } = *failures;
    if now_ms - first_at_ms > DAY_MS || first_at_ms.max(last_at_ms) > now_ms {
        return 0;
    }
    let free_at_ms = wait_ms(count).map_or(first_at_ms + DAY_MS, |wait| last_at_ms + wait);
    (free_at_ms - now_ms).max(0)
}

/// Refuses while there is something left to wait.
fn refuse_for(left_ms: i64) -> Result<()> {
    if left_ms == 0 {
        return Ok(());
    }
    Err(Error::TooMany(Message::new("error-too-many").with("seconds", (left_ms + 999) / 1000)))
}

/// Whose failures count for a try; the first of them is forgiven on success.
#[derive(Debug, Clone)]
pub(super) struct Budget(Vec<String>);

impl Budget {
    /// For a try at an account by its address: the device's own where it is known for this account.
    pub(super) async fn of_account(ctx: &Ctx, email: &str, account_id: Option<&str>, door: &Door) -> Result<Self> {
        let device = token_hash(&door.device);
        if store::knows_device(ctx, &device, account_id.unwrap_or("")).await? {
            return Ok(Self(vec![format!("device:{device}")]));
        }
        Ok(Self(vec![format!("account:{}", token_hash(email)), format!("address:{}", door.source)]))
    }

    /// For passkeys, which cannot be guessed: by source, apart from passwords.
    pub(super) fn of_passkeys(door: &Door) -> Self {
        Self(vec![format!("passkeys:{}", door.source)])
    }

    /// For a proof within an account's open session.
    pub(super) fn of_proofs(account_id: &str) -> Self {
        Self(vec![format!("proof:{account_id}")])
    }

    /// Refuses while one must wait.
    pub(super) async fn check(&self, ctx: &Ctx) -> Result<()> {
        let mut longest_ms = 0;
        for subject in &self.0 {
            longest_ms = longest_ms.max(left_ms(&store::failures(ctx, subject).await?, ctx.now_ms()));
        }
        refuse_for(longest_ms)
    }

    /// As [`Budget::check`], once more inside the deed and held there, so that guesses sent all at once get no further
    /// than guesses sent one after another.
    pub(super) async fn hold(&self, deed: &mut Deed) -> Result<()> {
        let (now_ms, mut longest_ms) = (deed.now_ms(), 0);
        for subject in &self.0 {
            longest_ms = longest_ms.max(left_ms(&store::hold_failures(deed, subject).await?, now_ms));
        }
        refuse_for(longest_ms)
    }

    /// Counts one failure.
    pub(super) async fn fail(&self, deed: &mut Deed) -> Result<()> {
        self.hold(deed).await?;
        for subject in &self.0 {
            store::fail(deed, subject, DAY_MS).await?;
        }
        Ok(())
    }

    /// Forgives the account's, or the device's, failures.
    pub(super) async fn forgive(&self, deed: &mut Deed) -> Result<()> {
        match self.0.first() {
            Some(own) => store::forgive(deed, own).await,
            None => Ok(()),
        }
    }
}
