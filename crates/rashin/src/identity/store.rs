//! The identity tables: `accounts`, `account_suspensions`, `sessions`, `links`, `sign_in_failures`, `factor_demands`.

use platform::{Ctx, Deed, Error, Result, Row, statements};

use super::model::{Account, Invitation, OwnSession, Session};
use crate::access;
use crate::domains::Place;

mod demand;
mod factors;
pub(super) use demand::*;
mod open_links;
pub(super) use factors::*;
pub(super) use open_links::*;

statements! {
    COUNT_ACTIVE = "SELECT COUNT(*) AS n FROM accounts a LEFT JOIN account_suspensions s ON s.account_id = a.id \
        WHERE s.account_id IS NULL AND a.kind = 'person' AND (a.tenant_id = $1 OR $1 = '')";
    ADD_MACHINE = "INSERT INTO accounts (id, tenant_id, email, name, password_hash, created_at_ms, version, kind) \
        VALUES ($1, $2, $3, $4, '', $5, 1, 'machine')";
    RENAME = "UPDATE accounts SET email = $2, name = $3, version = version + 1 WHERE id = $1";
    ADD_ACCOUNT = "INSERT INTO accounts (id, tenant_id, email, name, password_hash, created_at_ms, version) \
        VALUES ($1, $2, $3, $4, $5, $6, 1)";
    BY_EMAIL = "SELECT a.id, a.tenant_id, a.email, a.name, a.password_hash, s.suspended_at_ms \
        FROM accounts a LEFT JOIN account_suspensions s ON s.account_id = a.id WHERE a.email = $1 AND a.kind = 'person'";
    BY_ID = "SELECT a.id, a.tenant_id, a.email, a.name, a.password_hash, s.suspended_at_ms \
        FROM accounts a LEFT JOIN account_suspensions s ON s.account_id = a.id WHERE a.id = $1 AND a.kind = 'person'";
    PLACE = "SELECT tenant_id AS unit_id FROM accounts WHERE id = $1 AND kind = 'person'";
    OF_TENANT = "SELECT a.id, a.tenant_id, a.email, a.name, a.password_hash, s.suspended_at_ms \
        FROM accounts a LEFT JOIN account_suspensions s ON s.account_id = a.id WHERE a.tenant_id = $1 AND a.kind = 'person' \
        ORDER BY a.name, a.id LIMIT 1000";
    SET_PASSWORD = "UPDATE accounts SET password_hash = $2, version = version + 1 WHERE id = $1";
    SUSPEND = "INSERT INTO account_suspensions (account_id, suspended_by, suspended_at_ms, reason) VALUES ($1, $2, $3, $4)";
    UNSUSPEND_BY_MACHINE = "DELETE FROM account_suspensions WHERE account_id = $1 AND reason = $2 \
        AND suspended_by IN (SELECT id FROM accounts WHERE kind = 'machine')";
    TAKE_OVER = "DELETE FROM account_suspensions WHERE account_id = $1 AND suspended_by IN (SELECT id FROM accounts WHERE kind = 'machine')";
    UNSUSPEND = "DELETE FROM account_suspensions WHERE account_id = $1";
    ADD_SESSION = "INSERT INTO sessions (token_hash, previous_hash, account_id, created_at_ms, rotated_at_ms, expires_at_ms, id, device, \
        proved_at_ms, vouched) VALUES ($1, NULL, $2, $3, $3, $4, $5, $6, $3, $7)";
    SESSION = "SELECT s.token_hash, s.account_id, s.rotated_at_ms, s.proved_at_ms, a.tenant_id, a.name, a.email, \
        CASE WHEN d.demanded_of IS NULL OR s.vouched = 1 \
          OR EXISTS (SELECT 1 FROM totp_factors t WHERE t.account_id = a.id AND t.confirmed_at_ms IS NOT NULL) \
          OR EXISTS (SELECT 1 FROM passkeys p WHERE p.account_id = a.id) THEN 'nobody' ELSE d.demanded_of END AS unmet FROM sessions s \
        JOIN accounts a ON a.id = s.account_id LEFT JOIN account_suspensions x ON x.account_id = a.id \
        LEFT JOIN factor_demands d ON d.tenant_id = a.tenant_id \
        WHERE (s.token_hash = $1 OR (s.previous_hash = $1 AND s.rotated_at_ms > $3)) AND s.expires_at_ms > $2 \
        AND s.rotated_at_ms > $4 AND s.created_at_ms <= $2 AND x.account_id IS NULL";
    OWN_SESSIONS = "SELECT id, device, created_at_ms, rotated_at_ms, CAST(CASE WHEN token_hash = $2 OR previous_hash = $2 THEN 1 ELSE 0 END AS BIGINT) AS here \
        FROM sessions WHERE account_id = $1 AND expires_at_ms > $3 AND rotated_at_ms > $4 AND created_at_ms <= $3 \
        ORDER BY rotated_at_ms DESC, id LIMIT 200";
    END_OWN_SESSION = "DELETE FROM sessions WHERE account_id = $1 AND id = $2";
    ROTATE = "UPDATE sessions SET token_hash = $2, previous_hash = $1, rotated_at_ms = $3 WHERE token_hash = $1";
    KEEP_SESSION = "UPDATE sessions SET rotated_at_ms = $2 WHERE token_hash = $1";
    PROVE = "UPDATE sessions SET proved_at_ms = $2 WHERE token_hash = $1 OR previous_hash = $1";
    END_SESSION = "DELETE FROM sessions WHERE token_hash = $1 OR previous_hash = $1";
    END_SESSIONS_OF = "DELETE FROM sessions WHERE account_id = $1 AND token_hash <> $2 AND (previous_hash IS NULL OR previous_hash <> $2)";
    ADD_LINK = "INSERT INTO links (token_hash, purpose, tenant_id, email, role, unit_id, made_by, made_at_ms, expires_at_ms) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    LINK = "SELECT purpose, tenant_id, email, role, unit_id, made_by FROM links \
        WHERE token_hash = $1 AND used_at_ms IS NULL AND expires_at_ms > $2 AND made_at_ms <= $2";
    USE_LINK = "UPDATE links SET used_at_ms = $2 WHERE token_hash = $1 AND used_at_ms IS NULL";
    // The name of a link for people is the beginning of its hash, by which nobody gets in.
    OPEN_LINKS = "SELECT SUBSTR(l.token_hash, 1, 32) AS id, l.email, l.role, c.name AS role_name, u.name AS unit_name, l.unit_id, b.name AS made_by_name, \
        l.made_at_ms, l.expires_at_ms FROM links l JOIN units u ON u.id = l.unit_id LEFT JOIN custom_roles c ON c.id = l.role \
        LEFT JOIN accounts b ON b.id = l.made_by WHERE l.tenant_id = $1 AND l.purpose = 'invitation' AND l.used_at_ms IS NULL \
        AND l.expires_at_ms > $2 AND l.made_at_ms <= $2 ORDER BY l.made_at_ms DESC, id LIMIT 500";
    OPEN_RESETS = "SELECT SUBSTR(r.token_hash, 1, 32) AS id, a.email, b.name AS made_by_name, r.made_at_ms, r.expires_at_ms FROM password_resets r \
        JOIN accounts a ON a.id = r.account_id LEFT JOIN accounts b ON b.id = r.made_by WHERE a.tenant_id = $1 AND r.used_at_ms IS NULL \
        AND r.expires_at_ms > $2 AND r.made_at_ms <= $2 ORDER BY r.made_at_ms DESC, id LIMIT 500";
    WITHDRAW_LINK = "UPDATE links SET used_at_ms = $3 WHERE tenant_id = $1 AND SUBSTR(token_hash, 1, 32) = $2 AND used_at_ms IS NULL";
    WITHDRAW_RESET = "UPDATE password_resets SET used_at_ms = $3 WHERE account_id IN (SELECT id FROM accounts WHERE tenant_id = $1) \
        AND SUBSTR(token_hash, 1, 32) = $2 AND used_at_ms IS NULL";
    VOID_SET_UP = "UPDATE links SET used_at_ms = $1 WHERE purpose = 'setup' AND used_at_ms IS NULL";
    FAILURES = "SELECT failures, first_at_ms, last_at_ms FROM sign_in_failures WHERE subject = $1";
    HOLD_FAILURES = "INSERT INTO sign_in_failures (subject, failures, first_at_ms, last_at_ms) VALUES ($1, 0, $2, $2) \
        ON CONFLICT (subject) DO UPDATE SET failures = sign_in_failures.failures RETURNING failures, first_at_ms, last_at_ms";
    // Counts from 1 again where the first failure is a day old, or lies in the future since the clock was put back.
    FAIL = "UPDATE sign_in_failures SET failures = CASE WHEN first_at_ms BETWEEN $3 AND $2 THEN failures + 1 ELSE 1 END, \
        first_at_ms = CASE WHEN first_at_ms BETWEEN $3 AND $2 THEN first_at_ms ELSE $2 END, last_at_ms = $2 WHERE subject = $1";
    // What was counted stays for its day; the wait, which begins at the last failure, is over.
    FORGIVE = "UPDATE sign_in_failures SET last_at_ms = first_at_ms WHERE subject = $1";
    TENANT_NAME = "SELECT name FROM units WHERE id = $1";
    KNOWS_DEVICE = "SELECT 1 AS yes FROM devices WHERE token_hash = $1 AND account_id = $2 AND expires_at_ms > $3";
    IS_DEVICE = "SELECT 1 AS yes FROM devices WHERE token_hash = $1 AND expires_at_ms > $2";
    // Makes room for one more of those that name nobody: $1 of them stay, the youngest; none of a clock that was put back.
    DROP_OLDEST_NOBODYS = "DELETE FROM tickets WHERE account_id IS NULL AND token_hash NOT IN (SELECT token_hash FROM tickets \
        WHERE account_id IS NULL ORDER BY CASE WHEN made_at_ms > $2 THEN 0 ELSE made_at_ms END DESC, token_hash LIMIT $1)";
    ADD_DEVICE = "INSERT INTO devices (token_hash, account_id, made_at_ms, expires_at_ms) VALUES ($1, $2, $3, $4)";
    FORGET_DEVICES = "DELETE FROM devices WHERE account_id = $1";
    FORGET_OTHER_DEVICES = "DELETE FROM devices WHERE account_id = $1 AND token_hash <> $2";
    FACTORS = "SELECT (SELECT COUNT(*) FROM totp_factors WHERE account_id = $1 AND confirmed_at_ms IS NOT NULL) AS totp, \
        (SELECT COUNT(*) FROM passkeys WHERE account_id = $1) AS passkeys, \
        (SELECT COUNT(*) FROM recovery_codes WHERE account_id = $1 AND used_at_ms IS NULL) AS codes";
    DEMAND = "SELECT d.demanded_of, a.name AS set_by FROM factor_demands d JOIN accounts a ON a.id = d.set_by WHERE d.tenant_id = $1";
    SET_DEMAND = "INSERT INTO factor_demands (tenant_id, demanded_of, set_by, set_at_ms) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (tenant_id) DO UPDATE SET demanded_of = $2, set_by = $3, set_at_ms = $4";
    HEADCOUNT = "SELECT COUNT(*) AS people, COUNT(CASE WHEN \
          NOT EXISTS (SELECT 1 FROM totp_factors t WHERE t.account_id = a.id AND t.confirmed_at_ms IS NOT NULL) \
          AND NOT EXISTS (SELECT 1 FROM passkeys p WHERE p.account_id = a.id) THEN 1 END) AS lacking \
        FROM accounts a LEFT JOIN account_suspensions s ON s.account_id = a.id WHERE a.tenant_id = $1 AND a.kind = 'person' AND s.account_id IS NULL \
        AND ($2 = '' OR EXISTS (SELECT 1 FROM grant_powers g WHERE g.account_id = a.id AND $2 LIKE '%|' || g.power || '|%' AND (g.until_ms IS NULL OR g.until_ms > $3)))";
    WITHOUT_FACTOR = "SELECT a.id, a.name, a.email, CAST(CASE WHEN EXISTS (SELECT 1 FROM grant_powers g WHERE g.account_id = a.id \
          AND $2 LIKE '%|' || g.power || '|%' AND (g.until_ms IS NULL OR g.until_ms > $3)) THEN 1 ELSE 0 END AS BIGINT) AS administrator \
        FROM accounts a LEFT JOIN account_suspensions s ON s.account_id = a.id WHERE a.tenant_id = $1 AND a.kind = 'person' AND s.account_id IS NULL \
        AND NOT EXISTS (SELECT 1 FROM totp_factors t WHERE t.account_id = a.id AND t.confirmed_at_ms IS NOT NULL) \
        AND NOT EXISTS (SELECT 1 FROM passkeys p WHERE p.account_id = a.id) ORDER BY administrator DESC, a.name, a.id LIMIT 200";
    TOTP_SECRET = "SELECT secret FROM totp_factors WHERE account_id = $1 AND (confirmed_at_ms IS NOT NULL) = ($2 = 1)";
    BEGIN_TOTP = "INSERT INTO totp_factors (account_id, secret, made_at_ms, confirmed_at_ms) VALUES ($1, $2, $3, NULL) \
        ON CONFLICT (account_id) DO UPDATE SET secret = $2, made_at_ms = $3 WHERE totp_factors.confirmed_at_ms IS NULL";
    CONFIRM_TOTP = "UPDATE totp_factors SET confirmed_at_ms = $3 WHERE account_id = $1 AND secret = $2 AND confirmed_at_ms IS NULL";
    REMOVE_TOTP = "DELETE FROM totp_factors WHERE account_id = $1";
    USE_CODE = "INSERT INTO used_codes (account_id, step) VALUES ($1, $2) ON CONFLICT (account_id, step) DO NOTHING";
    ADD_RECOVERY_CODE = "INSERT INTO recovery_codes (account_id, code_hash, made_at_ms, used_at_ms) VALUES ($1, $2, $3, NULL)";
    USE_RECOVERY_CODE = "UPDATE recovery_codes SET used_at_ms = $3 WHERE account_id = $1 AND code_hash = $2 AND used_at_ms IS NULL";
    REMOVE_RECOVERY_CODES = "DELETE FROM recovery_codes WHERE account_id = $1";
    REMOVE_LONELY_CODES = "DELETE FROM recovery_codes WHERE account_id = $1 \
        AND NOT EXISTS (SELECT 1 FROM totp_factors WHERE account_id = $1 AND confirmed_at_ms IS NOT NULL) \
        AND NOT EXISTS (SELECT 1 FROM passkeys WHERE account_id = $1)";
    PASSKEYS = "SELECT id, account_id, name, content, made_at_ms, used_at_ms FROM passkeys WHERE account_id = $1 ORDER BY made_at_ms, id LIMIT 50";
    PASSKEY = "SELECT id, account_id, name, content, made_at_ms, used_at_ms FROM passkeys WHERE id = $1";
    ADD_PASSKEY = "INSERT INTO passkeys (id, account_id, name, content, made_at_ms, used_at_ms) VALUES ($1, $2, $3, $4, $5, NULL)";
    USE_PASSKEY = "UPDATE passkeys SET content = $2, used_at_ms = $3 WHERE id = $1";
    REMOVE_PASSKEY = "DELETE FROM passkeys WHERE id = $1 AND account_id = $2";
    REMOVE_PASSKEYS = "DELETE FROM passkeys WHERE account_id = $1";
    DROP_TICKETS_OF = "DELETE FROM tickets WHERE account_id = $1 AND purpose <> 'sign-on-linked'";
    DROP_BEGUN = "DELETE FROM tickets WHERE account_id = $1 AND purpose <> $2 AND purpose <> 'sign-on-linked'";
    FACTORS_TAKEN = "SELECT content, made_at_ms FROM tickets WHERE account_id = $1 AND purpose = $2 AND expires_at_ms > $3 AND made_at_ms <= $3 \
        ORDER BY made_at_ms DESC LIMIT 1";
    ADD_TICKET = "INSERT INTO tickets (token_hash, purpose, account_id, content, made_at_ms, expires_at_ms) VALUES ($1, $2, $3, $4, $5, $6)";
    TICKET = "SELECT account_id, content FROM tickets WHERE token_hash = $1 AND purpose = $2 AND expires_at_ms > $3 AND made_at_ms <= $3";
    USE_TICKET = "DELETE FROM tickets WHERE token_hash = $1";
    ADD_RESET = "INSERT INTO password_resets (token_hash, account_id, made_by, made_at_ms, expires_at_ms, used_at_ms) \
        VALUES ($1, $2, $3, $4, $5, NULL)";
    VOID_RESETS = "UPDATE password_resets SET used_at_ms = $2 WHERE account_id = $1 AND used_at_ms IS NULL";
    RESET = "SELECT account_id, made_by FROM password_resets WHERE token_hash = $1 AND used_at_ms IS NULL AND expires_at_ms > $2 AND made_at_ms <= $2";
    USE_RESET = "UPDATE password_resets SET used_at_ms = $2 WHERE token_hash = $1 AND used_at_ms IS NULL";
}

