//! Provisioning: what a system with a SCIM token may do to the people and groups of its own tenant.

use std::collections::BTreeSet;

use platform::{Ctx, Deed, Error, Message, Object, Result, new_id};

use super::model::SOURCE;
use super::scim_change::{GroupChange, Members, PersonChange};
use super::scim_filter::Term;
use super::store::{Group, Person, Wanted};
use super::{acts, groups, store};
use crate::identity::federated::{self, Known};

/// A page of a list has at most this many.
pub(super) const MOST_PER_PAGE: i64 = 200;

/// A page of a list.
#[derive(Debug)]
pub(super) struct Listed<T> {
    pub total: i64,
    pub start: i64,
    pub items: Vec<T>,
}

/// Which part of which list.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    /// From 1.
    pub start: i64,
    /// At most so many; 0 asks for the number alone.
    pub count: i64,
    pub terms: Vec<Term>,
}

fn tenant(ctx: &Ctx) -> Result<&str> {
    ctx.account().map(|(_, tenant_id)| tenant_id)
}

/// What the terms ask for; none where two of them can never hold together.
fn wanted(asked: &Asked) -> Option<Wanted> {
    let mut wanted =
        Wanted { limit: asked.count.clamp(0, MOST_PER_PAGE), offset: asked.start.max(1) - 1, ..Wanted::default() };
    for (attribute, value) in &asked.terms {
        let (slot, value) = match attribute.as_str() {
            "username" | "emails" | "emails.value" => (&mut wanted.name, value.to_lowercase()),
            "displayname" => (&mut wanted.name, value.clone()),
            "externalid" => (&mut wanted.external_id, value.clone()),
            "id" => (&mut wanted.id, value.clone()),
            _ => return None,
        };
        // A text with a NUL is nowhere, and PostgreSQL takes none.
        if value.is_empty() || value.contains('\0') || !slot.is_empty() && *slot != value {
            return None;
        }
        *slot = value;
    }
    Some(wanted)
}

/// Attributes that people are found by.
pub(super) const OF_PEOPLE: &[&str] = &["username", "emails", "emails.value", "externalid", "id"];
/// Attributes that groups are found by.
pub(super) const OF_GROUPS: &[&str] = &["displayname", "externalid", "id"];

/// Whoever reads people and groups here may provision them: a token limited to something else does not.
async fn may_read(ctx: &Ctx) -> Result<()> {
    let tenant_id = tenant(ctx)?;
    ctx.require(&acts::PROVISION, &Object::of_unit("tenant", tenant_id, tenant_id)).await
}

/// People of the tenant.
pub(super) async fn list_people(ctx: &Ctx, asked: &Asked) -> Result<Listed<Person>> {
    may_read(ctx).await?;
    let start = asked.start.max(1);
    let Some(wanted) = wanted(asked) else { return Ok(Listed { total: 0, start, items: Vec::new() }) };
    let (total, items) = store::people(ctx, tenant(ctx)?, &wanted).await?;
    Ok(Listed { total, start, items })
}

/// One person of the tenant.
pub(super) async fn person(ctx: &Ctx, id: &str) -> Result<Person> {
    may_read(ctx).await?;
    let wanted = Wanted { id: id.to_owned(), limit: 1, ..Wanted::default() };
    store::people(ctx, tenant(ctx)?, &wanted)
        .await?
        .1
        .into_iter()
        .next()
        .filter(|_| !id.is_empty())
        .ok_or(Error::NotFound)
}

async fn begin(ctx: &Ctx, kind: &'static str, id: &str) -> Result<Deed> {
    ctx.begin(&acts::PROVISION, Object::of_unit(kind, id, tenant(ctx)?)).await
}

/// Makes a person. An address that is taken, in whichever tenant, is a conflict.
pub(super) async fn add_person(ctx: &Ctx, change: &PersonChange) -> Result<Person> {
    let email = change.email.clone().unwrap_or_default();
    if federated::person_by_email(ctx, &email).await?.is_some() {
        return Err(Error::conflict("error-email-taken"));
    }
    let name = change.shown_name("").unwrap_or_else(|| email.split('@').next().unwrap_or("").to_owned());
    let tenant_id = tenant(ctx)?;
    let external_id = checked_external(change.external_id.as_deref())?;
    let mut deed = begin(ctx, "account", "").await?;
    let id = federated::enter_person(ctx, &mut deed, tenant_id, &email, &name).await?;
    store::provision(&mut deed, tenant_id, &id, external_id).await?;
    if change.active == Some(false) {
        let known = Known { id: id.clone(), tenant_id: tenant_id.to_owned(), email, name, suspended: false };
        federated::stop(&mut deed, &known, ctx.account()?.0, SOURCE).await?;
    }
    deed.note("account", id.as_str());
    deed.note("made", true);
    deed.commit("").await?;
    person(ctx, &id).await
}

/// Changes a person; inactive is suspended, which ends every session at once. Active again is only whom provisioning had
/// suspended: what an administrator decided stays.
pub(super) async fn change_person(ctx: &Ctx, id: &str, change: &PersonChange) -> Result<Person> {
    let before = person(ctx, id).await?;
    let known = federated::person(ctx, id).await?;
    let email = change.email.as_deref().unwrap_or(&before.email).trim().to_lowercase();
    if email != before.email && federated::person_by_email(ctx, &email).await?.is_some() {
        return Err(Error::conflict("error-email-taken"));
    }
    let name = change.shown_name(&before.name).unwrap_or_else(|| before.name.clone());
    let external_id = checked_external(change.external_id.as_deref().or(Some(&before.external_id)))?;
    let mut deed = begin(ctx, "account", id).await?;
    if (email.as_str(), name.as_str()) != (before.email.as_str(), before.name.as_str()) {
        federated::rename(&mut deed, id, &email, &name).await?;
        deed.note("email", email);
    }
    store::provision(&mut deed, tenant(ctx)?, id, external_id).await?;
    match (change.active, known.suspended) {
        (Some(false), false) => federated::stop(&mut deed, &known, ctx.account()?.0, SOURCE).await?,
        (Some(true), true) if before.by_hand => deed.note("stays_suspended", true),
        (Some(true), true) => federated::resume(&mut deed, &known, SOURCE).await?,
        _ => {}
    }
    if let Some(active) = change.active {
        deed.note("active", active);
    }
    deed.commit("").await?;
    person(ctx, id).await
}

