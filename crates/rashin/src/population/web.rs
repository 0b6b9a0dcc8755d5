//! Pages of the population: the releases, one release with its figures, and its made-up companies as a file.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use platform::Error;

use super::charts::Drawing;
use super::sheet::{ReleaseEntry, ReleaseSheet};
use super::view::{PublishedRow, View, pieces};
use super::{Tier, actions, export};
use crate::face::{Answer, App, Html, Page, SignedIn};

/// The routes.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/releases", get(list_releases))
        .route("/releases/{id}", get(show_release))
        .route("/releases/{id}/members.csv", get(download_csv))
        .route("/releases/{id}/members.json", get(download_json))
}

#[derive(Template)]
#[template(path = "population/pages/releases.html")]
struct ReleasesPage<'a> {
    page: &'a Page,
    view: View<'a>,
    releases: Vec<ReleaseEntry>,
}

impl ReleasesPage<'_> {
    fn has_real(&self) -> bool {
        self.releases.iter().any(|release| !release.head.synthetic)
    }
}

async fn list_releases(SignedIn(asker): SignedIn) -> Answer<Response> {
    let releases = actions::list_frozen(&asker.ctx).await?.iter().map(ReleaseEntry::from).collect();
    let page = &asker.page;
    Ok(Html(ReleasesPage { page, view: View::new(page), releases }).into_response())
}

#[derive(Template)]
#[template(path = "population/pages/release.html")]
struct ReleasePage<'a> {
    page: &'a Page,
    view: View<'a>,
    sheet: &'a ReleaseSheet,
    published: Vec<PublishedRow<'a>>,
    hash: Vec<&'a str>,
    histograms: Vec<String>,
    scatter: String,
}

async fn show_release(SignedIn(asker): SignedIn, Path(id): Path<String>) -> Answer<Response> {
    let sheet = ReleaseSheet::from(&actions::find_frozen(&asker.ctx, &id).await?);
    let page = &asker.page;
    let drawing = Drawing { sheet: &sheet, language: page.language, texts: page.texts() };
    let shown = ReleasePage {
        page,
        published: View::new(page).published(&sheet),
        view: View::new(page),
        hash: pieces(&sheet.entry.head.hash),
        sheet: &sheet,
        histograms: Tier::ALL.map(|tier| drawing.histogram(tier).as_str().to_owned()).to_vec(),
        scatter: drawing.scatter().as_str().to_owned(),
    };
    Ok(Html(shown).into_response())
}

async fn download_csv(SignedIn(asker): SignedIn, Path(id): Path<String>) -> Answer<Response> {
    let (set, members) = actions::members(&asker.ctx, &id).await?;
    let csv = export::csv_of(set, &members).map_err(Error::internal)?;
    file(&format!("{id}.csv"), "text/csv; charset=utf-8", csv)
}

async fn download_json(SignedIn(asker): SignedIn, Path(id): Path<String>) -> Answer<Response> {
    let (set, members) = actions::members(&asker.ctx, &id).await?;
    let json = export::json_of(set, &members).map_err(Error::internal)?;
    file(&format!("{id}.json"), "application/json", json)
}

fn file(name: &str, kind: &'static str, content: Vec<u8>) -> Answer<Response> {
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")).map_err(Error::internal)?;
    let head = [(header::CONTENT_TYPE, HeaderValue::from_static(kind)), (header::CONTENT_DISPOSITION, disposition)];
    Ok((head, content).into_response())
}

#[cfg(test)]
mod tests;
