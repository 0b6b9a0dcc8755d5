//! Everything anyone may ask about grants and about parties outside the group.

use platform::{Act, Ctx, Deed, Error, Message, Object, Result, new_id};

use super::model::{Grant, Party};
use super::{acts, store};
use crate::organisation::{self, Unit, roles};

/// What a grant shall say, besides whose it is.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// Role of the product, or the identifier of one the tenant made.
    pub role: &'a str,
    /// Unit.
    pub unit_id: &'a str,
    /// Why.
    pub reason: &'a str,
    /// Until when, milliseconds since 1970; none is without end.
    pub until_ms: Option<i64>,
}

/// The asker's own grants.
pub async fn own_grants(ctx: &Ctx) -> Result<Vec<Grant>> {
    let (account_id, _) = ctx.account()?;
    store::grants_of(ctx, account_id).await
}

/// What the asker's grants let do, as (power, unit): see [`Act::powers`].
pub async fn own_powers(ctx: &Ctx) -> Result<Vec<(String, String)>> {
    let (account_id, _) = ctx.account()?;
    store::powers_of(ctx, account_id).await
}

/// What a grant may carry to let its holder give rights: nobody else manages who may do what, since the tenant's own
/// roles cannot hold what is the administrator's alone.
#[must_use]
pub fn managing_powers() -> String {
    acts::GRANT.powers()
}

/// Whether the asker can give rights in any unit.
pub async fn manages(ctx: &Ctx) -> Result<bool> {
    let (account_id, _) = ctx.account()?;
    store::holds_any(ctx, account_id, &managing_powers()).await
}

/// Grants that stand in a tenant; whoever asks has checked that they may be seen.
pub async fn grants_of_tenant(ctx: &Ctx, tenant_id: &str) -> Result<Vec<Grant>> {
    store::grants_of_tenant(ctx, tenant_id).await
}

/// Everybody in the tenant who can sign in and do an act to a unit's objects, as (id, name): for choosing whom to ask.
pub async fn colleagues(ctx: &Ctx, act: &Act, unit_id: &str) -> Result<Vec<(String, String)>> {
    store::colleagues(ctx, unit_id, &act.powers()).await
}

/// How many active administrators the whole tenant has, inside a deed that holds it.
pub async fn administrators(deed: &mut Deed, tenant_id: &str) -> Result<i64> {
    store::administrators(deed, tenant_id).await
}

/// Whether the role can be given in the unit: one of the product or an open one of the tenant; outside respondents in
/// units of external parties, and nobody else there. Gives the name of a role the tenant made.
pub async fn check_role(ctx: &Ctx, role: &str, unit: &Unit) -> Result<Option<String>> {
    let fault = |key| Error::field("role", role, Message::new(key));
    let mut name = None;
    if !roles::ALL.contains(&role) {
        let own = store::roles(ctx, &unit.tenant_id).await?;
        let found = own.into_iter().find(|own| own.id == role && !own.closed);
        name = Some(found.ok_or_else(|| fault("error-choice"))?.name);
    }
    match (store::party_of(ctx, &unit.id).await?.is_some(), role == roles::RESPONDENT) {
        (true, false) => Err(fault("error-role-outside")),
        (false, true) => Err(fault("error-role-inside")),
        _ => Ok(name),
    }
}

/// Gives an account of the tenant a role as part of a larger deed: setting up, taking up an invitation.
pub async fn give(ctx: &Ctx, deed: &mut Deed, tenant_id: &str, account_id: &str, terms: Terms<'_>) -> Result<()> {
    let by = ctx.actor().account_id().unwrap_or(account_id);
    store::add_grant(deed, tenant_id, &draft(ctx, account_id, &terms)?, by).await
}

pub(super) fn draft(ctx: &Ctx, account_id: &str, terms: &Terms<'_>) -> Result<Grant> {
    Ok(Grant {
        id: new_id(ctx)?,
        account_id: account_id.to_owned(),
        role: terms.role.to_owned(),
        role_name: None,
        unit_id: terms.unit_id.to_owned(),
        unit_name: String::new(),
        granted_by: None,
        granted_at_ms: ctx.now_ms(),
        until_ms: terms.until_ms,
        reason: terms.reason.to_owned(),
    })
}

