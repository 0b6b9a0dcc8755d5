//! Pages of identity: set-up, invitation, people here; signing in and one's own settings in files of their own.

use std::convert::Infallible;

use askama::Template;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router, extract::State};
use platform::Error;
use serde::Deserialize;

use super::links::{Newcomer, SetUp};
use super::mailing;
use super::model::{Account, Demand, FactorDemand, Headcount, OpenLink};
use crate::access;
use crate::face::asker::{held_cookie, secret_cookie};
use crate::face::page::{Faults, faults_or};
use crate::face::{Answer, App, Asker, Done, Html, Page, SignedIn, machine_tokens_of};
use crate::organisation::{self, Unit, roles};

mod demand;
mod lost_factors;
mod me;
mod proof;
mod sign_in;

pub use sign_in::let_in;

/// Name of the cookie that holds a one-time link's token once it has left the address.
const LINK_COOKIE: &str = "rashin_link";
const LINK_COOKIE_S: i64 = 30 * 60;

/// The routes.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/setup/{token}", get(enter_set_up))
        .route("/setup", get(show_set_up).post(set_up))
        .route("/invitations/{token}", get(enter_invitation))
        .route("/invitation", get(show_invitation).post(accept_invitation))
        .route("/accounts", get(show_accounts).post(invite))
        .route("/accounts/{id}/suspension", post(suspend))
        .route("/accounts/{id}/password-reset", post(offer_reset))
        .route("/accounts/links/{id}/withdrawal", post(withdraw_link))
        .merge(sign_in::routes())
        .merge(me::routes())
        .merge(proof::routes())
        .merge(lost_factors::routes())
        .merge(demand::routes())
}

/// Puts a link's token into a cookie for one page and leads there, so that it leaves the address, the history and what
/// is sent on to other places.
fn exchanged(app: &App, token: &str, to: &str) -> Response {
    let cookie = secret_cookie(app, LINK_COOKIE, token, to, LINK_COOKIE_S);
    (AppendHeaders([(header::SET_COOKIE, cookie)]), Redirect::to(to)).into_response()
}

/// Somebody on a way that goes over several pages, with the secrets of that way.
struct Visitor {
    app: App,
    asker: Asker,
    headers: HeaderMap,
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let Ok(asker) = Asker::from_request_parts(parts, app).await;
        Ok(Self { app: app.clone(), asker, headers: parts.headers.clone() })
    }
}

impl Visitor {
    /// What a cookie of the way holds; empty without it.
    fn held(&self, name: &str) -> &str {
        held_cookie(&self.app, &self.headers, name).unwrap_or("")
    }

    /// The token of the link one came by; not found without one.
    fn link_token(&self) -> Result<&str, Error> {
        Some(self.held(LINK_COOKIE)).filter(|token| !token.is_empty()).ok_or(Error::NotFound)
    }
}

#[derive(Template)]
#[template(path = "identity/pages/set_up.html")]
struct SetUpPage {
    page: Page,
    form: SetUp,
    faults: Faults,
}

async fn enter_set_up(State(app): State<App>, asker: Asker, Path(token): Path<String>) -> Answer<Response> {
    super::link(&asker.ctx, &token, "setup").await?;
    Ok(exchanged(&app, &token, "/setup"))
}

async fn show_set_up(visitor: Visitor) -> Answer<Html<SetUpPage>> {
    super::link(&visitor.asker.ctx, visitor.link_token()?, "setup").await?;
    let form = SetUp { kind: "company".to_owned(), ..SetUp::default() };
    Ok(Html(SetUpPage { page: visitor.asker.page, form, faults: Faults::default() }))
}

#[derive(Deserialize)]
struct SetUpForm {
    organisation: String,
    kind: String,
    name: String,
    email: String,
    password: String,
}

async fn set_up(visitor: Visitor, Form(form): Form<SetUpForm>) -> Answer<Response> {
    let input = SetUp {
        organisation: form.organisation,
        kind: form.kind,
        person: Newcomer { name: form.name, email: form.email, password: form.password },
    };
    let asker = &visitor.asker;
    match faults_or(super::set_up_at(&asker.ctx, visitor.link_token()?, &input, Some(&asker.door)).await)? {
        Ok(admission) => Ok(sign_in::welcomed(&visitor.app, &admission)),
        Err(faults) => Ok(Html(SetUpPage { page: visitor.asker.page, form: input, faults }).into_response()),
    }
}

#[derive(Template)]
#[template(path = "identity/pages/invitation.html")]
struct InvitationPage {
    page: Page,
    email: String,
    name: String,
    faults: Faults,
}

