//! What providers said of themselves, kept in memory for minutes, so that not every sign-in asks for it again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use openidconnect::core::CoreJsonWebKeySet;
use platform::Ctx;

use super::discovery::{self, Discovered};
use super::fetch::{Fetcher, Trouble};
use super::id_token;
use super::model::Provider;

/// Nothing is kept longer, whatever a provider says.
const LONGEST_MS: i64 = 10 * 60 * 1000;
/// Keys are asked for out of turn at most so often, however many tokens name a key that nobody knows.
const BETWEEN_MS: i64 = 60 * 1000;
/// So long a provider that could not be asked is not asked again, in seconds.
const FAILED_S: i64 = 3;
const MOST_PROVIDERS: usize = 500;

#[derive(Debug, Clone)]
struct Kept<T> {
    what: T,
    since_ms: i64,
    until_ms: i64,
}

impl<T> Kept<T> {
    fn new(what: T, keep_s: i64, now_ms: i64) -> Self {
        Self { what, since_ms: now_ms, until_ms: now_ms + keep_s.clamp(0, LONGEST_MS / 1000) * 1000 }
    }

    /// A clock that was put back ends it too.
    fn holds(&self, now_ms: i64) -> bool {
        self.since_ms <= now_ms && now_ms < self.until_ms
    }
}

#[derive(Debug, Default)]
struct Entry {
    found: Option<Kept<Discovered>>,
    keys: Option<Kept<CoreJsonWebKeySet>>,
    failed: Option<Kept<Trouble>>,
}

impl Entry {
    fn holds(&self, now_ms: i64) -> bool {
        self.found.as_ref().is_some_and(|kept| kept.holds(now_ms))
            || self.keys.as_ref().is_some_and(|kept| kept.holds(now_ms))
            || self.failed.as_ref().is_some_and(|kept| kept.holds(now_ms))
    }
}

/// The memory of one instance, by provider.
#[derive(Debug, Clone, Default)]
pub struct Remembered(Arc<Mutex<BTreeMap<String, Entry>>>);

impl Remembered {
    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, provider_id: &str, now_ms: i64, put: impl FnOnce(&mut Entry)) {
        let mut all = self.all();
        all.retain(|_, entry| entry.holds(now_ms));
        if all.len() < MOST_PROVIDERS || all.contains_key(provider_id) {
            put(all.entry(provider_id.to_owned()).or_default());
        }
    }

    /// Forgets a provider, since it was ended.
    pub(super) fn forget(&self, provider_id: &str) {
        self.all().remove(provider_id);
    }

    /// Why a provider could not be asked what it says of itself a moment ago.
    pub(super) fn trouble(&self, provider_id: &str, now_ms: i64) -> Option<Trouble> {
        let failed = self.all().get(provider_id).and_then(|entry| entry.failed.clone());
        failed.filter(|failed| failed.holds(now_ms)).map(|failed| failed.what)
    }

    /// What a provider says of itself.
    pub(super) async fn discovered(
        &self,
        fetcher: &Fetcher,
        provider: &Provider,
        ctx: &Ctx,
    ) -> Result<Discovered, Trouble> {
        let now_ms = ctx.now_ms();
        let kept = self.all().get(&provider.id).and_then(|entry| entry.found.clone());
        if let Some(kept) = kept.filter(|kept| kept.holds(now_ms)) {
            return Ok(kept.what);
        }
        if let Some(cause) = self.trouble(&provider.id, now_ms) {
            return Err(cause);
        }
        match discovery::discover(fetcher, &provider.issuer).await {
            Ok((found, keep_s)) => {
                let kept = Kept::new(found.clone(), keep_s, now_ms);
                self.keep(&provider.id, now_ms, |entry| entry.found = Some(kept));
                Ok(found)
            }
            Err(cause) => {
                // A provider may take seconds to fail.
                let now_ms = ctx.now_ms();
                let failed = Kept::new(cause, FAILED_S, now_ms);
                self.keep(&provider.id, now_ms, |entry| entry.failed = Some(failed));
                Err(cause)
            }
        }
    }

    /// The keys a provider signs with. They are asked for again where the token names one that is not among them: a
    /// provider that changes its keys need not wait.
    pub(super) async fn keys(
        &self,
        fetcher: &Fetcher,
        provider: &Provider,
        found: &Discovered,
        token: &str,
        now_ms: i64,
    ) -> Result<CoreJsonWebKeySet, Trouble> {
        let kept = self.all().get(&provider.id).and_then(|entry| entry.keys.clone());
        let enough = |kept: &Kept<_>| id_token::names_one_of(token, &kept.what) || now_ms < kept.since_ms + BETWEEN_MS;
        if let Some(kept) = kept.filter(|kept| kept.holds(now_ms) && enough(kept)) {
            return Ok(kept.what);
        }
        let (keys, keep_s) = discovery::keys(fetcher, found).await?;
        let kept = Kept::new(keys.clone(), keep_s, now_ms);
        self.keep(&provider.id, now_ms, |entry| entry.keys = Some(kept));
        Ok(keys)
    }
}
