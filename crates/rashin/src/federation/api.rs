//! Machine tokens and single sign-on, in the API.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{GroupRole, NewProvider, NewToken, Provider, Token};
use super::providers;
use crate::face::failure::Problem;
use crate::face::{Answer, App, SignedIn};

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_tokens, make_token))
        .routes(routes!(revoke_token))
        .routes(routes!(list_providers, add_provider))
        .routes(routes!(end_provider))
        .routes(routes!(list_group_roles, map_group))
        .routes(routes!(unmap_group))
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

/// Providers of single sign-on
#[utoipa::path(get, path = "/sign-on-providers", tag = "federation",
    responses((status = 200, body = Vec<Provider>), (status = 403, body = Problem)))]
async fn list_providers(SignedIn(asker): SignedIn) -> Answer<Json<Vec<Provider>>> {
    Ok(Json(providers::list_providers(&asker.ctx).await?))
}

/// What a new provider shall be.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ProviderWish {
    /// Name on the button.
    name: String,
    /// Issuer, as its tokens name it.
    issuer: String,
    /// Our name there.
    client_id: String,
    /// Our secret there; it is never told again.
    client_secret: String,
    /// Domains of mail addresses it answers for.
    domains: Vec<String>,
    /// Claim that names groups; empty for none.
    #[serde(default)]
    groups_claim: String,
    /// Whether it may bring people who have no account yet.
    #[serde(default)]
    brings_people: bool,
}

/// Add a provider of single sign-on
#[utoipa::path(post, path = "/sign-on-providers", tag = "federation", request_body = ProviderWish,
    responses((status = 201, body = Provider), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn add_provider(
    State(app): State<App>,
    SignedIn(asker): SignedIn,
    Json(wish): Json<ProviderWish>,
) -> Answer<(StatusCode, Json<Provider>)> {
    let ProviderWish { name, issuer, client_id, client_secret, domains, groups_claim, brings_people } = wish;
    let domains = domains.join(",");
    let new = NewProvider { name, issuer, client_id, client_secret, domains, groups_claim, brings_people };
    let provider = providers::add_provider(&asker.ctx, &app.sign_on, &new).await?;
    Ok((StatusCode::CREATED, Json(provider)))
}

/// End a provider of single sign-on
#[utoipa::path(delete, path = "/sign-on-providers/{id}", tag = "federation", params(("id" = String, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn end_provider(State(app): State<App>, SignedIn(asker): SignedIn, Path(id): Path<String>) -> Answer<StatusCode> {
    providers::end_provider(&asker.ctx, &app.sign_on, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which groups give which roles
#[utoipa::path(get, path = "/group-roles", tag = "federation",
    responses((status = 200, body = Vec<GroupRole>), (status = 403, body = Problem)))]
async fn list_group_roles(SignedIn(asker): SignedIn) -> Answer<Json<Vec<GroupRole>>> {
    Ok(Json(providers::list_group_roles(&asker.ctx).await?))
}

/// What members of a group shall get.
#[derive(Debug, Deserialize, ToSchema)]
pub struct GroupWish {
    /// Name of the group in the other system.
    group: String,
    /// Role.
    role: String,
    /// Unit.
    unit_id: String,
}

/// Give members of a group a role
#[utoipa::path(post, path = "/group-roles", tag = "federation", request_body = GroupWish,
    responses((status = 201, body = GroupRole), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn map_group(SignedIn(asker): SignedIn, Json(wish): Json<GroupWish>) -> Answer<(StatusCode, Json<GroupRole>)> {
    let mapped = providers::map_group(&asker.ctx, &wish.group, &wish.role, &wish.unit_id).await?;
    Ok((StatusCode::CREATED, Json(mapped)))
}

/// End what a group gives
#[utoipa::path(delete, path = "/group-roles/{id}", tag = "federation", params(("id" = String, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn unmap_group(SignedIn(asker): SignedIn, Path(id): Path<String>) -> Answer<StatusCode> {
    providers::unmap_group(&asker.ctx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
