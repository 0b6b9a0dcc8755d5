//! Reading and writing of second factors, tickets and links for a new password. The statements stand in the store.

use platform::{Ctx, Deed, Error, Result, Row};

use super::super::model::{Factors, FactorsTaken, OwnPasskey, SignOnLinked};
use super::{
    ADD_PASSKEY, ADD_RECOVERY_CODE, ADD_RESET, ADD_TICKET, BEGIN_TOTP, CONFIRM_TOTP, DROP_BEGUN, DROP_OLDEST_NOBODYS,
    DROP_TICKETS_OF, FACTORS, FACTORS_TAKEN, FORGET_DEVICES, PASSKEY, PASSKEYS, REMOVE_LONELY_CODES, REMOVE_PASSKEY,
    REMOVE_PASSKEYS, REMOVE_RECOVERY_CODES, REMOVE_TOTP, RESET, TICKET, TOTP_SECRET, USE_CODE, USE_PASSKEY,
    USE_RECOVERY_CODE, USE_RESET, USE_TICKET, VOID_RESETS,
};

/// Purpose of the ticket that tells somebody of factors taken away.
pub(in crate::identity) const TAKEN: &str = "factors-taken";
/// Purpose of the ticket that tells somebody that another system can let them in from now on.
pub(in crate::identity) const LINKED: &str = "sign-on-linked";

/// So many tickets that name nobody are kept.
const NOBODYS: i64 = 2000;

fn factors_in(row: Option<&Row>) -> Result<Factors> {
    let row = row.ok_or(Error::NotFound)?;
    Ok(Factors { totp: row.int("totp")? > 0, passkeys: row.int("passkeys")?, recovery_codes: row.int("codes")? })
}

pub(in crate::identity) async fn factors(ctx: &Ctx, account_id: &str) -> Result<Factors> {
    factors_in(ctx.row(&FACTORS, &[account_id.into()]).await?.as_ref())
}

pub(in crate::identity) async fn held_factors(deed: &mut Deed, account_id: &str) -> Result<Factors> {
    factors_in(deed.row(&FACTORS, &[account_id.into()]).await?.as_ref())
}

/// Takes every factor, everything begun with one, and the devices.
pub(in crate::identity) async fn take_factors(deed: &mut Deed, account_id: &str) -> Result<()> {
    for statement in [&REMOVE_TOTP, &REMOVE_PASSKEYS, &REMOVE_RECOVERY_CODES, &DROP_TICKETS_OF, &FORGET_DEVICES] {
        deed.write(statement, &[account_id.into()]).await?;
    }
    Ok(())
}

/// Who took somebody's factors away of late.
pub(in crate::identity) async fn factors_taken(ctx: &Ctx, account_id: &str) -> Result<Option<FactorsTaken>> {
    let row = ctx.row(&FACTORS_TAKEN, &[account_id.into(), TAKEN.into(), ctx.now_ms().into()]).await?;
    row.map(|row| Ok(FactorsTaken { by: row.text("content")?, at_ms: row.int("made_at_ms")? })).transpose()
}

pub(in crate::identity) async fn totp_secret(ctx: &Ctx, account_id: &str, confirmed: bool) -> Result<Option<String>> {
    let row = ctx.row(&TOTP_SECRET, &[account_id.into(), i64::from(confirmed).into()]).await?;
    row.map(|row| row.text("secret")).transpose()
}

/// False where one is confirmed already.
pub(in crate::identity) async fn begin_totp(deed: &mut Deed, account_id: &str, secret: &str) -> Result<bool> {
    let now_ms = deed.now_ms();
    Ok(deed.write(&BEGIN_TOTP, &[account_id.into(), secret.into(), now_ms.into()]).await? == 1)
}

pub(in crate::identity) async fn confirm_totp(deed: &mut Deed, account_id: &str, secret: &str) -> Result<()> {
    let now_ms = deed.now_ms();
    match deed.write(&CONFIRM_TOTP, &[account_id.into(), secret.into(), now_ms.into()]).await? {
        1 => Ok(()),
        _ => Err(Error::conflict("error-changed-meanwhile")),
    }
}

