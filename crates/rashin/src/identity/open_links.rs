//! Links that were handed over and that nobody has used yet: who sees them and who takes them back.

use platform::{Ctx, Error, Object, Result};

use super::model::OpenLink;
use super::{acts, store};

/// Open links of the tenant: invitations and those for a new password.
pub async fn open_links(ctx: &Ctx) -> Result<Vec<OpenLink>> {
    let (_, tenant_id) = ctx.account()?;
    ctx.require(&acts::READ, &Object::of_unit("tenant", tenant_id, tenant_id)).await?;
    store::open_links(ctx, tenant_id).await
}

/// Withdraws a link: it no longer works.
pub async fn withdraw_link(ctx: &Ctx, id: &str) -> Result<()> {
    let (_, tenant_id) = ctx.account()?;
    let links = store::open_links(ctx, tenant_id).await?;
    let link = links.into_iter().find(|link| link.id == id).ok_or(Error::NotFound)?;
    let unit_id = link.unit_id.as_deref().unwrap_or(tenant_id);
    let mut deed = ctx.begin(&acts::WITHDRAW_LINK, Object::of_unit("link", &link.id, unit_id)).await?;
    store::withdraw_link(&mut deed, tenant_id, &link).await?;
    deed.note("email", link.email);
    deed.commit("").await
}
