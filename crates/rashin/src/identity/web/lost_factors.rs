//! The page on which an administrator takes away the second factors of somebody who lost them.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use serde::Deserialize;

use crate::face::page::{Faults, faults_or};
use crate::face::{Answer, App, Asker, Done, Html, Page, SignedIn, machine_tokens_of};
use crate::identity::lost_factors::Holder;
use crate::identity::mailing;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/accounts/{id}/factors", get(show_factors))
        .route("/accounts/{id}/factors/removal", post(take_factors))
}

#[derive(Template)]
#[template(path = "identity/pages/lost_factors.html")]
struct LostFactorsPage {
    page: Page,
    id: String,
    holder: Holder,
    /// Machine tokens that go on working.
    tokens: i64,
    reason: String,
    faults: Faults,
}

async fn factors_page(asker: Asker, id: String, reason: String, faults: Faults) -> Answer<Html<LostFactorsPage>> {
    let holder = crate::identity::factors_of(&asker.ctx, &id).await?;
    let tokens = machine_tokens_of(&asker.ctx, &id).await?;
    Ok(Html(LostFactorsPage { page: asker.page, id, holder, tokens, reason, faults }))
}

async fn show_factors(SignedIn(asker): SignedIn, Path(id): Path<String>) -> Answer<Html<LostFactorsPage>> {
    factors_page(asker, id, String::new(), Faults::default()).await
}

#[derive(Deserialize)]
struct ReasonForm {
    #[serde(default)]
    reason: String,
}

async fn take_factors(
    State(app): State<App>,
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
    Form(form): Form<ReasonForm>,
) -> Answer<Response> {
    match faults_or(crate::identity::take_factors(&asker.ctx, &id, &form.reason).await)? {
        Ok(email) => match mailing::mail(&app, &email, &mailing::FACTORS_TAKEN, &app.public_url).await {
            Some(true) => Ok(Done::to("/accounts", "lost-taken-mailed").into_response()),
            _ => Ok(Done::to("/accounts", "lost-taken").into_response()),
        },
        Err(faults) => Ok(factors_page(asker, id, form.reason, faults).await?.into_response()),
    }
}
