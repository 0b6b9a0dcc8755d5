//! Signing in with another system's word: authorisation code with PKCE (RFC 7636), nonce, and state bound to the browser.
//!
//! The browser holds one secret in a cookie; nonce and code verifier are made from it and the state, so that the
//! database has nothing by which a sign-in could be taken over.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::url::Url;
use platform::{Ctx, Deed, Error, Message, Object, Result};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::discovery::Discovered;
use super::id_token::{self, Claims, Expected};
use super::linking::{self, Word};
use super::model::Provider;
use super::providers::Means;
use super::store::Attempt;
use super::{acts, store};
use crate::identity::federated::{self, Beginnings, Known};
use crate::identity::{Admission, Door};
use crate::organisation;

/// A sign-in that was begun works for ten minutes.
const ATTEMPT_MS: i64 = 10 * 60 * 1000;
/// So many may be open at a provider at once; then the oldest are forgotten.
const MOST_ATTEMPTS: i64 = 1000;
const MOST_GROUPS: usize = 1000;

/// Why somebody was not let in.
enum No {
    /// The other side's word does not hold; a word for the log.
    Refused(&'static str),
    /// It could not be asked here.
    Failed(Error),
}

impl From<&'static str> for No {
    fn from(cause: &'static str) -> Self {
        Self::Refused(cause)
    }
}

impl From<Error> for No {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Where to lead the browser, and what it is to keep.
#[derive(Debug)]
pub struct Begun {
    /// Address at the provider.
    pub address: String,
    /// Secret for the cookie.
    pub browser: String,
}

/// What the browser brings back from the provider.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct Answer {
    /// Code to be exchanged.
    pub code: String,
    /// State that was sent.
    pub state: String,
    /// Who answers, where the provider says so.
    pub iss: String,
    /// What went wrong there.
    pub error: String,
}

/// How a sign-in ended.
#[derive(Debug)]
pub enum Finished {
    /// Somebody was let in.
    In {
        /// The session.
        admission: Admission,
        /// Where they wanted to go.
        next: String,
        /// Address to tell that the account was linked just now.
        tell: Option<String>,
    },
    /// There is an account with a proof of its own, whose person is to say that it is theirs; the secret of what waits.
    Link(String),
}

/// What the provider's word came to.
enum Entered {
    In { account_id: String, tell: Option<String> },
    Link(String),
}

fn derived(what: &str, browser: &str, state: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{what}\n{browser}\n{state}").as_bytes()))
}

/// What the person reads: what they can do, and the word that the log has too.
fn told(cause: &'static str) -> Message {
    let key = match cause {
        "state" | "state-used" | "other-browser" | "other-provider" => "error-sign-on-again",
        "no-code" => "error-sign-on-cancelled",
        "unreachable" | "too-slow" => "error-sign-on-unreachable",
        "no-email" | "email-not-verified" | "email-of-another-domain" => "error-sign-on-email",
        "unknown-person" | "other-tenant" | "bound-to-another-subject" => "error-sign-on-unknown",
        "suspended" => "error-sign-on-suspended",
        _ => "error-sign-on",
    };
    Message::new(key).with("cause", cause)
}

async fn refuse(
    ctx: &Ctx,
    provider: &Provider,
    burnt: Option<&str>,
    beginnings: Option<&Beginnings>,
    cause: &'static str,
) -> Error {
    let entered = async {
        let mut deed = ctx.begin(&acts::SIGN_ON, Object::free("provider", &provider.id)).await?;
        deed.in_log_of(&provider.tenant_id).await?;
        if let Some(state_hash) = burnt {
            store::use_attempt(&mut deed, state_hash).await?;
        }
        if let Some(beginnings) = beginnings {
            beginnings.count(&mut deed).await?;
        }
        deed.note("outcome", "refused");
        deed.note("cause", cause);
        deed.commit("").await
    };
    match entered.await {
        Ok(()) => Error::Forbidden(told(cause)),
        Err(error) => error,
    }
}

