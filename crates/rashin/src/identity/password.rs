//! Password hashing: Argon2id with 19 MiB and two passes, never more than two at a time, and no more than a few waiting.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use platform::{Ctx, Error, Fault, Message, Result};
use tokio::sync::Semaphore;

use super::password_rules;
use crate::face::assets;

/// So many are computed at a time.
const AT_WORK: usize = 2;
/// So many more may wait.
const WAITING: usize = 32;
/// Whoever finds no place comes again after so many seconds.
const COME_AGAIN_S: i64 = 5;

static QUEUE: Queue = Queue::new();
static COMMON: OnceLock<BTreeSet<String>> = OnceLock::new();

/// Hash of a password nobody has; verified for unknown accounts, so that they take as long as known ones.
pub(super) const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5aGFzdGhpc3B3$vFHJlF1eP9TT8Xk4gQ9MGnlYqzY7BqmWBhnVZpbE4cQ";

/// The bound on work that is asked for by people nobody knows.
#[derive(Debug)]
struct Queue {
    places: Semaphore,
    turns: Semaphore,
}

impl Queue {
    const fn new() -> Self {
        Self { places: Semaphore::const_new(AT_WORK + WAITING), turns: Semaphore::const_new(AT_WORK) }
    }

    /// Does the work when its turn comes. The turn is the work's own: it ends with it, and not when the asker hangs up.
    async fn run<T: Send + 'static>(&'static self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let full = |_| Error::Busy(Message::new("error-busy").with("seconds", COME_AGAIN_S));
        let place = self.places.try_acquire().map_err(full)?;
        let turn = self.turns.acquire().await.map_err(Error::internal)?;
        let done = tokio::task::spawn_blocking(move || {
            let outcome = work();
            drop((turn, place));
            outcome
        });
        done.await.map_err(Error::internal)?
    }
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(Error::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The hash to store of a password as the rules gave it.
pub async fn hash(ctx: &Ctx, password: &str) -> Result<String> {
    let mut salt = [0_u8; 16];
    ctx.fill_random(&mut salt)?;
    let password = password.to_owned();
    let work = move || {
        let hash = argon2()?.hash_password_with_salt(password.as_bytes(), &salt).map_err(Error::internal)?;
        Ok(hash.to_string())
    };
    QUEUE.run(work).await
}

/// Whether the password fits the stored hash; `None` for an unknown account costs the same and never fits.
pub async fn fits(password: &str, stored: Option<&str>) -> Result<bool> {
    let known = stored.is_some();
    let stored = stored.unwrap_or(NOBODY).to_owned();
    let password = password_rules::normal(password);
    let work = move || {
        let parsed = PasswordHash::new(&stored).map_err(Error::internal)?;
        Ok(argon2()?.verify_password(password.as_bytes(), &parsed).is_ok() && known)
    };
    QUEUE.run(work).await
}

/// The new password in the form that is hashed, or the first rule it breaks; `own` are the person's own words.
pub(super) fn check(field: &str, password: &str, own: &[&str]) -> Result<std::result::Result<String, Fault>> {
    let common = if let Some(common) = COMMON.get() {
        common
    } else {
        let read = assets::common_passwords()?;
        COMMON.get_or_init(|| read)
    };
    Ok(password_rules::check(common, field, password, own))
}

/// As [`check`], for a password that is the only input.
pub(super) fn checked(field: &str, password: &str, own: &[&str]) -> Result<String> {
    check(field, password, own)?.map_err(|fault| Error::Invalid(vec![fault]))
}

/// Takes all places until what is given is dropped.
#[cfg(test)]
pub(super) fn occupy() -> tokio::sync::SemaphorePermit<'static> {
    QUEUE.places.try_acquire_many(34).unwrap()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};
    use std::time::Duration;

    use super::*;

    fn queue() -> &'static Queue {
        Box::leak(Box::new(Queue::new()))
    }

    /// Asks for work that lasts until the sender is dropped.
    fn ask(queue: &'static Queue) -> (Sender<()>, tokio::task::JoinHandle<Result<()>>) {
        let (end, ended) = channel::<()>();
        let work = move || {
            ended.recv().unwrap_err();
            Ok(())
        };
        (end, tokio::spawn(queue.run(work)))
    }

    async fn until(what: impl Fn() -> bool) {
        while !what() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    #[tokio::test]
    async fn whoever_hangs_up_gives_the_turn_back_only_when_the_work_is_done() {
        let queue = queue();
        let (one, asker) = ask(queue);
        let (two, _other) = ask(queue);
        until(|| queue.turns.available_permits() == 0).await;
        asker.abort();
        assert!(asker.await.unwrap_err().is_cancelled());
        assert_eq!((queue.turns.available_permits(), queue.places.available_permits()), (0, WAITING));
        drop(one);
        until(|| queue.turns.available_permits() == 1).await;
        drop(two);
        until(|| queue.places.available_permits() == AT_WORK + WAITING).await;
    }

    #[tokio::test]
    async fn a_few_wait_and_more_are_told_to_come_again() {
        let queue = queue();
        let all: Vec<_> = (0..AT_WORK + WAITING).map(|_| ask(queue)).collect();
        until(|| queue.places.available_permits() == 0).await;
        let refused = queue.run(|| Ok(())).await.unwrap_err();
        assert!(matches!(&refused, Error::Busy(message) if message.args["seconds"] == "5"), "{refused:?}");
        // Who hangs up while waiting leaves the place.
        all.last().unwrap().1.abort();
        until(|| queue.places.available_permits() == 1).await;
        for (end, _) in all {
            drop(end);
        }
        until(|| queue.places.available_permits() == AT_WORK + WAITING).await;
        queue.run(|| Ok(())).await.unwrap();
    }
}
