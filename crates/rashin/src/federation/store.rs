//! The federation tables: `machine_tokens`, `sign_on_providers`, `sign_on_attempts`, `sign_on_identities`, `group_roles`,
//! `federated_grants`, `provisioned_people`, `provisioned_groups`, `provisioned_members`.

use platform::{Ctx, Deed, Error, Limit, Result, Row, Statement, Value, statements};

use super::model::{GroupRole, Machine, Provider, Purpose, Token};
use crate::access;
use crate::domains::Place;

mod provisioning;
pub(super) use provisioning::*;

statements! {
    ADD_TOKEN = "INSERT INTO machine_tokens (account_id, tenant_id, owner_id, name, token_hash, purpose, role, unit_id, acts, leans_on, \
        made_at_ms, expires_at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    TOKENS = "SELECT t.account_id, t.owner_id, o.name AS owner_name, t.name, t.purpose, t.role, c.name AS role_name, t.unit_id, u.name AS unit_name, t.acts, \
        t.made_at_ms, t.expires_at_ms, t.last_used_at_ms, t.revoked_at_ms FROM machine_tokens t JOIN accounts o ON o.id = t.owner_id \
        JOIN units u ON u.id = t.unit_id LEFT JOIN custom_roles c ON c.id = t.role WHERE t.tenant_id = $1 AND (t.owner_id = $2 OR $2 = '') \
        AND (t.account_id = $3 OR $3 = '') ORDER BY t.made_at_ms DESC, t.account_id LIMIT 500";
    WORKING_TOKENS = "SELECT COUNT(*) AS n FROM machine_tokens WHERE owner_id = $1 AND revoked_at_ms IS NULL AND expires_at_ms > $2";
    TOKEN_OF_ = "SELECT owner_id, leans_on, unit_id, acts FROM machine_tokens WHERE account_id = $1 AND revoked_at_ms IS NULL \
        AND expires_at_ms > $2 AND made_at_ms <= $2";
    PLACE_OF_TOKEN = "SELECT unit_id FROM machine_tokens WHERE account_id = $1";
    PLACE_OF_PROVIDER = "SELECT tenant_id AS unit_id FROM sign_on_providers WHERE id = $1";
    WHOSE_TOKEN = "SELECT tenant_id FROM machine_tokens WHERE token_hash = $1";
    MACHINE = "SELECT t.account_id, t.tenant_id, t.name, t.owner_id, t.leans_on, t.unit_id, o.name AS owner_name, t.acts, t.last_used_at_ms \
        FROM machine_tokens t JOIN accounts o ON o.id = t.owner_id \
        WHERE t.token_hash = $1 AND t.purpose = $2 AND t.revoked_at_ms IS NULL AND t.expires_at_ms > $3 AND t.made_at_ms <= $3";
    USED = "UPDATE machine_tokens SET last_used_at_ms = $2 WHERE account_id = $1";
    ADD_PROVIDER = "INSERT INTO sign_on_providers (id, tenant_id, name, issuer, client_id, secret_id, domains, groups_claim, brings_people, \
        made_by, made_at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    PROVIDERS = "SELECT id, tenant_id, name, issuer, client_id, domains, groups_claim, brings_people, made_at_ms FROM sign_on_providers \
        WHERE (tenant_id = $1 OR $1 = '') AND ended_at_ms IS NULL ORDER BY name, id LIMIT 200";
    PROVIDER = "SELECT id, tenant_id, name, issuer, client_id, domains, groups_claim, brings_people, made_at_ms FROM sign_on_providers \
        WHERE id = $1 AND ended_at_ms IS NULL";
    SECRET_ID = "SELECT secret_id FROM sign_on_providers WHERE id = $1 AND ended_at_ms IS NULL";
    END_PROVIDER = "UPDATE sign_on_providers SET ended_by = $2, ended_at_ms = $3 WHERE id = $1 AND ended_at_ms IS NULL";
    OPEN_ATTEMPTS = "SELECT COUNT(*) AS n FROM sign_on_attempts WHERE provider_id = $1 AND used_at_ms IS NULL AND expires_at_ms > $2";
    FORGET_OLDEST = "DELETE FROM sign_on_attempts WHERE state_hash IN (SELECT state_hash FROM sign_on_attempts \
        WHERE provider_id = $1 AND used_at_ms IS NULL AND expires_at_ms > $2 ORDER BY made_at_ms, state_hash LIMIT $3)";
    ADD_ATTEMPT = "INSERT INTO sign_on_attempts (state_hash, provider_id, browser_hash, next, made_at_ms, expires_at_ms) \
        VALUES ($1, $2, $3, $4, $5, $6)";
    ATTEMPT = "SELECT state_hash, provider_id, browser_hash, next FROM sign_on_attempts \
        WHERE state_hash = $1 AND used_at_ms IS NULL AND expires_at_ms > $2 AND made_at_ms <= $2";
    USE_ATTEMPT = "UPDATE sign_on_attempts SET used_at_ms = $2 WHERE state_hash = $1 AND used_at_ms IS NULL";
    BOUND = "SELECT account_id FROM sign_on_identities WHERE provider_id = $1 AND subject = $2";
    IS_BOUND = "SELECT 1 AS yes FROM sign_on_identities WHERE provider_id = $1 AND account_id = $2";
    BOUND_ELSEWHERE = "SELECT 1 AS yes FROM sign_on_identities i JOIN sign_on_providers p ON p.id = i.provider_id AND p.ended_at_ms IS NULL \
        WHERE i.provider_id <> $1 AND i.account_id = $2 LIMIT 1";
    BIND = "INSERT INTO sign_on_identities (provider_id, subject, account_id, linked_at_ms) VALUES ($1, $2, $3, $4)";
    GROUP_ROLES = "SELECT r.id, r.group_name, r.role, c.name AS role_name, r.unit_id, u.name AS unit_name FROM group_roles r \
        JOIN units u ON u.id = r.unit_id LEFT JOIN custom_roles c ON c.id = r.role WHERE r.tenant_id = $1 ORDER BY r.group_name, r.role, r.id LIMIT 500";
    MAP_GROUP = "INSERT INTO group_roles (id, tenant_id, group_name, role, unit_id, made_by, made_at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    UNMAP_GROUP = "DELETE FROM group_roles WHERE id = $1";
    // What a settlement reads has no bound: what is missing in it would be taken back.
    MAPPED = "SELECT r.id, r.group_name, r.role, c.name AS role_name, r.unit_id, u.name AS unit_name FROM group_roles r JOIN units u ON u.id = r.unit_id \
        LEFT JOIN custom_roles c ON c.id = r.role LEFT JOIN custom_role_closures x ON x.role_id = r.role \
        WHERE r.tenant_id = $1 AND x.role_id IS NULL ORDER BY r.group_name, r.role, r.id";
    GROUP_ROLE = "SELECT r.id, r.group_name, r.role, c.name AS role_name, r.unit_id, u.name AS unit_name FROM group_roles r JOIN units u ON u.id = r.unit_id \
        LEFT JOIN custom_roles c ON c.id = r.role WHERE r.tenant_id = $1 AND r.id = $2";
    // Fifty people at a time; places that are left are empty.
    HELD = "SELECT f.grant_id, f.account_id, f.source, f.role, f.unit_id FROM federated_grants f \
        JOIN grants g ON g.id = f.grant_id AND g.ended_at_ms IS NULL WHERE f.source = $1 AND f.ended_at_ms IS NULL \
        AND f.account_id IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, \
          $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, \
          $47, $48, $49, $50, $51) ORDER BY f.grant_id";
    HELD_BY_GROUP = "SELECT f.grant_id, f.account_id, f.source, f.role, f.unit_id FROM federated_grants f \
        JOIN grants g ON g.id = f.grant_id AND g.ended_at_ms IS NULL WHERE g.tenant_id = $1 AND f.role = $2 AND f.unit_id = $3 \
        AND f.ended_at_ms IS NULL AND g.reason = f.source || ': ' || $4 ORDER BY f.grant_id";
    HELD_OF_ALL = "SELECT f.grant_id, f.account_id, f.source, f.role, f.unit_id FROM federated_grants f \
        JOIN grants g ON g.id = f.grant_id AND g.ended_at_ms IS NULL WHERE f.source = $1 AND f.ended_at_ms IS NULL ORDER BY f.grant_id";
    ADD_HELD = "INSERT INTO federated_grants (grant_id, account_id, source, role, unit_id) VALUES ($1, $2, $3, $4, $5)";
    END_HELD = "UPDATE federated_grants SET ended_at_ms = $2 WHERE grant_id = $1";
    PEOPLE = "SELECT a.id, a.email, a.name, a.created_at_ms, p.external_id, p.changed_at_ms, s.suspended_at_ms, s.reason, b.kind AS suspended_by \
        FROM accounts a LEFT JOIN provisioned_people p ON p.account_id = a.id \
        LEFT JOIN account_suspensions s ON s.account_id = a.id LEFT JOIN accounts b ON b.id = s.suspended_by WHERE a.tenant_id = $1 AND a.kind = 'person' AND (a.id = $2 OR $2 = '') \
        AND (a.email = $3 OR $3 = '') AND (p.external_id = $4 OR $4 = '') \
        ORDER BY a.created_at_ms, a.id LIMIT $5 OFFSET $6";
    COUNT_PEOPLE = "SELECT COUNT(*) AS n FROM accounts a LEFT JOIN provisioned_people p ON p.account_id = a.id \
        LEFT JOIN account_suspensions s ON s.account_id = a.id WHERE a.tenant_id = $1 AND a.kind = 'person' AND (a.id = $2 OR $2 = '') \
        AND (a.email = $3 OR $3 = '') AND (p.external_id = $4 OR $4 = '')";
    ARE_PEOPLE = "SELECT id FROM accounts WHERE tenant_id = $1 AND kind = 'person' \
        AND id IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, \
          $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, \
          $47, $48, $49, $50, $51)";
    PROVISION = "INSERT INTO provisioned_people (account_id, tenant_id, external_id, changed_at_ms) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (account_id) DO UPDATE SET external_id = excluded.external_id, changed_at_ms = excluded.changed_at_ms";
    GROUPS = "SELECT id, name, external_id, made_at_ms, changed_at_ms, (SELECT COUNT(*) FROM provisioned_members m \
          WHERE m.group_id = provisioned_groups.id) AS members FROM provisioned_groups WHERE tenant_id = $1 AND (id = $2 OR $2 = '') AND (name = $3 OR $3 = '') \
        AND (external_id = $4 OR $4 = '') ORDER BY made_at_ms, id LIMIT $5 OFFSET $6";
    COUNT_GROUPS = "SELECT COUNT(*) AS n FROM provisioned_groups WHERE tenant_id = $1 AND (id = $2 OR $2 = '') AND (name = $3 OR $3 = '') \
        AND (external_id = $4 OR $4 = '')";
    // Of the groups of a page.
    MEMBERS_OF_MANY = "SELECT m.group_id, m.account_id, a.name FROM provisioned_members m JOIN accounts a ON a.id = m.account_id \
        WHERE m.group_id IN (SELECT id FROM provisioned_groups WHERE tenant_id = $1 AND (id = $2 OR $2 = '') AND (name = $3 OR $3 = '') \
          AND (external_id = $4 OR $4 = '') ORDER BY made_at_ms, id LIMIT $5 OFFSET $6) ORDER BY m.group_id, a.name, a.id";
    MEMBERS = "SELECT account_id FROM provisioned_members WHERE group_id = $1";
    GROUPS_OF = "SELECT m.account_id, g.name FROM provisioned_members m JOIN provisioned_groups g ON g.id = m.group_id \
        WHERE m.account_id IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, \
          $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, \
          $46, $47, $48, $49, $50)";
    ADD_GROUP = "INSERT INTO provisioned_groups (id, tenant_id, name, external_id, made_at_ms, changed_at_ms) VALUES ($1, $2, $3, $4, $5, $5)";
    CHANGE_GROUP = "UPDATE provisioned_groups SET name = $2, external_id = $3, changed_at_ms = $4 WHERE id = $1";
    REMOVE_GROUP = "DELETE FROM provisioned_groups WHERE id = $1";
    JOIN_ = "INSERT INTO provisioned_members (group_id, account_id) VALUES ($1, $2)";
    LEAVE_ALL = "DELETE FROM provisioned_members WHERE group_id = $1";
    LEAVE = "DELETE FROM provisioned_members WHERE group_id = $1 AND account_id = $2";
    REVOKE = "UPDATE machine_tokens SET revoked_by = $2, revoked_at_ms = $3 WHERE account_id = $1 AND revoked_at_ms IS NULL";
}