pub(in crate::identity) async fn remove_totp(deed: &mut Deed, account_id: &str) -> Result<u64> {
    deed.write(&REMOVE_TOTP, &[account_id.into()]).await
}

/// False where the code was used before.
pub(in crate::identity) async fn use_code(deed: &mut Deed, account_id: &str, step: i64) -> Result<bool> {
    Ok(deed.write(&USE_CODE, &[account_id.into(), step.into()]).await? == 1)
}

pub(in crate::identity) async fn recovery_codes_left(deed: &mut Deed, account_id: &str) -> Result<i64> {
    Ok(held_factors(deed, account_id).await?.recovery_codes)
}

pub(in crate::identity) async fn add_recovery_code(deed: &mut Deed, account_id: &str, hash: &str) -> Result<()> {
    let now_ms = deed.now_ms();
    deed.write(&ADD_RECOVERY_CODE, &[account_id.into(), hash.into(), now_ms.into()]).await.map(|_| ())
}

/// False where the code is wrong or was used before.
pub(in crate::identity) async fn use_recovery_code(deed: &mut Deed, account_id: &str, hash: &str) -> Result<bool> {
    let now_ms = deed.now_ms();
    Ok(deed.write(&USE_RECOVERY_CODE, &[account_id.into(), hash.into(), now_ms.into()]).await? == 1)
}

pub(in crate::identity) async fn remove_recovery_codes(deed: &mut Deed, account_id: &str) -> Result<()> {
    deed.write(&REMOVE_RECOVERY_CODES, &[account_id.into()]).await.map(|_| ())
}

/// Takes the recovery codes of somebody who has no factor left.
pub(in crate::identity) async fn remove_lonely_recovery_codes(deed: &mut Deed, account_id: &str) -> Result<()> {
    deed.write(&REMOVE_LONELY_CODES, &[account_id.into()]).await.map(|_| ())
}

fn passkey_of(row: &Row) -> Result<KeptPasskey> {
    Ok(KeptPasskey {
        shown: OwnPasskey {
            id: row.text("id")?,
            name: row.text("name")?,
            made_at_ms: row.int("made_at_ms")?,
            used_at_ms: row.opt_int("used_at_ms")?,
        },
        account_id: row.text("account_id")?,
        content: row.text("content")?,
    })
}

/// A passkey with what proves it.
#[derive(Debug)]
pub(in crate::identity) struct KeptPasskey {
    pub shown: OwnPasskey,
    pub account_id: String,
    pub content: String,
}

pub(in crate::identity) async fn passkeys(ctx: &Ctx, account_id: &str) -> Result<Vec<KeptPasskey>> {
    ctx.rows(&PASSKEYS, &[account_id.into()]).await?.iter().map(passkey_of).collect()
}

pub(in crate::identity) async fn passkey(ctx: &Ctx, id: &str) -> Result<KeptPasskey> {
    passkey_of(&ctx.row(&PASSKEY, &[id.into()]).await?.ok_or(Error::NotFound)?)
}

pub(in crate::identity) async fn add_passkey(
    deed: &mut Deed,
    account_id: &str,
    id: &str,
    name: &str,
    content: &str,
) -> Result<()> {
    let now_ms = deed.now_ms();
    let values = [id.into(), account_id.into(), name.into(), content.into(), now_ms.into()];
    deed.write(&ADD_PASSKEY, &values).await.map(|_| ())
}

/// False where it was removed meanwhile.
pub(in crate::identity) async fn use_passkey(deed: &mut Deed, id: &str, content: &str) -> Result<bool> {
    let now_ms = deed.now_ms();
    Ok(deed.write(&USE_PASSKEY, &[id.into(), content.into(), now_ms.into()]).await? == 1)
}

