//! The federation tables: `machine_tokens`, `sign_on_providers`, `sign_on_attempts`, `sign_on_identities`, `group_roles`,
//! `federated_grants`, `provisioned_people`, `provisioned_groups`, `provisioned_members`.

use platform::{Ctx, Deed, Error, Limit, Result, Row, statements};

use super::model::{Machine, Purpose, Token};

statements! {
    ADD_TOKEN = "INSERT INTO machine_tokens (account_id, tenant_id, owner_id, name, token_hash, purpose, role, unit_id, acts, leans_on, \
        made_at_ms, expires_at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    TOKENS = "SELECT t.account_id, t.owner_id, o.name AS owner_name, t.name, t.purpose, t.role, t.unit_id, u.name AS unit_name, t.acts, \
        t.made_at_ms, t.expires_at_ms, t.last_used_at_ms, t.revoked_at_ms FROM machine_tokens t JOIN accounts o ON o.id = t.owner_id \
        JOIN units u ON u.id = t.unit_id WHERE t.tenant_id = $1 AND (t.owner_id = $2 OR $2 = '') ORDER BY t.made_at_ms DESC, t.account_id LIMIT 500";
    MACHINE = "SELECT t.account_id, t.tenant_id, t.name, o.name AS owner_name, t.acts, t.last_used_at_ms FROM machine_tokens t \
        JOIN accounts o ON o.id = t.owner_id LEFT JOIN account_suspensions s ON s.account_id = t.owner_id \
        WHERE t.token_hash = $1 AND t.purpose = $2 AND t.revoked_at_ms IS NULL AND t.expires_at_ms > $3 AND t.made_at_ms <= $3 \
        AND s.account_id IS NULL AND EXISTS (SELECT 1 FROM grants g JOIN units gu ON gu.id = g.unit_id JOIN units u ON u.id = t.unit_id \
        WHERE g.account_id = t.owner_id AND g.role = t.leans_on AND g.ended_at_ms IS NULL AND (g.until_ms IS NULL OR g.until_ms > $3) \
        AND u.path LIKE gu.path || '%')";
    HOLDS = "SELECT 1 AS yes FROM grants g JOIN units gu ON gu.id = g.unit_id JOIN units u ON u.id = $3 WHERE g.account_id = $1 AND g.role = $2 \
        AND g.ended_at_ms IS NULL AND (g.until_ms IS NULL OR g.until_ms > $4) AND u.path LIKE gu.path || '%' LIMIT 1";
    USED = "UPDATE machine_tokens SET last_used_at_ms = $2 WHERE account_id = $1";
    REVOKE = "UPDATE machine_tokens SET revoked_by = $2, revoked_at_ms = $3 WHERE account_id = $1 AND revoked_at_ms IS NULL";
}

/// What a token is kept with besides what people see of it.
#[derive(Debug)]
pub(super) struct Kept<'a> {
    pub tenant_id: &'a str,
    pub token_hash: &'a str,
    pub leans_on: &'a str,
}

pub(super) async fn add_token(deed: &mut Deed, token: &Token, kept: &Kept<'_>) -> Result<()> {
    let values = [
        token.id.as_str().into(),
        kept.tenant_id.into(),
        token.owner_id.as_str().into(),
        token.name.as_str().into(),
        kept.token_hash.into(),
        token.purpose.as_str().into(),
        token.role.as_str().into(),
        token.unit_id.as_str().into(),
        token.acts.join(" ").into(),
        kept.leans_on.into(),
        token.made_at_ms.into(),
        token.expires_at_ms.into(),
    ];
    deed.write(&ADD_TOKEN, &values).await.map(|_| ())
}

fn acts_of(row: &Row) -> Result<Vec<String>> {
    Ok(row.text("acts")?.split_whitespace().map(str::to_owned).collect())
}

fn token_of(row: &Row) -> Result<Token> {
    Ok(Token {
        id: row.text("account_id")?,
        name: row.text("name")?,
        owner_id: row.text("owner_id")?,
        owner_name: row.text("owner_name")?,
        purpose: row.text("purpose")?,
        role: row.text("role")?,
        unit_id: row.text("unit_id")?,
        unit_name: row.text("unit_name")?,
        acts: acts_of(row)?,
        made_at_ms: row.int("made_at_ms")?,
        expires_at_ms: row.int("expires_at_ms")?,
        last_used_at_ms: row.opt_int("last_used_at_ms")?,
        revoked_at_ms: row.opt_int("revoked_at_ms")?,
    })
}

/// Tokens of a tenant, the newest first; of one owner only where that is named.
pub(super) async fn tokens(ctx: &Ctx, tenant_id: &str, owner_id: &str) -> Result<Vec<Token>> {
    ctx.rows(&TOKENS, &[tenant_id.into(), owner_id.into()]).await?.iter().map(token_of).collect()
}

/// The machine that holds a token which works now, whose owner may sign in and still holds what it leans on.
pub(super) async fn machine(ctx: &Ctx, token_hash: &str, purpose: Purpose) -> Result<Option<Machine>> {
    let row = ctx.row(&MACHINE, &[token_hash.into(), purpose.as_str().into(), ctx.now_ms().into()]).await?;
    row.map(|row| {
        Ok(Machine {
            account_id: row.text("account_id")?,
            tenant_id: row.text("tenant_id")?,
            name: format!("{} ({})", row.text("name")?, row.text("owner_name")?),
            limit: Limit::to(acts_of(&row)?),
            last_used_at_ms: row.opt_int("last_used_at_ms")?,
        })
    })
    .transpose()
}

pub(super) async fn holds(deed: &mut Deed, account_id: &str, role: &str, unit_id: &str) -> Result<bool> {
    let now_ms = deed.now_ms();
    Ok(deed.row(&HOLDS, &[account_id.into(), role.into(), unit_id.into(), now_ms.into()]).await?.is_some())
}

pub(super) async fn used(deed: &mut Deed, id: &str) -> Result<()> {
    let now_ms = deed.now_ms();
    deed.write(&USED, &[id.into(), now_ms.into()]).await.map(|_| ())
}

pub(super) async fn revoke(deed: &mut Deed, id: &str, by: &str) -> Result<()> {
    let now_ms = deed.now_ms();
    match deed.write(&REVOKE, &[id.into(), by.into(), now_ms.into()]).await? {
        1 => Ok(()),
        _ => Err(Error::conflict("error-changed-meanwhile")),
    }
}
