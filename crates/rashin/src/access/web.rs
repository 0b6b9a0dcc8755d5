//! Pages of access: the tenant's own roles, and why somebody may. Forms by which roles are given stand on the page of
//! people.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use platform::{Act, Error};
use serde::Deserialize;

use super::actions::Terms;
use super::consents::{self, Consent};
use super::custom::{self, may_manage_roles, offered};
use super::explain::Explanation;
use super::model::{CustomRole, Party, checked_until};
use crate::domains;
use crate::face::page::{Faults, encode, faults_or};
use crate::face::{Answer, App, Asker, Done, Failure, Html, Page, SignedIn};
use crate::organisation::{self, Unit, roles};

/// The routes.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/accounts/{id}/grants", post(add_grant))
        .route("/accounts/{id}/grants/{grant}/end", post(end_grant))
        .route("/access/roles", get(show_roles).post(make_role))
        .route("/access/roles/{id}", post(change_role))
        .route("/access/roles/{id}/closure", post(close_role))
        .route("/access/explain", get(show_explanation))
        .route("/access/parties", get(show_parties).post(enter_party))
        .route("/access/consents", get(show_consents))
        .route("/access/consents/{id}/decision", post(decide))
}

#[derive(Deserialize)]
struct GrantForm {
    role: String,
    unit: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    until: String,
}

async fn add_grant(SignedIn(asker): SignedIn, Path(id): Path<String>, Form(form): Form<GrantForm>) -> Answer<Done> {
    let until_ms = checked_until(&form.until, asker.ctx.now_ms()).map_err(|fault| Error::Invalid(vec![fault]))?;
    let terms = Terms { role: &form.role, unit_id: &form.unit, reason: &form.reason, until_ms };
    super::grant(&asker.ctx, &id, &terms).await?;
    Ok(Done::to("/accounts", "granted"))
}

#[derive(Deserialize)]
struct ReasonForm {
    #[serde(default)]
    reason: String,
}

async fn end_grant(
    SignedIn(asker): SignedIn,
    Path((id, grant)): Path<(String, String)>,
    Form(form): Form<ReasonForm>,
) -> Answer<Done> {
    super::end_grant(&asker.ctx, &id, &grant, &form.reason).await?;
    Ok(Done::to("/accounts", "grant-ended"))
}

#[derive(Template)]
#[template(path = "access/pages/roles.html")]
struct RolesPage {
    page: Page,
    roles: Vec<CustomRole>,
    offered: Vec<&'static Act>,
    manages: bool,
    faults: Faults,
    name: String,
    chosen: Vec<String>,
    /// Where the list goes on, if it does.
    more: Option<u32>,
}

impl RolesPage {
    fn is_chosen(&self, act: &Act) -> bool {
        self.chosen.iter().any(|chosen| chosen == act.id)
    }
}

/// Which piece of a list.
#[derive(Deserialize, Default, Clone, Copy)]
#[serde(default)]
struct Piece {
    skip: u32,
}

impl Piece {
    /// Where the list goes on after a full piece.
    fn next(self, found: usize, full: u16) -> Option<u32> {
        (found >= usize::from(full)).then(|| self.skip.saturating_add(u32::from(full)))
    }
}

async fn roles_page(asker: &Asker, piece: Piece, form: RoleForm, faults: Faults) -> Answer<Html<RolesPage>> {
    let roles = super::list_roles(&asker.ctx, piece.skip).await?;
    let more = piece.next(roles.len(), custom::PIECE);
    let manages = may_manage_roles(&asker.ctx).await?;
    let (page, offered) = (asker.page.clone(), offered().collect());
    Ok(Html(RolesPage { page, roles, offered, manages, faults, name: form.name, chosen: form.acts, more }))
}

async fn show_roles(SignedIn(asker): SignedIn, Query(piece): Query<Piece>) -> Answer<Html<RolesPage>> {
    roles_page(&asker, piece, RoleForm::default(), Faults::default()).await
}

/// A role as a form sends it: `acts` as often as there are acts.
#[derive(Default)]
struct RoleForm {
    name: String,
    acts: Vec<String>,
    version: i64,
}

impl RoleForm {
    fn of(pairs: Vec<(String, String)>) -> Self {
        let mut form = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "role_name" => form.name = value,
                "acts" => form.acts.push(value),
                "version" => form.version = value.parse().unwrap_or_default(),
                _ => {}
            }
        }
        form
    }
}

async fn make_role(SignedIn(asker): SignedIn, Form(pairs): Form<Vec<(String, String)>>) -> Answer<Response> {
    let form = RoleForm::of(pairs);
    match faults_or(super::make_role(&asker.ctx, &form.name, &form.acts).await)? {
        Ok(_) => Ok(Done::to("/access/roles", "role-made").into_response()),
        Err(faults) => Ok(roles_page(&asker, Piece::default(), form, faults).await?.into_response()),
    }
}