/// Where accounts lie: they are of the whole tenant.
pub(crate) const PLACES: &[Place] = &[Place { kind: "account", unit_of: PLACE }];

/// An account as the sign-in needs it.
#[derive(Debug, Clone)]
pub(super) struct Credentials {
    pub id: String,
    pub tenant_id: String,
    pub email: String,
    pub name: String,
    pub password_hash: String,
    pub suspended: bool,
}

fn credentials_of(row: &Row) -> Result<Credentials> {
    Ok(Credentials {
        id: row.text("id")?,
        tenant_id: row.text("tenant_id")?,
        email: row.text("email")?,
        name: row.text("name")?,
        password_hash: row.text("password_hash")?,
        suspended: row.opt_int("suspended_at_ms")?.is_some(),
    })
}

pub(super) async fn count_active(ctx: &Ctx, tenant_id: &str) -> Result<i64> {
    ctx.row(&COUNT_ACTIVE, &[tenant_id.into()]).await?.ok_or(Error::NotFound)?.int("n")
}

pub(super) async fn add_account(deed: &mut Deed, account: &Credentials) -> Result<()> {
    let now_ms = deed.now_ms();
    let values = [
        account.id.as_str().into(),
        account.tenant_id.as_str().into(),
        account.email.as_str().into(),
        account.name.as_str().into(),
        account.password_hash.as_str().into(),
        now_ms.into(),
    ];
    deed.write(&ADD_ACCOUNT, &values).await.map(|_| ())
}

