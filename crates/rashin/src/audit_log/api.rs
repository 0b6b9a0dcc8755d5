//! The log in the API.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::actions::{Entry, Filter};
use super::proofs::{self, Consistency, Inclusion, Witnessed};
use super::verify::{self, Report};
use super::{export, web};
use crate::face::failure::Problem;
use crate::face::{Answer, App, SignedIn};

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_entries))
        .routes(routes!(get_entry))
        .routes(routes!(prove_entry))
        .routes(routes!(erase_values))
        .routes(routes!(prove_growth))
        .routes(routes!(get_checkpoint))
        .routes(routes!(verify_log))
        .routes(routes!(list_witnessed))
        .routes(routes!(take_log))
}

/// Entries of the log, newest first, 50 at a time
#[utoipa::path(get, path = "/audit-entries", tag = "audit-log", params(Filter),
    responses((status = 200, body = Vec<Entry>), (status = 403, body = Problem)))]
async fn list_entries(SignedIn(asker): SignedIn, Query(filter): Query<Filter>) -> Answer<Json<Vec<Entry>>> {
    Ok(Json(super::entries(&asker.ctx, &filter).await?))
}

/// One entry with what it tells; erased values are missing, and those of what one may not see are withheld
#[utoipa::path(get, path = "/audit-entries/{id}", tag = "audit-log", params(("id" = String, Path)),
    responses((status = 200, body = Entry), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn get_entry(SignedIn(asker): SignedIn, Path(id): Path<String>) -> Answer<Json<Entry>> {
    Ok(Json(super::entry(&asker.ctx, &id).await?))
}

/// Proof that an entry is in the log of the newest checkpoint; null while no checkpoint tells of it
#[utoipa::path(get, path = "/audit-entries/{id}/proof", tag = "audit-log", params(("id" = String, Path)),
    responses((status = 200, body = Option<Inclusion>), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn prove_entry(SignedIn(asker): SignedIn, Path(id): Path<String>) -> Answer<Json<Option<Inclusion>>> {
    Ok(Json(proofs::inclusion(&asker.ctx, &id).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
struct Erasure {
    /// Which value; all of the entry if missing.
    name: Option<String>,
    /// Why.
    reason: String,
}

/// Erase values of an entry; the entry and its proof stay
#[utoipa::path(post, path = "/audit-entries/{id}/erasure", tag = "audit-log", params(("id" = String, Path)), request_body = Erasure,
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn erase_values(
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
    Json(erasure): Json<Erasure>,
) -> Answer<StatusCode> {
    super::erase(&asker.ctx, &id, erasure.name.as_deref(), &erasure.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Deserialize, IntoParams)]
struct Sizes {
    /// The smaller number of entries.
    old: i64,
    /// The larger number of entries.
    size: i64,
}

/// Proof that the log only grew between two sizes
#[utoipa::path(get, path = "/audit-log/consistency", tag = "audit-log", params(Sizes),
    responses((status = 200, body = Consistency), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn prove_growth(SignedIn(asker): SignedIn, Query(sizes): Query<Sizes>) -> Answer<Json<Consistency>> {
    Ok(Json(proofs::consistency(&asker.ctx, sizes.old, sizes.size).await?))
}

/// The newest signed checkpoint of the log; null while there is none
#[utoipa::path(get, path = "/audit-log/checkpoint", tag = "audit-log",
    responses((status = 200, body = Option<String>), (status = 403, body = Problem)))]
async fn get_checkpoint(SignedIn(asker): SignedIn) -> Answer<Json<Option<String>>> {
    Ok(Json(proofs::checkpoint(&asker.ctx).await?))
}

/// Compute the whole log again and say what is wrong
#[utoipa::path(get, path = "/audit-log/verification", tag = "audit-log",
    responses((status = 200, body = Report), (status = 403, body = Problem), (status = 429, body = Problem)))]
async fn verify_log(State(app): State<App>, SignedIn(asker): SignedIn) -> Answer<Json<Report>> {
    let verdict = verify::own(&asker.ctx, &app.log_key, &app.log_turns).await?;
    Ok(Json(verdict.report(|message| app.texts.show(asker.language, message))))
}

/// What the witnesses signed last, each with the proof that one's own log is in it
#[utoipa::path(get, path = "/audit-log/witnesses", tag = "audit-log",
    responses((status = 200, body = Vec<Witnessed>), (status = 403, body = Problem)))]
async fn list_witnessed(State(app): State<App>, SignedIn(asker): SignedIn) -> Answer<Json<Vec<Witnessed>>> {
    Ok(Json(proofs::witnessed(&asker.ctx, &app.data).await?))
}

/// One's own log as tlog-tiles in a tar file, to be checked with other tools
#[utoipa::path(get, path = "/audit-log/tiles", tag = "audit-log",
    responses((status = 200, content_type = "application/x-tar", body = Vec<u8>), (status = 403, body = Problem),
        (status = 429, body = Problem)))]
async fn take_log(State(app): State<App>, SignedIn(asker): SignedIn) -> Answer<Response> {
    Ok(web::download(export::own(&asker.ctx, &app.log_key, &app.data, &app.log_turns).await?).await?)
}