/// What a token lets its machine do at most; asked where rights are explained.
pub(crate) const TOKEN_OF: Statement = TOKEN_OF_;

/// Where tokens and providers lie.
pub(crate) const PLACES: &[Place] =
    &[Place { kind: "token", unit_of: PLACE_OF_TOKEN }, Place { kind: "provider", unit_of: PLACE_OF_PROVIDER }];

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
        role_name: row.opt_text("role_name")?,
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
    ctx.rows(&TOKENS, &[tenant_id.into(), owner_id.into(), "".into()]).await?.iter().map(token_of).collect()
}

/// One of them.
pub(super) async fn token(ctx: &Ctx, tenant_id: &str, owner_id: &str, id: &str) -> Result<Token> {
    let row = ctx.row(&TOKENS, &[tenant_id.into(), owner_id.into(), id.into()]).await?;
    token_of(&row.ok_or(Error::NotFound)?)
}

/// How many tokens of an owner work now.
pub(super) async fn working_tokens(ctx: &Ctx, owner_id: &str) -> Result<i64> {
    let values = [owner_id.into(), ctx.now_ms().into()];
    ctx.row(&WORKING_TOKENS, &values).await?.ok_or(Error::NotFound)?.int("n")
}

/// The machine that holds a token which works now, whose owner may sign in and still holds what it leans on.
pub(super) async fn machine(ctx: &Ctx, token_hash: &str, purpose: Purpose) -> Result<Option<Machine>> {
    let Some(row) = ctx.row(&WHOSE_TOKEN, &[token_hash.into()]).await? else { return Ok(None) };
    let ctx = ctx.led_to(&row.text("tenant_id")?);
    let row = ctx.row(&MACHINE, &[token_hash.into(), purpose.as_str().into(), ctx.now_ms().into()]).await?;
    let Some(row) = row else { return Ok(None) };
    let (owner_id, leans_on, unit_id) = (row.text("owner_id")?, row.text("leans_on")?, row.text("unit_id")?);
    if !access::holds(&ctx, &owner_id, &leans_on, &unit_id).await? {
        return Ok(None);
    }
    Ok(Some(Machine {
        account_id: row.text("account_id")?,
        tenant_id: row.text("tenant_id")?,
        name: format!("{} ({})", row.text("name")?, row.text("owner_name")?),
        limit: Limit::to(acts_of(&row)?),
        last_used_at_ms: row.opt_int("last_used_at_ms")?,
    }))
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

pub(super) async fn add_provider(deed: &mut Deed, provider: &Provider, secret_id: &str, by: &str) -> Result<()> {
    let values = [
        provider.id.as_str().into(),
        provider.tenant_id.as_str().into(),
        provider.name.as_str().into(),
        provider.issuer.as_str().into(),
        provider.client_id.as_str().into(),
        secret_id.into(),
        format!("|{}|", provider.domains.join("|")).into(),
        provider.groups_claim.as_str().into(),
        i64::from(provider.brings_people).into(),
        by.into(),
        provider.made_at_ms.into(),
    ];
    deed.write(&ADD_PROVIDER, &values).await.map(|_| ())
}

fn provider_of(row: &Row) -> Result<Provider> {
    Ok(Provider {
        id: row.text("id")?,
        tenant_id: row.text("tenant_id")?,
        name: row.text("name")?,
        issuer: row.text("issuer")?,
        client_id: row.text("client_id")?,
        domains: row.text("domains")?.split('|').filter(|domain| !domain.is_empty()).map(str::to_owned).collect(),
        groups_claim: row.text("groups_claim")?,
        brings_people: row.int("brings_people")? == 1,
        made_at_ms: row.int("made_at_ms")?,
    })
}

/// Providers of a tenant, of all where none is named.
pub(super) async fn providers(ctx: &Ctx, tenant_id: &str) -> Result<Vec<Provider>> {
    // Which domains lead where is one thing for all tenants.
    let asker = if tenant_id.is_empty() { ctx.at_entrance() } else { ctx.clone() };
    asker.rows(&PROVIDERS, &[tenant_id.into()]).await?.iter().map(provider_of).collect()
}

pub(super) async fn provider(ctx: &Ctx, id: &str) -> Result<Provider> {
    provider_of(&ctx.row(&PROVIDER, &[id.into()]).await?.ok_or(Error::NotFound)?)
}

pub(super) async fn secret_id(ctx: &Ctx, provider_id: &str) -> Result<String> {
    ctx.row(&SECRET_ID, &[provider_id.into()]).await?.ok_or(Error::NotFound)?.text("secret_id")
}

/// Whether a provider is still in use.
pub(super) async fn is_in_use(deed: &mut Deed, id: &str) -> Result<bool> {
    Ok(deed.row(&PROVIDER, &[id.into()]).await?.is_some())
}

fn changed(rows: u64) -> Result<()> {
    if rows == 1 { Ok(()) } else { Err(Error::conflict("error-changed-meanwhile")) }
}

pub(super) async fn end_provider(deed: &mut Deed, id: &str, by: &str) -> Result<()> {
    let now_ms = deed.now_ms();
    changed(deed.write(&END_PROVIDER, &[id.into(), by.into(), now_ms.into()]).await?)
}

/// A sign-in that was begun.
#[derive(Debug)]
pub(super) struct Attempt {
    pub state_hash: String,
    pub provider_id: String,
    pub browser_hash: String,
    pub next: String,
}

/// Makes room where more than so many sign-ins are open at a provider: the oldest go.
pub(super) async fn make_room(deed: &mut Deed, provider_id: &str, most: i64) -> Result<()> {
    let now_ms = deed.now_ms();
    let open =
        deed.row(&OPEN_ATTEMPTS, &[provider_id.into(), now_ms.into()]).await?.ok_or(Error::NotFound)?.int("n")?;
    if open > most {
        deed.write(&FORGET_OLDEST, &[provider_id.into(), now_ms.into(), (open - most).into()]).await?;
    }
    Ok(())
}

pub(super) async fn add_attempt(deed: &mut Deed, attempt: &Attempt, expires_at_ms: i64) -> Result<()> {
    let now_ms = deed.now_ms();
    let values = [
        attempt.state_hash.as_str().into(),
        attempt.provider_id.as_str().into(),
        attempt.browser_hash.as_str().into(),
        attempt.next.as_str().into(),
        now_ms.into(),
        expires_at_ms.into(),
    ];
    deed.write(&ADD_ATTEMPT, &values).await.map(|_| ())
}

pub(super) async fn attempt(ctx: &Ctx, state_hash: &str) -> Result<Option<Attempt>> {
    let row = ctx.row(&ATTEMPT, &[state_hash.into(), ctx.now_ms().into()]).await?;
    row.map(|row| {
        Ok(Attempt {
            state_hash: row.text("state_hash")?,
            provider_id: row.text("provider_id")?,
            browser_hash: row.text("browser_hash")?,
            next: row.text("next")?,
        })
    })
    .transpose()
}

/// Uses up a sign-in; false if that was done before.
pub(super) async fn use_attempt(deed: &mut Deed, state_hash: &str) -> Result<bool> {
    let now_ms = deed.now_ms();
    Ok(deed.write(&USE_ATTEMPT, &[state_hash.into(), now_ms.into()]).await? == 1)
}

pub(super) async fn bound(deed: &mut Deed, provider_id: &str, subject: &str) -> Result<Option<String>> {
    let row = deed.row(&BOUND, &[provider_id.into(), subject.into()]).await?;
    row.map(|row| row.text("account_id")).transpose()
}

pub(super) async fn is_bound(deed: &mut Deed, provider_id: &str, account_id: &str) -> Result<bool> {
    Ok(deed.row(&IS_BOUND, &[provider_id.into(), account_id.into()]).await?.is_some())
}

/// Whether another provider that is in use lets the account in.
pub(super) async fn bound_elsewhere(deed: &mut Deed, provider_id: &str, account_id: &str) -> Result<bool> {
    Ok(deed.row(&BOUND_ELSEWHERE, &[provider_id.into(), account_id.into()]).await?.is_some())
}

pub(super) async fn bind(deed: &mut Deed, provider_id: &str, subject: &str, account_id: &str) -> Result<()> {
    let now_ms = deed.now_ms();
    let values = [provider_id.into(), subject.into(), account_id.into(), now_ms.into()];
    deed.write(&BIND, &values).await.map(|_| ())
}

fn group_role_of(row: &Row) -> Result<GroupRole> {
    Ok(GroupRole {
        id: row.text("id")?,
        group: row.text("group_name")?,
        role: row.text("role")?,
        role_name: row.opt_text("role_name")?,
        unit_id: row.text("unit_id")?,
        unit_name: row.text("unit_name")?,
    })
}

pub(super) async fn group_roles(ctx: &Ctx, tenant_id: &str) -> Result<Vec<GroupRole>> {
    ctx.rows(&GROUP_ROLES, &[tenant_id.into()]).await?.iter().map(group_role_of).collect()
}

pub(super) async fn group_role(ctx: &Ctx, tenant_id: &str, id: &str) -> Result<GroupRole> {
    group_role_of(&ctx.row(&GROUP_ROLE, &[tenant_id.into(), id.into()]).await?.ok_or(Error::NotFound)?)
}

/// All that groups give, roles that were closed left out.
pub(super) async fn mapped(deed: &mut Deed, tenant_id: &str) -> Result<Vec<GroupRole>> {
    deed.rows(&MAPPED, &[tenant_id.into()]).await?.iter().map(group_role_of).collect()
}

pub(super) async fn map_group(deed: &mut Deed, tenant_id: &str, mapped: &GroupRole, by: &str) -> Result<()> {
    let now_ms = deed.now_ms();
    let values = [
        mapped.id.as_str().into(),
        tenant_id.into(),
        mapped.group.as_str().into(),
        mapped.role.as_str().into(),
        mapped.unit_id.as_str().into(),
        by.into(),
        now_ms.into(),
    ];
    deed.write(&MAP_GROUP, &values).await.map(|_| ())
}

pub(super) async fn unmap_group(deed: &mut Deed, id: &str) -> Result<()> {
    changed(deed.write(&UNMAP_GROUP, &[id.into()]).await?)
}

/// A role somebody has from a group.
#[derive(Debug)]
pub(super) struct Held {
    pub grant_id: String,
    pub account_id: String,
    pub source: String,
    pub role: String,
    pub unit_id: String,
}

fn held_of(row: &Row) -> Result<Held> {
    Ok(Held {
        grant_id: row.text("grant_id")?,
        account_id: row.text("account_id")?,
        source: row.text("source")?,
        role: row.text("role")?,
        unit_id: row.text("unit_id")?,
    })
}

/// People named in one statement.
const AT_ONCE: usize = 50;

/// What a statement about several people finds, whoever they are; `first` stands before their names.
async fn of_people(deed: &mut Deed, statement: &Statement, first: Option<&str>, people: &[&str]) -> Result<Vec<Row>> {
    let mut found = Vec::new();
    for some in people.chunks(AT_ONCE) {
        let named = some.iter().copied().chain(std::iter::repeat("")).take(AT_ONCE);
        let values: Vec<Value> = first.into_iter().chain(named).map(Value::from).collect();
        found.extend(deed.rows(statement, &values).await?);
    }
    Ok(found)
}

/// What people have from a source.
pub(super) async fn held(deed: &mut Deed, source: &str, people: &[&str]) -> Result<Vec<Held>> {
    of_people(deed, &HELD, Some(source), people).await?.iter().map(held_of).collect()
}

/// What everybody has from a source.
pub(super) async fn held_of_all(deed: &mut Deed, source: &str) -> Result<Vec<Held>> {
    deed.rows(&HELD_OF_ALL, &[source.into()]).await?.iter().map(held_of).collect()
}

/// What everybody was given by an entry of a group.
pub(super) async fn held_by_group(deed: &mut Deed, tenant_id: &str, mapped: &GroupRole) -> Result<Vec<Held>> {
    let values = [tenant_id.into(), (&mapped.role).into(), (&mapped.unit_id).into(), (&mapped.group).into()];
    deed.rows(&HELD_BY_GROUP, &values).await?.iter().map(held_of).collect()
}

pub(super) async fn add_held(deed: &mut Deed, held: &Held) -> Result<()> {
    let Held { grant_id, account_id, source, role, unit_id } = held;
    let values = [grant_id.into(), account_id.into(), source.into(), role.into(), unit_id.into()];
    deed.write(&ADD_HELD, &values).await.map(|_| ())
}

pub(super) async fn end_held(deed: &mut Deed, grant_id: &str) -> Result<()> {
    let now_ms = deed.now_ms();
    deed.write(&END_HELD, &[grant_id.into(), now_ms.into()]).await.map(|_| ())
}