pub(super) async fn add_machine(deed: &mut Deed, id: &str, tenant_id: &str, name: &str) -> Result<()> {
    let now_ms = deed.now_ms();
    let values = [id.into(), tenant_id.into(), format!("machine:{id}").into(), name.into(), now_ms.into()];
    deed.write(&ADD_MACHINE, &values).await.map(|_| ())
}

pub(super) async fn rename(deed: &mut Deed, id: &str, email: &str, name: &str) -> Result<()> {
    deed.write(&RENAME, &[id.into(), email.into(), name.into()]).await.map(|_| ())
}

/// In whichever tenant: an address belongs to one account of the installation.
pub(super) async fn by_email(ctx: &Ctx, email: &str) -> Result<Option<Credentials>> {
    ctx.at_entrance().row(&BY_EMAIL, &[email.into()]).await?.as_ref().map(credentials_of).transpose()
}

pub(super) async fn by_id(ctx: &Ctx, id: &str) -> Result<Credentials> {
    credentials_of(&ctx.row(&BY_ID, &[id.into()]).await?.ok_or(Error::NotFound)?)
}

pub(super) async fn of_tenant(ctx: &Ctx, tenant_id: &str) -> Result<Vec<Account>> {
    let grants = access::grants_of_tenant(ctx, tenant_id).await?;
    let rows = ctx.rows(&OF_TENANT, &[tenant_id.into()]).await?;
    rows.iter()
        .map(|row| {
            let found = credentials_of(row)?;
            let grants = grants.iter().filter(|grant| grant.account_id == found.id).cloned().collect();
            Ok(Account { id: found.id, email: found.email, name: found.name, suspended: found.suspended, grants })
        })
        .collect()
}

