//! The catalogue in the API: read only, the same for everyone.

use axum::Json;
use axum::extract::Path;
use platform::Error;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Bilingual, IndexModel, ItemSet, Profile};
use crate::face::failure::Problem;
use crate::face::{Answer, App, SignedIn};

/// The routes.
#[must_use]
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_item_sets))
        .routes(routes!(show_item_set))
        .routes(routes!(show_profile))
        .routes(routes!(show_index_model))
}

/// An item set in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemSetHead {
    /// Identity.
    id: &'static str,
    /// Version.
    version: &'static str,
    /// Title.
    title: &'static Bilingual,
    /// Number of items.
    items: usize,
    /// Lowest total.
    lowest_total: u32,
    /// Highest total.
    highest_total: u32,
    /// Profile it asks.
    profile: &'static str,
    /// Index model it uses.
    index_model: &'static str,
    /// SHA-256 of its content.
    hash: &'static str,
}

/// Item sets
#[utoipa::path(get, path = "/item-sets", tag = "catalog", responses((status = 200, body = Vec<ItemSetHead>), (status = 401, body = Problem)))]
async fn list_item_sets(_: SignedIn) -> Json<Vec<ItemSetHead>> {
    let head = |set: &'static ItemSet| ItemSetHead {
        id: &set.id,
        version: &set.version,
        title: &set.title,
        items: set.items.len(),
        lowest_total: set.lowest_total(),
        highest_total: set.highest_total(),
        profile: &set.profile,
        index_model: &set.index_model,
        hash: &set.hash,
    };
    Json(super::builtin().item_sets.iter().map(head).collect())
}

/// An item set with all its items, levels and actions
#[utoipa::path(get, path = "/item-sets/{id}", tag = "catalog", params(("id" = String, Path)),
    responses((status = 200, body = ItemSet), (status = 404, body = Problem)))]
async fn show_item_set(_: SignedIn, Path(id): Path<String>) -> Answer<Json<&'static ItemSet>> {
    Ok(Json(super::builtin().item_set(&id).ok_or(Error::NotFound)?))
}

/// Profile questions
#[utoipa::path(get, path = "/profiles/{id}", tag = "catalog", params(("id" = String, Path)),
    responses((status = 200, body = Profile), (status = 404, body = Problem)))]
async fn show_profile(_: SignedIn, Path(id): Path<String>) -> Answer<Json<&'static Profile>> {
    Ok(Json(super::builtin().profile(&id).ok_or(Error::NotFound)?))
}

/// An index model: how a profile becomes indices
#[utoipa::path(get, path = "/index-models/{id}", tag = "catalog", params(("id" = String, Path)),
    responses((status = 200, body = IndexModel), (status = 404, body = Problem)))]
async fn show_index_model(_: SignedIn, Path(id): Path<String>) -> Answer<Json<&'static IndexModel>> {
    Ok(Json(super::builtin().index_model(&id).ok_or(Error::NotFound)?))
}
