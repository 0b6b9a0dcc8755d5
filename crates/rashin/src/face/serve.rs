//! `rashin serve`: routes, layers, start and stop.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{get, post};
use platform::clock::{Clock, Entropy, SystemClock, SystemEntropy};
use platform::web::secure_headers;
use platform::{Actor, Ctx, Db, Ground, Result, Via};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::timeout::TimeoutLayer;

use super::render::Renderer;
use super::sandbox::Sandbox;
use super::{App, api, asker, assets, failure, help, preferences, texts};
use crate::assessment::evidence::{self, EvidenceFolder};
use crate::audit_log::LogKey;
use crate::federation::Means;
use crate::federation::fetch::{Fetcher, Reach};
use crate::federation::remembered::Remembered;
use crate::federation::secrets::SecretFolder;
use crate::operate::connections::{Entry, Limits};
use crate::operate::export_all::Exports;
use crate::operate::files;
use crate::operate::mail::Mail;
use crate::operate::metrics::Metrics;
use crate::operate::tls::Tls;
use crate::{
    access, assessment, audit_log, benchmark, catalog, federation, identity, operate, organisation, population,
};

/// Forms and JSON are at most this large, bytes; uploads of files have their own limit.
pub const BODY_LIMIT: usize = 512 * 1024;

/// Where the product's data lies and how it is reached.
#[derive(Debug, Clone)]
pub struct Place {
    /// Folder of data.
    pub data: PathBuf,
    /// `postgres://…`; a SQLite file in the folder of data otherwise.
    pub database: Option<String>,
    /// Address people use.
    pub public_url: String,
}

/// Name of the database in the folder of data.
pub const SQLITE_FILE: &str = "rashin.sqlite";

impl Default for Place {
    fn default() -> Self {
        Self { data: "data".into(), database: None, public_url: "http://localhost:8650".into() }
    }
}

impl Place {
    /// What [`Db::open`] takes.
    #[must_use]
    pub fn address(&self) -> String {
        self.database.clone().unwrap_or_else(|| self.data.join(SQLITE_FILE).display().to_string())
    }

    /// Makes folder and file where they are missing, for their owner alone; files beside the database take its mode.
    pub fn prepare(&self) -> Result<()> {
        files::make_folder(&self.data)?;
        if self.database.is_none() { files::make_file(&self.data.join(SQLITE_FILE)) } else { Ok(()) }
    }
}