/// Sets a password; of sessions and devices those in `kept` stay, and nothing half-finished does.
pub(super) async fn set_password(deed: &mut Deed, account_id: &str, hash: &str, kept: (&str, &str)) -> Result<()> {
    let (session, device) = kept;
    deed.write(&SET_PASSWORD, &[account_id.into(), hash.into()]).await?;
    let now_ms = deed.now_ms();
    deed.write(&FORGET_OTHER_DEVICES, &[account_id.into(), device.into()]).await?;
    deed.write(&VOID_RESETS, &[account_id.into(), now_ms.into()]).await?;
    drop_begun(deed, account_id).await?;
    end_sessions_of(deed, account_id, session).await
}

pub(super) async fn suspend(deed: &mut Deed, account_id: &str, by: &str, reason: &str) -> Result<()> {
    let now_ms = deed.now_ms();
    deed.write(&SUSPEND, &[account_id.into(), by.into(), now_ms.into(), reason.into()]).await?;
    deed.write(&END_SESSIONS_OF, &[account_id.into(), "".into()]).await.map(|_| ())
}

/// Makes room for a person's suspension in place of one that a machine made.
pub(super) async fn take_over(deed: &mut Deed, account_id: &str) -> Result<()> {
    deed.write(&TAKE_OVER, &[account_id.into()]).await.map(|_| ())
}

