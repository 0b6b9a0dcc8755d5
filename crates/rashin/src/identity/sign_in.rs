//! Signing in: password, then the second step where the person has one. A wrong password and an unknown address answer
//! alike and take the same time.

use platform::{Actor, Ctx, Deed, Error, Message, Object, Result, Via, new_id};

use super::budget::{Budget, Door, tried};
use super::sessions::{SESSION_MS, device_of, new_token, token_hash};
use super::store::{Credentials, NewSession};
use super::{acts, password, recovery, store, totp};

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
/// So long one may take for the second step.
const SECOND_STEP_MS: i64 = 5 * MINUTE_MS;
/// So long a device is known.
pub const DEVICE_MS: i64 = 180 * DAY_MS;
/// Purpose of the ticket between the steps.
pub(super) const SECOND_STEP: &str = "second-step";

/// An open session.
#[derive(Debug, Clone)]
pub struct Admission {
    /// Token of the session.
    pub token: String,
    /// Token of a browser that was not known before; none where nothing keeps it.
    pub device: Option<String>,
    /// Whether the person is to be told that an administrator took the second factors away.
    pub factors_taken: bool,
    /// Whether the person is to be told that the account was linked with another system of late.
    pub linked: bool,
}

/// How a right password is answered.
#[derive(Debug, Clone)]
pub enum Entry {
    /// Signed in.
    In(Admission),
    /// The second step is next; the token of its ticket.
    SecondStep(String),
}

/// What is used up with the admission.
pub(super) enum Used {
    Nothing,
    /// A code of the authenticator app: its half minute.
    Code(i64),
    /// A recovery code's hash.
    Recovery(String),
    /// A passkey with its new content, as (id, content).
    Passkey(String, String),
}

/// Tries a password. The budget is looked at twice: before the password is hashed, to save the work, and in the deed.
pub async fn sign_in(ctx: &Ctx, email: &str, password: &str, door: &Door) -> Result<Entry> {
    let (asker, email, password, door) = (ctx.clone(), email.trim().to_lowercase(), password.to_owned(), door.clone());
    tried(ctx, &acts::SIGN_IN, async move { try_password(&asker, &email, &password, &door).await }).await
}

async fn try_password(ctx: &Ctx, email: &str, password: &str, door: &Door) -> Result<Entry> {
    let found = store::by_email(ctx, email).await?;
    let budget = Budget::of_account(ctx, email, found.as_ref().map(|account| account.id.as_str()), door).await?;
    budget.check(ctx).await?;
    let fits = password::fits(password, found.as_ref().map(|account| account.password_hash.as_str())).await?;
    let Some(account) = found.filter(|account| fits && !account.suspended) else {
        let refused = Error::field("email", email, Message::new("error-sign-in"));
        return Err(refuse(ctx, &acts::SIGN_IN, &budget, email, refused).await);
    };
    if store::factors(ctx, &account.id).await?.any() {
        return begin_second_step(ctx, &account, &budget).await.map(Entry::SecondStep);
    }
    admit(ctx, &account, &budget, door, Used::Nothing, &[], false).await.map(Entry::In)
}

/// Counts a failure, enters it in the log and gives the answer.
pub(super) async fn refuse(ctx: &Ctx, act: &'static platform::Act, budget: &Budget, who: &str, answer: Error) -> Error {
    let entered = async {
        let mut deed = ctx.begin(act, Object::free("account", "")).await?;
        budget.fail(&mut deed).await?;
        deed.note("outcome", "refused");
        deed.note("email_hash", token_hash(who));
        deed.commit("").await
    };
    entered.await.err().unwrap_or(answer)
}

async fn begin_second_step(ctx: &Ctx, account: &Credentials, budget: &Budget) -> Result<String> {
    let ctx = as_account(ctx, account);
    let token = new_token(&ctx)?;
    let mut deed = ctx.begin(&acts::SIGN_IN, Object::free("account", &account.id)).await?;
    budget.hold(&mut deed).await?;
    let until_ms = ctx.now_ms() + SECOND_STEP_MS;
    store::add_ticket(&mut deed, &token_hash(&token), SECOND_STEP, Some(&account.id), "", until_ms).await?;
    deed.note("outcome", "second step");
    deed.commit("").await?;
    Ok(token)
}

/// Whom a ticket of the second step is for, and what that person has for it; not found once it is used or too old.
pub(super) async fn expected(ctx: &Ctx, ticket: &str) -> Result<Credentials> {
    let ticket = store::ticket(ctx, &token_hash(ticket), SECOND_STEP).await?;
    let account = store::by_id(ctx, &ticket.account_id.unwrap_or_default()).await?;
    if account.suspended { Err(Error::NotFound) } else { Ok(account) }
}

/// Whether whoever holds the ticket of a second step can finish it with a passkey.
pub async fn second_step_has_passkeys(ctx: &Ctx, ticket: &str) -> Result<bool> {
    let account = expected(ctx, ticket).await?;
    Ok(store::factors(ctx, &account.id).await?.passkeys > 0)
}

/// The second step by a code: of the authenticator app, or a recovery code.
pub async fn second_step(ctx: &Ctx, ticket: &str, code: &str, door: &Door) -> Result<Admission> {
    let (asker, ticket, code, door) = (ctx.clone(), ticket.to_owned(), code.to_owned(), door.clone());
    tried(ctx, &acts::SIGN_IN, async move { try_code(&asker, &ticket, &code, &door).await }).await
}

