//! The pages of the diagnosis.

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use paper::Svg;
use paper::chart::Extent;
use platform::{Error, Language};

use super::actions::{Found, diagnosis};
use super::charts::{Beside, Drawing};
use super::document::{Approved, document};
use super::view::{Slider, View};
use super::what_if::{WhatIf, what_if};
use super::xlsx::spreadsheet;
use crate::catalog;
use crate::face::{Answer, App, Asker, Html, Page, SignedIn};
use crate::population;

/// The routes.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/assessments/{id}/diagnosis", get(show_diagnosis))
        .route("/assessments/{id}/diagnosis/what-if", get(show_what_if))
        .route("/assessments/{id}/diagnosis.json", get(get_json))
        .route("/assessments/{id}/diagnosis.xlsx", get(get_xlsx))
        .route("/assessments/{id}/diagnosis.pdf", get(get_pdf))
}

/// The query as pairs: checkboxes repeat a name.
type Pairs = Vec<(String, String)>;

fn first<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

fn beside(pairs: &Pairs) -> Beside {
    let chosen: Vec<&str> = pairs.iter().filter(|(key, _)| key == "with").map(|(_, value)| value.as_str()).collect();
    if first(pairs, "compare").is_none() {
        return Beside::default();
    }
    let has = |name: &str| chosen.contains(&name);
    Beside {
        tier: has("tier"),
        desired: has("desired"),
        industry: has("industry"),
        size: has("size"),
        earlier: has("earlier"),
    }
}

/// Levels a person tries out: `level.1-1=4`. What is not a level of an item is passed over.
fn tried(found: &Found, pairs: &Pairs) -> BTreeMap<String, u8> {
    let level = |(key, value): &(String, String)| {
        let item = key.strip_prefix("level.")?;
        let level: u8 = value.parse().ok().filter(|level| (1..=5).contains(level))?;
        found.set.item(item).map(|_| (item.to_owned(), level))
    };
    pairs.iter().filter_map(level).collect()
}

fn try_out(found: &Found, levels: &BTreeMap<String, u8>) -> platform::Result<WhatIf> {
    what_if(catalog::builtin(), found.set, &found.release, (&found.answers, &found.diagnosis), levels)
}

fn drawing<'a>(found: &'a Found, page: &'a Page) -> Drawing<'a> {
    Drawing {
        diagnosis: &found.diagnosis,
        set: found.set,
        earlier: &found.earlier,
        language: page.language,
        texts: page.texts(),
    }
}

/// A chart as it stands on a page: a wide drawing gives way to the narrow one on the phone.
struct Chart {
    wide: Option<String>,
    narrow: String,
}

impl Chart {
    fn both(draw: impl Fn(Extent) -> Svg) -> Self {
        Self { wide: Some(draw(Extent::Full).as_str().to_owned()), ..Self::narrow(&draw(Extent::Half)) }
    }

    fn narrow(svg: &Svg) -> Self {
        Self { wide: None, narrow: svg.as_str().to_owned() }
    }
}

#[derive(Template)]
#[template(path = "benchmark/pages/diagnosis.html")]
struct DiagnosisPage<'a> {
    page: &'a Page,
    found: &'a Found,
    view: View<'a>,
    beside: Beside,
    releases: Vec<String>,
    radar: Chart,
    scatter: Chart,
    histogram: Chart,
    gap: Chart,
    trend: Option<Chart>,
    what_if: WhatIf,
    sliders: Vec<Slider>,
    tried: bool,
}

