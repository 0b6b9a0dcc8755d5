//! Forms by which roles are given and taken back; they stand on the page of people.

use axum::extract::Path;
use axum::routing::post;
use axum::{Form, Router};
use serde::Deserialize;

use crate::face::{Answer, App, Done, SignedIn};

/// The routes.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/accounts/{id}/grants", post(add_grant))
        .route("/accounts/{id}/grants/{grant}/end", post(end_grant))
}

#[derive(Deserialize)]
struct GrantForm {
    role: String,
    unit: String,
    #[serde(default)]
    reason: String,
}

async fn add_grant(SignedIn(asker): SignedIn, Path(id): Path<String>, Form(form): Form<GrantForm>) -> Answer<Done> {
    super::add_grant(&asker.ctx, &id, &form.role, &form.unit, &form.reason).await?;
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
