//! A tenant's own data in the API.

use axum::extract::State;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{export_all, web};
use crate::face::failure::Problem;
use crate::face::{Answer, App, SignedIn};

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(export))
}

/// All of the organisation's own data as open files in a ZIP
#[utoipa::path(post, path = "/export", tag = "operate",
    responses((status = 200, content_type = "application/zip", body = Vec<u8>), (status = 403, body = Problem),
        (status = 429, body = Problem)))]
async fn export(State(app): State<App>, SignedIn(asker): SignedIn) -> Answer<Response> {
    Ok(web::download(export_all::take_own(&asker.ctx, &app).await?))
}