async fn show_diagnosis(
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
    Query(pairs): Query<Pairs>,
) -> Answer<Response> {
    let found = match diagnosis(&asker.ctx, &id, first(&pairs, "release")).await {
        Ok(found) => found,
        Err(Error::Invalid(_)) => {
            return Ok(axum::response::Redirect::to(&format!("/assessments/{id}")).into_response());
        }
        Err(error) => return Err(error.into()),
    };
    let beside = beside(&pairs);
    let levels = tried(&found, &pairs);
    let releases = population::ids_for(&asker.ctx, &found.set.id).await?;
    let page = &asker.page;
    let draw = drawing(&found, page);
    let shown = DiagnosisPage {
        page,
        sliders: View::new(&found, page).sliders(&levels),
        view: View::new(&found, page),
        beside,
        releases,
        radar: Chart::both(|extent| draw.radar(beside, extent)),
        scatter: Chart::narrow(&draw.scatter(Extent::Half)),
        histogram: Chart::narrow(&draw.histogram(Extent::Half)),
        gap: Chart::both(|extent| draw.gap(extent)),
        trend: draw
            .trend(Extent::Full)
            .zip(draw.trend(Extent::Half))
            .map(|(wide, narrow)| Chart { wide: Some(wide.as_str().to_owned()), ..Chart::narrow(&narrow) }),
        what_if: try_out(&found, &levels)?,
        tried: !levels.is_empty(),
        found: &found,
    };
    Ok(Html(shown).into_response())
}

#[derive(Template)]
#[template(path = "benchmark/pages/what_if.html")]
struct WhatIfPart<'a> {
    page: &'a Page,
    what_if: WhatIf,
}

async fn show_what_if(
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
    Query(pairs): Query<Pairs>,
    headers: HeaderMap,
) -> Answer<Response> {
    let found = diagnosis(&asker.ctx, &id, first(&pairs, "release")).await?;
    if !headers.contains_key("hx-request") {
        let query: Vec<String> =
            pairs.iter().map(|(key, value)| format!("{key}={}", crate::face::page::encode(value))).collect();
        let to = format!("/assessments/{id}/diagnosis?{}#what-if", query.join("&"));
        return Ok(axum::response::Redirect::to(&to).into_response());
    }
    let levels = tried(&found, &pairs);
    let part = WhatIfPart { page: &asker.page, what_if: try_out(&found, &levels)? };
    Ok(Html(part).into_response())
}

fn file(name: &str, kind: &'static str, content: Vec<u8>) -> Answer<Response> {
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")).map_err(Error::internal)?;
    let head = [(header::CONTENT_TYPE, HeaderValue::from_static(kind)), (header::CONTENT_DISPOSITION, disposition)];
    Ok((head, content).into_response())
}

fn name_of(found: &Found, ending: &str) -> String {
    format!("rashin-diagnosis-{}.{ending}", found.assessment.period)
}

async fn found_for(asker: &Asker, id: &str, pairs: &Pairs) -> platform::Result<Found> {
    diagnosis(&asker.ctx, id, first(pairs, "release")).await
}

fn language_of(asker: &Asker, pairs: &Pairs) -> Language {
    first(pairs, "language").and_then(Language::parse).unwrap_or(asker.language)
}

pub(super) async fn get_json(
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
    Query(pairs): Query<Pairs>,
) -> Answer<Response> {
    let found = found_for(&asker, &id, &pairs).await?;
    let text = serde_json::to_vec_pretty(&found.diagnosis).map_err(Error::internal)?;
    file(&name_of(&found, "json"), "application/json", text)
}

pub(super) async fn get_xlsx(
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
    Query(pairs): Query<Pairs>,
) -> Answer<Response> {
    let found = found_for(&asker, &id, &pairs).await?;
    let content = spreadsheet(&found.diagnosis, asker.page.texts(), language_of(&asker, &pairs), asker.ctx.now_ms())?;
    file(&name_of(&found, "xlsx"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", content)
}

pub(super) async fn get_pdf(
    State(app): State<App>,
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
    Query(pairs): Query<Pairs>,
) -> Answer<Response> {
    let found = found_for(&asker, &id, &pairs).await?;
    let language = language_of(&asker, &pairs);
    let page = asker.page.in_language(language);
    let approved = found.assessment.approval.as_ref().map(|approval| Approved {
        line: format!("{} {}", page.moment(&approval.approved_at_ms), approval.approved_by_name),
    });
    let document = document(&drawing(&found, &page), &approved.unwrap_or_default());
    let content = crate::face::render::pdf(&app, &document, asker.ctx.now_ms()).await?;
    file(&name_of(&found, "pdf"), "application/pdf", content)
}
