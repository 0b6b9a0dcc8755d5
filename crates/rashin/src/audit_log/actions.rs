//! What may be asked of the log.

use std::collections::{BTreeMap, BTreeSet};

use platform::log::{Facts, WITHOUT_VALUES};
use platform::{Actor, Ctx, Error, Message, Object, Result, log};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::checkpoints::Halt;
use super::{acts, checkpoints, store};

/// Entries one page shows.
pub const PAGE_SIZE: usize = 50;
const REASON_LIMIT: usize = 500;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Entry {
    /// Identifier.
    pub id: String,
    /// Number within the tenant, from 1; none while it waits for its place in the tree.
    pub seq: Option<i64>,
    /// Moment, milliseconds since 1970.
    pub at_ms: i64,
    /// Who did it.
    pub actor_name: String,
    /// Through which face.
    pub via: String,
    /// Which act.
    pub act: String,
    /// Kind of object.
    pub object_kind: String,
    /// Object.
    pub object_id: String,
    /// Why, where one was given.
    pub reason: String,
    /// What was noted.
    pub facts: Vec<Fact>,
    /// The leaf of the tree: this text is what the log proves. Empty where it holds values that are withheld, as in
    /// entries from before commitments.
    pub leaf: String,
    /// Hash of the leaf, hexadecimal.
    pub leaf_hash: String,
}

/// One thing an entry tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Fact {
    /// What it is about.
    pub name: String,
    /// The value as JSON; none if it was erased or is withheld.
    pub value: Option<String>,
    /// With it anybody can compute the commitment; none if the value was erased or is withheld.
    pub salt: Option<String>,
    /// Whether the value is kept from the asker, who may read the log but not what this entry is about.
    pub withheld: bool,
    /// What stands in the leaf; empty in entries from before commitments.
    pub commitment: String,
}

impl Fact {
    /// Whether there may be a value that can be erased; of what is withheld nobody is told.
    #[must_use]
    pub fn may_be_kept(&self) -> bool {
        self.salt.is_some() || (self.withheld && !self.commitment.is_empty())
    }
}

/// Names of people by account.
pub type Names = BTreeMap<String, String>;

/// The names of people whom entries tell of.
pub async fn names_in(ctx: &Ctx, entries: &[Entry]) -> Result<Names> {
    let tenant_id = readable(ctx).await?;
    let facts = entries.iter().flat_map(|entry| &entry.facts);
    let told = facts.filter_map(|fact| serde_json::from_str::<String>(fact.value.as_deref()?).ok());
    // Accounts have ids of this length.
    let ids: BTreeSet<String> = told.filter(|text| text.len() == 32).collect();
    if ids.is_empty() { Ok(Names::new()) } else { store::names(ctx, tenant_id, &ids).await }
}

/// The values of an entry, as far as the asker may see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Values {
    /// What is kept of them, as JSON.
    Kept(Option<String>),
    /// Not for the asker.
    Withheld,
}

impl Entry {
    pub(super) fn of(entry: &log::Entry, seq: Option<i64>, values: &Values) -> Result<Self> {
        let mut leaf = entry.leaf();
        let leaf_hash = tlog::leaf_hash(leaf.as_bytes()).to_hex();
        if entry.form == WITHOUT_VALUES && *values == Values::Withheld {
            leaf.clear();
        }
        Ok(Self {
            id: entry.id.clone(),
            seq,
            at_ms: entry.at_ms,
            actor_name: entry.actor_name.clone(),
            via: entry.via.clone(),
            act: entry.act.clone(),
            object_kind: entry.object_kind.clone(),
            object_id: entry.object_id.clone(),
            reason: entry.reason.clone(),
            facts: facts(entry, values)?,
            leaf,
            leaf_hash,
        })
    }
}

