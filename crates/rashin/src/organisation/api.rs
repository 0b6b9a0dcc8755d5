//! The organisation in the API.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use platform::{Error, Message};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::actions::Edit;
use super::{Unit, UnitKind};
use crate::face::failure::Problem;
use crate::face::{Answer, App, SignedIn};

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_units, add_unit))
        .routes(routes!(edit_unit))
        .routes(routes!(close_unit, reopen_unit))
}

fn kind_of(text: &str) -> platform::Result<UnitKind> {
    UnitKind::parse(text).ok_or_else(|| Error::field("kind", text, Message::new("error-choice")))
}

/// Units one may see
#[utoipa::path(get, path = "/units", tag = "organisation", responses((status = 200, body = Vec<Unit>), (status = 401, body = Problem)))]
async fn list_units(SignedIn(asker): SignedIn) -> Answer<Json<Vec<Unit>>> {
    Ok(Json(super::list_units(&asker.ctx).await?))
}

/// A unit to add.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewUnit {
    /// The unit above.
    parent_id: String,
    /// `group`, `company` or `department`.
    kind: String,
    /// Name, 1–100 characters.
    name: String,
}

/// Add a unit
#[utoipa::path(post, path = "/units", tag = "organisation", request_body = NewUnit,
    responses((status = 201, body = Unit), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn add_unit(SignedIn(asker): SignedIn, Json(new): Json<NewUnit>) -> Answer<(StatusCode, Json<Unit>)> {
    let unit = super::add_unit(&asker.ctx, &new.parent_id, kind_of(&new.kind)?, &new.name).await?;
    Ok((StatusCode::CREATED, Json(unit)))
}

/// How a unit shall be.
#[derive(Debug, Deserialize, ToSchema)]
pub struct UnitEdit {
    /// The unit above; none for the root.
    parent_id: Option<String>,
    /// `group`, `company` or `department`.
    kind: String,
    /// Name, 1–100 characters.
    name: String,
    /// The version seen.
    version: i64,
}

/// Rename, re-class or move a unit
#[utoipa::path(put, path = "/units/{id}", tag = "organisation", request_body = UnitEdit, params(("id" = String, Path)),
    responses((status = 200, body = Unit), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn edit_unit(
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
    Json(edit): Json<UnitEdit>,
) -> Answer<Json<Unit>> {
    let edit = Edit { name: edit.name, kind: kind_of(&edit.kind)?, parent_id: edit.parent_id, version: edit.version };
    Ok(Json(super::edit_unit(&asker.ctx, &id, edit).await?))
}

/// Close a unit
#[utoipa::path(put, path = "/units/{id}/closure", tag = "organisation", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn close_unit(SignedIn(asker): SignedIn, Path(id): Path<String>) -> Answer<StatusCode> {
    super::close_unit(&asker.ctx, &id, true, "").await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Use a closed unit again
#[utoipa::path(delete, path = "/units/{id}/closure", tag = "organisation", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn reopen_unit(SignedIn(asker): SignedIn, Path(id): Path<String>) -> Answer<StatusCode> {
    super::close_unit(&asker.ctx, &id, false, "").await?;
    Ok(StatusCode::NO_CONTENT)
}
