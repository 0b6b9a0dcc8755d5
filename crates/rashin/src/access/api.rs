//! Access, in the API.

use axum::Json;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::actions::Terms;
use super::consents::Consent;
use super::explain::Explanation;
use super::model::{CustomRole, Grant, PartyUnit};
use crate::face::failure::Problem;
use crate::face::{Answer, App, SignedIn};

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(add_grant))
        .routes(routes!(end_grant))
        .routes(routes!(list_roles, make_role))
        .routes(routes!(change_role))
        .routes(routes!(close_role))
        .routes(routes!(explain))
        .routes(routes!(enter_party))
        .routes(routes!(list_parties))
        .routes(routes!(list_consents))
        .routes(routes!(decide))
}

/// A role in a unit.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewGrant {
    /// Role.
    role: String,
    /// Unit.
    unit_id: String,
    /// Why.
    #[serde(default)]
    reason: String,
    /// Until when, milliseconds since 1970, at most 253402207200999 (in the year 9999); none is without end.
    #[serde(default)]
    until_ms: Option<i64>,
}

/// Give a person a role
#[utoipa::path(post, path = "/accounts/{id}/grants", tag = "access", request_body = NewGrant, params(("id" = String, Path)),
    responses((status = 201, body = Grant), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn add_grant(
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
    Json(new): Json<NewGrant>,
) -> Answer<(StatusCode, Json<Grant>)> {
    let terms = Terms { role: &new.role, unit_id: &new.unit_id, reason: &new.reason, until_ms: new.until_ms };
    let grant = super::grant(&asker.ctx, &id, &terms).await?;
    Ok((StatusCode::CREATED, Json(grant)))
}

/// Take a role back
#[utoipa::path(delete, path = "/accounts/{id}/grants/{grant}", tag = "access", params(("id" = String, Path), ("grant" = String, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn end_grant(SignedIn(asker): SignedIn, Path((id, grant)): Path<(String, String)>) -> Answer<StatusCode> {
    super::end_grant(&asker.ctx, &id, &grant, "").await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which piece of a list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
struct Piece {
    /// Without the first so many.
    skip: u32,
}

/// Roles the tenant made, those in use first, 200 at a time
#[utoipa::path(get, path = "/roles", tag = "access", params(Piece),
    responses((status = 200, body = Vec<CustomRole>), (status = 403, body = Problem)))]
async fn list_roles(SignedIn(asker): SignedIn, Query(piece): Query<Piece>) -> Answer<Json<Vec<CustomRole>>> {
    Ok(Json(super::list_roles(&asker.ctx, piece.skip).await?))
}

/// A role to make.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewRole {
    /// Name.
    name: String,
    /// Acts, such as `assessment.read`.
    acts: Vec<String>,
}

/// Make a role out of acts
#[utoipa::path(post, path = "/roles", tag = "access", request_body = NewRole,
    responses((status = 201, body = CustomRole), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn make_role(SignedIn(asker): SignedIn, Json(new): Json<NewRole>) -> Answer<(StatusCode, Json<CustomRole>)> {
    Ok((StatusCode::CREATED, Json(super::make_role(&asker.ctx, &new.name, &new.acts).await?)))
}

/// How a role shall be from now on.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RoleEdit {
    /// Name.
    name: String,
    /// All its acts.
    acts: Vec<String>,
    /// The version the editor saw.
    version: i64,
}

/// Change a role, for all who hold it
#[utoipa::path(put, path = "/roles/{id}", tag = "access", request_body = RoleEdit, params(("id" = String, Path)),
    responses((status = 200, body = CustomRole), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn change_role(
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
    Json(edit): Json<RoleEdit>,
) -> Answer<Json<CustomRole>> {
    Ok(Json(super::change_role(&asker.ctx, &id, &edit.name, &edit.acts, edit.version).await?))
}

/// Close a role for good
#[utoipa::path(put, path = "/roles/{id}/closure", tag = "access", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn close_role(SignedIn(asker): SignedIn, Path(id): Path<String>) -> Answer<StatusCode> {
    super::close_role(&asker.ctx, &id, "").await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who, what, of what.
#[derive(Debug, Deserialize, IntoParams)]
pub struct Question {
    /// Account id or address.
    person: String,
    /// Act, such as `assessment.read`.
    act: String,
    /// Id of a unit, self-check, evidence file, account, role, grant, consent, token, sign-on provider or log entry.
    object: String,
}

/// Why a person may or may not do something
#[utoipa::path(get, path = "/access/explanation", tag = "access", params(Question),
    responses((status = 200, body = Explanation), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn explain(SignedIn(asker): SignedIn, Query(question): Query<Question>) -> Answer<Json<Explanation>> {
    Ok(Json(super::explain(&asker.ctx, &question.person, &question.act, &question.object).await?))
}

/// What a party is to the group.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewParty {
    /// `supplier`, `bidder` or `rater`.
    party: String,
}

/// Say that a unit is that of an external party
#[utoipa::path(put, path = "/units/{id}/party", tag = "access", request_body = NewParty, params(("id" = String, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn enter_party(
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
    Json(new): Json<NewParty>,
) -> Answer<StatusCode> {
    super::enter_party(&asker.ctx, &id, &new.party).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Units of external parties one may see
#[utoipa::path(get, path = "/parties", tag = "access",
    responses((status = 200, body = Vec<PartyUnit>), (status = 401, body = Problem)))]
async fn list_parties(SignedIn(asker): SignedIn) -> Answer<Json<Vec<PartyUnit>>> {
    Ok(Json(super::parties(&asker.ctx).await?))
}

/// What others ask one to agree to, and what one asked: what waits first, then the newest, 200 at a time
#[utoipa::path(get, path = "/consents", tag = "access", params(Piece),
    responses((status = 200, body = Vec<Consent>), (status = 401, body = Problem)))]
async fn list_consents(SignedIn(asker): SignedIn, Query(piece): Query<Piece>) -> Answer<Json<Vec<Consent>>> {
    Ok(Json(super::more_consents(&asker.ctx, piece.skip).await?))
}

/// A decision.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Decision {
    /// Whether one agrees.
    agreed: bool,
    /// Why.
    #[serde(default)]
    reason: String,
}

/// Agree to what another person asked, or do not
#[utoipa::path(post, path = "/consents/{id}/decision", tag = "access", request_body = Decision, params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn decide(
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
    Json(decision): Json<Decision>,
) -> Answer<StatusCode> {
    super::decide(&asker.ctx, &id, decision.agreed, &decision.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}
