//! Machine tokens and single sign-on, in the API.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{NewToken, Token};
use crate::face::failure::Problem;
use crate::face::{Answer, App, SignedIn};

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_tokens, make_token)).routes(routes!(revoke_token))
}

/// What a new token shall be.
#[derive(Debug, Deserialize, ToSchema)]
pub struct TokenWish {
    /// Name, so that people know it again.
    name: String,
    /// `api`, or `scim` for provisioning of people.
    #[serde(default = "of_api")]
    purpose: String,
    /// Role; a token of provisioning has its own.
    #[serde(default)]
    role: String,
    /// Unit the role is limited to.
    #[serde(default)]
    unit_id: String,
    /// Acts it is limited to; none is every act of the role.
    #[serde(default)]
    acts: Vec<String>,
    /// How many days it works, 1–365.
    days: i64,
}

fn of_api() -> String {
    "api".to_owned()
}

/// A token just made.
#[derive(Debug, Serialize, ToSchema)]
pub struct MadeToken {
    /// The token.
    token: Token,
    /// Send it as `Authorization: Bearer …`. It is told this once.
    secret: String,
}

/// One's own machine tokens, and the tenant's for those who may see them
#[utoipa::path(get, path = "/tokens", tag = "federation", responses((status = 200, body = Vec<Token>), (status = 401, body = Problem)))]
async fn list_tokens(SignedIn(asker): SignedIn) -> Answer<Json<Vec<Token>>> {
    Ok(Json(super::list_tokens(&asker.ctx).await?))
}

/// Make a machine token
#[utoipa::path(post, path = "/tokens", tag = "federation", request_body = TokenWish,
    responses((status = 201, body = MadeToken), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn make_token(SignedIn(asker): SignedIn, Json(wish): Json<TokenWish>) -> Answer<(StatusCode, Json<MadeToken>)> {
    let TokenWish { name, purpose, role, unit_id, acts, days } = wish;
    let (token, secret) = super::make_token(&asker.ctx, &NewToken { name, purpose, role, unit_id, acts, days }).await?;
    Ok((StatusCode::CREATED, Json(MadeToken { token, secret })))
}

/// Revoke a machine token
#[utoipa::path(delete, path = "/tokens/{id}", tag = "federation", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn revoke_token(SignedIn(asker): SignedIn, Path(id): Path<String>) -> Answer<StatusCode> {
    super::revoke_token(&asker.ctx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
