//! The diagnosis in the API.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, Query};
use axum::response::Response;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::actions::{diagnose_file, diagnosis};
use super::model::Diagnosis;
use super::what_if::{WhatIf, what_if};
use crate::catalog;
use crate::face::failure::Problem;
use crate::face::{Answer, App, SignedIn};

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_diagnosis))
        .routes(routes!(try_out))
        .routes(routes!(get_pdf))
        .routes(routes!(get_xlsx))
        .routes(routes!(diagnose_answers))
}

/// Which population to compare with.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Against {
    /// Release; the first listed for the item set without it.
    release: Option<String>,
}

/// The diagnosis of a self-check
#[utoipa::path(get, path = "/assessments/{id}/diagnosis", tag = "benchmark", params(("id" = String, Path), Against),
    responses((status = 200, body = Diagnosis), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn get_diagnosis(
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
    Query(against): Query<Against>,
) -> Answer<Json<Diagnosis>> {
    Ok(Json(diagnosis(&asker.ctx, &id, against.release.as_deref()).await?.diagnosis))
}

/// Levels to try out.
#[derive(Debug, Deserialize, ToSchema)]
struct Trial {
    /// Level 1–5 by item.
    levels: BTreeMap<String, u8>,
    /// Release; the first listed for the item set without it.
    #[serde(default)]
    release: Option<String>,
}

/// What would become of the diagnosis at other levels; nothing is saved
#[utoipa::path(post, path = "/assessments/{id}/diagnosis/what-if", tag = "benchmark", params(("id" = String, Path)),
    request_body = Trial, responses((status = 200, body = WhatIf), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn try_out(SignedIn(asker): SignedIn, Path(id): Path<String>, Json(trial): Json<Trial>) -> Answer<Json<WhatIf>> {
    let found = diagnosis(&asker.ctx, &id, trial.release.as_deref()).await?;
    let now = (&found.answers, &found.diagnosis);
    Ok(Json(what_if(catalog::builtin(), found.set, &found.release, now, &trial.levels)?))
}

/// The diagnosis as PDF
#[utoipa::path(get, path = "/assessments/{id}/diagnosis.pdf", tag = "benchmark", params(("id" = String, Path), Against),
    responses((status = 200, body = String, content_type = "application/pdf"), (status = 404, body = Problem)))]
async fn get_pdf(
    app: axum::extract::State<App>,
    asker: SignedIn,
    id: Path<String>,
    query: Query<Vec<(String, String)>>,
) -> Answer<Response> {
    super::web::get_pdf(app, asker, id, query).await
}

/// The diagnosis as a spreadsheet
#[utoipa::path(get, path = "/assessments/{id}/diagnosis.xlsx", tag = "benchmark", params(("id" = String, Path), Against),
    responses((status = 200, body = String, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (status = 404, body = Problem)))]
async fn get_xlsx(asker: SignedIn, id: Path<String>, query: Query<Vec<(String, String)>>) -> Answer<Response> {
    super::web::get_xlsx(asker, id, query).await
}

/// Diagnose an answer file (TOML); nothing is saved
#[utoipa::path(post, path = "/diagnoses", tag = "benchmark", params(Against), request_body(content = String, content_type = "application/toml"),
    responses((status = 200, body = Diagnosis), (status = 422, body = Problem)))]
async fn diagnose_answers(
    SignedIn(asker): SignedIn,
    Query(against): Query<Against>,
    text: String,
) -> Answer<Json<Diagnosis>> {
    Ok(Json(diagnose_file(&asker.ctx, &text, against.release.as_deref()).await?))
}