/// Ends a suspension that a machine made for this reason.
pub(super) async fn unsuspend_by_machine(deed: &mut Deed, account_id: &str, reason: &str) -> Result<()> {
    match deed.write(&UNSUSPEND_BY_MACHINE, &[account_id.into(), reason.into()]).await? {
        1 => Ok(()),
        _ => Err(Error::conflict("error-changed-meanwhile")),
    }
}

pub(super) async fn unsuspend(deed: &mut Deed, account_id: &str) -> Result<()> {
    match deed.write(&UNSUSPEND, &[account_id.into()]).await? {
        1 => Ok(()),
        _ => Err(Error::conflict("error-changed-meanwhile")),
    }
}

/// A session to open.
#[derive(Debug)]
pub(super) struct NewSession {
    pub id: String,
    pub token_hash: String,
    pub account_id: String,
    pub device: String,
    pub expires_at_ms: i64,
    pub vouched: bool,
}

pub(super) async fn add_session(deed: &mut Deed, session: &NewSession) -> Result<()> {
    let now_ms = deed.now_ms();
    let values = [
        session.token_hash.as_str().into(),
        session.account_id.as_str().into(),
        now_ms.into(),
        session.expires_at_ms.into(),
        session.id.as_str().into(),
        session.device.as_str().into(),
        i64::from(session.vouched).into(),
    ];
    deed.write(&ADD_SESSION, &values).await.map(|_| ())
}

