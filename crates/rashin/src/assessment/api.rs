//! Self-checks in the API.
//!
//! A saved answer names the version it replaces; where somebody else was faster the answer is 409 with the present
//! state, and everything else of the request is saved.

mod files;

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::record::{Assessment, Filter, Summary};
use super::{ItemChange, Outcome};
use crate::face::failure::Problem;
use crate::face::{Answer, App, SignedIn};

/// The routes.
#[must_use]
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_assessments, create_assessment))
        .routes(routes!(show_assessment))
        .routes(routes!(answer_profile))
        .routes(routes!(answer_items))
        .routes(routes!(answer_item))
        .routes(routes!(assign_part, end_part))
        .routes(routes!(approve_exclusion))
        .routes(routes!(submit, give_back))
        .routes(routes!(approve))
        .routes(routes!(show_history))
        .merge(files::routes())
}

/// Which self-checks; leave out what does not matter.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
struct Wanted {
    /// Of this unit.
    unit_id: String,
    /// Of this period.
    period: String,
    /// `open`, `submitted` or `approved`.
    state: String,
    /// Of units whose name contains this.
    name: String,
    /// `period` (newest first), `unit`, `state` or `changed`.
    sort: String,
    /// At most so many, 1 to 500.
    limit: Option<u16>,
    /// Without the first so many.
    skip: u32,
}

/// Self-checks one may see
#[utoipa::path(get, path = "/assessments", tag = "assessment", params(Wanted),
    responses((status = 200, body = Vec<Summary>), (status = 401, body = Problem)))]
async fn list_assessments(SignedIn(asker): SignedIn, Query(wanted): Query<Wanted>) -> Answer<Json<Vec<Summary>>> {
    let filter = Filter {
        unit_id: wanted.unit_id,
        period: wanted.period,
        state: wanted.state,
        name: wanted.name,
        sort: wanted.sort,
        limit: i64::from(wanted.limit.unwrap_or(500).clamp(1, 500)),
        skip: i64::from(wanted.skip),
    };
    Ok(Json(super::find(&asker.ctx, &filter).await?))
}

/// What is to be begun.
#[derive(Debug, Deserialize, ToSchema)]
struct NewAssessment {
    /// Unit it is about.
    unit_id: String,
    /// Item set, such as `benchmark-25`.
    item_set_id: String,
    /// Period, such as `2026` or `FY2026-Q1`.
    period: String,
}

/// Begin a self-check; there is one per unit, item set and period
#[utoipa::path(post, path = "/assessments", tag = "assessment", request_body = NewAssessment,
    responses((status = 201, body = Assessment), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn create_assessment(
    SignedIn(asker): SignedIn,
    Json(new): Json<NewAssessment>,
) -> Answer<(StatusCode, Json<Assessment>)> {
    let id = super::create(&asker.ctx, &new.unit_id, &new.item_set_id, &new.period).await?;
    Ok((StatusCode::CREATED, Json(super::open(&asker.ctx, &id).await?)))
}

/// A self-check with all its answers
#[utoipa::path(get, path = "/assessments/{id}", tag = "assessment", params(("id" = String, Path)),
    responses((status = 200, body = Assessment), (status = 404, body = Problem)))]
async fn show_assessment(SignedIn(asker): SignedIn, Path(id): Path<String>) -> Answer<Json<Assessment>> {
    Ok(Json(super::open(&asker.ctx, &id).await?))
}

/// What became of answers.
#[derive(Debug, Serialize, ToSchema)]
struct Saved {
    /// Questions and items saved.
    #[serde(rename = "saved")]
    done: Vec<String>,
    /// Those somebody else changed meanwhile; not saved.
    conflicts: Vec<String>,
    /// The self-check as it is now.
    assessment: Assessment,
}

fn saved(outcome: Outcome) -> Answer<(StatusCode, Json<Saved>)> {
    let assessment = outcome.after.ok_or_else(|| platform::Error::internal("a saved self-check is not there"))?;
    let status = if outcome.conflicts.is_empty() { StatusCode::OK } else { StatusCode::CONFLICT };
    Ok((status, Json(Saved { done: outcome.saved, conflicts: outcome.conflicts, assessment })))
}

/// A chosen option.
#[derive(Debug, Deserialize, ToSchema)]
struct Choice {
    /// Option.
    option_id: String,
    /// The version one saw; 0 if it was never answered.
    #[serde(default)]
    version: i64,
}

/// Answer profile questions: question id → choice
#[utoipa::path(put, path = "/assessments/{id}/profile", tag = "assessment", params(("id" = String, Path)),
    request_body = BTreeMap<String, Choice>,
    responses((status = 200, body = Saved), (status = 409, description = "Somebody else was faster: what was saved and the present state; or a problem, where it is handed in"), (status = 422, body = Problem)))]
async fn answer_profile(
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
    Json(choices): Json<BTreeMap<String, Choice>>,
) -> Answer<(StatusCode, Json<Saved>)> {
    let choices = choices.into_iter().map(|(id, choice)| (id, (choice.option_id, choice.version))).collect();
    saved(super::answer_profile(&asker.ctx, &id, &choices).await?)
}

/// Answer many items at once
#[utoipa::path(put, path = "/assessments/{id}/items", tag = "assessment", params(("id" = String, Path)),
    request_body = Vec<ItemChange>,
    responses((status = 200, body = Saved), (status = 409, description = "Somebody else was faster: what was saved and the present state; or a problem, where it is handed in"), (status = 422, body = Problem)))]
