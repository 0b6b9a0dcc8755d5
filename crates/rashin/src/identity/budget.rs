//! How often one may be wrong or begin something, and how long one waits. Counted by account and by source; a device on
//! which somebody has signed in completely has a budget of its own, so that nobody else's failures lock the owner out.

use platform::{Act, Ctx, Deed, Error, Message, Object, Result};

use super::sessions::token_hash;
use super::store::{self, Failures};
use crate::access::counted;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Wrong tries of a day.
const TRIES_A_DAY: i64 = 100;
/// Ceremonies of passkeys may be begun so often, from one place or in one account, within a spell.
const CEREMONIES: i64 = 30;
const SPELL_MS: i64 = 5 * 60 * 1000;
/// Sign-ins at other systems may be begun so often from one place within a spell: many people share an address at work.
const SIGN_ONS: i64 = 300;

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

/// What is counted.
#[derive(Debug, Clone, Copy)]
enum Rule {
    /// Wrong tries, after which one waits longer and longer.
    Wrong,
    /// Ceremonies begun, right or wrong.
    Begun,
    /// Sign-ins at other systems begun, right or wrong.
    Led,
}

impl Rule {
    /// So long something counts.
    fn window_ms(self) -> i64 {
        match self {
            Self::Wrong => DAY_MS,
            Self::Begun | Self::Led => SPELL_MS,
        }
    }

    /// Milliseconds a subject must still wait. What lies in the future, after the clock was put back, does not count.
    fn left_ms(self, counted: &Failures, now_ms: i64) -> i64 {
        let Failures { count, first_at_ms, last_at_ms } = *counted;
        if now_ms - first_at_ms > self.window_ms() || first_at_ms.max(last_at_ms) > now_ms {
            return 0;
        }
        let wait = match self {
            Self::Wrong => wait_ms(count),
            Self::Begun => (count < CEREMONIES).then_some(0),
            Self::Led => (count < SIGN_ONS).then_some(0),
        };
        let free_at_ms = wait.map_or(first_at_ms + self.window_ms(), |wait| last_at_ms + wait);
        (free_at_ms - now_ms).max(0)
    }

    /// Refuses while there is something left to wait.
    fn refuse_for(self, left_ms: i64) -> Result<()> {
        if left_ms == 0 {
            return Ok(());
        }
        let message = match self {
            Self::Wrong => Message::new("error-too-many"),
            Self::Begun | Self::Led => Message::new("error-too-often"),
        };
        Err(Error::TooMany(message.with("seconds", (left_ms + 999) / 1000)))
    }
}

/// The device where it is known, whoever's it is; else the source.
async fn place(ctx: &Ctx, door: &Door) -> Result<String> {
    let device = token_hash(&door.device);
    if store::is_device(ctx, &device).await? {
        return Ok(format!("device:{device}"));
    }
    Ok(counted(&door.source))
}

/// Whose failures count for a try; the first of them is forgiven on success.
#[derive(Debug, Clone)]
pub(super) struct Budget {
    rule: Rule,
    subjects: Vec<String>,
}

impl Budget {
    fn of(rule: Rule, subjects: Vec<String>) -> Self {
        Self { rule, subjects }
    }

    /// For a try at an account by its address: the device's own where it is known for this account.
    pub(super) async fn of_account(ctx: &Ctx, email: &str, account_id: Option<&str>, door: &Door) -> Result<Self> {
        let device = token_hash(&door.device);
        if store::knows_device(ctx, &device, account_id.unwrap_or("")).await? {
            return Ok(Self::of(Rule::Wrong, vec![format!("device:{device}")]));
        }
        let source = counted(&door.source);
        Ok(Self::of(Rule::Wrong, vec![format!("account:{}", token_hash(email)), format!("address:{source}")]))
    }

    /// For passkeys, which cannot be guessed: by place, apart from passwords.
    pub(super) async fn of_passkeys(ctx: &Ctx, door: &Door) -> Result<Self> {
        Ok(Self::of(Rule::Wrong, vec![format!("passkeys:{}", place(ctx, door).await?)]))
    }

    /// For a proof within an account's open session.
    pub(super) fn of_proofs(account_id: &str) -> Self {
        Self::of(Rule::Wrong, vec![format!("proof:{account_id}")])
    }

