//! The page on which an administrator takes the organisation's own data along.

use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio_util::io::ReaderStream;

use super::export_all;
use super::spool::Following;
use crate::face::{Answer, App, Html, Page, SignedIn};

/// The routes.
pub fn routes() -> Router<App> {
    Router::new().route("/export", get(show_export).post(export))
}

#[derive(Template)]
#[template(path = "operate/pages/export.html")]
struct ExportPage {
    page: Page,
}

async fn show_export(SignedIn(asker): SignedIn) -> Html<ExportPage> {
    Html(ExportPage { page: asker.page })
}

async fn export(State(app): State<App>, SignedIn(asker): SignedIn) -> Answer<Response> {
    Ok(download(export_all::take_own(&asker.ctx, &app).await?))
}

/// A file as a stream, to be saved, while it is still written.
pub(super) fn download(file: Following) -> Response {
    let head = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/zip")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"rashin-export.zip\"")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'")),
    ];
    (head, Body::from_stream(ReaderStream::new(file))).into_response()
}
