//! Pages of single sign-on: setting it up, and the way to a provider and back.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use platform::{Actor, Ctx, Error, Object};
use serde::Deserialize;

use crate::access;
use crate::face::asker::{held_cookie, secret_cookie};
use crate::face::page::{Faults, encode, faults_or};
use crate::face::preferences::local_path;
use crate::face::{Answer, App, Asker, Done, Failure, Html, Page, SignedIn};
use crate::federation::linking::{self, Link, Linked};
use crate::federation::model::{GroupRole, NewProvider, Provider};
use crate::federation::sign_on::{self, Answer as Brought, Finished};
use crate::federation::{acts, providers};
use crate::identity::mailing;
use crate::identity::web::let_in;
use crate::organisation::{self, Unit, roles};

/// The cookie that binds a sign-in to the browser it was begun in.
const COOKIE: &str = "rashin_sso";
/// The cookie of an account that waits to be linked.
const LINK_COOKIE: &str = "rashin_sso_link";
const COOKIE_S: i64 = 600;

fn browser_cookie(app: &App, secret: &str) -> HeaderValue {
    secret_cookie(app, COOKIE, secret, "/sign-in/sso", COOKIE_S)
}

fn link_cookie(app: &App, secret: &str) -> HeaderValue {
    secret_cookie(app, LINK_COOKIE, secret, "/sign-in/sso", COOKIE_S)
}

/// Whoever comes by a provider is nobody known until it has vouched, even in a browser that has a session of somebody.
fn unknown(asker: &Asker) -> Ctx {
    asker.ctx.as_actor(Actor::Anonymous { source: asker.door.source.clone() })
}

#[derive(Template)]
#[template(path = "federation/pages/refused.html")]
struct RefusedPage {
    page: Page,
    message: String,
}

/// What the person reads where the provider's word does not hold.
fn refused_page(asker: Asker, error: Error) -> Answer<Response> {
    let (status, message) = match error {
        Error::Forbidden(message) => (StatusCode::FORBIDDEN, message),
        Error::TooMany(message) => (StatusCode::TOO_MANY_REQUESTS, message),
        error => return Err(Failure(error)),
    };
    let message = asker.page.message(&message);
    Ok((status, Html(RefusedPage { page: asker.page, message })).into_response())
}

#[derive(Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    email: String,
    #[serde(default)]
    next: String,
}

#[derive(Template)]
#[template(path = "federation/pages/door.html")]
struct DoorPage {
    page: Page,
    id: String,
    name: String,
    next: String,
}

/// Shows the way to the provider that answers for an address. A link, since browsers let no form lead to another site.
pub(super) async fn choose(asker: Asker, Query(choice): Query<Choice>) -> Answer<Response> {
    match providers::provider_for(&asker.ctx, &choice.email).await {
        Ok(found) => {
            let next = encode(&choice.next);
            Ok(Html(DoorPage { page: asker.page, id: found.id, name: found.name, next }).into_response())
        }
        Err(Error::NotFound) => {
            let message = asker.page.t("error-no-provider");
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(RefusedPage { page: asker.page, message })).into_response())
        }
        Err(error) => Err(Failure(error)),
    }
}

/// Whether a page of another site sent the browser here: then nobody is signed in before they say so themselves.
fn is_led_from_elsewhere(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok());
    site.is_some_and(|site| site != "same-origin" && site != "none")
}

pub(super) async fn begin(
    State(app): State<App>,
    asker: Asker,
    Path(id): Path<String>,
    Query(choice): Query<Choice>,
    headers: HeaderMap,
) -> Answer<Response> {
    if is_led_from_elsewhere(&headers) {
        let provider = providers::provider(&unknown(&asker), &id).await?;
        let next = encode(local_path(&choice.next));
        return Ok(Html(DoorPage { page: asker.page, id, name: provider.name, next }).into_response());
    }
    match sign_on::begin(&unknown(&asker), &app.sign_on, &id, local_path(&choice.next), &asker.door).await {
        Ok(begun) => {
            let cookie = browser_cookie(&app, &begun.browser);
            Ok((AppendHeaders([(header::SET_COOKIE, cookie)]), Redirect::to(&begun.address)).into_response())
        }
        Err(error) => refused_page(asker, error),
    }
}

pub(super) async fn finish(
    State(app): State<App>,
    asker: Asker,
    Path(id): Path<String>,
    Query(brought): Query<Brought>,
    headers: HeaderMap,
) -> Answer<Response> {
    let browser = held_cookie(&app, &headers, COOKIE).unwrap_or("").to_owned();
    match sign_on::finish(&unknown(&asker), &app.sign_on, &id, &brought, &browser, &asker.door).await {
        Ok(Finished::In { admission, next, tell }) => {
            if let Some(email) = tell {
                mailing::mail(&app, &email, &mailing::LINKED, &app.public_url).await;
            }
            let mut reply = let_in(&app, &asker, &admission, &next).await?;
            reply.headers_mut().append(header::SET_COOKIE, browser_cookie(&app, ""));
            Ok(reply)
        }
        Ok(Finished::Link(secret)) => {
            let cookies = [link_cookie(&app, &secret), browser_cookie(&app, "")];
            let headers = cookies.map(|cookie| (header::SET_COOKIE, cookie));
            Ok((AppendHeaders(headers), Redirect::to(&format!("/sign-in/sso/{id}/link"))).into_response())
        }
        Err(error) => refused_page(asker, error),
    }
}