pub(super) async fn session(
    ctx: &Ctx,
    token_hash: &str,
    grace_from_ms: i64,
    idle_from_ms: i64,
) -> Result<Option<Session>> {
    let values = [token_hash.into(), ctx.now_ms().into(), grace_from_ms.into(), idle_from_ms.into()];
    let row = ctx.row(&SESSION, &values).await?;
    row.map(|row| {
        Ok(Session {
            token_hash: row.text("token_hash")?,
            account_id: row.text("account_id")?,
            tenant_id: row.text("tenant_id")?,
            name: row.text("name")?,
            email: row.text("email")?,
            rotated_at_ms: row.int("rotated_at_ms")?,
            proved_at_ms: row.int("proved_at_ms")?,
            unmet: demand_of(&row.text("unmet")?)?,
        })
    })
    .transpose()
}

pub(super) async fn own_sessions(
    ctx: &Ctx,
    account_id: &str,
    token_hash: &str,
    idle_from_ms: i64,
) -> Result<Vec<OwnSession>> {
    let values = [account_id.into(), token_hash.into(), ctx.now_ms().into(), idle_from_ms.into()];
    let rows = ctx.rows(&OWN_SESSIONS, &values).await?;
    rows.iter()
        .map(|row| {
            Ok(OwnSession {
                id: row.text("id")?,
                device: row.text("device")?,
                began_at_ms: row.int("created_at_ms")?,
                used_at_ms: row.int("rotated_at_ms")?,
                here: row.int("here")? == 1,
            })
        })
        .collect()
}

