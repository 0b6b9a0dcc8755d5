//! The page on which an administrator takes the organisation's own data along.

use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use platform::Error;
use tokio_util::io::ReaderStream;

use super::{Site, export_all};
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
    let file = export_all::take_own(&asker.ctx, &Site::of(&app)).await?;
    Ok(download(file)?)
}

/// The file as a stream, to be saved.
pub(super) fn download(file: std::fs::File) -> platform::Result<Response> {
    let length = file.metadata().map_err(Error::internal)?.len();
    let head = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/zip")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"rashin-export.zip\"")),
        (header::CONTENT_LENGTH, HeaderValue::from(length)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'")),
    ];
    let stream = ReaderStream::new(tokio::fs::File::from_std(file));
    Ok((head, Body::from_stream(stream)).into_response())
}