async fn enter_invitation(State(app): State<App>, asker: Asker, Path(token): Path<String>) -> Answer<Response> {
    super::link(&asker.ctx, &token, "invitation").await?;
    Ok(exchanged(&app, &token, "/invitation"))
}

async fn show_invitation(visitor: Visitor) -> Answer<Html<InvitationPage>> {
    let link = super::link(&visitor.asker.ctx, visitor.link_token()?, "invitation").await?;
    let email = link.email.unwrap_or_default();
    Ok(Html(InvitationPage { page: visitor.asker.page, email, name: String::new(), faults: Faults::default() }))
}

#[derive(Deserialize)]
struct InvitationForm {
    name: String,
    password: String,
}

async fn accept_invitation(visitor: Visitor, Form(form): Form<InvitationForm>) -> Answer<Response> {
    let (ctx, token) = (&visitor.asker.ctx, visitor.link_token()?);
    let link = super::link(ctx, token, "invitation").await?;
    let door = Some(&visitor.asker.door);
    match faults_or(super::accept_invitation_at(ctx, token, &form.name, &form.password, door).await)? {
        Ok(admission) => Ok(sign_in::welcomed(&visitor.app, &admission)),
        Err(faults) => {
            let email = link.email.unwrap_or_default();
            Ok(Html(InvitationPage { page: visitor.asker.page, email, name: form.name, faults }).into_response())
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
    own_roles: Vec<(String, String)>,
    open_links: Vec<OpenLink>,
    link: String,
    /// Key of what to say of the mail; empty where mail is not set up.
    mailed: &'static str,
    reset_link: String,
    /// Machine tokens that go on working after the reset.
    tokens: i64,
    email: String,
    demand: FactorDemand,
    /// Whether the person may change the demand.
    may_demand: bool,
    faults: Faults,
}

impl AccountsPage {
    /// What may be demanded, with what it is called and whom it would hold.
    fn demands(&self) -> Vec<(Demand, String, Option<Headcount>)> {
        let counted = |demand| match demand {
            Demand::Nobody => None,
            Demand::Administrators => Some(self.demand.administrators),
            Demand::Everybody => Some(self.demand.everybody),
        };
        let named = |demand: Demand| self.page.t(&format!("demand-of-{}", demand.as_str()));
        Demand::ALL.into_iter().map(|demand| (demand, named(demand), counted(demand))).collect()
    }

    /// How many more have no factor than are named.
    fn unnamed(&self) -> i64 {
        self.demand.everybody.without - i64::try_from(self.demand.without.len()).unwrap_or(0)
    }
}

async fn accounts_page(asker: &Asker, link: String, email: String, faults: Faults) -> Answer<Html<AccountsPage>> {
    let accounts = super::list_accounts(&asker.ctx).await?;
    let mut units = organisation::list_units(&asker.ctx).await?;
    units.retain(|unit| !unit.closed);
    let own_roles = access::open_roles(&asker.ctx).await?;
    Ok(Html(AccountsPage {
        page: asker.page.clone(),
        accounts,
        units,
        roles: roles::ALL,
        own_roles,
        open_links: super::open_links(&asker.ctx).await?,
        link,
        mailed: "",
        reset_link: String::new(),
        tokens: 0,
        email,
        demand: super::factor_demand(&asker.ctx).await?,
        may_demand: super::may_demand_factors(&asker.ctx).await?,
        faults,
    }))
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
    match faults_or(mailing::invite(&app, &asker.ctx, &form.email, &form.role, &form.unit).await)? {
        Ok(handed) => {
            let mut shown = accounts_page(&asker, handed.link, String::new(), Faults::default()).await?;
            shown.0.mailed = mailing::said(handed.mailed);
            Ok(shown)
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

async fn offer_reset(
    State(app): State<App>,
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
) -> Answer<Html<AccountsPage>> {
    let handed = mailing::offer_reset(&app, &asker.ctx, &id).await?;
    let mut page = accounts_page(&asker, String::new(), String::new(), Faults::default()).await?;
    page.0.mailed = mailing::said(handed.mailed);
    page.0.reset_link = handed.link;
    page.0.tokens = machine_tokens_of(&asker.ctx, &id).await?;
    Ok(page)
}

async fn withdraw_link(SignedIn(asker): SignedIn, Path(id): Path<String>) -> Answer<Done> {
    super::withdraw_link(&asker.ctx, &id).await?;
    Ok(Done::to("/accounts", "link-withdrawn"))
}