pub(in crate::identity) async fn remove_passkey(deed: &mut Deed, account_id: &str, id: &str) -> Result<u64> {
    deed.write(&REMOVE_PASSKEY, &[id.into(), account_id.into()]).await
}

/// Something begun.
#[derive(Debug)]
pub(in crate::identity) struct Ticket {
    pub account_id: Option<String>,
    pub content: String,
}

/// Drops whatever an account has begun; what the person is to be told stays.
pub(in crate::identity) async fn drop_begun(deed: &mut Deed, account_id: &str) -> Result<()> {
    deed.write(&DROP_BEGUN, &[account_id.into(), TAKEN.into()]).await.map(|_| ())
}

/// Adds a ticket. Of those that name nobody only so many are kept, since anybody may begin one: the oldest go.
pub(in crate::identity) async fn add_ticket(
    deed: &mut Deed,
    token_hash: &str,
    purpose: &str,
    account_id: Option<&str>,
    content: &str,
    expires_at_ms: i64,
) -> Result<()> {
    let now_ms = deed.now_ms();
    if account_id.is_none() {
        deed.write(&DROP_OLDEST_NOBODYS, &[(NOBODYS - 1).into(), now_ms.into()]).await?;
    }
    let account_id = account_id.map(str::to_owned);
    let values =
        [token_hash.into(), purpose.into(), account_id.into(), content.into(), now_ms.into(), expires_at_ms.into()];
    deed.write(&ADD_TICKET, &values).await.map(|_| ())
}

pub(in crate::identity) async fn ticket(ctx: &Ctx, token_hash: &str, purpose: &str) -> Result<Ticket> {
    let values = [token_hash.into(), purpose.into(), ctx.now_ms().into()];
    let row = ctx.row(&TICKET, &values).await?.ok_or(Error::NotFound)?;
    Ok(Ticket { account_id: row.opt_text("account_id")?, content: row.text("content")? })
}

/// Uses up a ticket; not found if somebody was faster.
pub(in crate::identity) async fn use_ticket(deed: &mut Deed, token_hash: &str) -> Result<()> {
    match deed.write(&USE_TICKET, &[token_hash.into()]).await? {
        1 => Ok(()),
        _ => Err(Error::NotFound),
    }
}

pub(in crate::identity) async fn add_reset(
    deed: &mut Deed,
    token_hash: &str,
    account_id: &str,
    by: &str,
    expires_at_ms: i64,
) -> Result<()> {
    let now_ms = deed.now_ms();
    deed.write(&VOID_RESETS, &[account_id.into(), now_ms.into()]).await?;
    let values = [token_hash.into(), account_id.into(), by.into(), now_ms.into(), expires_at_ms.into()];
    deed.write(&ADD_RESET, &values).await.map(|_| ())
}

/// Whom an open link for a new password is for, and who made it.
pub(in crate::identity) async fn reset(ctx: &Ctx, token_hash: &str) -> Result<(String, String)> {
    let row = ctx.row(&RESET, &[token_hash.into(), ctx.now_ms().into()]).await?.ok_or(Error::NotFound)?;
    Ok((row.text("account_id")?, row.text("made_by")?))
}

/// Uses up a link for a new password; not found if somebody was faster.
pub(in crate::identity) async fn use_reset(deed: &mut Deed, token_hash: &str) -> Result<()> {
    let now_ms = deed.now_ms();
    match deed.write(&USE_RESET, &[token_hash.into(), now_ms.into()]).await? {
        1 => Ok(()),
        _ => Err(Error::NotFound),
    }
}

/// Which other system was linked with an account of late.
pub(in crate::identity) async fn linked(ctx: &Ctx, account_id: &str) -> Result<Option<SignOnLinked>> {
    let row = ctx.row(&FACTORS_TAKEN, &[account_id.into(), LINKED.into(), ctx.now_ms().into()]).await?;
    row.map(|row| Ok(SignOnLinked { name: row.text("content")?, at_ms: row.int("made_at_ms")? })).transpose()
}