/// Refuses what anybody can send as often as they like: counted by source and minute, so that it does not fill the log.
async fn turn_away(ctx: &Ctx, provider: &Provider, cause: &'static str) -> Error {
    ctx.refuse(&acts::SIGN_ON, &Object::free("provider", &provider.id), told(cause)).await
}

/// What the provider says of itself. That it failed to is entered once, not each time it is remembered.
async fn asked(ctx: &Ctx, means: &Means, provider: &Provider, beginnings: &Beginnings) -> Result<Discovered> {
    if let Some(cause) = means.remembered.trouble(&provider.id, ctx.now_ms()) {
        return Err(turn_away(ctx, provider, cause).await);
    }
    match means.remembered.discovered(&means.fetcher, provider, ctx).await {
        Ok(found) => Ok(found),
        Err(cause) => Err(refuse(ctx, provider, None, Some(beginnings), cause).await),
    }
}

/// Begins a sign-in at a provider.
pub async fn begin(ctx: &Ctx, means: &Means, provider_id: &str, next: &str, door: &Door) -> Result<Begun> {
    let provider = store::provider(ctx, provider_id).await?;
    let beginnings = federated::beginnings(ctx, door).await?;
    let found = asked(ctx, means, &provider, &beginnings).await?;
    let (browser, state) = (federated::new_secret(ctx)?, federated::new_secret(ctx)?);
    let attempt = Attempt {
        state_hash: federated::secret_hash(&state),
        provider_id: provider.id.clone(),
        browser_hash: federated::secret_hash(&browser),
        next: next.chars().take(1000).collect(),
    };
    let mut deed = ctx.begin(&acts::BEGIN_SIGN_ON, Object::free("provider", &provider.id)).await?;
    deed.in_log_of(&provider.tenant_id).await?;
    beginnings.count(&mut deed).await?;
    store::make_room(&mut deed, &provider.id, MOST_ATTEMPTS - 1).await?;
    store::add_attempt(&mut deed, &attempt, ctx.now_ms() + ATTEMPT_MS).await?;
    deed.commit("").await?;
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(derived("verifier", &browser, &state).as_bytes()));
    let mut address = Url::parse(&found.authorization_endpoint).map_err(Error::internal)?;
    address
        .query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", &provider.client_id)
        .append_pair("redirect_uri", &means.redirect_address(&provider.id))
        .append_pair("scope", "openid email profile")
        .append_pair("state", &state)
        .append_pair("nonce", &derived("nonce", &browser, &state))
        .append_pair("code_challenge", &challenge)
        .append_pair("code_challenge_method", "S256");
    Ok(Begun { address: address.into(), browser })
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
    #[serde(default)]
    access_token: String,
    #[serde(default)]
    token_type: String,
}

async fn exchange(
    means: &Means,
    provider: &Provider,
    secret: &str,
    found: &Discovered,
    answer: &Answer,
    browser: &str,
) -> Result<Tokens, No> {
    let redirect = means.redirect_address(&provider.id);
    let verifier = derived("verifier", browser, &answer.state);
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("code", answer.code.as_str()),
        ("redirect_uri", redirect.as_str()),
        ("code_verifier", verifier.as_str()),
        ("client_id", provider.client_id.as_str()),
    ];
    let basic = found.by_header().then_some((provider.client_id.as_str(), secret));
    if basic.is_none() {
        form.push(("client_secret", secret));
    }
    let answered = means.fetcher.post(&found.token_endpoint, &form, basic).await?;
    let tokens: Tokens = serde_json::from_slice(&answered.body).map_err(|_| "no-id-token")?;
    if tokens.token_type.eq_ignore_ascii_case("Bearer") { Ok(tokens) } else { Err("token-type".into()) }
}