async fn change_role(
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Answer<Done> {
    let form = RoleForm::of(pairs);
    super::change_role(&asker.ctx, &id, &form.name, &form.acts, form.version).await?;
    Ok(Done::to("/access/roles", "role-changed"))
}

async fn close_role(SignedIn(asker): SignedIn, Path(id): Path<String>, Form(form): Form<ReasonForm>) -> Answer<Done> {
    super::close_role(&asker.ctx, &id, &form.reason).await?;
    Ok(Done::to("/access/roles", "role-closed"))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Question {
    person: String,
    act: String,
    object: String,
    /// Something else than a unit, by its identifier.
    other: String,
}

#[derive(Template)]
#[template(path = "access/pages/explain.html")]
struct ExplainPage {
    page: Page,
    question: Question,
    units: Vec<Unit>,
    acts: Vec<&'static Act>,
    answer: Option<Explanation>,
    faults: Faults,
}

async fn show_explanation(SignedIn(asker): SignedIn, Query(question): Query<Question>) -> Answer<Html<ExplainPage>> {
    let units = organisation::list_units(&asker.ctx).await?;
    let acts = domains::ALL.iter().flat_map(|domain| domain.acts).copied();
    // The others are for everybody, or for the installation alone.
    let acts = acts.filter(|act| act.roles.iter().any(|role| roles::ALL.contains(role))).collect();
    let (mut answer, mut faults) = (None, Faults::default());
    let object = Some(question.other.trim()).filter(|other| !other.is_empty()).unwrap_or(&question.object);
    if !object.is_empty() {
        match faults_or(super::explain(&asker.ctx, &question.person, &question.act, object).await)? {
            Ok(found) => answer = Some(found),
            Err(found) => faults = found,
        }
    }
    Ok(Html(ExplainPage { page: asker.page, question, units, acts, answer, faults }))
}

#[derive(Template)]
#[template(path = "access/pages/parties.html")]
struct PartiesPage {
    page: Page,
    /// Units of external parties, as (unit, party).
    outside: Vec<(Unit, String)>,
    /// Units that could be.
    inside: Vec<Unit>,
}

async fn show_parties(SignedIn(asker): SignedIn) -> Answer<Html<PartiesPage>> {
    let mut units = organisation::list_units(&asker.ctx).await?;
    units.retain(|unit| !unit.closed && unit.parent_id.is_some());
    let parties = super::parties(&asker.ctx).await?;
    let mut parties: BTreeMap<String, String> = parties.into_iter().map(|party| (party.unit_id, party.party)).collect();
    let (mut outside, mut inside) = (Vec::new(), Vec::new());
    for unit in units {
        match parties.remove(&unit.id) {
            Some(party) => outside.push((unit, party)),
            None => inside.push(unit),
        }
    }
    Ok(Html(PartiesPage { page: asker.page, outside, inside }))
}

#[derive(Deserialize)]
struct PartyForm {
    unit: String,
    #[serde(default)]
    party: String,
}

async fn enter_party(SignedIn(asker): SignedIn, Form(form): Form<PartyForm>) -> Answer<Done> {
    super::enter_party(&asker.ctx, &form.unit, &form.party).await.map_err(Failure)?;
    Ok(Done::to("/access/parties", "party-entered"))
}

#[derive(Template)]
#[template(path = "access/pages/consents.html")]
struct ConsentsPage {
    page: Page,
    consents: Vec<Consent>,
    own: String,
    now_ms: i64,
    /// Where the list goes on, if it does.
    more: Option<u32>,
}

impl ConsentsPage {
    /// What exactly is asked, in words.
    fn what(&self, consent: &Consent) -> String {
        let asked: serde_json::Value = serde_json::from_str(&consent.content).unwrap_or_default();
        let text = |name: &str| asked[name].as_str().unwrap_or_default().to_owned();
        match consent.object_kind.as_str() {
            "unit" => self.page.t1("consents-what-unit", "name", text("name")),
            "log-entry" if asked["value"].is_string() => {
                let (act, value) = (self.page.act(&text("act")), self.page.fact(&text("value")));
                self.page.t2("consents-what-value", "act", act, "value", value)
            }
            "log-entry" => self.page.t1("consents-what-entry", "act", self.page.act(&text("act"))),
            _ => consent.content.clone(),
        }
    }

    /// Where the object is shown; an entry's identifier comes before the name of its value.
    #[expect(clippy::unused_self, reason = "the template asks the page")]
    fn place(&self, consent: &Consent) -> Option<String> {
        let id = encode(consent.object_id.split('/').next().unwrap_or_default());
        match consent.object_kind.as_str() {
            "unit" => Some(format!("/units?edit={id}")),
            "log-entry" => Some(format!("/audit-entries/{id}")),
            _ => None,
        }
    }
}

async fn show_consents(SignedIn(asker): SignedIn, Query(piece): Query<Piece>) -> Answer<Html<ConsentsPage>> {
    let consents = super::more_consents(&asker.ctx, piece.skip).await?;
    let more = piece.next(consents.len(), consents::PIECE);
    let (own, now_ms) = (asker.ctx.account()?.0.to_owned(), asker.ctx.now_ms());
    Ok(Html(ConsentsPage { page: asker.page, consents, own, now_ms, more }))
}

#[derive(Deserialize)]
struct DecisionForm {
    #[serde(default)]
    agreed: String,
    #[serde(default)]
    reason: String,
}

async fn decide(SignedIn(asker): SignedIn, Path(id): Path<String>, Form(form): Form<DecisionForm>) -> Answer<Done> {
    super::decide(&asker.ctx, &id, form.agreed == "yes", &form.reason).await?;
    Ok(Done::to("/access/consents", "consent-decided"))
}