    /// For a proof by passkey within an account's open session.
    pub(super) fn of_passkey_proofs(account_id: &str) -> Self {
        Self::of(Rule::Wrong, vec![format!("passkey-proof:{account_id}")])
    }

    /// For ceremonies begun to sign in. How many strangers have open in all is bounded where they are kept.
    pub(super) async fn of_ceremonies(ctx: &Ctx, door: &Door) -> Result<Self> {
        Ok(Self::of(Rule::Begun, vec![format!("ceremonies:{}", place(ctx, door).await?)]))
    }

    /// For sign-ins begun at other systems.
    pub(super) async fn of_sign_ons(ctx: &Ctx, door: &Door) -> Result<Self> {
        Ok(Self::of(Rule::Led, vec![format!("sign-ons:{}", place(ctx, door).await?)]))
    }

    /// For somebody another system has vouched for: nothing was guessed here.
    pub(super) fn of_nobody() -> Self {
        Self::of(Rule::Wrong, Vec::new())
    }

    /// For ceremonies begun within an account's open session.
    pub(super) fn of_own_ceremonies(account_id: &str) -> Self {
        Self::of(Rule::Begun, vec![format!("ceremonies:account:{account_id}")])
    }

    /// Refuses while one must wait.
    pub(super) async fn check(&self, ctx: &Ctx) -> Result<()> {
        let mut longest_ms = 0;
        for subject in &self.subjects {
            longest_ms = longest_ms.max(self.rule.left_ms(&store::failures(ctx, subject).await?, ctx.now_ms()));
        }
        self.rule.refuse_for(longest_ms)
    }

    /// As [`Budget::check`], once more inside the deed and held there, so that guesses sent all at once get no further
    /// than guesses sent one after another.
    pub(super) async fn hold(&self, deed: &mut Deed) -> Result<()> {
        let (now_ms, mut longest_ms) = (deed.now_ms(), 0);
        for subject in &self.subjects {
            longest_ms = longest_ms.max(self.rule.left_ms(&store::hold_failures(deed, subject).await?, now_ms));
        }
        self.rule.refuse_for(longest_ms)
    }

    /// Counts one failure, or one beginning.
    pub(super) async fn fail(&self, deed: &mut Deed) -> Result<()> {
        self.hold(deed).await?;
        for subject in &self.subjects {
            store::fail(deed, subject, self.rule.window_ms()).await?;
        }
        Ok(())
    }

    /// Forgives the account's, or the device's, wait. What was counted of the day stays, or whoever signs in often would
    /// give others more tries than a day has.
    pub(super) async fn forgive(&self, deed: &mut Deed) -> Result<()> {
        match self.subjects.first() {
            Some(own) => store::forgive(deed, own).await,
            None => Ok(()),
        }
    }
}

/// Does something that has a budget to the end, even if whoever asked hangs up meanwhile: a try that was begun is counted.
pub(super) async fn tried<T: Send + 'static>(
    ctx: &Ctx,
    act: &'static Act,
    work: impl Future<Output = Result<T>> + Send + 'static,
) -> Result<T> {
    traced(ctx, act, tokio::spawn(work).await.map_err(Error::internal)?).await
}

/// Leaves the trace of a try that must wait.
pub(super) async fn traced<T>(ctx: &Ctx, act: &'static Act, outcome: Result<T>) -> Result<T> {
    if let Err(Error::TooMany(message)) = &outcome {
        let object = Object::free("account", ctx.actor().account_id().unwrap_or(""));
        if let Error::Internal(cause) = ctx.refuse(act, &object, message.clone()).await {
            return Err(Error::Internal(cause));
        }
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirty_ceremonies_may_be_begun_in_five_minutes() {
        let begun = |count| Failures { count, first_at_ms: 1000, last_at_ms: 2000 };
        for (count, now_ms, left_ms) in
            [(0, 2000, 0), (29, 2000, 0), (30, 2000, SPELL_MS - 1000), (99, 1000 + SPELL_MS, 0), (99, 999, 0)]
        {
            assert_eq!(Rule::Begun.left_ms(&begun(count), now_ms), left_ms, "{count} at {now_ms}");
        }
    }
}