/// What an entry tells, with the values that are still there and may be seen.
fn facts(entry: &log::Entry, values: &Values) -> Result<Vec<Fact>> {
    let told: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(&entry.facts).map_err(Error::internal)?;
    if entry.form == WITHOUT_VALUES {
        let withheld = *values == Values::Withheld;
        let plain = |(name, value): (String, serde_json::Value)| Fact {
            name,
            value: (!withheld).then(|| value.to_string()),
            salt: None,
            withheld,
            commitment: String::new(),
        };
        return Ok(told.into_iter().map(plain).collect());
    }
    let kept: Facts = match values {
        Values::Kept(Some(kept)) => serde_json::from_str(kept).map_err(Error::internal)?,
        Values::Kept(None) | Values::Withheld => Facts::default(),
    };
    let fact = |(name, commitment): (String, serde_json::Value)| {
        let found = kept.0.get(&name);
        Fact {
            value: found.map(|fact| fact.value.to_string()),
            salt: found.map(|fact| fact.salt.clone()),
            withheld: *values == Values::Withheld,
            commitment: commitment.as_str().unwrap_or_default().to_owned(),
            name,
        }
    };
    Ok(told.into_iter().map(fact).collect())
}

/// Which entries, newest first.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
pub struct Filter {
    /// Only entries numbered below this.
    pub before: Option<i64>,
    /// Acts that begin so (`assessment.`).
    pub act: String,
    /// Entries on this object.
    pub object_id: String,
    /// Entries of people whose name contains this.
    pub actor: String,
}

/// The tenant whose log the asker may read.
pub(super) async fn readable(ctx: &Ctx) -> Result<&str> {
    let (_, tenant_id) = ctx.account()?;
    ctx.require(&acts::READ, &Object::of_unit("log", tenant_id, tenant_id)).await?;
    Ok(tenant_id)
}

/// A page of the tenant's log, newest first.
pub async fn entries(ctx: &Ctx, filter: &Filter) -> Result<Vec<Entry>> {
    let tenant_id = readable(ctx).await?;
    checkpoints::place_waiting(ctx).await?;
    store::page(ctx, tenant_id, filter, i64::try_from(PAGE_SIZE).unwrap_or(50)).await
}

/// One entry of the tenant's log.
pub async fn entry(ctx: &Ctx, id: &str) -> Result<Entry> {
    let tenant_id = readable(ctx).await?;
    checkpoints::place_waiting(ctx).await?;
    store::entry(ctx, tenant_id, id).await?.ok_or(Error::NotFound)
}

/// Why the asker's log is not signed any more, if so.
pub async fn halted(ctx: &Ctx) -> Result<Option<Halt>> {
    let tenant_id = readable(ctx).await?;
    // The log of all checkpoints is everybody's.
    store::halt(&ctx.as_actor(Actor::System), tenant_id).await
}

/// Erases the values an entry commits to, all or the named one, if another person agreed to exactly that. The entry and its place stay; the erasure is an entry.
pub async fn erase(ctx: &Ctx, id: &str, name: Option<&str>, reason: &str) -> Result<()> {
    let found = entry(ctx, id).await?;
    let (_, tenant_id) = ctx.account()?;
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Error::field("reason", "", Message::new("error-reason")));
    }
    if reason.chars().count() > REASON_LIMIT {
        return Err(Error::field(
            "reason",
            reason,
            Message::new("error-too-long").with("most", REASON_LIMIT.to_string()),
        ));
    }
    // Also what the asker may not see can be erased.
    if !store::kept_names(ctx, id).await?.iter().any(|kept| name.is_none_or(|name| kept == name)) {
        return Err(Error::conflict("error-nothing-to-erase"));
    }
    // The verifier reads from the entry itself what may be missing.
    let what = name.map_or_else(|| id.to_owned(), |name| format!("{id}/{name}"));
    let content = serde_json::json!({ "entry": id, "act": found.act, "value": name });
    let object = Object::of_unit("log-entry", what, tenant_id);
    let mut deed = ctx.begin_as_agreed(&acts::ERASE, object, &content, reason).await?;
    if !store::erase(&mut deed, id, name).await? {
        return Err(Error::conflict("error-nothing-to-erase"));
    }
    deed.commit(reason).await
}
