//! Refusals and their traces: one entry for each in the log of the person's tenant. Those of people who are not signed
//! in are counted in memory, so that nobody fills the log from outside, and entered once per source and minute.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};

use platform::{Act, Ctx, Message, Object, Result};

use super::{acts, store};

const MINUTE_MS: i64 = 60_000;
/// More sources than this in one minute are counted together, as `others`.
const SOURCES: usize = 60;
/// So many rows are kept while they cannot be entered; then a minute has one.
const MOST_ROWS: usize = 1000;
const OTHERS: &str = "others";

/// A source as it is counted. Who has one address of IPv6 has the 64 bits below it too.
#[must_use]
pub fn counted(source: &str) -> String {
    match source.parse() {
        Ok(IpAddr::V6(address)) if address.to_ipv4_mapped().is_none() => {
            format!("{}/64", Ipv6Addr::from_bits(address.to_bits() >> 64 << 64))
        }
        _ => source.to_owned(),
    }
}

/// Refusals of people who are not signed in, by minute and source, until they are entered in the log.
#[derive(Debug, Default)]
pub struct Refusals {
    open: Mutex<BTreeMap<(i64, String), i64>>,
}

impl Refusals {
    fn open(&self) -> MutexGuard<'_, BTreeMap<(i64, String), i64>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts one more.
    pub fn count(&self, source: &str, now_ms: i64) {
        let mut open = self.open();
        let minute = now_ms.div_euclid(MINUTE_MS);
        let mut key = (minute, counted(source));
        if !open.contains_key(&key) {
            let of_minute = open.range((minute, String::new())..(minute + 1, String::new())).count();
            if of_minute >= SOURCES || open.len() >= MOST_ROWS {
                OTHERS.clone_into(&mut key.1);
            }
        }
        *open.entry(key).or_default() += 1;
    }

    /// Takes out what is complete: everything but the minute under way, or everything at the end.
    fn take(&self, minute_under_way: Option<i64>) -> BTreeMap<(i64, String), i64> {
        let mut open = self.open();
        let (left, done) =
            std::mem::take(&mut *open).into_iter().partition(|((minute, _), _)| Some(*minute) == minute_under_way);
        *open = left;
        done
    }

    fn put_back(&self, key: (i64, String), count: i64) {
        *self.open().entry(key).or_default() += count;
    }
}

/// Enters gathered refusals in the installation's log: those of past minutes, or all when the program ends.
pub async fn enter_gathered(ctx: &Ctx, refusals: &Refusals, all: bool) -> Result<()> {
    let under_way = if all { None } else { Some(ctx.now_ms().div_euclid(MINUTE_MS)) };
    let mut failure = Ok(());
    for ((minute, source), count) in refusals.take(under_way) {
        if failure.is_ok() {
            failure = enter(ctx, &source, minute, count).await;
        }
        if failure.is_err() {
            refusals.put_back((minute, source), count);
        }
    }
    failure
}

async fn enter(ctx: &Ctx, source: &str, minute: i64, count: i64) -> Result<()> {
    let mut deed = ctx.begin(&acts::REFUSED_UNKNOWN, Object::free("source", source)).await?;
    deed.note("minute_from_ms", minute * MINUTE_MS);
    deed.note("count", count);
    deed.commit("").await
}

async fn trace(ctx: &Ctx, object: Object, asked: &str) -> Result<()> {
    let mut deed = ctx.begin(&acts::REFUSED, object).await?;
    deed.note("act", asked);
    deed.commit("").await
}

/// Leaves the trace of a refusal and says who can do it, and who can give the right.
pub(super) async fn refuse(ctx: &Ctx, act: &Act, object: &Object) -> Result<Message> {
    trace(ctx, object.clone(), act.id).await?;
    let (_, tenant_id) = ctx.account()?;
    let unit_id = object.unit_id.as_deref().unwrap_or(tenant_id);
    let people = store::givers(ctx, unit_id).await?;
    if act.roles.is_empty() {
        return Ok(Message::new("error-only-installation"));
    }
    let message = Message::new(if people.is_empty() { "error-not-allowed-alone" } else { "error-not-allowed" });
    Ok(message.with("roles", act.roles.join(" ")).with("people", people.join("\n")))
}

/// Leaves the trace of an address that was answered as not found to somebody signed in. Whether something is there or
/// not makes no difference. What could be a secret in it, being longer than an identifier, is left out.
pub async fn not_shown(ctx: &Ctx, path: &str) -> Result<()> {
    let safe = |piece: &str| {
        piece.len() <= 32 && piece.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter))
    };
    let pieces: Vec<&str> = path.split('/').map(|piece| if safe(piece) { piece } else { "…" }).take(12).collect();
    trace(ctx, Object::free("address", pieces.join("/")), "").await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_a_network_of_ipv6_is_one_source() {
        for (source, shown) in [
            ("192.0.2.1", "192.0.2.1"),
            ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
            ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
            ("local", "local"),
        ] {
            assert_eq!(counted(source), shown);
        }
    }

    #[test]
    fn a_flood_of_sources_is_counted_together() {
        let refusals = Refusals::default();
        for number in 0..5000 {
            refusals.count(&format!("192.0.2.{number}"), 0);
        }
        let taken = refusals.take(None);
        assert_eq!(taken.len(), SOURCES + 1);
        assert_eq!(taken[&(0, OTHERS.to_owned())], 5000 - 60);
        assert!(refusals.take(None).is_empty());
    }

    #[test]
    fn a_network_of_ipv6_that_changes_its_address_is_one_row() {
        let refusals = Refusals::default();
        for number in 0..5000 {
            refusals.count(&format!("2001:db8:1:2::{number:x}"), 0);
        }
        assert_eq!(refusals.take(None).into_iter().next(), Some(((0, "2001:db8:1:2::/64".to_owned()), 5000)));
    }

    #[test]
    fn what_cannot_be_entered_for_long_stays_small() {
        let refusals = Refusals::default();
        for minute in 0..60 {
            for number in 0..100 {
                refusals.count(&format!("192.0.2.{number}"), minute * MINUTE_MS);
            }
        }
        let taken = refusals.take(None);
        assert!(taken.len() <= MOST_ROWS + 60, "{}", taken.len());
        assert_eq!(taken.values().sum::<i64>(), 6000);
    }

    #[test]
    fn the_minute_under_way_stays() {
        let refusals = Refusals::default();
        refusals.count("a", 0);
        refusals.count("a", MINUTE_MS);
        assert_eq!(refusals.take(Some(1)).len(), 1);
        assert_eq!(refusals.take(None).into_keys().next().unwrap(), (1, "a".to_owned()));
    }
}
