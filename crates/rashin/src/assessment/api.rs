//! Self-checks in the API. Answers name the version they replace; what somebody else changed meanwhile is a conflict.

use std::collections::BTreeMap;

use axum::Json;
use axum::body::Bytes;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{DefaultBodyLimit, Multipart, Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use platform::{Error, Message};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answers_toml::to_toml;
use super::evidence::{self, SIZE_LIMIT};
use super::import::{self, Difference};
use super::read_answers::{FILE_LIMIT, Format, read};
use super::record::{Assessment, Evidence, Filter, Summary};
use super::web::file_of;
use super::{ItemChange, Outcome};
use crate::face::failure::Problem;
use crate::face::{Answer, App, SignedIn};

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    let uploads = OpenApiRouter::new()
        .routes(routes!(add_evidence))
        .routes(routes!(import_answers))
        .layer(DefaultBodyLimit::max(SIZE_LIMIT.max(FILE_LIMIT) + 64 * 1024));
    OpenApiRouter::new()
        .routes(routes!(list_assessments, create_assessment))
        .routes(routes!(get_assessment))
        .routes(routes!(answer_profile))
        .routes(routes!(answer_items))
        .routes(routes!(answer_item))
        .routes(routes!(get_evidence, remove_evidence))
        .routes(routes!(restore_evidence))
        .routes(routes!(assign_part, unassign_part))
        .routes(routes!(approve_exclusion))
        .routes(routes!(submit, give_back))
        .routes(routes!(approve))
        .routes(routes!(export_answers))
        .merge(uploads)
}

/// Which self-checks.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct Wanted {
    /// Only of this unit.
    unit: String,
    /// Only of this period.
    period: String,
    /// Only `open`, `submitted` or `approved`.
    state: String,
    /// Without the first so many.
    skip: u32,
}

/// Self-checks one may see, newest period first, 100 at a time
#[utoipa::path(get, path = "/assessments", tag = "assessment", params(Wanted),
    responses((status = 200, body = Vec<Summary>), (status = 401, body = Problem)))]
async fn list_assessments(SignedIn(asker): SignedIn, Query(wanted): Query<Wanted>) -> Answer<Json<Vec<Summary>>> {
    let filter = Filter {
        unit_id: wanted.unit,
        period: wanted.period,
        state: wanted.state,
        limit: 100,
        skip: wanted.skip.into(),
        ..Filter::default()
    };
    Ok(Json(super::find(&asker.ctx, &filter).await?))
}

/// A self-check to begin.
#[derive(Debug, Deserialize, ToSchema)]
struct NewAssessment {
    /// The unit it is about.
    unit_id: String,
    /// Item set, such as `benchmark-25`.
    item_set: String,
    /// Period, such as `2026` or `FY2026-Q1`.
    period: String,
}

/// Begin a self-check
#[utoipa::path(post, path = "/assessments", tag = "assessment", request_body = NewAssessment,
    responses((status = 201, body = Assessment), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn create_assessment(
    SignedIn(asker): SignedIn,
    Json(new): Json<NewAssessment>,
) -> Answer<(StatusCode, Json<Assessment>)> {
    let id = super::create(&asker.ctx, &new.unit_id, &new.item_set, &new.period).await?;
    Ok((StatusCode::CREATED, Json(super::open(&asker.ctx, &id).await?)))
}

/// A self-check with everything in it
#[utoipa::path(get, path = "/assessments/{id}", tag = "assessment", params(("id" = String, Path)),
    responses((status = 200, body = Assessment), (status = 404, body = Problem)))]
async fn get_assessment(SignedIn(asker): SignedIn, Path(id): Path<String>) -> Answer<Json<Assessment>> {
    Ok(Json(super::open(&asker.ctx, &id).await?))
}

/// What became of answers.
#[derive(Debug, Serialize, ToSchema)]
struct Answered {
    /// Questions and items saved.
    saved: Vec<String>,
    /// Those that somebody else changed meanwhile; not saved. Their present state is in `assessment`.
    conflicts: Vec<String>,
    /// The self-check afterwards.
    assessment: Option<Assessment>,
}

fn told(outcome: Outcome) -> Response {
    let status = if outcome.conflicts.is_empty() { StatusCode::OK } else { StatusCode::CONFLICT };
    let answered = Answered { saved: outcome.saved, conflicts: outcome.conflicts, assessment: outcome.after };
    (status, Json(answered)).into_response()
}

