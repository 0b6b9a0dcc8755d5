//! Passkeys: registering them, signing in with them (as second step or alone), proving with them. A ceremony begins with
//! options for the browser and ends with its answer; what is needed in between is a ticket in the database.
//!
//! The challenges come from webauthn-rs, which draws them from the operating system itself.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use platform::{Ctx, Error, Message, Object, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use webauthn_rs::prelude::{
    AuthenticationResult, DiscoverableAuthentication, Passkey, PasskeyAuthentication, PasskeyRegistration,
    PublicKeyCredential, RegisterPublicKeyCredential, Url, Uuid, Webauthn, WebauthnBuilder, WebauthnError,
};

use super::budget::{Budget, Door, traced};
use super::factors::tidy_after_removal;
use super::model::{OwnPasskey, checked_passkey_name};
use super::sessions::{new_token, token_hash};
use super::sign_in::{Admission, Used, admit, expected, refuse, use_up};
use super::store::{KeptPasskey, Ticket};
use super::{acts, store};

/// So long a ceremony may take.
const CEREMONY_MS: i64 = 5 * 60 * 1000;
/// So many passkeys one may have.
const MOST: usize = 20;
const REGISTRATION: &str = "passkey-registration";
const SECOND_STEP: &str = "passkey-second-step";
const ALONE: &str = "passkey-sign-in";
const PROOF: &str = "passkey-proof";

/// The address passkeys are bound to.
#[derive(Debug)]
pub struct Site(Webauthn);

/// A ceremony begun.
#[derive(Debug)]
pub struct Begun {
    /// Token of its ticket.
    pub ticket: String,
    /// Options for the browser.
    pub options: Json,
}

impl Site {
    /// The site people reach under `public_url`; none where that is a bare number, to which no passkey can be bound.
    pub fn of(public_url: &str) -> Result<Option<Self>> {
        let origin = Url::parse(public_url).map_err(Error::internal)?;
        let Some(domain) = origin.domain().map(str::to_owned) else { return Ok(None) };
        let builder = WebauthnBuilder::new(&domain, &origin).map_err(Error::internal)?;
        builder.rp_name("Rashin").build().map(|site| Some(Self(site))).map_err(Error::internal)
    }

    /// As [`Site::of`]; a conflict where there is none.
    pub fn needed(public_url: &str) -> Result<Self> {
        Self::of(public_url)?.ok_or_else(|| Error::conflict("error-passkey-address"))
    }
}

fn write(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(Error::internal)
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(Error::internal)
}

fn refused(_: WebauthnError) -> Error {
    not_proved()
}

