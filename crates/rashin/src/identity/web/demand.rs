//! Saying who must sign in with a second factor, on the page of people.

use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Form, Router};
use serde::Deserialize;

use super::accounts_page;
use crate::face::page::faults_or;
use crate::face::{Answer, App, Done, SignedIn};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/accounts/factor-demand", post(demand_factors))
}

#[derive(Deserialize)]
struct DemandForm {
    #[serde(default)]
    demanded_of: String,
}

async fn demand_factors(SignedIn(asker): SignedIn, Form(form): Form<DemandForm>) -> Answer<Response> {
    match faults_or(crate::identity::demand_factors(&asker.ctx, &form.demanded_of).await)? {
        Ok(()) => Ok(Done::to("/accounts", "factors-demanded").into_response()),
        Err(faults) => Ok(accounts_page(&asker, String::new(), String::new(), faults).await?.into_response()),
    }
}
