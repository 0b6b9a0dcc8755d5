//! Who must sign in with a second factor: nobody, those who can give rights, or everybody.
//!
//! What counts is a confirmed authenticator app or a passkey; recovery codes alone do not. A session on another service's
//! word meets every demand, since the factor is that service's matter. Whoever does not meet the demand gets in by the
//! password and is held: until a factor is registered, a held session reaches nothing else.

use platform::{Ctx, Error, Message, Object, Result};

use super::model::{Demand, FactorDemand, OwnDemand, Session};
use super::{acts, store};
use crate::{access, organisation};

fn whole(tenant_id: &str) -> Object {
    Object::of_unit("tenant", tenant_id, tenant_id)
}

/// What is demanded in the asker's tenant, and who does not meet it.
pub async fn factor_demand(ctx: &Ctx) -> Result<FactorDemand> {
    let (_, tenant_id) = ctx.account()?;
    ctx.require(&acts::READ, &whole(tenant_id)).await?;
    let powers = access::managing_powers();
    Ok(FactorDemand {
        demanded_of: store::demand(ctx, tenant_id).await?.0,
        administrators: store::headcount(ctx, tenant_id, &powers).await?,
        everybody: store::headcount(ctx, tenant_id, "").await?,
        without: store::without_factor(ctx, tenant_id, &powers).await?,
    })
}

/// Whether the asker may change it.
pub async fn may_demand_factors(ctx: &Ctx) -> Result<bool> {
    let (_, tenant_id) = ctx.account()?;
    ctx.may(&acts::DEMAND_FACTORS, &whole(tenant_id)).await
}

/// Says who must sign in with a second factor, from the next request on. Whoever demands one has one first, so that
/// nobody shuts themselves out.
pub async fn demand_factors(ctx: &Ctx, demanded_of: &str) -> Result<()> {
    let (account_id, tenant_id) = ctx.account()?;
    let mut deed = ctx.begin(&acts::DEMAND_FACTORS, whole(tenant_id)).await?;
    let fault = |key| Error::field("demanded_of", demanded_of, Message::new(key));
    let demand = Demand::parse(demanded_of).ok_or_else(|| fault("error-choice"))?;
    organisation::hold(&mut deed, tenant_id).await?;
    if demand != Demand::Nobody && !store::held_factors(&mut deed, account_id).await?.any() {
        return Err(fault("error-demand-own-first"));
    }
    let before = store::set_demand(&mut deed, tenant_id, demand, account_id).await?;
    deed.note("from", before.as_str());
    deed.note("to", demand.as_str());
    deed.commit("").await
}

async fn applies(ctx: &Ctx, demand: Demand) -> Result<bool> {
    match demand {
        Demand::Nobody => Ok(false),
        Demand::Administrators => access::manages(ctx).await,
        Demand::Everybody => Ok(true),
    }
}

/// The demand that is made of the asker, met or not.
pub async fn own_demand(ctx: &Ctx) -> Result<Option<OwnDemand>> {
    let (_, tenant_id) = ctx.account()?;
    let (demand, by) = store::demand(ctx, tenant_id).await?;
    if !applies(ctx, demand).await? {
        return Ok(None);
    }
    Ok(Some(OwnDemand { organisation: store::tenant_name(ctx, tenant_id).await?, by }))
}

/// Whether a session is held, `ctx` being that of its person.
pub async fn is_held(ctx: &Ctx, session: &Session) -> Result<bool> {
    applies(ctx, session.unmet).await
}

/// What somebody held is told.
pub async fn hold_back(ctx: &Ctx) -> Result<Error> {
    let (_, tenant_id) = ctx.account()?;
    let organisation = store::tenant_name(ctx, tenant_id).await?;
    Ok(Error::Forbidden(Message::new("error-factor-demanded").with("organisation", organisation)))
}