/// The world around a database.
#[must_use]
pub fn ground(db: Db, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Ground {
    Ground { db, clock, entropy, gate: Arc::new(access::gate::Grants::default()) }
}

/// Opens the data, bringing the database up to date.
pub async fn open(place: &Place) -> Result<App> {
    open_in(place, Arc::new(SystemClock), Arc::new(SystemEntropy)).await
}

/// Opens the data in a world of one's own: with this clock and this randomness.
pub async fn open_in(place: &Place, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Result<App> {
    let app = assemble(place, clock, entropy).await?;
    population::freeze_builtin(&app.system()).await?;
    Ok(app)
}

/// As [`open_in`], for data that was opened before by this program: its releases are there already.
pub(crate) async fn assemble(place: &Place, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Result<App> {
    place.prepare()?;
    let db = Db::open(&place.address()).await?;
    operate::schema::bring_up_to_date(&db, &place.data, clock.now_ms()).await?;
    let refusals = Arc::new(access::Refusals::default());
    let gate = Arc::new(access::gate::Grants::gathering(Arc::clone(&refusals)));
    let log_key = LogKey::open(&place.data, &*entropy)?;
    let ground = Ground { gate, ..ground(db, clock, entropy) };
    audit_log::checkpoints::open(&Ctx::new(ground.clone(), Actor::System, Via::Job), &log_key).await?;
    Ok(App {
        ground,
        log_key,
        log_turns: audit_log::Turns::default(),
        witnesses: audit_log::Witnesses::default(),
        texts: texts::texts(),
        refusals,
        evidence: EvidenceFolder::below(&place.data),
        public_url: place.public_url.trim_end_matches('/').into(),
        data: Arc::new(place.data.clone()),
        mail: Mail::default(),
        front: Arc::default(),
        metrics: Metrics::default(),
        exports: Exports::default(),
        sign_on: sign_on(place)?,
        sandbox: sandbox(),
        renderer: std::env::current_exe().map_or_else(|_| Renderer::default(), |program| Renderer::by(&program)),
    })
}

/// Providers are asked outside only; those of the tests are on this machine.
fn sign_on(place: &Place) -> Result<Means> {
    let reach = if cfg!(test) { Reach::Loopback } else { Reach::default() };
    Ok(Means {
        fetcher: Fetcher::new(reach)?,
        secrets: SecretFolder::below(&place.data),
        remembered: Remembered::default(),
        public_url: place.public_url.trim_end_matches('/').into(),
    })
}

/// Children of this program; the tests' program has no such command and works within itself.
fn sandbox() -> Sandbox {
    if cfg!(test) {
        return Sandbox::default();
    }
    std::env::current_exe().map_or_else(|_| Sandbox::default(), |program| Sandbox::by(&program))
}

/// All routes with all layers.
pub fn router(app: App) -> Router {
    let upload = DefaultBodyLimit::max(evidence::SIZE_LIMIT + 64 * 1024);
    Router::new()
        .merge(catalog::web::routes())
        .merge(organisation::web::routes())
        .merge(access::web::routes())
        .merge(identity::web::routes())
        .merge(federation::web::routes())
        .merge(audit_log::web::routes())
        .merge(assessment::web::routes())
        .merge(population::web::routes())
        .merge(benchmark::web::routes())
        .merge(operate::web::routes())
        .merge(operate::health::routes())
        .merge(operate::metrics::routes())
        .merge(api::router())
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .merge(assessment::web::uploads().layer(upload))
        .route("/help", get(help::show_help))
        .route("/help/licences", get(help::show_licences))
        .route("/preferences/language", get(preferences::set_language))
        .route("/preferences/theme", post(preferences::set_theme))
        .route("/static/{*name}", get(assets::get_asset))
        .layer(CsrfLayer::new())
        .layer(CatchPanicLayer::custom(failure::of_panic))
        .layer(middleware::from_fn_with_state(app.clone(), failure::show_failures))
        .layer(middleware::from_fn_with_state(app.clone(), asker::find_session))
        .layer(CompressionLayer::new())
        .layer(TimeoutLayer::with_status_code(axum::http::StatusCode::SERVICE_UNAVAILABLE, Duration::from_secs(30)))
        // Once more, for what fails further out: the search for the session, the time limit.
        .layer(middleware::from_fn_with_state(app.clone(), failure::show_failures))
        .layer(middleware::from_fn_with_state(app.clone(), operate::front::find_client))
        .layer(middleware::from_fn_with_state(app.clone(), operate::metrics::count))
        .layer(middleware::from_fn(secure_headers))
        .with_state(app)
}

/// Listens until it is told to stop; requests under way are finished.
pub async fn listen(app: App, address: SocketAddr, tls: Option<Tls>) -> Result<()> {
    let listener = tokio::net::TcpListener::bind(address)
        .await
        .and_then(tokio::net::TcpListener::into_std)
        .map_err(|error| platform::Error::internal(format!("{address}: {error}")))?;
    // A hangup asks for nothing but a look at the certificate; it never ends the server.
    let _hangup = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup());
    let gatherer = tokio::spawn(enter_refusals(app.clone()));
    let upkeep = tokio::spawn(audit_log::checkpoints::keep_signing(app.system(), app.log_key.clone()));
    let (data, witnesses) = (app.data.to_path_buf(), app.witnesses.clone());
    let asking = tokio::spawn(audit_log::witnesses::keep_asking(app.system(), app.log_key.clone(), data, witnesses));
    let entry = Entry { listener, tls, limits: Limits::default(), front: Arc::clone(&app.front) };
    let served = entry.serve(router(app.clone()), stop_signal()).await;
    gatherer.abort();
    access::enter_gathered(&app.system(), &app.refusals, true).await?;
    upkeep.abort();
    asking.abort();
    served
}

/// Every quarter of a minute: enters the refusals of unknown people that past minutes gathered.
async fn enter_refusals(app: App) {
    let mut beat = tokio::time::interval(Duration::from_secs(15));
    loop {
        beat.tick().await;
        if let Err(error) = access::enter_gathered(&app.system(), &app.refusals, false).await {
            tracing::warn!(%error, "refusals were not entered in the log");
        }
    }
}

/// Ends when the process is told to stop.
pub async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! { _ = interrupt => {}, () = terminate => {} }
}
