//! Everything anyone may ask of the population.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use platform::{Ctx, Error, Message, Object, Result};

use super::builtin::{builtin_releases, recorded};
use super::release::{Release, ReleaseHead};
use super::store::Entry;
use super::synthesise::{Member, synthesise};
use super::{acts, store};
use crate::catalog::{ItemSet, builtin};

/// Releases kept in memory, of all installations that this process has open.
const KEPT: usize = 32;

/// A release with when it was frozen.
#[derive(Debug, Clone)]
pub struct Frozen {
    /// The release.
    pub release: Arc<Release>,
    /// In the order of freezing, from 1.
    pub number: i64,
    /// When it was frozen, milliseconds since 1970.
    pub frozen_at_ms: i64,
}

/// The releases one may compare with, in the order in which they were frozen.
pub async fn list(ctx: &Ctx) -> Result<Vec<ReleaseHead>> {
    let frozen = list_frozen(ctx).await?;
    Ok(frozen.iter().map(|one| one.release.head().clone()).collect())
}

/// As [`list`], with all figures.
pub async fn list_frozen(ctx: &Ctx) -> Result<Vec<Frozen>> {
    check_may_read(ctx, "").await?;
    let mut frozen = Vec::new();
    for entry in store::entries(ctx).await? {
        frozen.push(load(ctx, entry).await?);
    }
    Ok(frozen)
}

/// Ids of the releases for an item set, in the order in which they were frozen.
pub async fn ids_for(ctx: &Ctx, item_set_id: &str) -> Result<Vec<String>> {
    check_may_read(ctx, "").await?;
    Ok(store::entries_of(ctx, item_set_id).await?.into_iter().map(|entry| entry.id).collect())
}

/// The first release for an item set; not found where there is none.
pub async fn first_for(ctx: &Ctx, item_set_id: &str) -> Result<Arc<Release>> {
    check_may_read(ctx, "").await?;
    let first = store::entries_of(ctx, item_set_id).await?.into_iter().next().ok_or(Error::NotFound)?;
    Ok(load(ctx, first).await?.release)
}

/// A release by its id.
pub async fn find(ctx: &Ctx, id: &str) -> Result<Arc<Release>> {
    Ok(find_frozen(ctx, id).await?.release)
}

/// A release by its id, with when it was frozen.
pub async fn find_frozen(ctx: &Ctx, id: &str) -> Result<Frozen> {
    check_may_read(ctx, id).await?;
    let entry = store::entry(ctx, id).await?.ok_or(Error::NotFound)?;
    load(ctx, entry).await
}

/// The made-up companies of a synthetic release with their item set, in the order of their numbers. A conflict where the
/// release is not one that this program makes: real companies' answers are not kept one by one.
pub async fn members(ctx: &Ctx, id: &str) -> Result<(&'static ItemSet, Vec<Member>)> {
    let release = find(ctx, id).await?;
    let head = release.head();
    let made = builtin_releases().iter().any(|made| made.id() == id && made.head().hash == head.hash);
    let set = builtin().item_set(&head.item_set).filter(|_| made);
    match set.zip(head.seed) {
        Some((set, seed)) => Ok((set, synthesise(builtin(), &set.id, seed))),
        None => Err(Error::Conflict(Message::new("release-members-not-kept").with("id", id))),
    }
}

/// Freezes the releases that ship with the program and are not there yet.
///
/// An internal error where one is there with another hash: what was frozen once is never replaced.
pub async fn freeze_builtin(ctx: &Ctx) -> Result<()> {
    for (id, hash) in recorded() {
        let made = || builtin_releases().iter().find(|release| release.id() == id && release.head().hash == hash);
        freeze_once(ctx, id, hash, made).await?;
    }
    Ok(())
}

/// Freezes a release that is not there yet. Only the installation itself may.
///
/// An internal error where one is there with another hash.
pub async fn freeze(ctx: &Ctx, release: &Release) -> Result<()> {
    freeze_once(ctx, release.id(), &release.head().hash, || Some(release)).await
}

/// Freezes the release that `make` gives, unless it is there; then `make` is not asked.
async fn freeze_once<'a>(ctx: &Ctx, id: &str, hash: &str, make: impl Fn() -> Option<&'a Release>) -> Result<()> {
    // Another process may freeze the same one, or take the same number, at the same moment.
    for _ in 0..3 {
        match store::entry(ctx, id).await? {
            Some(entry) if entry.hash == hash => return Ok(()),
            Some(entry) => {
                return Err(Error::internal(format!(
                    "release {id} is frozen with hash {}, but this program makes it with hash {hash}; what was frozen \
                     once is never replaced",
                    entry.hash
                )));
            }
            None => {}
        }
        let release = make().ok_or_else(|| Error::internal(format!("release {id} is not made with hash {hash}")))?;
        match add(ctx, release).await {
            Err(Error::Conflict(_)) => {}
            outcome => return outcome,
        }
    }
    Err(Error::internal(format!("release {id} could not be frozen")))
}

async fn add(ctx: &Ctx, release: &Release) -> Result<()> {
    let head = release.head();
    let mut deed = ctx.begin(&acts::FREEZE_RELEASE, Object::free("release", release.id())).await?;
    store::freeze(&mut deed, release, ctx.actor().account_id().unwrap_or("system")).await?;
    deed.note("item_set", head.item_set.as_str());
    deed.note("n", head.n);
    deed.note("synthetic", head.synthetic);
    deed.note("hash", head.hash.as_str());
    deed.commit("").await
}

async fn check_may_read(ctx: &Ctx, id: &str) -> Result<()> {
    if ctx.may(&acts::READ, &Object::free("release", id)).await? {
        Ok(())
    } else {
        Err(Error::Forbidden(Message::new("error-sign-in-first")))
    }
}

/// Frozen rows never change, so a release that was read and checked once stays as it was.
static LOADED: Mutex<BTreeMap<(String, String), Arc<Release>>> = Mutex::new(BTreeMap::new());

async fn load(ctx: &Ctx, entry: Entry) -> Result<Frozen> {
    let Entry { id, number, hash, frozen_at_ms } = entry;
    let key = (id, hash);
    let loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
    if let Some(release) = loaded {
        return Ok(Frozen { release, number, frozen_at_ms });
    }
    let content = store::content(ctx, &key.0).await?;
    let release =
        Release::from_bytes(&content).map_err(|reason| Error::internal(format!("release {}: {reason}", key.0)))?;
    if (release.id(), &release.head().hash) != (key.0.as_str(), &key.1) {
        return Err(Error::internal(format!("release {}: its content is not what was frozen", key.0)));
    }
    let release = keep(key, Arc::new(release));
    Ok(Frozen { release, number, frozen_at_ms })
}

fn keep(key: (String, String), release: Arc<Release>) -> Arc<Release> {
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    if loaded.len() >= KEPT {
        loaded.pop_first();
    }
    loaded.insert(key, Arc::clone(&release));
    release
}

#[cfg(test)]
mod tests;
