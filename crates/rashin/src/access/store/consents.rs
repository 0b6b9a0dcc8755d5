//! Consents, their decisions and uses.

use platform::{Act, Ctx, Deed, Error, Object, Result, Row, Value};

use super::{ADD_CONSENT, CONSENT, CONSENTS, DECIDE, IS_ASKED, OTHERS_WHO_MAY, STANDING, USE_CONSENT};
use crate::access::consents::{Consent, Others};

fn consent_values(deed: &Deed, who: (&str, &str), act: &Act, object: &Object, hash: &str) -> Vec<Value> {
    let (tenant_id, account_id) = who;
    vec![
        tenant_id.into(),
        account_id.into(),
        act.id.into(),
        object.kind.into(),
        object.id.as_str().into(),
        hash.into(),
        deed.now_ms().into(),
    ]
}

/// The consent that stands for this act, object and content, and who gave it. `who` is (tenant, account).
pub(in crate::access) async fn standing_consent(
    deed: &mut Deed,
    who: (&str, &str),
    act: &Act,
    object: &Object,
    hash: &str,
) -> Result<Option<(String, String)>> {
    let mut values = consent_values(deed, who, act, object, hash);
    values.push(act.powers().into());
    deed.row(&STANDING, &values).await?.map(|row| Ok((row.text("id")?, row.text("name")?))).transpose()
}

pub(in crate::access) async fn use_consent(deed: &mut Deed, id: &str, by: &str) -> Result<()> {
    let now_ms = deed.now_ms();
    deed.write(&USE_CONSENT, &[id.into(), by.into(), now_ms.into()]).await.map(|_| ())
}

/// How many other people could agree, and could have since a moment. `who` is (tenant, account).
pub(in crate::access) async fn others_who_may(
    deed: &mut Deed,
    who: (&str, &str),
    act: &Act,
    object: &Object,
    since_ms: i64,
) -> Result<Others> {
    let unit_id = Value::Text(object.unit_id.clone());
    let values = [who.0.into(), who.1.into(), unit_id, act.powers().into(), deed.now_ms().into(), since_ms.into()];
    let row = deed.row(&OTHERS_WHO_MAY, &values).await?.ok_or(Error::NotFound)?;
    Ok(Others { today: row.int("today")?, lately: row.int("since")? })
}

/// Whether this person waits for an answer to exactly this.
pub(in crate::access) async fn is_asked(
    deed: &mut Deed,
    who: (&str, &str),
    act: &Act,
    object: &Object,
    hash: &str,
) -> Result<bool> {
    let values = consent_values(deed, who, act, object, hash);
    Ok(deed.row(&IS_ASKED, &values).await?.is_some())
}

pub(in crate::access) async fn add_consent(deed: &mut Deed, values: &[Value]) -> Result<()> {
    deed.write(&ADD_CONSENT, values).await.map(|_| ())
}

pub(in crate::access) async fn decide(deed: &mut Deed, id: &str, by: &str, agreed: bool, reason: &str) -> Result<()> {
    let now_ms = deed.now_ms();
    let values = [id.into(), by.into(), now_ms.into(), i64::from(agreed).into(), reason.into()];
    deed.write(&DECIDE, &values).await.map(|_| ())
}

/// The first consents asked for an act, where the asker may do it; what waits comes first.
pub(in crate::access) async fn consents(ctx: &Ctx, act: &Act, limit: i64) -> Result<Vec<Consent>> {
    let (account_id, tenant_id) = ctx.account()?;
    let powers = act.powers();
    let values = [tenant_id.into(), account_id.into(), powers.into(), ctx.now_ms().into(), act.id.into(), limit.into()];
    ctx.rows(&CONSENTS, &values).await?.iter().map(consent_of).collect()
}

/// A consent of the asker's tenant.
pub(in crate::access) async fn consent(ctx: &Ctx, id: &str) -> Result<Consent> {
    let (_, tenant_id) = ctx.account()?;
    consent_of(&ctx.row(&CONSENT, &[tenant_id.into(), id.into()]).await?.ok_or(Error::NotFound)?)
}

fn consent_of(row: &Row) -> Result<Consent> {
    Ok(Consent {
        id: row.text("id")?,
        act: row.text("act")?,
        object_kind: row.text("object_kind")?,
        object_id: row.text("object_id")?,
        unit_id: row.text("unit_id")?,
        unit_name: row.text("unit_name")?,
        content: row.text("content")?,
        asked_by: row.text("asked_by")?,
        asked_by_name: row.text("asked_by_name")?,
        asked_at_ms: row.int("asked_at_ms")?,
        reason: row.text("reason")?,
        until_ms: row.int("until_ms")?,
        decided_by_name: row.opt_text("decided_by_name")?,
        agreed: row.opt_int("agreed")?.map(|agreed| agreed == 1),
        used: row.opt_int("used_at_ms")?.is_some(),
    })
}