/// The tenant, if the account is one of it that the asker may know of: people outside know nobody.
pub async fn of_own_tenant<'a>(ctx: &'a Ctx, account_id: &str) -> Result<&'a str> {
    let (own_id, tenant_id) = ctx.account()?;
    let same = store::tenant_of(ctx, account_id).await? == tenant_id;
    let own = store::grants_of(ctx, own_id).await?;
    let inside = own.iter().any(|grant| grant.role != roles::RESPONDENT);
    if same && inside { Ok(tenant_id) } else { Err(Error::NotFound) }
}

/// Gives a person a role in a unit, until a moment or without end. Somebody outside holds no role inside.
pub async fn grant(ctx: &Ctx, account_id: &str, terms: &Terms<'_>) -> Result<Grant> {
    let tenant_id = of_own_tenant(ctx, account_id).await?;
    let unit = organisation::unit(ctx, terms.unit_id).await?;
    ctx.require(&acts::GRANT, &Object::of_unit("account", account_id, &unit.id)).await?;
    let role_name = check_role(ctx, terms.role, &unit).await?;
    if terms.until_ms.is_some_and(|until_ms| until_ms <= ctx.now_ms()) {
        return Err(Error::field("until_ms", "", Message::new("error-until")));
    }
    let outside = terms.role == roles::RESPONDENT;
    if store::grants_of(ctx, account_id).await?.iter().any(|held| (held.role == roles::RESPONDENT) != outside) {
        return Err(Error::field("role", terms.role, Message::new("error-role-mixed")));
    }
    let by = ctx.actor().account_id().unwrap_or("");
    let grant = Grant { role_name, unit_name: unit.name.clone(), ..draft(ctx, account_id, terms)? };
    let mut deed = ctx.begin(&acts::GRANT, Object::of_unit("account", account_id, &unit.id)).await?;
    store::add_grant(&mut deed, tenant_id, &grant, by).await?;
    deed.note("role", terms.role);
    deed.note("until_ms", terms.until_ms);
    deed.commit(terms.reason).await?;
    Ok(grant)
}

/// Takes a role back. The last administrator of the whole tenant keeps the role.
pub async fn end_grant(ctx: &Ctx, account_id: &str, grant_id: &str, reason: &str) -> Result<()> {
    let tenant_id = of_own_tenant(ctx, account_id).await?;
    let grants = store::grants_of(ctx, account_id).await?;
    let grant = grants.into_iter().find(|grant| grant.id == grant_id).ok_or(Error::NotFound)?;
    let mut deed = ctx.begin(&acts::END_GRANT, Object::of_unit("account", account_id, &grant.unit_id)).await?;
    organisation::hold(&mut deed, tenant_id).await?;
    store::end_grant(&mut deed, grant_id).await?;
    if store::administrators(&mut deed, tenant_id).await? == 0 {
        return Err(Error::conflict("error-last-administrator"));
    }
    deed.note("role", grant.role);
    deed.commit(reason).await
}

/// Units of external parties, as (unit, party).
pub async fn parties(ctx: &Ctx) -> Result<Vec<(String, String)>> {
    store::parties(ctx).await
}

/// Says that a unit is that of an external party: from then on only outside respondents belong there. Refused while
/// people with other roles do.
pub async fn enter_party(ctx: &Ctx, unit_id: &str, party: &str) -> Result<()> {
    let unit = organisation::unit(ctx, unit_id).await?;
    ctx.require(&acts::ENTER_PARTY, &unit.object()).await?;
    let Some(party) = Party::parse(party) else {
        return Err(Error::field("party", party, Message::new("error-choice")));
    };
    if unit.parent_id.is_none() {
        return Err(Error::conflict("error-unit-root"));
    }
    let mut deed = ctx.begin(&acts::ENTER_PARTY, unit.object()).await?;
    organisation::hold(&mut deed, &unit.tenant_id).await?;
    if store::insiders_below(&mut deed, &unit.id).await? > 0 {
        return Err(Error::conflict("error-party-has-insiders"));
    }
    store::enter_party(&mut deed, &unit.id, party.as_str(), ctx.actor().account_id().unwrap_or("")).await?;
    deed.note("party", party.as_str());
    deed.commit("").await
}
