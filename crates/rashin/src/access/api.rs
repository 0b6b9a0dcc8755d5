//! Grants, in the API.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::Grant;
use crate::face::failure::Problem;
use crate::face::{Answer, App, SignedIn};

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(add_grant)).routes(routes!(end_grant))
}

/// A role in a unit.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewGrant {
    /// Role.
    role: String,
    /// Unit.
    unit_id: String,
    /// Why.
    #[serde(default)]
    reason: String,
}

/// Give a person a role
#[utoipa::path(post, path = "/accounts/{id}/grants", tag = "access", request_body = NewGrant, params(("id" = String, Path)),
    responses((status = 201, body = Grant), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn add_grant(
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
    Json(new): Json<NewGrant>,
) -> Answer<(StatusCode, Json<Grant>)> {
    let grant = super::add_grant(&asker.ctx, &id, &new.role, &new.unit_id, &new.reason).await?;
    Ok((StatusCode::CREATED, Json(grant)))
}

/// Take a role back
#[utoipa::path(delete, path = "/accounts/{id}/grants/{grant}", tag = "access", params(("id" = String, Path), ("grant" = String, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn end_grant(SignedIn(asker): SignedIn, Path((id, grant)): Path<(String, String)>) -> Answer<StatusCode> {
    super::end_grant(&asker.ctx, &id, &grant, "").await?;
    Ok(StatusCode::NO_CONTENT)
}
