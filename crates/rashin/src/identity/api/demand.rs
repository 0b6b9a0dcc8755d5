//! Who must sign in with a second factor, in the API.

use axum::Json;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::face::failure::Problem;
use crate::face::{Answer, App, SignedIn};
use crate::identity::{self, FactorDemand};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show_factor_demand, demand_factors))
}

/// Who must sign in with a second factor, and who has none
#[utoipa::path(get, path = "/factor-demand", tag = "identity",
    responses((status = 200, body = FactorDemand), (status = 403, body = Problem)))]
async fn show_factor_demand(SignedIn(asker): SignedIn) -> Answer<Json<FactorDemand>> {
    Ok(Json(identity::factor_demand(&asker.ctx).await?))
}

/// Of whom a second factor is demanded.
#[derive(Debug, Deserialize, ToSchema)]
struct NewFactorDemand {
    /// `nobody`, `administrators` (whoever can give rights) or `everybody`.
    demanded_of: String,
}

/// Say who must sign in with a second factor; whoever has none reaches nothing but registering one, from the next request on
#[utoipa::path(put, path = "/factor-demand", tag = "identity", request_body = NewFactorDemand,
    responses((status = 204), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn demand_factors(SignedIn(asker): SignedIn, Json(new): Json<NewFactorDemand>) -> Answer<StatusCode> {
    identity::demand_factors(&asker.ctx, &new.demanded_of).await?;
    Ok(StatusCode::NO_CONTENT)
}