/// What the provider vouches for, if its answer belongs to this browser and holds in every point.
async fn prove(
    ctx: &Ctx,
    means: &Means,
    provider: &Provider,
    attempt: &Attempt,
    answer: &Answer,
    browser: &str,
) -> Result<Claims, No> {
    if attempt.provider_id != provider.id {
        return Err("other-provider".into());
    }
    if !answer.error.is_empty() || answer.code.is_empty() || answer.code.len() > 4096 {
        return Err("no-code".into());
    }
    let now_ms = ctx.now_ms();
    let found = means.remembered.discovered(&means.fetcher, provider, ctx).await?;
    let named = !answer.iss.is_empty();
    if named && answer.iss != provider.issuer || !named && found.authorization_response_iss_parameter_supported {
        return Err("answer-of-another".into());
    }
    let secret = match means.secrets.read(&store::secret_id(ctx, &provider.id).await?) {
        Ok(secret) => secret,
        Err(error) => {
            // It is gone with a provider that was ended a moment ago.
            store::provider(ctx, &provider.id).await?;
            return Err(error.into());
        }
    };
    let tokens = exchange(means, provider, &secret, &found, answer, browser).await?;
    let keys = means.remembered.keys(&means.fetcher, provider, &found, &tokens.id_token, now_ms).await?;
    let expected = Expected {
        issuer: &provider.issuer,
        client_id: &provider.client_id,
        nonce: &derived("nonce", browser, &answer.state),
        access_token: &tokens.access_token,
        now_s: ctx.now_ms().div_euclid(1000),
    };
    Ok(id_token::verify(&tokens.id_token, &keys, expected)?)
}

fn claim<'a>(claims: &'a Claims, name: &str) -> &'a str {
    claims.get(name).and_then(|value| value.as_str()).unwrap_or("")
}

/// The verified address, in one of the provider's domains.
fn address(provider: &Provider, claims: &Claims) -> Result<String, No> {
    let email = claim(claims, "email").trim().to_lowercase();
    let domain = email.rsplit_once('@').map(|(_, domain)| domain).ok_or("no-email")?;
    if claims.get("email_verified") != Some(&serde_json::Value::Bool(true)) {
        return Err("email-not-verified".into());
    }
    if !provider.domains.iter().any(|own| own == domain) {
        return Err("email-of-another-domain".into());
    }
    Ok(email)
}

/// The account of a subject, and how it came to be that.
enum Account {
    /// Bound before.
    Bound(Known),
    /// Made just now.
    New(Known),
    /// There with the verified address, and bound to nothing of this provider.
    Found(Known),
}

/// The account of a subject: the one it is bound to, else the one with its verified address, else a new one.
async fn account(ctx: &Ctx, deed: &mut Deed, provider: &Provider, claims: &Claims) -> Result<Account, No> {
    if let Some(id) = store::bound(deed, &provider.id, claim(claims, "sub")).await? {
        let known = federated::person(ctx, &id).await?;
        return match known {
            known if known.tenant_id != provider.tenant_id => Err("other-tenant".into()),
            known if known.suspended => Err("suspended".into()),
            known => Ok(Account::Bound(known)),
        };
    }
    let email = address(provider, claims)?;
    match federated::person_by_email(ctx, &email).await? {
        Some(known) if known.tenant_id != provider.tenant_id => Err("other-tenant".into()),
        Some(known) if known.suspended => Err("suspended".into()),
        Some(known) if store::is_bound(deed, &provider.id, &known.id).await? => Err("bound-to-another-subject".into()),
        Some(known) => Ok(Account::Found(known)),
        None if !provider.brings_people => Err("unknown-person".into()),
        None => {
            let name = Some(claim(claims, "name").trim()).filter(|name| (1..=100).contains(&name.chars().count()));
            let name = name.unwrap_or_else(|| email.split('@').next().unwrap_or("")).to_owned();
            let id = federated::enter_person(ctx, deed, &provider.tenant_id, &email, &name).await?;
            deed.note("new", true);
            let tenant_id = provider.tenant_id.clone();
            Ok(Account::New(Known { id, tenant_id, email, name, suspended: false }))
        }
    }
}

/// Whether the provider says that there are groups which it tells elsewhere than in the token.
fn tells_groups_elsewhere(provider: &Provider, claims: &Claims) -> bool {
    let named = claims.get("_claim_names").and_then(|names| names.get(&provider.groups_claim)).is_some();
    named || claims.get("hasgroups").is_some_and(|has| *has == serde_json::Value::Bool(true))
}

