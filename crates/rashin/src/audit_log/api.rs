//! The log in the API.

use axum::Json;
use axum::extract::Query;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::actions::{Entry, Filter};
use crate::face::failure::Problem;
use crate::face::{Answer, App, SignedIn};

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_entries))
}

/// Entries of the log, newest first, 50 at a time
#[utoipa::path(get, path = "/audit-entries", tag = "audit-log", params(Filter),
    responses((status = 200, body = Vec<Entry>), (status = 403, body = Problem)))]
async fn list_entries(SignedIn(asker): SignedIn, Query(filter): Query<Filter>) -> Answer<Json<Vec<Entry>>> {
    Ok(Json(super::entries(&asker.ctx, &filter).await?))
}