pub(super) async fn rotate(deed: &mut Deed, old_hash: &str, new_hash: &str) -> Result<bool> {
    let now_ms = deed.now_ms();
    Ok(deed.write(&ROTATE, &[old_hash.into(), new_hash.into(), now_ms.into()]).await? == 1)
}

pub(super) async fn keep_session(deed: &mut Deed, token_hash: &str) -> Result<bool> {
    let now_ms = deed.now_ms();
    Ok(deed.write(&KEEP_SESSION, &[token_hash.into(), now_ms.into()]).await? == 1)
}

pub(super) async fn prove(deed: &mut Deed, token_hash: &str) -> Result<()> {
    let now_ms = deed.now_ms();
    deed.write(&PROVE, &[token_hash.into(), now_ms.into()]).await.map(|_| ())
}

pub(super) async fn end_session(deed: &mut Deed, token_hash: &str) -> Result<()> {
    deed.write(&END_SESSION, &[token_hash.into()]).await.map(|_| ())
}

pub(super) async fn end_own_session(deed: &mut Deed, account_id: &str, id: &str) -> Result<u64> {
    deed.write(&END_OWN_SESSION, &[account_id.into(), id.into()]).await
}

pub(super) async fn end_sessions_of(deed: &mut Deed, account_id: &str, but_token_hash: &str) -> Result<()> {
    deed.write(&END_SESSIONS_OF, &[account_id.into(), but_token_hash.into()]).await.map(|_| ())
}

pub(super) async fn add_link(
    deed: &mut Deed,
    token_hash: &str,
    link: &Invitation,
    by: &str,
    expires_at_ms: i64,
) -> Result<()> {
    let now_ms = deed.now_ms();
    let values = [
        token_hash.into(),
        link.purpose.as_str().into(),
        link.tenant_id.clone().into(),
        link.email.clone().into(),
        link.role.clone().into(),
        link.unit_id.clone().into(),
        by.into(),
        now_ms.into(),
        expires_at_ms.into(),
    ];
    deed.write(&ADD_LINK, &values).await.map(|_| ())
}

