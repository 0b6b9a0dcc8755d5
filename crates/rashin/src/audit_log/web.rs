//! The page of the log.

use askama::Template;
use axum::Router;
use axum::extract::Query;
use axum::routing::get;
use serde::Deserialize;

use super::actions::{Entry, Filter, PAGE_SIZE};
use crate::face::{Answer, App, Html, Page, SignedIn, page::encode};

/// The routes.
pub fn routes() -> Router<App> {
    Router::new().route("/audit-log", get(show_log))
}

#[derive(Template)]
#[template(path = "audit_log/pages/log.html")]
struct LogPage {
    page: Page,
    entries: Vec<Entry>,
    filter: Filter,
    older: Option<String>,
    areas: &'static [&'static str],
}

const AREAS: &[&str] = &["organisation.", "identity.", "federation.", "assessment.", "population."];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    before: String,
    act: String,
    object_id: String,
    actor: String,
}

async fn show_log(SignedIn(asker): SignedIn, Query(wanted): Query<Asked>) -> Answer<Html<LogPage>> {
    let filter = Filter {
        before: wanted.before.parse().ok(),
        act: wanted.act,
        object_id: wanted.object_id,
        actor: wanted.actor,
    };
    let entries = super::entries(&asker.ctx, &filter).await?;
    let older = entries.last().filter(|_| entries.len() == PAGE_SIZE).map(|last| {
        format!(
            "/audit-log?before={}&act={}&actor={}&object_id={}",
            last.seq,
            encode(&filter.act),
            encode(&filter.actor),
            encode(&filter.object_id)
        )
    });
    Ok(Html(LogPage { page: asker.page, entries, filter, older, areas: AREAS }))
}
