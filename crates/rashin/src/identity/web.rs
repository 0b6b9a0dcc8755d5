//! Pages of identity: set-up, sign-in, invitation, people, one's own settings.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::header;
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router, extract::State};
use platform::{Error, Fault};
use serde::Deserialize;

use super::links::{Newcomer, SetUp};
use super::model::Account;
use crate::access::{self, Grant};
use crate::face::asker::session_cookie;
use crate::face::page::{Faults, faults_or};
use crate::face::preferences::local_path;
use crate::face::{Answer, App, Asker, Done, Doors, Failure, Html, Page, SignedIn, doors};
use crate::organisation::{self, Unit, roles};

/// The routes.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/setup/{token}", get(show_set_up).post(set_up))
        .route("/sign-in", get(show_sign_in).post(sign_in))
        .route("/sign-out", post(sign_out))
        .route("/invitations/{token}", get(show_invitation).post(accept_invitation))
        .route("/accounts", get(show_accounts).post(invite))
        .route("/accounts/{id}/suspension", post(suspend))
        .route("/me", get(show_me))
        .route("/me/password", post(change_password))
}

fn admitted(app: &App, token: &str, to: &str) -> Response {
    (AppendHeaders([(header::SET_COOKIE, session_cookie(app, token))]), Redirect::to(local_path(to))).into_response()
}

#[derive(Template)]
#[template(path = "identity/pages/set_up.html")]
struct SetUpPage {
    page: Page,
    form: SetUp,
    faults: Faults,
}

async fn show_set_up(asker: Asker, Path(token): Path<String>) -> Answer<Html<SetUpPage>> {
    super::link(&asker.ctx, &token, "setup").await?;
    let form = SetUp { kind: "company".to_owned(), ..SetUp::default() };
    Ok(Html(SetUpPage { page: asker.page, form, faults: Faults::default() }))
}

#[derive(Deserialize)]
struct SetUpForm {
    organisation: String,
    kind: String,
    name: String,
    email: String,
    password: String,
}

async fn set_up(
    State(app): State<App>,
    asker: Asker,
    Path(token): Path<String>,
    Form(form): Form<SetUpForm>,
) -> Answer<Response> {
    let input = SetUp {
        organisation: form.organisation,
        kind: form.kind,
        person: Newcomer { name: form.name, email: form.email, password: form.password },
    };
    match faults_or(super::set_up(&asker.ctx, &token, &input).await)? {
        Ok(session) => Ok(admitted(&app, &session, "/")),
        Err(faults) => Ok(Html(SetUpPage { page: asker.page, form: input, faults }).into_response()),
    }
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

async fn sign_in(State(app): State<App>, asker: Asker, Form(form): Form<SignInForm>) -> Answer<Response> {
    let failure = match super::sign_in(&asker.ctx, &form.email, &form.password, &asker.source).await {
        Ok(token) => return Ok(admitted(&app, &token, &form.next)),
        Err(Error::Invalid(faults)) => {
            faults.first().map(|fault| asker.page.message(&fault.message)).unwrap_or_default()
        }
        Err(Error::TooMany(message)) => asker.page.message(&message),
        Err(error) => return Err(Failure(error)),
    };
    let doors = doors(&asker.ctx, &form.next).await?;
    Ok(Html(SignInPage { page: asker.page, email: form.email, next: form.next, failure, doors }).into_response())
}

async fn sign_out(State(app): State<App>, SignedIn(asker): SignedIn) -> Answer<Response> {
    if let Some(found) = &asker.found {
        super::sign_out(&asker.ctx, &found.token).await?;
    }
    Ok(admitted(&app, "", "/sign-in?done=signed-out"))
}

#[derive(Template)]
#[template(path = "identity/pages/invitation.html")]
struct InvitationPage {
    page: Page,
    email: String,
    name: String,
    faults: Faults,
}

async fn show_invitation(asker: Asker, Path(token): Path<String>) -> Answer<Html<InvitationPage>> {
    let link = super::link(&asker.ctx, &token, "invitation").await?;
    let email = link.email.unwrap_or_default();
    Ok(Html(InvitationPage { page: asker.page, email, name: String::new(), faults: Faults::default() }))
}

#[derive(Deserialize)]
struct InvitationForm {
    name: String,
    password: String,
}

async fn accept_invitation(
    State(app): State<App>,
    asker: Asker,
    Path(token): Path<String>,
    Form(form): Form<InvitationForm>,
) -> Answer<Response> {
    let link = super::link(&asker.ctx, &token, "invitation").await?;
    match faults_or(super::accept_invitation(&asker.ctx, &token, &form.name, &form.password).await)? {
        Ok(session) => Ok(admitted(&app, &session, "/")),
        Err(faults) => {
            let email = link.email.unwrap_or_default();
            Ok(Html(InvitationPage { page: asker.page, email, name: form.name, faults }).into_response())
        }
    }
}

#[derive(Template)]
#[template(path = "identity/pages/accounts.html")]
struct AccountsPage {
    page: Page,
    accounts: Vec<Account>,
    units: Vec<Unit>,
    roles: &'static [&'static str],
    link: String,
    email: String,
    faults: Faults,
}

