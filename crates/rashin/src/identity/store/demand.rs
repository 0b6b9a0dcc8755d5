//! Reading and writing of what a tenant demands. The statements stand in the store.

use platform::{Ctx, Deed, Error, Result, Row};

use super::super::model::{Demand, Headcount, WithoutFactor};
use super::{DEMAND, HEADCOUNT, SET_DEMAND, WITHOUT_FACTOR};

pub(in crate::identity) fn demand_of(text: &str) -> Result<Demand> {
    Demand::parse(text).ok_or_else(|| Error::internal(format!("no demand: {text}")))
}

fn demand_in(row: Option<&Row>) -> Result<(Demand, String)> {
    row.map_or(Ok((Demand::Nobody, String::new())), |row| {
        Ok((demand_of(&row.text("demanded_of")?)?, row.text("set_by")?))
    })
}

/// What is demanded, and the name of who decided so.
pub(in crate::identity) async fn demand(ctx: &Ctx, tenant_id: &str) -> Result<(Demand, String)> {
    demand_in(ctx.row(&DEMAND, &[tenant_id.into()]).await?.as_ref())
}

/// Puts a demand in the place of the one there was; gives that one.
pub(in crate::identity) async fn set_demand(
    deed: &mut Deed,
    tenant_id: &str,
    demand: Demand,
    by: &str,
) -> Result<Demand> {
    let (before, _) = demand_in(deed.row(&DEMAND, &[tenant_id.into()]).await?.as_ref())?;
    let now_ms = deed.now_ms();
    deed.write(&SET_DEMAND, &[tenant_id.into(), demand.as_str().into(), by.into(), now_ms.into()]).await?;
    Ok(before)
}

/// Counts people who can sign in: those with one of the powers, or all where none is named.
pub(in crate::identity) async fn headcount(ctx: &Ctx, tenant_id: &str, powers: &str) -> Result<Headcount> {
    let values = [tenant_id.into(), powers.into(), ctx.now_ms().into()];
    let row = ctx.row(&HEADCOUNT, &values).await?.ok_or(Error::NotFound)?;
    Ok(Headcount { people: row.int("people")?, without: row.int("lacking")? })
}

/// People without a second factor, those with one of the powers first.
pub(in crate::identity) async fn without_factor(
    ctx: &Ctx,
    tenant_id: &str,
    powers: &str,
) -> Result<Vec<WithoutFactor>> {
    let rows = ctx.rows(&WITHOUT_FACTOR, &[tenant_id.into(), powers.into(), ctx.now_ms().into()]).await?;
    rows.iter()
        .map(|row| {
            Ok(WithoutFactor {
                account_id: row.text("id")?,
                name: row.text("name")?,
                email: row.text("email")?,
                administrator: row.int("administrator")? == 1,
            })
        })
        .collect()
}
