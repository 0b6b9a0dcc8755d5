//! Machine tokens: made, used, revoked.

use platform::{Act, Actor, Ctx, Error, Fault, Message, Object, Result, act::Open};

use super::model::{Machine, NewToken, Purpose, Token};
use super::store::Kept;
use super::{acts, store};
use crate::access::{self, Terms, from_outside};
use crate::domains;
use crate::identity::federated;
use crate::organisation::{self, Unit, model::checked_name, roles};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const MOST_DAYS: i64 = 365;
/// Days are those of Japan.
const DAY_BEGINS_MS: i64 = 9 * 60 * 60 * 1000;
/// No session token holds a dot, so nobody takes one for the other, and programs that look for leaked secrets find it.
const MARK: &str = "rashin.";

/// Whether a secret is a machine token rather than that of a session.
#[must_use]
pub fn is_machine_token(secret: &str) -> bool {
    secret.starts_with(MARK)
}

/// The asker's own tokens, and everybody's for those who may see them.
pub async fn list_tokens(ctx: &Ctx) -> Result<Vec<Token>> {
    let (_, tenant_id) = ctx.account()?;
    store::tokens(ctx, tenant_id, seen(ctx).await?).await
}

/// Whose tokens the asker sees: their own, or with an empty answer everybody's.
async fn seen(ctx: &Ctx) -> Result<&str> {
    let (account_id, tenant_id) = ctx.account()?;
    let all = ctx.may(&acts::READ, &Object::of_unit("tenant", tenant_id, tenant_id)).await?;
    Ok(if all { "" } else { account_id })
}

/// How many tokens somebody made that work now.
pub async fn working_tokens_of(ctx: &Ctx, account_id: &str) -> Result<i64> {
    store::working_tokens(ctx, account_id).await
}

/// What wants a fresh proof is for people: a machine proves nothing.
fn is_for_machines(act: &Act) -> bool {
    let held = act.open == Open::Nobody && !act.roles.is_empty();
    !act.fresh && (held || act.id.split('.').next_back() == Some("read"))
}

/// Acts a token can be limited to.
pub fn limits() -> impl Iterator<Item = &'static str> {
    let all = domains::ALL.iter().flat_map(|domain| domain.acts.iter().copied());
    all.filter(|act| is_for_machines(act)).map(|act| act.id)
}

/// `own` are the roles that the tenant made.
fn checked(new: &NewToken, own: &[(String, String)]) -> Result<(String, Purpose), Vec<Fault>> {
    let mut faults = Vec::new();
    let name = match checked_name("token_name", &new.name) {
        Ok(name) => name,
        Err(Error::Invalid(more)) => {
            faults.extend(more);
            String::new()
        }
        Err(_) => String::new(),
    };
    let purpose = Purpose::parse(&new.purpose);
    let choice = |field: &str, value: &str| Fault::new(field, value, Message::new("error-choice"));
    if purpose.is_none() {
        faults.push(choice("purpose", &new.purpose));
    }
    let known = roles::ALL.contains(&new.role.as_str()) || own.iter().any(|(id, _)| *id == new.role);
    if purpose == Some(Purpose::Api) && !known {
        faults.push(choice("role", &new.role));
    }
    faults.extend(new.acts.iter().filter(|act| limits().all(|known| known != *act)).map(|act| choice("acts", act)));
    if !(1..=MOST_DAYS).contains(&new.days) {
        let days = Message::new("error-days").with("most", MOST_DAYS);
        faults.push(Fault::new("days", &new.days.to_string(), days));
    }
    match purpose {
        Some(purpose) if faults.is_empty() => Ok((name, purpose)),
        _ => Err(faults),
    }
}

/// The unit a token is for. One of provisioning is for the whole tenant.
async fn place(ctx: &Ctx, new: &NewToken, purpose: Purpose) -> Result<Unit> {
    let (_, tenant_id) = ctx.account()?;
    organisation::unit(ctx, if purpose == Purpose::Scim { tenant_id } else { &new.unit_id }).await
}

fn not_allowed() -> Error {
    Error::Forbidden(Message::new("error-not-allowed").with("roles", acts::MAKE_TOKEN.roles.join(" ")))
}