async fn try_code(ctx: &Ctx, ticket: &str, code: &str, door: &Door) -> Result<Admission> {
    let account = expected(ctx, ticket).await?;
    let budget = Budget::of_account(ctx, &account.email, Some(&account.id), door).await?;
    budget.check(ctx).await?;
    if let Some(used) = read_code(ctx, &account.id, code).await? {
        match admit(ctx, &account, &budget, door, used, &[ticket], false).await {
            // Somebody was faster with the same code.
            Err(Error::Invalid(_)) => {}
            outcome => return outcome,
        }
    }
    let wrong = Error::field("code", "", Message::new("error-code"));
    Err(refuse(ctx, &acts::SIGN_IN, &budget, &account.email, wrong).await)
}

/// What a typed code would use up; none if it is wrong.
pub(super) async fn read_code(ctx: &Ctx, account_id: &str, typed: &str) -> Result<Option<Used>> {
    let typed: String = super::password_rules::normal(typed).chars().filter(|sign| !sign.is_whitespace()).collect();
    if let Some(hash) = recovery::hash(&typed) {
        return Ok(Some(Used::Recovery(hash)));
    }
    let Some(secret) = store::totp_secret(ctx, account_id, true).await? else { return Ok(None) };
    Ok(totp::step_of(&secret, &typed, ctx.now_ms())?.map(Used::Code))
}

/// Uses something up; a fault if it was used before.
pub(super) async fn use_up(deed: &mut Deed, account_id: &str, used: &Used) -> Result<()> {
    let (done, by) = match used {
        Used::Nothing => return Ok(()),
        Used::Code(step) => (store::use_code(deed, account_id, *step).await?, "code"),
        Used::Recovery(hash) => (store::use_recovery_code(deed, account_id, hash).await?, "recovery code"),
        Used::Passkey(id, content) => (store::use_passkey(deed, id, content).await?, "passkey"),
    };
    deed.note("by", by);
    if done { Ok(()) } else { Err(Error::field("code", "", Message::new("error-code"))) }
}

fn as_account(ctx: &Ctx, account: &Credentials) -> Ctx {
    ctx.as_actor(Actor::Account {
        id: account.id.clone(),
        tenant_id: account.tenant_id.clone(),
        name: account.name.clone(),
    })
}

/// Opens a session for somebody who has proved who they are, unless they must wait.
pub(super) async fn admit(
    ctx: &Ctx,
    account: &Credentials,
    budget: &Budget,
    door: &Door,
    used: Used,
    tickets: &[&str],
    vouched: bool,
) -> Result<Admission> {
    let ctx = as_account(ctx, account);
    let token = new_token(&ctx)?;
    let device = unknown_browser(&ctx, &account.id, door).await?;
    let factors_taken = store::factors_taken(&ctx, &account.id).await?.is_some();
    let linked = store::linked(&ctx, &account.id).await?.is_some();
    let mut deed = ctx.begin(&acts::SIGN_IN, Object::free("account", &account.id)).await?;
    budget.hold(&mut deed).await?;
    use_up(&mut deed, &account.id, &used).await?;
    for ticket in tickets {
        store::use_ticket(&mut deed, &token_hash(ticket)).await?;
    }
    budget.forgive(&mut deed).await?;
    learn(&mut deed, device.as_deref(), &account.id).await?;
    add_session(&ctx, &mut deed, &account.id, &token, &door.agent, vouched).await?;
    deed.note("outcome", "signed in");
    deed.commit("").await?;
    Ok(Admission { token, device, factors_taken, linked })
}

/// A token by which to know the browser from now on; none if it is known, and none for programs, which keep no cookie.
async fn unknown_browser(ctx: &Ctx, account_id: &str, door: &Door) -> Result<Option<String>> {
    if ctx.via() != Via::Page || store::knows_device(ctx, &token_hash(&door.device), account_id).await? {
        return Ok(None);
    }
    new_token(ctx).map(Some)
}

/// From now on the device is known.
pub(super) async fn learn(deed: &mut Deed, device: Option<&str>, account_id: &str) -> Result<()> {
    let Some(device) = device else { return Ok(()) };
    let until_ms = deed.now_ms() + DEVICE_MS;
    store::add_device(deed, &token_hash(device), account_id, until_ms).await
}

async fn add_session(
    ctx: &Ctx,
    deed: &mut Deed,
    account_id: &str,
    token: &str,
    agent: &str,
    vouched: bool,
) -> Result<()> {
    let session = NewSession {
        id: new_id(ctx)?,
        token_hash: token_hash(token),
        account_id: account_id.to_owned(),
        device: device_of(agent),
        expires_at_ms: ctx.now_ms() + SESSION_MS,
        vouched,
    };
    store::add_session(deed, &session).await
}

/// Opens a session for somebody another system has vouched for.
pub(super) async fn admit_vouched(ctx: &Ctx, account_id: &str, door: &Door) -> Result<Admission> {
    let account = store::by_id(ctx, account_id).await?;
    admit(ctx, &account, &Budget::of_nobody(), door, Used::Nothing, &[], true).await
}

/// Opens a session straight after setting up or taking up an invitation. Without a door there is no browser to be known
/// again.
pub(super) async fn admit_newcomer(ctx: &Ctx, account_id: &str, door: Option<&Door>) -> Result<Admission> {
    let account = store::by_id(ctx, account_id).await?;
    let ctx = as_account(ctx, &account);
    let token = new_token(&ctx)?;
    let device = match door {
        Some(door) => unknown_browser(&ctx, &account.id, door).await?,
        None => None,
    };
    let mut deed = ctx.begin(&acts::SIGN_IN, Object::free("account", &account.id)).await?;
    learn(&mut deed, device.as_deref(), &account.id).await?;
    let agent = door.map_or("", |door| &door.agent);
    add_session(&ctx, &mut deed, &account.id, &token, agent, false).await?;
    deed.note("outcome", "signed in");
    deed.commit("").await?;
    Ok(Admission { token, device, factors_taken: false, linked: false })
}
