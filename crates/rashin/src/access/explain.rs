//! Why somebody may or may not do something.

use platform::act::Open;
use platform::{Act, Actor, Ctx, Error, Limit, Message, Object, Result};
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{Grant, Subject};
use super::{actions, acts, store};
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
    /// `granted`, `signed-in`, `anyone`, `suspended`, `token-over`, `token-limited`, `only-installation` or `no-grant`.
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

/// The kind of the object with this identifier, whichever domain it is of, and the unit it lies in.
async fn place(ctx: &Ctx, id: &str) -> Result<Object> {
    for of_domain in domains::PLACES {
        for place in *of_domain {
            if let Some(unit_id) = store::place(ctx, place, id).await? {
                return Ok(Object::of_unit(place.kind, id, unit_id));
            }
        }
    }
    Err(Error::NotFound)
}

/// What stops a machine from an act that its role holds.
async fn stopped(ctx: &Ctx, subject: &Subject, act: &Act) -> Result<Option<&'static str>> {
    if !subject.machine {
        return Ok(None);
    }
    let Some(machine) = store::machine(ctx, &domains::TOKEN_OF, &subject.id).await? else {
        return Ok(Some("token-over"));
    };
    if !actions::holds(ctx, &machine.owner_id, &machine.leans_on, &machine.unit_id).await? {
        return Ok(Some("token-over"));
    }
    // A machine proves nothing.
    let within = Limit::to(machine.acts).allows(act) && !act.fresh;
    Ok((!within).then_some("token-limited"))
}

/// Explains what the gate would say to somebody (id or address) about an act and any object that has an identifier. The
/// gate itself gives the verdict.
pub async fn explain(ctx: &Ctx, person: &str, act_id: &str, object_id: &str) -> Result<Explanation> {
    let (_, tenant_id) = ctx.account()?;
    let object = place(ctx, object_id.trim()).await?;
    let unit = organisation::unit(ctx, object.unit_id.as_deref().unwrap_or("")).await?;
    ctx.require(&acts::EXPLAIN, &object).await?;
    let Some(act) = domains::act(act_id.trim()) else {
        return Err(Error::field("act", act_id, Message::new("error-choice")));
    };
    let subject = match store::subject(ctx, &person.trim().to_lowercase()).await {
        Err(Error::NotFound) => return Err(Error::field("person", person, Message::new("error-no-such-person"))),
        found => found?,
    };
    let (id, tenant_id, name) = (subject.id.clone(), tenant_id.to_owned(), subject.name.clone());
    let allowed = ctx.may_another(&Actor::Account { id, tenant_id, name }, act, &object).await?;
    let stopped = if subject.suspended { Some("suspended") } else { stopped(ctx, &subject, act).await? };
    let because = match (stopped, act.open) {
        (Some(stopped), _) => stopped,
        (_, Open::Anyone) => "anyone",
        (_, Open::SignedIn) => "signed-in",
        _ if allowed => "granted",
        _ if act.roles.is_empty() => "only-installation",
        _ => "no-grant",
    };
    Ok(Explanation {
        allowed: allowed && stopped.is_none(),
        person: subject.name,
        act: act.id.to_owned(),
        unit: unit.name.clone(),
        because: because.to_owned(),
        grants: store::ways(ctx, &subject.id, &unit.id, &act.powers()).await?,
        roles: act.roles.iter().map(|role| (*role).to_owned()).collect(),
        own_roles: store::roles_with(ctx, act.id).await?,
        givers: store::givers(ctx, &unit.id).await?,
    })
}