/// Groups of the claim the provider is set up with. A provider that names none means none; nothing is known where it was
/// set up without groups, or tells them elsewhere.
fn groups_of(provider: &Provider, claims: &Claims) -> Result<Option<BTreeSet<String>>, No> {
    if provider.groups_claim.is_empty() {
        return Ok(None);
    }
    let Some(found) = claims.get(&provider.groups_claim) else {
        return Ok(if tells_groups_elsewhere(provider, claims) { None } else { Some(BTreeSet::new()) });
    };
    let all = found.as_array().filter(|all| all.len() <= MOST_GROUPS).ok_or("groups")?;
    Ok(Some(all.iter().filter_map(|group| group.as_str().map(str::to_owned)).collect()))
}

async fn enter(ctx: &Ctx, provider: &Provider, attempt: &Attempt, claims: &Claims) -> Result<Entered, No> {
    let groups = groups_of(provider, claims)?;
    let word = Word { provider, subject: claim(claims, "sub"), groups: groups.as_ref() };
    let mut deed = ctx.begin(&acts::SIGN_ON, Object::free("provider", &provider.id)).await?;
    deed.in_log_of(&provider.tenant_id).await?;
    // Waits for whoever ends the provider just now, so that no role is given by one that is ended.
    organisation::hold(&mut deed, &provider.tenant_id).await?;
    if !store::is_in_use(&mut deed, &provider.id).await? {
        return Err(Error::NotFound.into());
    }
    if !store::use_attempt(&mut deed, &attempt.state_hash).await? {
        return Err("state-used".into());
    }
    let mut tell = None;
    let known = match account(ctx, &mut deed, provider, claims).await? {
        Account::Bound(known) => known,
        Account::New(known) => {
            store::bind(&mut deed, &provider.id, word.subject, &known.id).await?;
            deed.note("bound", true);
            known
        }
        Account::Found(known) if linking::needs_own_proof(ctx, &mut deed, provider, &known).await? => {
            let secret = word.wait(ctx, &mut deed, &known.id, &attempt.next).await?;
            deed.note("outcome", "link asked");
            deed.note("account", known.id.as_str());
            deed.commit("").await?;
            return Ok(Entered::Link(secret));
        }
        Account::Found(known) => {
            word.link(ctx, &mut deed, &known.id).await?;
            tell = Some(known.email.clone());
            known
        }
    };
    word.settle(ctx, &mut deed, &known.id).await?;
    deed.note("outcome", "vouched");
    deed.note("account", known.id.as_str());
    deed.commit("").await?;
    Ok(Entered::In { account_id: known.id, tell })
}

/// Ends a sign-in with what the browser brought back: a session, an account to be linked, or a refusal that stands in the
/// log with its cause. What belongs to no sign-in of this browser is only counted.
pub async fn finish(
    ctx: &Ctx,
    means: &Means,
    provider_id: &str,
    answer: &Answer,
    browser: &str,
    door: &Door,
) -> Result<Finished> {
    let provider = store::provider(ctx, provider_id).await?;
    let attempt = store::attempt(ctx, &federated::secret_hash(&answer.state)).await?;
    let Some(attempt) = attempt else { return Err(turn_away(ctx, &provider, "state").await) };
    // Somebody else's attempt is left to its own browser.
    if !federated::is_secret_of(&attempt.browser_hash, browser) {
        return Err(turn_away(ctx, &provider, "other-browser").await);
    }
    let proved = async {
        let claims = prove(ctx, means, &provider, &attempt, answer, browser).await?;
        enter(ctx, &provider, &attempt, &claims).await
    };
    match proved.await {
        Ok(Entered::In { account_id, tell }) => {
            let admission = federated::admit(ctx, &account_id, door).await?;
            Ok(Finished::In { admission, next: attempt.next, tell })
        }
        Ok(Entered::Link(secret)) => Ok(Finished::Link(secret)),
        Err(No::Failed(error)) => Err(error),
        Err(No::Refused(cause)) => Err(refuse(ctx, &provider, Some(&attempt.state_hash), None, cause).await),
    }
}
