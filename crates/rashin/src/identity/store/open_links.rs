//! Reading and withdrawing of links that nobody has used yet. The statements stand in the store.

use platform::{Ctx, Deed, Error, Result, Row};

use super::super::model::OpenLink;
use super::{OPEN_LINKS, OPEN_RESETS, WITHDRAW_LINK, WITHDRAW_RESET};

fn link_of(row: &Row, invites: bool) -> Result<OpenLink> {
    let of_invitation = |column: &str| if invites { row.opt_text(column) } else { Ok(None) };
    Ok(OpenLink {
        id: row.text("id")?,
        kind: if invites { "invitation" } else { "password-reset" }.to_owned(),
        email: row.text("email")?,
        role: of_invitation("role")?,
        role_name: of_invitation("role_name")?,
        unit_id: of_invitation("unit_id")?,
        unit_name: of_invitation("unit_name")?,
        made_by: row.opt_text("made_by_name")?,
        made_at_ms: row.int("made_at_ms")?,
        until_ms: row.int("expires_at_ms")?,
    })
}

/// Open links of a tenant: invitations, then those for a new password, the youngest first.
pub(in crate::identity) async fn open_links(ctx: &Ctx, tenant_id: &str) -> Result<Vec<OpenLink>> {
    let values = [tenant_id.into(), ctx.now_ms().into()];
    let (links, resets) = (ctx.rows(&OPEN_LINKS, &values).await?, ctx.rows(&OPEN_RESETS, &values).await?);
    let links = links.iter().map(|row| link_of(row, true));
    links.chain(resets.iter().map(|row| link_of(row, false))).collect()
}

/// Withdraws a link; a conflict if it was used meanwhile.
pub(in crate::identity) async fn withdraw_link(deed: &mut Deed, tenant_id: &str, link: &OpenLink) -> Result<()> {
    let statement = if link.unit_id.is_some() { &WITHDRAW_LINK } else { &WITHDRAW_RESET };
    let values = [tenant_id.into(), link.id.as_str().into(), deed.now_ms().into()];
    match deed.write(statement, &values).await? {
        1 => Ok(()),
        _ => Err(Error::conflict("error-changed-meanwhile")),
    }
}
