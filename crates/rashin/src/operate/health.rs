//! Whether the server lives, and whether it can work: for whatever watches it.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::store;
use crate::face::App;
use crate::migrations;

/// The routes.
pub fn routes() -> Router<App> {
    Router::new().route("/health/live", get(live)).route("/health/ready", get(ready))
}

/// It answers, so it lives.
async fn live() -> Json<Value> {
    Json(json!({ "live": true }))
}

/// The database answers and is that of this program.
async fn ready(State(app): State<App>) -> (StatusCode, Json<Value>) {
    let wanted = i64::try_from(migrations::ALL.len()).unwrap_or(i64::MAX);
    let (status, why) = match store::newest_step(&app.ground.db).await {
        Ok(step) if step == wanted => (StatusCode::OK, "ready"),
        Ok(_) => (StatusCode::SERVICE_UNAVAILABLE, "schema"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "database")
        }
    };
    (status, Json(json!({ "ready": status == StatusCode::OK, "state": why })))
}
