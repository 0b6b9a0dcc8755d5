//! Pages of signing in: password, second step, passkey, a new password by a link.

use askama::Template;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use platform::Error;
use serde::{Deserialize, Serialize};
use webauthn_rs::prelude::PublicKeyCredential;

use super::{Visitor, exchanged};
use crate::face::asker::{device_cookie, secret_cookie, session_cookie};
use crate::face::page::{Faults, encode, faults_or};
use crate::face::preferences::local_path;
use crate::face::{Answer, App, Asker, Done, Doors, Failure, Html, Page, SignedIn, doors};
use crate::identity::passkeys::{self, Site};
use crate::identity::sign_in::{Admission, Entry, second_step_has_passkeys};

/// Holds the ticket between the steps.
const STEP_COOKIE: &str = "rashin_step";
/// Holds the ticket of a passkey's ceremony.
pub(super) const CEREMONY_COOKIE: &str = "rashin_ceremony";
const STEP_S: i64 = 5 * 60;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/sign-in", get(show_sign_in).post(sign_in))
        .route("/sign-in/second-step", get(show_second_step).post(second_step))
        .route("/sign-in/passkey/ceremony", post(begin_passkey))
        .route("/sign-in/passkey", post(finish_passkey))
        .route("/sign-out", post(sign_out))
        .route("/password-resets/{token}", get(enter_reset))
        .route("/password-reset", get(show_reset).post(take_reset))
}

#[derive(Template)]
#[template(path = "identity/pages/sign_in.html")]
struct SignInPage {
    page: Page,
    email: String,
    next: String,
    failure: String,
    doors: Doors,
}

#[derive(Deserialize)]
struct Next {
    #[serde(default)]
    next: String,
}

async fn show_sign_in(asker: Asker, Query(query): Query<Next>) -> Answer<Response> {
    if asker.found.is_some() {
        return Ok(Redirect::to(local_path(&query.next)).into_response());
    }
    let doors = doors(&asker.ctx, &query.next).await?;
    let (page, next) = (asker.page, query.next);
    Ok(Html(SignInPage { page, email: String::new(), next, failure: String::new(), doors }).into_response())
}

