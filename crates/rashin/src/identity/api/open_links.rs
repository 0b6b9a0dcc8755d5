//! Links that nobody has used yet, in the API.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::face::failure::Problem;
use crate::face::{Answer, App, SignedIn};
use crate::identity::{self, OpenLink};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_open_links)).routes(routes!(withdraw_link))
}

/// Links of invitations and for new passwords that nobody has used yet
#[utoipa::path(get, path = "/links", tag = "identity", responses((status = 200, body = Vec<OpenLink>), (status = 403, body = Problem)))]
async fn list_open_links(SignedIn(asker): SignedIn) -> Answer<Json<Vec<OpenLink>>> {
    Ok(Json(identity::open_links(&asker.ctx).await?))
}

/// Withdraw a link; it no longer works
#[utoipa::path(delete, path = "/links/{id}", tag = "identity", params(("id" = String, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn withdraw_link(SignedIn(asker): SignedIn, Path(id): Path<String>) -> Answer<StatusCode> {
    identity::withdraw_link(&asker.ctx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
