//! Acts that need two people. Whoever tries such an act without a consent asks for one by it; another person who holds
//! the act agrees to exactly that content; the act is then done once. Who is alone with the act, and has been for seven
//! days, needs nobody: else one would only have to suspend the other first.

use platform::{Act, Ctx, Deed, Error, Message, Object, Result, new_id};
use serde::Serialize;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::{acts, store};
use crate::domains;

/// A piece of the list.
pub(super) const PIECE: u16 = 200;
const WEEK_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// What one person asks another to agree to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Consent {
    /// Identifier.
    pub id: String,
    /// Act.
    pub act: String,
    /// Kind of the object.
    pub object_kind: String,
    /// Object.
    pub object_id: String,
    /// Unit of the object.
    pub unit_id: String,
    /// The unit's name.
    pub unit_name: String,
    /// What exactly, as JSON.
    pub content: String,
    /// Account that asks.
    pub asked_by: String,
    /// Its name.
    pub asked_by_name: String,
    /// When, milliseconds since 1970.
    pub asked_at_ms: i64,
    /// Why.
    pub reason: String,
    /// Until when it counts, milliseconds since 1970.
    pub until_ms: i64,
    /// Who decided.
    pub decided_by_name: Option<String>,
    /// Whether they agreed.
    pub agreed: Option<bool>,
    /// Whether the act was done by it.
    pub used: bool,
}

impl Consent {
    /// Whether somebody is waited for.
    #[must_use]
    pub fn is_open(&self, now_ms: i64) -> bool {
        self.agreed.is_none() && self.until_ms > now_ms
    }
}

/// How many people besides the asker could agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Others {
    /// Now.
    pub today: i64,
    /// At any time of the last seven days, now included.
    pub lately: i64,
}

async fn others(deed: &mut Deed, who: (&str, &str), act: &Act, object: &Object) -> Result<Others> {
    let since_ms = deed.now_ms() - WEEK_MS;
    store::others_who_may(deed, who, act, object, since_ms).await
}

pub(super) fn content_hash(content: &Json) -> String {
    hex::encode(Sha256::digest(content.to_string().as_bytes()))
}

/// Uses up the consent another person gave, inside the deed; false if there is none and somebody could give it.
pub(super) async fn use_up(deed: &mut Deed, ctx: &Ctx, act: &Act, object: &Object, content: &Json) -> Result<bool> {
    let (account_id, tenant_id) = ctx.account()?;
    let hash = content_hash(content);
    if let Some((id, by)) = store::standing_consent(deed, (tenant_id, account_id), act, object, &hash).await? {
        store::use_consent(deed, &id, account_id).await?;
        deed.note("agreed_by", by);
        deed.note("consent", id);
        return Ok(true);
    }
    let alone = others(deed, (tenant_id, account_id), act, object).await?.lately == 0;
    if alone {
        deed.note("alone", true);
    }
    Ok(alone)
}

/// Records what is asked, unless the same is asked already; tells whether there is somebody who could agree.
pub(super) async fn ask(ctx: &Ctx, act: &Act, object: &Object, content: &Json, reason: &str) -> Result<bool> {
    let who = ctx.account().map(|(account_id, tenant_id)| (tenant_id, account_id))?;
    let Some(unit_id) = &object.unit_id else { return Err(Error::internal("a consent without a unit")) };
    let hash = content_hash(content);
    let mut deed = ctx.begin(&acts::ASK_CONSENT, object.clone()).await?;
    let somebody = others(&mut deed, who, act, object).await?.today > 0;
    if store::is_asked(&mut deed, who, act, object, &hash).await? {
        return Ok(somebody);
    }
    let id = new_id(ctx)?;
    let values = [
        id.as_str().into(),
        who.0.into(),
        act.id.into(),
        object.kind.into(),
        object.id.as_str().into(),
        unit_id.as_str().into(),
        hash.as_str().into(),
        content.to_string().into(),
        who.1.into(),
        ctx.now_ms().into(),
        reason.into(),
        (ctx.now_ms() + WEEK_MS).into(),
    ];
    store::add_consent(&mut deed, &values).await?;
    deed.note("consent", id);
    deed.note("act", act.id);
    deed.note("content_hash", hash);
    deed.commit(reason).await?;
    Ok(somebody)
}

/// Consents asked for acts that the asker may do: what waits first, then the newest; the first 200.
pub async fn list_consents(ctx: &Ctx) -> Result<Vec<Consent>> {
    more_consents(ctx, 0).await
}

/// As [`list_consents`], after the first so many.
pub async fn more_consents(ctx: &Ctx, skip: u32) -> Result<Vec<Consent>> {
    ctx.account()?;
    let now_ms = ctx.now_ms();
    let mut all = Vec::new();
    for act in domains::ALL.iter().flat_map(|domain| domain.acts).filter(|act| act.two_persons) {
        all.extend(store::consents(ctx, act, i64::from(skip) + i64::from(PIECE)).await?);
    }
    let place = |one: &Consent| (one.is_open(now_ms), one.asked_at_ms, one.id.clone());
    all.sort_by_cached_key(|one| std::cmp::Reverse(place(one)));
    let skip = usize::try_from(skip).map_err(Error::internal)?;
    Ok(all.into_iter().skip(skip).take(usize::from(PIECE)).collect())
}

/// Agrees or does not. Only somebody else who may do the act themselves decides, once.
pub async fn decide(ctx: &Ctx, id: &str, agreed: bool, reason: &str) -> Result<()> {
    let (account_id, _) = ctx.account()?;
    let consent = store::consent(ctx, id).await?;
    let act = domains::act(&consent.act).ok_or_else(|| Error::internal(format!("act {}", consent.act)))?;
    let object = Object::of_unit("consent", id, &consent.unit_id);
    if !ctx.may(act, &object).await? {
        return Err(Error::NotFound);
    }
    if consent.asked_by == account_id {
        return Err(Error::Conflict(Message::new("error-consent-own")));
    }
    if !consent.is_open(ctx.now_ms()) {
        return Err(Error::conflict("error-consent-over"));
    }
    let mut deed = ctx.begin(&acts::DECIDE_CONSENT, object).await?;
    // Deciding is open to everybody; the right is that to the act, and it is asked once more where it counts.
    if !store::holds_in(&mut deed, account_id, &consent.unit_id, &act.powers()).await? {
        return Err(Error::NotFound);
    }
    store::decide(&mut deed, id, account_id, agreed, reason).await?;
    deed.note("agreed", agreed);
    deed.note("act", consent.act);
    deed.commit(reason).await
}