#[derive(Deserialize)]
struct SignInForm {
    email: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// The cookies of somebody who got in; those of the way there go.
fn entered(app: &App, admission: &Admission) -> AppendHeaders<Vec<(header::HeaderName, HeaderValue)>> {
    let mut cookies = vec![
        session_cookie(app, &admission.token),
        secret_cookie(app, STEP_COOKIE, "", "/sign-in", 0),
        secret_cookie(app, CEREMONY_COOKIE, "", "/", 0),
    ];
    cookies.extend(device_cookie(app, admission.device.as_deref()));
    AppendHeaders(cookies.into_iter().map(|cookie| (header::SET_COOKIE, cookie)).collect())
}

/// Leads somebody whom a link let in to the first page.
pub(super) fn welcomed(app: &App, admission: &Admission) -> Response {
    (entered(app, admission), Redirect::to("/")).into_response()
}

/// Without a session, and known by this browser where it is new, to the sign-in page.
fn shown_out(app: &App, device: Option<&str>, to: &str) -> Response {
    let cookies: Vec<_> = std::iter::once(session_cookie(app, "")).chain(device_cookie(app, device)).collect();
    (AppendHeaders(cookies.into_iter().map(|cookie| (header::SET_COOKIE, cookie))), Redirect::to(to)).into_response()
}

/// Where somebody who got in goes on, told of what happened meanwhile.
fn destination(admission: &Admission, next: &str) -> String {
    let next = local_path(next);
    match (admission.factors_taken, admission.linked) {
        (true, _) => Done::to(next, "factors-taken").address().to_owned(),
        (_, true) => Done::to(next, "sign-on-linked").address().to_owned(),
        _ => next.to_owned(),
    }
}

/// Leads somebody who got in on; a session one still has ends.
pub async fn let_in(app: &App, asker: &Asker, admission: &Admission, next: &str) -> Answer<Response> {
    leave_old(asker).await?;
    Ok((entered(app, admission), Redirect::to(&destination(admission, next))).into_response())
}

/// Ends the session one still has when signing in anew.
async fn leave_old(asker: &Asker) -> Answer<()> {
    if asker.found.is_some() {
        crate::identity::sign_out(&asker.ctx, asker.token()).await?;
    }
    Ok(())
}

/// What a refusal at the door says; other failures pass on.
fn refusal(page: &Page, error: Error) -> Answer<String> {
    match error {
        Error::Invalid(faults) => Ok(faults.first().map(|fault| page.message(&fault.message)).unwrap_or_default()),
        Error::TooMany(message) => Ok(page.message(&message)),
        error => Err(Failure(error)),
    }
}

async fn sign_in(State(app): State<App>, asker: Asker, Form(form): Form<SignInForm>) -> Answer<Response> {
    let failure = match crate::identity::sign_in(&asker.ctx, &form.email, &form.password, &asker.door).await {
        Ok(Entry::In(admission)) => return let_in(&app, &asker, &admission, &form.next).await,
        Ok(Entry::SecondStep(ticket)) => {
            let cookie = secret_cookie(&app, STEP_COOKIE, &ticket, "/sign-in", STEP_S);
            let to = format!("/sign-in/second-step?next={}", encode(local_path(&form.next)));
            return Ok((AppendHeaders([(header::SET_COOKIE, cookie)]), Redirect::to(&to)).into_response());
        }
        Err(error) => refusal(&asker.page, error)?,
    };
    let doors = doors(&asker.ctx, &form.next).await?;
    Ok(Html(SignInPage { page: asker.page, email: form.email, next: form.next, failure, doors }).into_response())
}

#[derive(Template)]
#[template(path = "identity/pages/second_step.html")]
struct SecondStepPage {
    page: Page,
    next: String,
    failure: String,
    passkeys: bool,
}

async fn show_second_step(visitor: Visitor, Query(query): Query<Next>) -> Answer<Response> {
    let Ok(passkeys) = second_step_has_passkeys(&visitor.asker.ctx, visitor.held(STEP_COOKIE)).await else {
        return Ok(Done::to("/sign-in", "begin-again").into_response());
    };
    Ok(Html(SecondStepPage { page: visitor.asker.page, next: query.next, failure: String::new(), passkeys })
        .into_response())
}

#[derive(Deserialize)]
struct CodeForm {
    code: String,
    #[serde(default)]
    next: String,
}

async fn second_step(visitor: Visitor, Form(form): Form<CodeForm>) -> Answer<Response> {
    let (asker, ticket) = (&visitor.asker, visitor.held(STEP_COOKIE));
    let failure = match crate::identity::second_step(&asker.ctx, ticket, &form.code, &asker.door).await {
        Ok(admission) => return let_in(&visitor.app, asker, &admission, &form.next).await,
        Err(Error::NotFound) => return Ok(Done::to("/sign-in", "begin-again").into_response()),
        Err(error) => refusal(&asker.page, error)?,
    };
    let passkeys = second_step_has_passkeys(&asker.ctx, ticket).await?;
    Ok(Html(SecondStepPage { page: visitor.asker.page, next: form.next, failure, passkeys }).into_response())
}

/// Options of a ceremony with its ticket in a cookie.
pub(super) fn begun(app: &App, begun: passkeys::Begun) -> Response {
    let cookie = secret_cookie(app, CEREMONY_COOKIE, &begun.ticket, "/", STEP_S);
    (AppendHeaders([(header::SET_COOKIE, cookie)]), Json(begun.options)).into_response()
}

/// Where the script goes on to.
#[derive(Serialize)]
pub(super) struct GoOn {
    pub(super) to: String,
}

/// Why a script's request was refused, in words for the person.
#[derive(Serialize)]
struct Told {
    message: String,
}

/// Answers a script: refusals that people understand are told in JSON, other failures pass on.
pub(super) fn told(page: &Page, outcome: Answer<Response>) -> Answer<Response> {
    let message = match outcome {
        Err(Failure(Error::Invalid(faults))) => faults.first().map(|fault| page.message(&fault.message)),
        Err(Failure(Error::TooMany(message) | Error::Conflict(message))) => Some(page.message(&message)),
        Err(Failure(Error::NotFound)) => Some(page.t("error-passkey")),
        other => return other,
    };
    let told = Told { message: message.unwrap_or_default() };
    Ok((axum::http::StatusCode::UNPROCESSABLE_ENTITY, Json(told)).into_response())
}

#[derive(Deserialize)]
struct Step {
    #[serde(default)]
    second: String,
}

/// The ticket of the second step, where a passkey is that step.
fn step_of<'a>(visitor: &'a Visitor, second: &str) -> Option<&'a str> {
    (second == "yes").then(|| visitor.held(STEP_COOKIE))
}

