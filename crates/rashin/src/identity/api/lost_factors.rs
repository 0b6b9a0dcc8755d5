//! Second factors of others, in the API: who has which, and taking them away when they are lost.

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::face::failure::Problem;
use crate::face::{Answer, App, SignedIn};
use crate::identity::{self, Factors, mailing};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show_factors_of)).routes(routes!(take_factors))
}

/// Somebody's second factors
#[utoipa::path(get, path = "/accounts/{id}/factors", tag = "identity", params(("id" = String, Path)),
    responses((status = 200, body = Factors), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn show_factors_of(SignedIn(asker): SignedIn, Path(id): Path<String>) -> Answer<Json<Factors>> {
    Ok(Json(identity::factors_of(&asker.ctx, &id).await?.factors))
}

/// Why somebody's second factors are taken away.
#[derive(Debug, Deserialize, ToSchema)]
struct LostFactors {
    /// Why.
    reason: String,
}

/// How the person learns of it.
#[derive(Debug, Serialize, ToSchema)]
struct FactorsRemoval {
    /// Whether a mail was sent. The person is told at signing in either way.
    mailed: bool,
}

/// Take away the second factors of somebody who lost them; all their sessions end
#[utoipa::path(post, path = "/accounts/{id}/factors/removal", tag = "identity", params(("id" = String, Path)), request_body = LostFactors,
    responses((status = 200, body = FactorsRemoval), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
async fn take_factors(
    State(app): State<App>,
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
    Json(lost): Json<LostFactors>,
) -> Answer<Json<FactorsRemoval>> {
    let email = identity::take_factors(&asker.ctx, &id, &lost.reason).await?;
    let mailed = mailing::mail(&app, &email, &mailing::FACTORS_TAKEN, &app.public_url).await == Some(true);
    Ok(Json(FactorsRemoval { mailed }))
}
