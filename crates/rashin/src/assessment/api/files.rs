//! Files of self-checks in the API: evidence, answer files.

use axum::Json;
use axum::body::Bytes;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{DefaultBodyLimit, Multipart, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use platform::{Error, Message};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Saved, saved};
use crate::assessment::evidence::{self, SIZE_LIMIT};
use crate::assessment::import::{self, Difference};
use crate::assessment::read_answers::{self, FILE_LIMIT, Format};
use crate::assessment::record::Evidence;
use crate::assessment::web::{attachment, export_sheet, export_toml, file_of};
use crate::face::failure::Problem;
use crate::face::{Answer, App, SignedIn};

/// The routes. Uploads have a larger limit than other requests.
pub(super) fn routes() -> OpenApiRouter<App> {
    let uploads = OpenApiRouter::new().routes(routes!(add_evidence)).routes(routes!(import_answers));
    OpenApiRouter::new()
        .merge(uploads.layer(DefaultBodyLimit::max(SIZE_LIMIT + 64 * 1024)))
        .routes(routes!(get_evidence, remove_evidence, restore_evidence))
        .routes(routes!(get_answers_toml))
        .routes(routes!(get_answers_xlsx))
}

/// An upload.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only describes the form in the document")]
struct EvidenceForm {
    /// The file; its name is kept.
    #[schema(format = Binary)]
    file: String,
}

/// Add a file to an item: PDF, PNG, JPEG, XLSX, DOCX, PPTX, TXT, MD, LOG or CSV up to 10 MB
#[utoipa::path(post, path = "/assessments/{id}/items/{item}/evidence", tag = "assessment",
    params(("id" = String, Path), ("item" = String, Path)), request_body(content = EvidenceForm, content_type = "multipart/form-data"),
    responses((status = 201, body = Evidence), (status = 413, body = Problem), (status = 422, body = Problem)))]
async fn add_evidence(
    State(app): State<App>,
    SignedIn(asker): SignedIn,
    Path((id, item)): Path<(String, String)>,
    form: Result<Multipart, MultipartRejection>,
) -> Answer<(StatusCode, Json<Evidence>)> {
    let (name, content) = file_of(form, SIZE_LIMIT).await?;
    let file = evidence::add(&asker.ctx, &app.evidence, &id, &item, &name, &content).await?;
    Ok((StatusCode::CREATED, Json(file)))
}

/// A file of evidence
#[utoipa::path(get, path = "/assessments/{id}/evidence/{file}", tag = "assessment", params(("id" = String, Path), ("file" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream"), (status = 404, body = Problem)))]
async fn get_evidence(
    State(app): State<App>,
    SignedIn(asker): SignedIn,
    Path((id, file)): Path<(String, String)>,
) -> Answer<Response> {
    let (file, content) = evidence::content(&asker.ctx, &app.evidence, &id, &file).await?;
    Ok(attachment(&file.name, &file.media_type, content)?)
}

/// Take a file of evidence away
#[utoipa::path(delete, path = "/assessments/{id}/evidence/{file}", tag = "assessment", params(("id" = String, Path), ("file" = String, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn remove_evidence(SignedIn(asker): SignedIn, Path((id, file)): Path<(String, String)>) -> Answer<StatusCode> {
    evidence::remove(&asker.ctx, &id, &file, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Bring a file of evidence back that was taken away
#[utoipa::path(put, path = "/assessments/{id}/evidence/{file}", tag = "assessment", params(("id" = String, Path), ("file" = String, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn restore_evidence(SignedIn(asker): SignedIn, Path((id, file)): Path<(String, String)>) -> Answer<StatusCode> {
    evidence::remove(&asker.ctx, &id, &file, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How to import.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
struct How {
    /// Only say what would change.
    dry_run: bool,
}

/// What an import changed, or would change.
#[derive(Debug, Serialize, ToSchema)]
struct Imported {
    /// The differences between file and self-check.
    differences: Vec<Difference>,
    /// What was saved; none of a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    saved: Option<Saved>,
}

fn format_of(headers: &HeaderMap) -> platform::Result<Format> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("");
    match kind.split(';').next().unwrap_or("").trim() {
        "application/toml" | "text/plain" => Ok(Format::Toml),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => Ok(Format::Xlsx),
        other => Err(Error::field("content-type", other, Message::new("import-media-type"))),
    }
}

/// Import an answer file: `application/toml`, or a filled-in answer sheet (XLSX). What it leaves out stays as it is
#[utoipa::path(post, path = "/assessments/{id}/import", tag = "assessment", params(("id" = String, Path), How),
    request_body(content = String, content_type = "application/toml"),
    responses((status = 200, body = Imported), (status = 409, description = "Somebody else was faster: as 200 with the conflicts; or a problem, where it is handed in"), (status = 413, body = Problem), (status = 422, body = Problem)))]
async fn import_answers(
    State(app): State<App>,
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
    Query(how): Query<How>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer<(StatusCode, Json<Imported>)> {
    let format = format_of(&headers)?;
    if body.len() > FILE_LIMIT {
        return Err(Error::field("file", "", Message::new("import-size").with("most", FILE_LIMIT / 1024 / 1024)).into());
    }
    let entries = read_answers::read(&app.sandbox, format, "", body.to_vec()).await?;
    let differences = import::plan(&asker.ctx, &id, &entries).await?.differences;
    if how.dry_run {
        return Ok((StatusCode::OK, Json(Imported { differences, saved: None })));
    }
    let (status, Json(done)) = saved(import::import(&asker.ctx, &id, &entries, None).await?)?;
    Ok((status, Json(Imported { differences, saved: Some(done) })))
}

/// The answers as an answer file
#[utoipa::path(get, path = "/assessments/{id}/answers.toml", tag = "assessment", params(("id" = String, Path)),
    responses((status = 200, content_type = "application/toml"), (status = 404, body = Problem)))]
async fn get_answers_toml(asker: SignedIn, id: Path<String>) -> Answer<Response> {
    export_toml(asker, id).await
}

/// The answers as a sheet to fill in
#[utoipa::path(get, path = "/assessments/{id}/answers.xlsx", tag = "assessment", params(("id" = String, Path)),
    responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (status = 404, body = Problem)))]
async fn get_answers_xlsx(asker: SignedIn, id: Path<String>) -> Answer<Response> {
    export_sheet(asker, id).await
}