async fn begin_passkey(visitor: Visitor, Json(step): Json<Step>) -> Answer<Response> {
    let (app, asker) = (&visitor.app, &visitor.asker);
    let outcome = async {
        let site = Site::needed(&app.public_url)?;
        let second = step_of(&visitor, &step.second);
        Ok(begun(app, passkeys::begin_sign_in(&asker.ctx, &site, second, &asker.door).await?))
    };
    told(&asker.page, outcome.await)
}

#[derive(Deserialize)]
struct Proof {
    #[serde(default)]
    second: String,
    #[serde(default)]
    next: String,
    credential: PublicKeyCredential,
}

async fn finish_passkey(visitor: Visitor, Json(proof): Json<Proof>) -> Answer<Response> {
    let (app, asker) = (&visitor.app, &visitor.asker);
    let outcome = async {
        let site = Site::needed(&app.public_url)?;
        let (ceremony, second) = (visitor.held(CEREMONY_COOKIE), step_of(&visitor, &proof.second));
        let (ctx, door) = (&asker.ctx, &asker.door);
        let admission = passkeys::finish_sign_in(ctx, &site, ceremony, second, &proof.credential, door).await?;
        leave_old(asker).await?;
        let to = destination(&admission, &proof.next);
        Ok((entered(app, &admission), Json(GoOn { to })).into_response())
    };
    told(&asker.page, outcome.await)
}

async fn sign_out(State(app): State<App>, SignedIn(asker): SignedIn) -> Answer<Response> {
    crate::identity::sign_out(&asker.ctx, asker.token()).await?;
    Ok(shown_out(&app, None, "/sign-in?done=signed-out"))
}

#[derive(Template)]
#[template(path = "identity/pages/password_reset.html")]
struct ResetPage {
    page: Page,
    email: String,
    faults: Faults,
}

async fn enter_reset(State(app): State<App>, asker: Asker, Path(token): Path<String>) -> Answer<Response> {
    crate::identity::reset(&asker.ctx, &token).await?;
    Ok(exchanged(&app, &token, "/password-reset"))
}

async fn show_reset(visitor: Visitor) -> Answer<Html<ResetPage>> {
    let email = crate::identity::reset(&visitor.asker.ctx, visitor.link_token()?).await?;
    Ok(Html(ResetPage { page: visitor.asker.page, email, faults: Faults::default() }))
}

#[derive(Deserialize)]
struct ResetForm {
    password: String,
}

async fn take_reset(visitor: Visitor, Form(form): Form<ResetForm>) -> Answer<Response> {
    let (ctx, token) = (&visitor.asker.ctx, visitor.link_token()?);
    let email = crate::identity::reset(ctx, token).await?;
    match faults_or(crate::identity::take_reset(ctx, token, &form.password).await)? {
        Ok(device) => Ok(shown_out(&visitor.app, device.as_deref(), "/sign-in?done=password-reset")),
        Err(faults) => Ok(Html(ResetPage { page: visitor.asker.page, email, faults }).into_response()),
    }
}