/// A chosen option.
#[derive(Debug, Deserialize, ToSchema)]
struct Choice {
    /// Option.
    option_id: String,
    /// The version seen; 0 if the question was never answered.
    #[serde(default)]
    version: i64,
}

/// Answer profile questions: question → choice
#[utoipa::path(put, path = "/assessments/{id}/profile", tag = "assessment", params(("id" = String, Path)),
    request_body = BTreeMap<String, Choice>, responses((status = 200, body = Answered), (status = 409, body = Answered), (status = 422, body = Problem)))]
async fn answer_profile(
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
    Json(choices): Json<BTreeMap<String, Choice>>,
) -> Answer<Response> {
    let choices = choices.into_iter().map(|(question, choice)| (question, (choice.option_id, choice.version)));
    Ok(told(super::answer_profile(&asker.ctx, &id, &choices.collect()).await?))
}

/// Answer several items
#[utoipa::path(put, path = "/assessments/{id}/items", tag = "assessment", params(("id" = String, Path)),
    request_body = Vec<ItemChange>, responses((status = 200, body = Answered), (status = 409, body = Answered), (status = 422, body = Problem)))]
async fn answer_items(
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
    Json(changes): Json<Vec<ItemChange>>,
) -> Answer<Response> {
    Ok(told(super::answer_items(&asker.ctx, &id, &changes).await?))
}

/// Answer one item
#[utoipa::path(put, path = "/assessments/{id}/items/{item}", tag = "assessment", params(("id" = String, Path), ("item" = String, Path)),
    request_body = ItemChange, responses((status = 200, body = Answered), (status = 409, body = Answered), (status = 422, body = Problem)))]
async fn answer_item(
    SignedIn(asker): SignedIn,
    Path((id, item)): Path<(String, String)>,
    Json(change): Json<ItemChange>,
) -> Answer<Response> {
    let change = ItemChange { item_id: item, ..change };
    Ok(told(super::answer_items(&asker.ctx, &id, &[change]).await?))
}

/// Add a file to an item: field `file` of a form
#[utoipa::path(post, path = "/assessments/{id}/items/{item}/evidence", tag = "assessment",
    params(("id" = String, Path), ("item" = String, Path)), request_body(content = Vec<u8>, content_type = "multipart/form-data"),
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

/// The content of a file
#[utoipa::path(get, path = "/assessments/{id}/evidence/{file}", tag = "assessment", params(("id" = String, Path), ("file" = String, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 404, body = Problem)))]
async fn get_evidence(
    State(app): State<App>,
    SignedIn(asker): SignedIn,
    Path((id, file)): Path<(String, String)>,
) -> Answer<Response> {
    let (_, content) = evidence::content(&asker.ctx, &app.evidence, &id, &file).await?;
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], content).into_response())
}

