//! Releases in the API.

use axum::Json;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use platform::Error;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::sheet::{ReleaseEntry, ReleaseSheet};
use super::{actions, export};
use crate::face::failure::Problem;
use crate::face::{Answer, App, SignedIn};

/// The routes.
#[must_use]
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_releases)).routes(routes!(show_release)).routes(routes!(list_members))
}

/// Releases one may be compared with, in the order of freezing
#[utoipa::path(get, path = "/releases", tag = "population",
    responses((status = 200, body = Vec<ReleaseEntry>), (status = 401, body = Problem)))]
async fn list_releases(SignedIn(asker): SignedIn) -> Answer<Json<Vec<ReleaseEntry>>> {
    Ok(Json(actions::list_frozen(&asker.ctx).await?.iter().map(ReleaseEntry::from).collect()))
}

/// A release with its figures; where `synthetic` is true, no real company's answer is in it
#[utoipa::path(get, path = "/releases/{id}", tag = "population", params(("id" = String, Path)),
    responses((status = 200, body = ReleaseSheet), (status = 404, body = Problem)))]
async fn show_release(SignedIn(asker): SignedIn, Path(id): Path<String>) -> Answer<Json<ReleaseSheet>> {
    Ok(Json((&actions::find_frozen(&asker.ctx, &id).await?).into()))
}

/// The made-up companies of a synthetic release; 409 for real ones, whose single answers are never written out
#[utoipa::path(get, path = "/releases/{id}/members", tag = "population", params(("id" = String, Path)),
    responses((status = 200, body = Vec<serde_json::Value>), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn list_members(SignedIn(asker): SignedIn, Path(id): Path<String>) -> Answer<Response> {
    let (set, members) = actions::members(&asker.ctx, &id).await?;
    let json = export::json_of(set, &members).map_err(Error::internal)?;
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], json).into_response())
}
