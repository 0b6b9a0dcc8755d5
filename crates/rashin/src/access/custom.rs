//! Roles a tenant makes for itself. Such a role is a set of acts which some role of the product holds; acts that are the
//! administrator's alone cannot be handed on in this way, or the role would be an administrator by another name.

use std::collections::BTreeSet;

use platform::{Act, Ctx, Error, Fault, Message, Object, Result, new_id};

use super::model::CustomRole;
use super::{acts, store};
use crate::domains;
use crate::organisation::{self, model::checked_name, roles};

/// So many roles of its own a tenant has in use at most: a list of all of them is for people to choose from.
const MOST_ROLES: i64 = 200;
/// A piece of the list.
pub(super) const PIECE: u16 = 200;

/// Acts a custom role may hold, in the order of the domains. None that needs two people: who could agree would change
/// with the role.
pub fn offered() -> impl Iterator<Item = &'static Act> {
    let all = domains::ALL.iter().flat_map(|domain| domain.acts).copied();
    all.filter(|act| !act.two_persons && act.roles.iter().any(|role| *role != roles::ADMINISTRATOR))
}

fn whole(tenant_id: &str) -> Object {
    Object::of_unit("tenant", tenant_id, tenant_id)
}

/// The tenant's own roles, those in use first; at most 200 after the first so many.
pub async fn list_roles(ctx: &Ctx, skip: u32) -> Result<Vec<CustomRole>> {
    let (_, tenant_id) = ctx.account()?;
    ctx.require(&acts::EXPLAIN, &whole(tenant_id)).await?;
    store::roles(ctx, tenant_id, i64::from(PIECE), i64::from(skip)).await
}

/// Whether the asker may make and change them.
pub async fn may_manage_roles(ctx: &Ctx) -> Result<bool> {
    let (_, tenant_id) = ctx.account()?;
    ctx.may(&acts::MANAGE_ROLES, &whole(tenant_id)).await
}

/// Names of the tenant's own roles that can be given, as (id, name).
pub async fn open_roles(ctx: &Ctx) -> Result<Vec<(String, String)>> {
    let (_, tenant_id) = ctx.account()?;
    let all = store::roles(ctx, tenant_id, MOST_ROLES, 0).await?;
    Ok(all.into_iter().filter(|role| !role.closed).map(|role| (role.id, role.name)).collect())
}

/// A name and at least one act that may be held; seeing the unit comes with any of them.
fn checked(name: &str, wanted: &[String]) -> Result<(String, Vec<String>)> {
    let mut faults = Vec::new();
    let name = match checked_name("role_name", name) {
        Ok(name) => name,
        Err(Error::Invalid(more)) => {
            faults.extend(more);
            String::new()
        }
        Err(other) => return Err(other),
    };
    let known: BTreeSet<&str> = offered().map(|act| act.id).collect();
    for strange in wanted.iter().filter(|act_id| !known.contains(act_id.as_str())) {
        faults.push(Fault::new("acts", strange, Message::new("error-role-act")));
    }
    if wanted.is_empty() {
        faults.push(Fault::new("acts", "", Message::new("error-role-empty")));
    }
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    let always = organisation::acts::READ.id.to_owned();
    let acts: BTreeSet<String> = wanted.iter().cloned().chain([always]).collect();
    Ok((name, acts.into_iter().collect()))
}

/// Makes a role.
pub async fn make_role(ctx: &Ctx, name: &str, act_ids: &[String]) -> Result<CustomRole> {
    let (account_id, tenant_id) = ctx.account()?;
    ctx.require(&acts::MANAGE_ROLES, &whole(tenant_id)).await?;
    let (name, act_ids) = checked(name, act_ids)?;
    let role = CustomRole { id: new_id(ctx)?, name, acts: act_ids, closed: false, version: 1 };
    let mut deed = ctx.begin(&acts::MANAGE_ROLES, Object::of_unit("role", &role.id, tenant_id)).await?;
    organisation::hold(&mut deed, tenant_id).await?;
    if store::count_open_roles(&mut deed, tenant_id).await? >= MOST_ROLES {
        return Err(Error::Conflict(Message::new("error-roles-full").with("most", MOST_ROLES)));
    }
    store::add_role(&mut deed, tenant_id, &role, account_id).await?;
    deed.note("name", role.name.as_str());
    deed.note("acts", role.acts.clone());
    deed.commit("").await?;
    Ok(role)
}

async fn own_role(ctx: &Ctx, id: &str) -> Result<CustomRole> {
    let (_, tenant_id) = ctx.account()?;
    let role = store::role(ctx, tenant_id, id).await?;
    let may = ctx.may(&acts::EXPLAIN, &whole(tenant_id)).await?;
    role.filter(|_| may).ok_or(Error::NotFound)
}

/// Changes a role; for all who hold it, at once. A conflict if somebody changed or closed it meanwhile.
pub async fn change_role(ctx: &Ctx, id: &str, name: &str, act_ids: &[String], seen_version: i64) -> Result<CustomRole> {
    let before = own_role(ctx, id).await?;
    let (_, tenant_id) = ctx.account()?;
    ctx.require(&acts::MANAGE_ROLES, &Object::of_unit("role", id, tenant_id)).await?;
    let (name, act_ids) = checked(name, act_ids)?;
    let role = CustomRole { name, acts: act_ids, version: seen_version.saturating_add(1), ..before.clone() };
    let mut deed = ctx.begin(&acts::MANAGE_ROLES, Object::of_unit("role", id, tenant_id)).await?;
    store::change_role(&mut deed, &role, seen_version).await?;
    deed.note("from", serde_json::json!({ "name": before.name, "acts": before.acts }));
    deed.note("to", serde_json::json!({ "name": role.name, "acts": role.acts }));
    deed.commit("").await?;
    Ok(role)
}

/// Closes a role for good: those who hold it can do nothing by it from the next request on.
pub async fn close_role(ctx: &Ctx, id: &str, reason: &str) -> Result<()> {
    let role = own_role(ctx, id).await?;
    let (account_id, tenant_id) = ctx.account()?;
    let mut deed = ctx.begin(&acts::MANAGE_ROLES, Object::of_unit("role", id, tenant_id)).await?;
    store::close_role(&mut deed, id, account_id, reason).await?;
    deed.note("closed", role.name);
    deed.commit(reason).await
}
