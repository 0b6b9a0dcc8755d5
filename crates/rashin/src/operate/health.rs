//! Whether the server lives, and whether it can work: for whatever watches it.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::store;
use crate::audit_log;
use crate::face::App;
use crate::migrations;

/// The routes.
pub fn routes() -> Router<App> {
    Router::new().route("/health/live", get(live)).route("/health/ready", get(ready)).route("/health/log", get(log))
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

/// Every log is still signed. Apart from readiness: a log that was rewritten is no reason to take the server away from
/// everybody.
async fn log(State(app): State<App>) -> (StatusCode, Json<Value>) {
    let (status, why) = match audit_log::halts(&app.system()).await {
        Ok(halts) if halts.is_empty() => (StatusCode::OK, "signed"),
        Ok(_) => (StatusCode::SERVICE_UNAVAILABLE, "halted"),
        Err(error) => {
            tracing::warn!(%error, "the log cannot be looked at");
            (StatusCode::SERVICE_UNAVAILABLE, "database")
        }
    };
    (status, Json(json!({ "log": status == StatusCode::OK, "state": why })))
}