/// Groups of the tenant, each with its members.
pub(super) async fn list_groups(ctx: &Ctx, asked: &Asked) -> Result<Listed<Group>> {
    may_read(ctx).await?;
    let start = asked.start.max(1);
    let Some(wanted) = wanted(asked) else { return Ok(Listed { total: 0, start, items: Vec::new() }) };
    let (total, items) = store::groups(ctx, tenant(ctx)?, &wanted).await?;
    Ok(Listed { total, start, items })
}

/// One group of the tenant.
pub(super) async fn group(ctx: &Ctx, id: &str) -> Result<Group> {
    may_read(ctx).await?;
    let wanted = Wanted { id: id.to_owned(), limit: 1, ..Wanted::default() };
    store::groups(ctx, tenant(ctx)?, &wanted)
        .await?
        .1
        .into_iter()
        .next()
        .filter(|_| !id.is_empty())
        .ok_or(Error::NotFound)
}

fn checked_name(name: Option<&str>) -> Result<&str> {
    let name = name.unwrap_or("").trim();
    if (1..=200).contains(&name.chars().count()) && !name.chars().any(char::is_control) {
        return Ok(name);
    }
    Err(Error::field("displayName", name, Message::new("error-name").with("most", 200)))
}

/// What the other system calls somebody or a group.
fn checked_external(id: Option<&str>) -> Result<&str> {
    let id = id.unwrap_or("");
    if id.len() <= 255 && !id.contains('\0') {
        return Ok(id);
    }
    Err(Error::field("externalId", "", Message::new("error-too-long").with("most", 255)))
}

fn after(before: &BTreeSet<String>, changes: &[Members]) -> BTreeSet<String> {
    changes.iter().fold(before.clone(), |now, change| match change {
        Members::Set(all) => all.clone(),
        Members::Add(more) => &now | more,
        Members::Remove(fewer) => &now - fewer,
    })
}

/// Changes who is in a group. Those who are not people of the tenant are refused.
async fn change_members(
    ctx: &Ctx,
    deed: &mut Deed,
    id: &str,
    old: &BTreeSet<String>,
    new: &BTreeSet<String>,
) -> Result<()> {
    let come: Vec<&str> = new.difference(old).map(String::as_str).collect();
    let people = store::people_among(deed, tenant(ctx)?, &come).await?;
    for account_id in come {
        if !people.contains(account_id) {
            return Err(Error::field("members", account_id, Message::new("error-choice")));
        }
        store::join(deed, id, account_id).await?;
    }
    if new.is_empty() {
        return store::leave_all(deed, id).await;
    }
    for account_id in old - new {
        store::leave(deed, id, &account_id).await?;
    }
    Ok(())
}

/// Makes a group.
pub(super) async fn add_group(ctx: &Ctx, change: &GroupChange) -> Result<Group> {
    let name = checked_name(change.name.as_deref())?;
    let external_id = checked_external(change.external_id.as_deref())?;
    let id = new_id(ctx)?;
    let members = after(&BTreeSet::new(), &change.members);
    let mut deed = begin(ctx, "group", &id).await?;
    store::add_group(&mut deed, tenant(ctx)?, &id, name, external_id).await?;
    change_members(ctx, &mut deed, &id, &BTreeSet::new(), &members).await?;
    groups::resettle(ctx, &mut deed, tenant(ctx)?, &members).await?;
    deed.note("group", name);
    deed.note("members", members.len());
    deed.commit("").await?;
    group(ctx, &id).await
}

/// Changes a group.
pub(super) async fn change_group(ctx: &Ctx, id: &str, change: &GroupChange) -> Result<Group> {
    let before = group(ctx, id).await?;
    let name = checked_name(Some(change.name.as_deref().unwrap_or(&before.name)))?;
    let external_id = checked_external(change.external_id.as_deref().or(Some(&before.external_id)))?;
    let mut deed = begin(ctx, "group", id).await?;
    store::change_group(&mut deed, id, name, external_id).await?;
    let old = store::members(&mut deed, id).await?;
    let new = after(&old, &change.members);
    change_members(ctx, &mut deed, id, &old, &new).await?;
    // Another name is another group to everybody in it.
    let changed = if name == before.name { &old ^ &new } else { &old | &new };
    groups::resettle(ctx, &mut deed, tenant(ctx)?, &changed).await?;
    deed.note("group", name);
    deed.note("members", new.len());
    deed.commit("").await?;
    group(ctx, id).await
}

/// Removes a group; what it gave is ended.
pub(super) async fn remove_group(ctx: &Ctx, id: &str) -> Result<()> {
    let before = group(ctx, id).await?;
    let mut deed = begin(ctx, "group", id).await?;
    let old = store::members(&mut deed, id).await?;
    store::leave_all(&mut deed, id).await?;
    store::remove_group(&mut deed, id).await?;
    groups::resettle(ctx, &mut deed, tenant(ctx)?, &old).await?;
    deed.note("group", before.name);
    deed.note("removed", true);
    deed.commit("").await
}