fn id_of(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// One's own passkeys.
pub async fn own_passkeys(ctx: &Ctx) -> Result<Vec<OwnPasskey>> {
    let (account_id, _) = ctx.account()?;
    Ok(store::passkeys(ctx, account_id).await?.into_iter().map(|kept| kept.shown).collect())
}

fn contents(kept: &[KeptPasskey]) -> Result<Vec<Passkey>> {
    kept.iter().map(|kept| read(&kept.content)).collect()
}

async fn begin(
    ctx: &Ctx,
    act: &'static platform::Act,
    (purpose, account_id): (&str, Option<&str>),
    budget: &Budget,
    state: &impl Serialize,
    options: Json,
) -> Result<Begun> {
    let ticket = new_token(ctx)?;
    let state = write(state)?;
    let begun = async {
        let mut deed = ctx.begin(act, Object::free("account", account_id.unwrap_or(""))).await?;
        budget.fail(&mut deed).await?;
        let until_ms = ctx.now_ms() + CEREMONY_MS;
        store::add_ticket(&mut deed, &token_hash(&ticket), purpose, account_id, &state, until_ms).await?;
        deed.commit("").await
    };
    traced(ctx, act, begun.await).await?;
    Ok(Begun { ticket, options })
}

/// Begins to register a passkey.
pub async fn begin_registration(ctx: &Ctx, site: &Site) -> Result<Begun> {
    let (account_id, _) = ctx.account()?;
    let account = store::by_id(ctx, account_id).await?;
    let kept = store::passkeys(ctx, account_id).await?;
    if kept.len() >= MOST {
        return Err(Error::Conflict(Message::new("error-passkeys-many").with("most", MOST)));
    }
    let user = Uuid::try_parse(account_id).map_err(Error::internal)?;
    let known = contents(&kept)?.iter().map(|passkey| passkey.cred_id().clone()).collect();
    let started = site.0.start_passkey_registration(user, &account.email, &account.name, Some(known));
    let (options, state) = started.map_err(Error::internal)?;
    let mut options = serde_json::to_value(options).map_err(Error::internal)?;
    // A passkey that is found without an address lets one sign in with it alone.
    if let Some(choice) = options.pointer_mut("/publicKey/authenticatorSelection") {
        choice["residentKey"] = "preferred".into();
    }
    let budget = Budget::of_own_ceremonies(account_id);
    begin(ctx, &acts::BEGIN_PASSKEY, (REGISTRATION, Some(account_id)), &budget, &state, options).await
}

/// Registers the passkey the browser made. All other sessions end.
pub async fn finish_registration(
    ctx: &Ctx,
    site: &Site,
    ticket: &str,
    name: &str,
    credential: &RegisterPublicKeyCredential,
    session_token: &str,
) -> Result<()> {
    let (account_id, _) = ctx.account()?;
    let name = checked_passkey_name(name).map_err(|fault| Error::Invalid(vec![fault]))?;
    let begun = store::ticket(ctx, &token_hash(ticket), REGISTRATION).await?;
    if begun.account_id.as_deref() != Some(account_id) {
        return Err(Error::NotFound);
    }
    let state: PasskeyRegistration = read(&begun.content)?;
    let passkey = site.0.finish_passkey_registration(credential, &state).map_err(refused)?;
    let mut deed = ctx.begin(&acts::ADD_PASSKEY, Object::free("account", account_id)).await?;
    store::use_ticket(&mut deed, &token_hash(ticket)).await?;
    store::add_passkey(&mut deed, account_id, &id_of(passkey.cred_id()), &name, &write(&passkey)?).await?;
    store::end_sessions_of(&mut deed, account_id, &token_hash(session_token)).await?;
    deed.note("name", name);
    deed.commit("").await
}

/// Takes a passkey away. All other sessions end.
pub async fn remove_passkey(ctx: &Ctx, id: &str, session_token: &str) -> Result<()> {
    let (account_id, _) = ctx.account()?;
    let mut deed = ctx.begin(&acts::REMOVE_PASSKEY, Object::free("account", account_id)).await?;
    if store::remove_passkey(&mut deed, account_id, id).await? == 0 {
        return Err(Error::NotFound);
    }
    tidy_after_removal(&mut deed, account_id, session_token).await?;
    deed.commit("").await
}

/// Options and state of a proof by any of an account's passkeys.
async fn ask_for_one_of(ctx: &Ctx, site: &Site, account_id: &str) -> Result<(Json, PasskeyAuthentication)> {
    let known = contents(&store::passkeys(ctx, account_id).await?)?;
    if known.is_empty() {
        return Err(Error::conflict("error-no-passkey"));
    }
    let (options, state) = site.0.start_passkey_authentication(&known).map_err(Error::internal)?;
    Ok((serde_json::to_value(options).map_err(Error::internal)?, state))
}

/// Begins to sign in with a passkey: with the ticket of a second step as that step, else alone.
pub async fn begin_sign_in(ctx: &Ctx, site: &Site, second_step: Option<&str>, door: &Door) -> Result<Begun> {
    let (passkeys, budget) = (Budget::of_passkeys(ctx, door).await?, Budget::of_ceremonies(ctx, door).await?);
    for budget in [&passkeys, &budget] {
        traced(ctx, &acts::BEGIN_PASSKEY_SIGN_IN, budget.check(ctx).await).await?;
    }
    if let Some(ticket) = second_step {
        let account = expected(ctx, ticket).await?;
        let (options, state) = ask_for_one_of(ctx, site, &account.id).await?;
        let whose = (SECOND_STEP, Some(account.id.as_str()));
        return begin(ctx, &acts::BEGIN_PASSKEY_SIGN_IN, whose, &budget, &state, options).await;
    }
    let (options, state) = site.0.start_discoverable_authentication().map_err(Error::internal)?;
    // The person pressed a button; what the library asks for is meant for fields that offer passkeys by themselves.
    let options = serde_json::json!({ "publicKey": options.public_key });
    begin(ctx, &acts::BEGIN_PASSKEY_SIGN_IN, (ALONE, None), &budget, &state, options).await
}

/// What a proof uses up: the passkey with its new counter.
fn used(mut passkey: Passkey, id: String, proof: &AuthenticationResult) -> Result<Used> {
    passkey.update_credential(proof);
    Ok(Used::Passkey(id, write(&passkey)?))
}

/// Signs in with the browser's answer.
pub async fn finish_sign_in(
    ctx: &Ctx,
    site: &Site,
    ceremony: &str,
    second_step: Option<&str>,
    credential: &PublicKeyCredential,
    door: &Door,
) -> Result<Admission> {
    let budget = Budget::of_passkeys(ctx, door).await?;
    let outcome = async {
        budget.check(ctx).await?;
        let purpose = if second_step.is_some() { SECOND_STEP } else { ALONE };
        let begun = store::ticket(ctx, &token_hash(ceremony), purpose).await?;
        let id = id_of(credential.get_credential_id());
        let kept = store::passkey(ctx, &id).await.ok();
        let Some((kept, used)) = kept.and_then(|kept| verified(site, &begun, kept, credential)) else {
            return Err(refuse(ctx, &acts::SIGN_IN, &budget, &id, not_proved()).await);
        };
        let mut tickets = vec![ceremony];
        if let Some(ticket) = second_step {
            if expected(ctx, ticket).await?.id != kept.account_id {
                return Err(refuse(ctx, &acts::SIGN_IN, &budget, &id, Error::NotFound).await);
            }
            tickets.push(ticket);
        }
        let account = store::by_id(ctx, &kept.account_id).await?;
        if account.suspended {
            return Err(refuse(ctx, &acts::SIGN_IN, &budget, &account.email, not_proved()).await);
        }
        admit(ctx, &account, &budget, door, used, &tickets, false).await
    };
    traced(ctx, &acts::SIGN_IN, outcome.await).await
}

fn not_proved() -> Error {
    Error::field("passkey", "", Message::new("error-passkey"))
}

/// The passkey with what it uses up, if the answer proves it for the ceremony begun.
fn verified(
    site: &Site,
    begun: &Ticket,
    kept: KeptPasskey,
    credential: &PublicKeyCredential,
) -> Option<(KeptPasskey, Used)> {
    let passkey: Passkey = read(&kept.content).ok()?;
    let proof = if let Some(account_id) = &begun.account_id {
        let state: PasskeyAuthentication = read(&begun.content).ok()?;
        (*account_id == kept.account_id).then_some(())?;
        site.0.finish_passkey_authentication(credential, &state).ok()?
    } else {
        let state: DiscoverableAuthentication = read(&begun.content).ok()?;
        let (user, _) = site.0.identify_discoverable_authentication(credential).ok()?;
        (user.simple().to_string() == kept.account_id).then_some(())?;
        site.0.finish_discoverable_authentication_v2(credential, state, &passkey).ok()?
    };
    let used = used(passkey, kept.shown.id.clone(), &proof).ok()?;
    Some((kept, used))
}

/// Begins a proof within an open session.
pub async fn begin_proof(ctx: &Ctx, site: &Site) -> Result<Begun> {
    let (account_id, _) = ctx.account()?;
    let (options, state) = ask_for_one_of(ctx, site, account_id).await?;
    let budget = Budget::of_own_ceremonies(account_id);
    begin(ctx, &acts::BEGIN_PASSKEY_SIGN_IN, (PROOF, Some(account_id)), &budget, &state, options).await
}

/// Proves with the browser's answer; the session counts as fresh for five minutes.
pub async fn finish_proof(
    ctx: &Ctx,
    site: &Site,
    ceremony: &str,
    credential: &PublicKeyCredential,
    session_token: &str,
) -> Result<()> {
    let (account_id, _) = ctx.account()?;
    let budget = Budget::of_passkey_proofs(account_id);
    let outcome = async {
        budget.check(ctx).await?;
        let begun = store::ticket(ctx, &token_hash(ceremony), PROOF).await?;
        if begun.account_id.as_deref() != Some(account_id) {
            return Err(Error::NotFound);
        }
        let id = id_of(credential.get_credential_id());
        let kept = store::passkey(ctx, &id).await.ok();
        let Some((_, used)) = kept.and_then(|kept| verified(site, &begun, kept, credential)) else {
            return Err(refuse(ctx, &acts::PROVE, &budget, &id, not_proved()).await);
        };
        let mut deed = ctx.begin(&acts::PROVE, Object::free("account", account_id)).await?;
        budget.hold(&mut deed).await?;
        store::use_ticket(&mut deed, &token_hash(ceremony)).await?;
        use_up(&mut deed, account_id, &used).await?;
        budget.forgive(&mut deed).await?;
        store::prove(&mut deed, &token_hash(session_token)).await?;
        deed.commit("").await
    };
    traced(ctx, &acts::PROVE, outcome.await).await
}
