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

/// Logs are signed twice a minute; an entry that has waited so long says that they are not.
const LATE_MS: i64 = 5 * 60 * 1000;

async fn is_late(app: &App) -> bool {
    let since = audit_log::unsigned_since(&app.system()).await.unwrap_or(Some(i64::MIN));
    since.is_some_and(|at_ms| app.ground.clock.now_ms().saturating_sub(at_ms) > LATE_MS)
}

/// Every log is still signed. Apart from readiness: a log that was rewritten is no reason to take the server away from
/// everybody.
async fn log(State(app): State<App>) -> (StatusCode, Json<Value>) {
    let (status, why) = match audit_log::halts(&app.system()).await {
        Ok(halts) if !halts.is_empty() => (StatusCode::SERVICE_UNAVAILABLE, "halted"),
        Ok(_) if is_late(&app).await => (StatusCode::SERVICE_UNAVAILABLE, "late"),
        Ok(_) => (StatusCode::OK, "signed"),
        Err(error) => {
            tracing::warn!(%error, "the log cannot be looked at");
            (StatusCode::SERVICE_UNAVAILABLE, "database")
        }
    };
    (status, Json(json!({ "log": status == StatusCode::OK, "state": why })))
}
