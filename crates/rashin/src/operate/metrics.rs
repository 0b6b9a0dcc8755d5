//! Figures for Prometheus: requests by route, sessions, writers, size of the log. No name, no secret, no address.

use std::sync::atomic::AtomicU64;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use platform::Error;
use prometheus_client::encoding::{EncodeLabelSet, text::encode};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use subtle::ConstantTimeEq;

use super::{front, store};
use crate::audit_log;
use crate::face::{Answer, App};

/// Bounds of the latencies, seconds.
const BOUNDS: [f64; 10] = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: String,
    status: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    method: &'static str,
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Build {
    version: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Witness {
    witness: String,
}

/// What is counted while the server runs.
#[derive(Debug, Clone)]
pub struct Metrics {
    requests: Family<Answered, Counter<u64, AtomicU64>>,
    seconds: Family<Asked, Histogram, fn() -> Histogram>,
}

fn histogram() -> Histogram {
    Histogram::new(BOUNDS)
}

impl Default for Metrics {
    fn default() -> Self {
        Self { requests: Family::default(), seconds: Family::new_with_constructor(histogram) }
    }
}

/// Only the methods known, so that nobody makes up new ones.
fn name_of(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        _ => "other",
    }
}

/// Middleware: counts the request under its route's template and how long the answer took.
pub async fn count(State(app): State<App>, request: Request, next: Next) -> Response {
    let method = name_of(request.method());
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let began_ms = app.ground.clock.now_ms();
    let response = next.run(request).await;
    let took_ms = (app.ground.clock.now_ms() - began_ms).max(0);
    let status = u32::from(response.status().as_u16());
    app.metrics.seconds.get_or_create(&Asked { method, route: route.clone() }).observe(took_ms as f64 / 1000.0);
    app.metrics.requests.get_or_create(&Answered { method, route, status }).inc();
    response
}

/// The route.
pub fn routes() -> Router<App> {
    Router::new().route("/metrics", get(show_metrics))
}

/// Only from this machine, or with the token; for all others there is no such page.
async fn show_metrics(State(app): State<App>, headers: HeaderMap, request: Request) -> Answer<Response> {
    if !front::is_local(&request) && !holds_token(&app, &headers) {
        return Err(Error::NotFound.into());
    }
    let text = text_of(&app).await?;
    let kind = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}

fn holds_token(app: &App, headers: &HeaderMap) -> bool {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
    match (&app.front.metrics_token, given) {
        (Some(token), Some(given)) if !token.is_empty() => bool::from(token.as_bytes().ct_eq(given)),
        _ => false,
    }
}

async fn text_of(app: &App) -> platform::Result<String> {
    let db = &app.ground.db;
    let halts = audit_log::halts(&app.system()).await?.len();
    let unsigned = audit_log::unsigned_since(&app.system()).await?;
    let unsigned_ms = unsigned.map_or(0, |at_ms| app.ground.clock.now_ms().saturating_sub(at_ms).max(0));
    let figures = [
        ("sessions", "Sessions that are open", store::sessions(db, app.ground.clock.now_ms()).await?),
        ("log_entries", "Entries in all logs", store::entries(db).await?),
        ("log_halts", "Logs that are no longer signed", i64::try_from(halts).map_err(Error::internal)?),
        ("log_unsigned_seconds", "Since when the oldest entry waits for a signature", unsigned_ms / 1000),
        ("writers", "Writers waiting (SQLite), or connections in use (PostgreSQL)", db.load()),
        ("schema_step", "Newest step of the schema", store::newest_step(db).await?),
    ];
    let mut registry = Registry::with_prefix("rashin");
    registry.register("requests", "Requests answered", app.metrics.requests.clone());
    registry.register("request_seconds", "Time until the answer", app.metrics.seconds.clone());
    let build = Family::<Build, Gauge>::default();
    build.get_or_create(&Build { version: env!("CARGO_PKG_VERSION") }).set(1);
    registry.register("build", "The program", build);
    register_witnesses(&mut registry, app)?;
    for (name, help, value) in figures {
        let gauge: Gauge = Gauge::default();
        gauge.set(value);
        registry.register(name, help, gauge);
    }
    let mut text = String::new();
    encode(&mut text, &registry).map_err(Error::internal)?;
    Ok(text)
}

/// Of each witness: how long ago it signed, and whether it says that the log was rewritten or put back.
fn register_witnesses(registry: &mut Registry, app: &App) -> platform::Result<()> {
    let (ages, accusations) = (Family::<Witness, Gauge>::default(), Family::<Witness, Gauge>::default());
    for standing in audit_log::standings(&app.data)? {
        let witness = Witness { witness: standing.name().to_owned() };
        let age_ms = (app.ground.clock.now_ms() - standing.signed_at_ms()).max(0);
        ages.get_or_create(&witness).set(age_ms / 1000);
        accusations.get_or_create(&witness).set(i64::from(standing.accuses()));
    }
    registry.register("witness_age_seconds", "Since the witness signed last, or was named", ages);
    registry.register(
        "witness_accuses",
        "1 where the witness says that the log was rewritten or put back",
        accusations,
    );
    Ok(())
}
