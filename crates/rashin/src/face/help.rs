//! The help page: the way through a self-check, what the words mean, keys, licences.

use askama::Template;
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;

use super::{Answer, Asker, Html, Page};
use crate::catalog::{self, Bilingual, ItemSet, Maturity};

/// Terms whose meaning is given, in the order met: keys `word-…` and `word-…-text`.
const WORDS: &[&str] = &[
    "unit",
    "period",
    "item-set",
    "area",
    "level",
    "exclusion",
    "evidence",
    "total",
    "profile",
    "index",
    "tier",
    "desired",
    "provisional",
    "gap",
    "percentile",
    "deviation",
    "population",
    "release",
    "synthetic",
    "self-approval",
    "hash",
];

/// The list of third-party licences that the build makes.
const LICENCES: &str = include_str!("../../../../docs/third-party-licences.md");

#[derive(Template)]
#[template(path = "face/pages/help.html")]
pub(super) struct HelpPage {
    page: Page,
    words: Vec<(String, String)>,
    sets: &'static [ItemSet],
    maturity: &'static [Maturity],
}

impl HelpPage {
    fn text<'a>(&self, text: &'a Bilingual) -> &'a str {
        text.get(self.page.language)
    }
}

/// `GET /help`, for everyone.
pub(super) async fn show_help(asker: Asker) -> Answer<Html<HelpPage>> {
    let page = asker.page;
    let words =
        WORDS.iter().map(|word| (page.t(&format!("word-{word}")), page.t(&format!("word-{word}-text")))).collect();
    let sets = catalog::builtin().item_sets.as_slice();
    let maturity = sets.first().map_or(&[][..], |set| set.maturity.as_slice());
    Ok(Html(HelpPage { page, words, sets, maturity }))
}

/// `GET /help/licences`: every package inside the program, as text.
pub(super) async fn show_licences() -> impl IntoResponse {
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    ([(header::CONTENT_TYPE, plain)], LICENCES)
}