/// What an open link is for, and who made it.
pub(super) async fn link(ctx: &Ctx, token_hash: &str) -> Result<(Invitation, String)> {
    let row = ctx.row(&LINK, &[token_hash.into(), ctx.now_ms().into()]).await?.ok_or(Error::NotFound)?;
    let link = Invitation {
        purpose: row.text("purpose")?,
        tenant_id: row.opt_text("tenant_id")?,
        email: row.opt_text("email")?,
        role: row.opt_text("role")?,
        unit_id: row.opt_text("unit_id")?,
    };
    Ok((link, row.text("made_by")?))
}

/// Uses up a link; not found if somebody was faster.
pub(super) async fn use_link(deed: &mut Deed, token_hash: &str) -> Result<()> {
    let now_ms = deed.now_ms();
    match deed.write(&USE_LINK, &[token_hash.into(), now_ms.into()]).await? {
        1 => Ok(()),
        _ => Err(Error::NotFound),
    }
}

pub(super) async fn void_set_up(deed: &mut Deed) -> Result<()> {
    let now_ms = deed.now_ms();
    deed.write(&VOID_SET_UP, &[now_ms.into()]).await.map(|_| ())
}

/// Failed sign-ins of a subject.
#[derive(Debug, Default)]
pub(super) struct Failures {
    pub count: i64,
    pub first_at_ms: i64,
    pub last_at_ms: i64,
}

fn failures_of(row: Option<&Row>) -> Result<Failures> {
    let Some(row) = row else { return Ok(Failures::default()) };
    Ok(Failures {
        count: row.int("failures")?,
        first_at_ms: row.int("first_at_ms")?,
        last_at_ms: row.int("last_at_ms")?,
    })
}

pub(super) async fn failures(ctx: &Ctx, subject: &str) -> Result<Failures> {
    failures_of(ctx.row(&FAILURES, &[subject.into()]).await?.as_ref())
}

/// Failures of a subject, which no other deed changes until this one is done.
pub(super) async fn hold_failures(deed: &mut Deed, subject: &str) -> Result<Failures> {
    let now_ms = deed.now_ms();
    failures_of(deed.row(&HOLD_FAILURES, &[subject.into(), now_ms.into()]).await?.as_ref())
}

/// Counts one more failure of a subject that is held; those older than `day_ms` no longer count.
pub(super) async fn fail(deed: &mut Deed, subject: &str, day_ms: i64) -> Result<()> {
    let now_ms = deed.now_ms();
    deed.write(&FAIL, &[subject.into(), now_ms.into(), (now_ms - day_ms).into()]).await.map(|_| ())
}

pub(super) async fn forgive(deed: &mut Deed, subject: &str) -> Result<()> {
    deed.write(&FORGIVE, &[subject.into()]).await.map(|_| ())
}

pub(super) async fn tenant_name(ctx: &Ctx, tenant_id: &str) -> Result<String> {
    ctx.row(&TENANT_NAME, &[tenant_id.into()]).await?.ok_or(Error::NotFound)?.text("name")
}

pub(super) async fn knows_device(ctx: &Ctx, token_hash: &str, account_id: &str) -> Result<bool> {
    let values = [token_hash.into(), account_id.into(), ctx.now_ms().into()];
    Ok(ctx.row(&KNOWS_DEVICE, &values).await?.is_some())
}

/// Whether the device is known, for whomever.
pub(super) async fn is_device(ctx: &Ctx, token_hash: &str) -> Result<bool> {
    Ok(ctx.row(&IS_DEVICE, &[token_hash.into(), ctx.now_ms().into()]).await?.is_some())
}

pub(super) async fn add_device(deed: &mut Deed, token_hash: &str, account_id: &str, expires_at_ms: i64) -> Result<()> {
    let now_ms = deed.now_ms();
    let values = [token_hash.into(), account_id.into(), now_ms.into(), expires_at_ms.into()];
    deed.write(&ADD_DEVICE, &values).await.map(|_| ())
}