/// Makes a token and gives its secret, which is shown this once. An administrator gives any role, others one they hold
/// themselves; the token stops when its owner is suspended or loses that role. Machines make none.
pub async fn make_token(ctx: &Ctx, new: &NewToken) -> Result<(Token, String)> {
    let (account_id, tenant_id) = ctx.account()?;
    let own = access::open_roles(ctx).await?;
    let (name, purpose) = checked(new, &own).map_err(Error::Invalid)?;
    let owner = federated::person(ctx, account_id).await.map_err(|_| not_allowed())?;
    let unit = place(ctx, new, purpose).await?;
    let role = if purpose == Purpose::Scim { roles::PROVISIONER } else { new.role.as_str() };
    let by_administrator = purpose == Purpose::Scim || ctx.may(&acts::MAKE_TOKEN, &unit.object()).await?;
    let act = if by_administrator { &acts::MAKE_TOKEN } else { &acts::MAKE_OWN_TOKEN };
    let secret = format!("{MARK}{}", federated::new_secret(ctx)?);
    let mut deed = ctx.begin(act, unit.object()).await?;
    if !by_administrator && !access::holds_in(&mut deed, account_id, role, &unit.id).await? {
        drop(deed);
        ctx.require(&acts::MAKE_TOKEN, &unit.object()).await?;
        return Err(not_allowed());
    }
    let id = federated::enter_machine(ctx, &mut deed, tenant_id, &name).await?;
    let until_ms = ctx.now_ms() + new.days * DAY_MS;
    let terms = Terms { role, unit_id: &unit.id, reason: "machine token", until_ms: Some(until_ms) };
    from_outside::give(ctx, &mut deed, tenant_id, &id, terms).await?;
    let token = Token {
        id,
        name,
        owner_id: owner.id,
        owner_name: owner.name,
        purpose: purpose.as_str().to_owned(),
        role: role.to_owned(),
        role_name: own.into_iter().find(|(id, _)| id == role).map(|(_, name)| name),
        unit_id: unit.id.clone(),
        unit_name: unit.name.clone(),
        acts: new.acts.clone(),
        made_at_ms: ctx.now_ms(),
        expires_at_ms: until_ms,
        last_used_at_ms: None,
        revoked_at_ms: None,
    };
    let leans_on = if by_administrator { roles::ADMINISTRATOR } else { role };
    let kept = Kept { tenant_id, token_hash: &federated::secret_hash(&secret), leans_on };
    store::add_token(&mut deed, &token, &kept).await?;
    deed.note("token", token.id.as_str());
    deed.note("name", token.name.as_str());
    deed.note("role", role);
    deed.note("acts", token.acts.join(" "));
    deed.note("days", new.days);
    deed.commit("").await?;
    Ok((token, secret))
}

/// Revokes a token: its next request is refused, and what its machine held is ended.
pub async fn revoke_token(ctx: &Ctx, id: &str) -> Result<()> {
    let (account_id, tenant_id) = ctx.account()?;
    let token = store::token(ctx, tenant_id, seen(ctx).await?, id).await?;
    let act = if token.owner_id == account_id { &acts::REVOKE_OWN_TOKEN } else { &acts::REVOKE_TOKEN };
    let mut deed = ctx.begin(act, Object::of_unit("token", id, &token.unit_id)).await?;
    store::revoke(&mut deed, id, account_id).await?;
    from_outside::end_all_of(&mut deed, id).await?;
    deed.note("name", token.name);
    deed.note("owner", token.owner_id);
    deed.commit("").await
}

fn day_of(at_ms: i64) -> i64 {
    (at_ms + DAY_BEGINS_MS).div_euclid(DAY_MS)
}

fn in_name_of(ctx: &Ctx, machine: &Machine) -> Ctx {
    let (id, tenant_id, name) = (machine.account_id.clone(), machine.tenant_id.clone(), machine.name.clone());
    ctx.as_actor(Actor::Account { id, tenant_id, name })
}

/// The machine that a token stands for, if it works now and is for this purpose. The first use of a day is entered in
/// the log.
pub async fn find_machine(ctx: &Ctx, secret: &str, purpose: Purpose) -> Result<Option<Machine>> {
    if !is_machine_token(secret) || secret.len() > 64 {
        return Ok(None);
    }
    let Some(machine) = store::machine(ctx, &federated::secret_hash(secret), purpose).await? else { return Ok(None) };
    if machine.last_used_at_ms.is_none_or(|last_ms| day_of(last_ms) != day_of(ctx.now_ms())) {
        let ctx = in_name_of(ctx, &machine);
        let mut deed = ctx.begin(&acts::USE_TOKEN, Object::free("token", &machine.account_id)).await?;
        store::used(&mut deed, &machine.account_id).await?;
        deed.commit("").await?;
    }
    Ok(Some(machine))
}

/// Enters in the log that a machine asked for something outside its scope.
pub async fn note_refusal(ctx: &Ctx, machine: &Machine, what: &str) -> Result<()> {
    let ctx = in_name_of(ctx, machine);
    let mut deed = ctx.begin(&acts::USE_TOKEN, Object::free("token", &machine.account_id)).await?;
    deed.note("outcome", "refused");
    deed.note("asked", what);
    deed.commit("").await
}
