//! Why somebody may or may not do something.

use platform::act::Open;
use platform::{Ctx, Error, Message, Object, Result};
use serde::Serialize;
use utoipa::ToSchema;

use super::model::Grant;
use super::{acts, store};
use crate::{domains, organisation};

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Explanation {
    /// Whether the person may.
    pub allowed: bool,
    /// Who was asked about.
    pub person: String,
    /// What.
    pub act: String,
    /// The unit it is about.
    pub unit: String,
    /// `granted`, `signed-in`, `anyone`, `suspended`, `only-installation` or `no-grant`.
    pub because: String,
    /// The grants by which the person may, or could if they were not suspended.
    pub grants: Vec<Grant>,
    /// Roles that hold the act.
    pub roles: Vec<String>,
    /// Roles the tenant made that hold it.
    pub own_roles: Vec<String>,
    /// Who can give one of them on this unit.
    pub givers: Vec<String>,
}

/// Explains what the gate would say to a person (id or address), an act and an object: a unit or a self-check.
pub async fn explain(ctx: &Ctx, person: &str, act_id: &str, object_id: &str) -> Result<Explanation> {
    ctx.account()?;
    let (kind, unit_id) = store::place(ctx, object_id.trim()).await?;
    let unit = organisation::unit(ctx, &unit_id).await?;
    let kind = if kind == "unit" { "unit" } else { "assessment" };
    ctx.require(&acts::EXPLAIN, &Object::of_unit(kind, object_id.trim(), &unit.id)).await?;
    let Some(act) = domains::act(act_id.trim()) else {
        return Err(Error::field("act", act_id, Message::new("error-choice")));
    };
    let (account_id, name, suspended) = match store::person(ctx, person.trim()).await {
        Err(Error::NotFound) => return Err(Error::field("person", person, Message::new("error-no-such-person"))),
        found => found?,
    };
    let grants = store::ways(ctx, &account_id, &unit.id, &act.powers()).await?;
    let because = match (suspended, act.open) {
        (true, _) => "suspended",
        (_, Open::Anyone) => "anyone",
        (_, Open::SignedIn) => "signed-in",
        _ if !grants.is_empty() => "granted",
        _ if act.roles.is_empty() => "only-installation",
        _ => "no-grant",
    };
    Ok(Explanation {
        allowed: matches!(because, "anyone" | "signed-in" | "granted"),
        person: name,
        act: act.id.to_owned(),
        unit: unit.name.clone(),
        because: because.to_owned(),
        grants,
        roles: act.roles.iter().map(|role| (*role).to_owned()).collect(),
        own_roles: store::roles_with(ctx, act.id).await?,
        givers: store::givers(ctx, &unit.id).await?,
    })
}