async fn accounts_page(asker: &Asker, link: String, email: String, faults: Faults) -> Answer<Html<AccountsPage>> {
    let accounts = super::list_accounts(&asker.ctx).await?;
    let mut units = organisation::list_units(&asker.ctx).await?;
    units.retain(|unit| !unit.closed);
    Ok(Html(AccountsPage { page: asker.page.clone(), accounts, units, roles: roles::ALL, link, email, faults }))
}

async fn show_accounts(SignedIn(asker): SignedIn) -> Answer<Html<AccountsPage>> {
    accounts_page(&asker, String::new(), String::new(), Faults::default()).await
}

#[derive(Deserialize)]
struct InviteForm {
    email: String,
    role: String,
    unit: String,
}

async fn invite(
    State(app): State<App>,
    SignedIn(asker): SignedIn,
    Form(form): Form<InviteForm>,
) -> Answer<Html<AccountsPage>> {
    match faults_or(super::invite(&asker.ctx, &form.email, &form.role, &form.unit).await)? {
        Ok(token) => {
            let link = format!("{}/invitations/{token}", app.public_url);
            accounts_page(&asker, link, String::new(), Faults::default()).await
        }
        Err(faults) => accounts_page(&asker, String::new(), form.email, faults).await,
    }
}

#[derive(Deserialize)]
struct ReasonForm {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    suspended: String,
}

async fn suspend(SignedIn(asker): SignedIn, Path(id): Path<String>, Form(form): Form<ReasonForm>) -> Answer<Done> {
    if form.suspended == "yes" {
        super::suspend(&asker.ctx, &id, &form.reason).await?;
        Ok(Done::to("/accounts", "suspended"))
    } else {
        super::unsuspend(&asker.ctx, &id, &form.reason).await?;
        Ok(Done::to("/accounts", "unsuspended"))
    }
}

#[derive(Template)]
#[template(path = "identity/pages/me.html")]
struct MePage {
    page: Page,
    grants: Vec<Grant>,
    faults: Faults,
}

async fn show_me(SignedIn(asker): SignedIn) -> Answer<Html<MePage>> {
    let grants = access::own_grants(&asker.ctx).await?;
    Ok(Html(MePage { page: asker.page, grants, faults: Faults::default() }))
}

#[derive(Deserialize)]
struct PasswordForm {
    old_password: String,
    new_password: String,
}

async fn change_password(SignedIn(asker): SignedIn, Form(form): Form<PasswordForm>) -> Answer<Response> {
    let token = asker.found.as_ref().map(|found| found.token.clone()).unwrap_or_default();
    let outcome = super::change_password(&asker.ctx, &form.old_password, &form.new_password, &token).await;
    match faults_or(outcome)? {
        Ok(()) => Ok(Done::to("/me", "password").into_response()),
        Err(Faults(faults)) => {
            let named = |fault: Fault| Fault {
                field: fault.field.replace("password", "new_password").replace("old_new_", "old_"),
                ..fault
            };
            let faults = Faults(faults.into_iter().map(named).collect());
            let grants = access::own_grants(&asker.ctx).await?;
            Ok(Html(MePage { page: asker.page, grants, faults }).into_response())
        }
    }
}