/// Take a file away from its item
#[utoipa::path(delete, path = "/assessments/{id}/evidence/{file}", tag = "assessment", params(("id" = String, Path), ("file" = String, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn remove_evidence(SignedIn(asker): SignedIn, Path((id, file)): Path<(String, String)>) -> Answer<StatusCode> {
    evidence::remove(&asker.ctx, &id, &file, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Bring a file back that was taken away
#[utoipa::path(post, path = "/assessments/{id}/evidence/{file}/restoration", tag = "assessment",
    params(("id" = String, Path), ("file" = String, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn restore_evidence(SignedIn(asker): SignedIn, Path((id, file)): Path<(String, String)>) -> Answer<StatusCode> {
    evidence::remove(&asker.ctx, &id, &file, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whom to ask.
#[derive(Debug, Deserialize, ToSchema)]
struct PartOf {
    /// Account.
    account_id: String,
}

/// Ask somebody to answer an area
#[utoipa::path(put, path = "/assessments/{id}/parts/{area}", tag = "assessment", params(("id" = String, Path), ("area" = String, Path)),
    request_body = PartOf, responses((status = 204), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn assign_part(
    SignedIn(asker): SignedIn,
    Path((id, area)): Path<(String, String)>,
    Json(part): Json<PartOf>,
) -> Answer<StatusCode> {
    super::assign(&asker.ctx, &id, &area, Some(&part.account_id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ask nobody in particular
#[utoipa::path(delete, path = "/assessments/{id}/parts/{area}", tag = "assessment", params(("id" = String, Path), ("area" = String, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
async fn unassign_part(SignedIn(asker): SignedIn, Path((id, area)): Path<(String, String)>) -> Answer<StatusCode> {
    super::assign(&asker.ctx, &id, &area, None).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Agree that an item does not apply
#[utoipa::path(put, path = "/assessments/{id}/exclusions/{item}/approval", tag = "assessment",
    params(("id" = String, Path), ("item" = String, Path)), responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn approve_exclusion(SignedIn(asker): SignedIn, Path((id, item)): Path<(String, String)>) -> Answer<StatusCode> {
    super::approve_exclusion(&asker.ctx, &id, &item).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Hand in
#[utoipa::path(post, path = "/assessments/{id}/submission", tag = "assessment", params(("id" = String, Path)),
    responses((status = 201, body = Assessment), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn submit(SignedIn(asker): SignedIn, Path(id): Path<String>) -> Answer<(StatusCode, Json<Assessment>)> {
    super::submit(&asker.ctx, &id).await?;
    Ok((StatusCode::CREATED, Json(super::open(&asker.ctx, &id).await?)))
}

/// Why it is given back.
#[derive(Debug, Deserialize, ToSchema)]
struct Return {
    /// Reason.
    reason: String,
}

/// Give back what was handed in
#[utoipa::path(delete, path = "/assessments/{id}/submission", tag = "assessment", params(("id" = String, Path)), request_body = Return,
    responses((status = 204), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn give_back(SignedIn(asker): SignedIn, Path(id): Path<String>, Json(form): Json<Return>) -> Answer<StatusCode> {
    super::give_back(&asker.ctx, &id, &form.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What to say with an approval.
#[derive(Debug, Default, Deserialize, ToSchema)]
struct NewApproval {
    /// Comment.
    #[serde(default)]
    comment: String,
}

/// Approve and freeze
#[utoipa::path(post, path = "/assessments/{id}/approval", tag = "assessment", params(("id" = String, Path)), request_body = NewApproval,
    responses((status = 201, body = Assessment), (status = 403, body = Problem), (status = 409, body = Problem)))]
async fn approve(
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
    Json(new): Json<NewApproval>,
) -> Answer<(StatusCode, Json<Assessment>)> {
    super::approve(&asker.ctx, &id, &new.comment).await?;
    Ok((StatusCode::CREATED, Json(super::open(&asker.ctx, &id).await?)))
}

/// The answers as an answer file
#[utoipa::path(get, path = "/assessments/{id}/answers.toml", tag = "assessment", params(("id" = String, Path)),
    responses((status = 200, body = String, content_type = "application/toml"), (status = 404, body = Problem)))]
async fn export_answers(SignedIn(asker): SignedIn, Path(id): Path<String>) -> Answer<Response> {
    let text = to_toml(&super::open(&asker.ctx, &id).await?.answers());
    Ok(([(header::CONTENT_TYPE, "application/toml")], text).into_response())
}

/// How to import.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct ImportWish {
    /// `toml` or `xlsx`.
    format: String,
    /// Only tell what would change.
    dry_run: bool,
}

/// Bring in an answer file: the body is the file; with `dry_run` the answer is a list of differences
#[utoipa::path(post, path = "/assessments/{id}/import", tag = "assessment", params(("id" = String, Path), ImportWish),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = Vec<Difference>), (status = 409, body = Answered), (status = 413, body = Problem), (status = 422, body = Problem)))]
async fn import_answers(
    State(app): State<App>,
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
    Query(wish): Query<ImportWish>,
    content: Bytes,
) -> Answer<Response> {
    let format = Format::of_name(&format!("answers.{}", wish.format))
        .ok_or_else(|| Error::field("format", &wish.format, Message::new("error-choice")))?;
    let entries = read(&app.sandbox, format, &format!("answers.{}", wish.format), content.to_vec()).await?;
    if wish.dry_run {
        return Ok(Json(import::plan(&asker.ctx, &id, &entries).await?.differences).into_response());
    }
    Ok(told(import::import(&asker.ctx, &id, &entries, None).await?))
}