async fn answer_items(
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
    Json(changes): Json<Vec<ItemChange>>,
) -> Answer<(StatusCode, Json<Saved>)> {
    saved(super::answer_items(&asker.ctx, &id, &changes).await?)
}

/// Answer one item
#[utoipa::path(put, path = "/assessments/{id}/items/{item}", tag = "assessment", params(("id" = String, Path), ("item" = String, Path)),
    request_body = ItemChange,
    responses((status = 200, body = Saved), (status = 409, description = "Somebody else was faster: what was saved and the present state; or a problem, where it is handed in"), (status = 422, body = Problem)))]
async fn answer_item(
    SignedIn(asker): SignedIn,
    Path((id, item)): Path<(String, String)>,
    Json(change): Json<ItemChange>,
) -> Answer<(StatusCode, Json<Saved>)> {
    let change = ItemChange { item_id: item, ..change };
    saved(super::answer_items(&asker.ctx, &id, &[change]).await?)
}

/// Whom to ask.
#[derive(Debug, Deserialize, ToSchema)]
struct PartOf {
    /// Account.
    account_id: String,
}

/// Ask somebody to answer an area
#[utoipa::path(put, path = "/assessments/{id}/parts/{area}", tag = "assessment", params(("id" = String, Path), ("area" = String, Path)),
    request_body = PartOf, responses((status = 204), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn assign_part(
    SignedIn(asker): SignedIn,
    Path((id, area)): Path<(String, String)>,
    Json(part): Json<PartOf>,
) -> Answer<StatusCode> {
    super::assign(&asker.ctx, &id, &area, Some(&part.account_id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ask nobody in particular to answer an area
#[utoipa::path(delete, path = "/assessments/{id}/parts/{area}", tag = "assessment", params(("id" = String, Path), ("area" = String, Path)),
    responses((status = 204), (status = 403, body = Problem)))]
async fn end_part(SignedIn(asker): SignedIn, Path((id, area)): Path<(String, String)>) -> Answer<StatusCode> {
    super::assign(&asker.ctx, &id, &area, None).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Seen {
    /// Version of the answer one read; without it, the answer as it stands.
    version: Option<i64>,
}

/// Agree that an item does not apply
#[utoipa::path(put, path = "/assessments/{id}/exclusions/{item}/approval", tag = "assessment",
    params(("id" = String, Path), ("item" = String, Path), Seen),
    responses((status = 204), (status = 403, body = Problem), (status = 409, body = Problem)))]
async fn approve_exclusion(
    SignedIn(asker): SignedIn,
    Path((id, item)): Path<(String, String)>,
    Query(seen): Query<Seen>,
) -> Answer<StatusCode> {
    super::approve_exclusion(&asker.ctx, &id, &item, seen.version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Hand in; everything that is missing is listed at once
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
    responses((status = 204), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn give_back(SignedIn(asker): SignedIn, Path(id): Path<String>, Json(body): Json<Return>) -> Answer<StatusCode> {
    super::give_back(&asker.ctx, &id, &body.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is said with an approval.
#[derive(Debug, Default, Deserialize, ToSchema)]
struct Comment {
    /// Comment.
    #[serde(default)]
    comment: String,
}

/// Approve and freeze what was handed in
#[utoipa::path(post, path = "/assessments/{id}/approval", tag = "assessment", params(("id" = String, Path)), request_body = Comment,
    responses((status = 201, body = Assessment), (status = 403, body = Problem), (status = 409, body = Problem)))]
async fn approve(
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
    Json(body): Json<Comment>,
) -> Answer<(StatusCode, Json<Assessment>)> {
    super::approve(&asker.ctx, &id, &body.comment).await?;
    Ok((StatusCode::CREATED, Json(super::open(&asker.ctx, &id).await?)))
}

/// With which other self-check to compare.
#[derive(Debug, Deserialize, IntoParams)]
struct With {
    /// An approved self-check of the same unit.
    with: String,
}

/// An item of both self-checks.
#[derive(Debug, Serialize, ToSchema)]
struct ComparedItem {
    /// Item.
    item_id: String,
    /// Level in the other one; none if it has none.
    earlier: Option<u8>,
    /// Level in this one.
    now: Option<u8>,
    /// The difference, where both have a level.
    change: Option<i8>,
}

/// Two self-checks beside each other.
#[derive(Debug, Serialize, ToSchema)]
struct Comparison {
    /// Whether both use the same item set; totals can be compared only then.
    same_item_set: bool,
    /// The items that both have.
    items: Vec<ComparedItem>,
}

/// Compare with an approved self-check of the same unit, item by item
#[utoipa::path(get, path = "/assessments/{id}/history", tag = "assessment", params(("id" = String, Path), With),
    responses((status = 200, body = Comparison), (status = 404, body = Problem)))]
async fn show_history(
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
    Query(query): Query<With>,
) -> Answer<Json<Comparison>> {
    let now = super::open(&asker.ctx, &id).await?;
    let others = super::earlier(&asker.ctx, &now).await?;
    let other = others.iter().find(|other| other.id == query.with).ok_or(platform::Error::NotFound)?;
    let other = super::open(&asker.ctx, &other.id).await?;
    let (set, then) = (super::actions::item_set(&now)?, super::actions::item_set(&other)?);
    let item = |pair: &super::compare::Pair| ComparedItem {
        item_id: pair.item.ref_id.clone(),
        earlier: pair.earlier,
        now: pair.now,
        change: pair.change(),
    };
    let items = super::compare::pairs(set, &now, then, &other).iter().map(item).collect();
    Ok(Json(Comparison { same_item_set: set.id == then.id, items }))
}