#[derive(Template)]
#[template(path = "federation/pages/link.html")]
struct LinkPage {
    page: Page,
    id: String,
    link: Link,
    /// Where to sign in as before and come back from.
    door: String,
}

fn begin_again() -> Response {
    Done::to("/sign-in", "begin-again").into_response()
}

pub(super) async fn show_link(
    State(app): State<App>,
    asker: Asker,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Answer<Response> {
    let secret = held_cookie(&app, &headers, LINK_COOKIE).unwrap_or("");
    match linking::link_asked(&asker.ctx, &id, secret).await {
        Ok(link) => {
            let door = format!("/sign-in?next={}", encode(&format!("/sign-in/sso/{id}/link")));
            Ok(Html(LinkPage { page: asker.page, id, link, door }).into_response())
        }
        Err(Error::NotFound) => Ok(begin_again()),
        Err(error) => Err(Failure(error)),
    }
}

pub(super) async fn link(
    State(app): State<App>,
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
    headers: HeaderMap,
    Form(Nothing {}): Form<Nothing>,
) -> Answer<Response> {
    let secret = held_cookie(&app, &headers, LINK_COOKIE).unwrap_or("");
    match linking::link(&asker.ctx, &id, secret).await {
        Ok(Linked { email, next }) => {
            mailing::mail(&app, &email, &mailing::LINKED, &app.public_url).await;
            let to = Done::to(local_path(&next), "sign-on-linked");
            let headers = [(header::SET_COOKIE, link_cookie(&app, ""))];
            Ok((AppendHeaders(headers), to).into_response())
        }
        Err(Error::NotFound) => Ok(begin_again()),
        Err(error) => Err(Failure(error)),
    }
}

#[derive(Template)]
#[template(path = "federation/pages/sign_on.html")]
struct SignOnPage {
    page: Page,
    providers: Vec<(Provider, String)>,
    mapped: Vec<GroupRole>,
    units: Vec<Unit>,
    roles: &'static [&'static str],
    own_roles: Vec<(String, String)>,
    form: ProviderForm,
    group: String,
    manages: bool,
    faults: Faults,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub(super) struct ProviderForm {
    provider_name: String,
    issuer: String,
    client_id: String,
    client_secret: String,
    domains: String,
    groups_claim: String,
    brings_people: String,
}

async fn page(app: &App, asker: &Asker, form: ProviderForm, group: String, faults: Faults) -> Answer<SignOnPage> {
    let ctx = &asker.ctx;
    let providers = providers::list_providers(ctx).await?;
    let providers = providers.into_iter().map(|provider| {
        let address = app.sign_on.redirect_address(&provider.id);
        (provider, address)
    });
    let providers = providers.collect();
    let mapped = providers::list_group_roles(ctx).await?;
    let mut units = organisation::list_units(ctx).await?;
    units.retain(|unit| !unit.closed);
    let (_, tenant_id) = ctx.account()?;
    let manages = ctx.may(&acts::MANAGE_SIGN_ON, &Object::of_unit("tenant", tenant_id, tenant_id)).await?;
    let own_roles = access::open_roles(ctx).await?;
    let page = asker.page.clone();
    Ok(SignOnPage { page, providers, mapped, units, roles: roles::ALL, own_roles, form, group, manages, faults })
}

pub(super) async fn show(State(app): State<App>, SignedIn(asker): SignedIn) -> Answer<Response> {
    let form = ProviderForm { groups_claim: "groups".to_owned(), ..ProviderForm::default() };
    Ok(Html(page(&app, &asker, form, String::new(), Faults::default()).await?).into_response())
}

pub(super) async fn add_provider(
    State(app): State<App>,
    SignedIn(asker): SignedIn,
    Form(form): Form<ProviderForm>,
) -> Answer<Response> {
    let new = NewProvider {
        name: form.provider_name.clone(),
        issuer: form.issuer.clone(),
        client_id: form.client_id.clone(),
        client_secret: form.client_secret.clone(),
        domains: form.domains.clone(),
        groups_claim: form.groups_claim.clone(),
        brings_people: form.brings_people == "yes",
    };
    match faults_or(providers::add_provider(&asker.ctx, &app.sign_on, &new).await)? {
        Ok(_) => Ok(Done::to("/sign-on", "provider-added").into_response()),
        Err(faults) => {
            let shown = page(&app, &asker, form, String::new(), faults).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(shown)).into_response())
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Nothing {}

pub(super) async fn end_provider(
    State(app): State<App>,
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
    Form(Nothing {}): Form<Nothing>,
) -> Answer<Done> {
    providers::end_provider(&asker.ctx, &app.sign_on, &id).await?;
    Ok(Done::to("/sign-on", "provider-ended"))
}

#[derive(Deserialize)]
pub(super) struct GroupForm {
    group: String,
    role: String,
    unit: String,
}

pub(super) async fn map_group(
    State(app): State<App>,
    SignedIn(asker): SignedIn,
    Form(form): Form<GroupForm>,
) -> Answer<Response> {
    match faults_or(providers::map_group(&asker.ctx, &form.group, &form.role, &form.unit).await)? {
        Ok(_) => Ok(Done::to("/sign-on", "group-mapped").into_response()),
        Err(faults) => {
            let shown = page(&app, &asker, ProviderForm::default(), form.group, faults).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(shown)).into_response())
        }
    }
}

pub(super) async fn unmap_group(
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
    Form(Nothing {}): Form<Nothing>,
) -> Answer<Done> {
    providers::unmap_group(&asker.ctx, &id).await?;
    Ok(Done::to("/sign-on", "group-unmapped"))
}
