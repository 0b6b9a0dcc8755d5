//! The page of an item set: all its questions, for reading and printing.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use platform::{Error, Language};

use super::{Bilingual, ItemSet, Profile};
use crate::face::{Answer, App, Asker, Html, Page};

/// The routes.
pub fn routes() -> Router<App> {
    Router::new().route("/item-sets/{id}", get(show_item_set))
}

#[derive(Template)]
#[template(path = "catalog/pages/item_set.html")]
struct ItemSetPage {
    page: Page,
    set: &'static ItemSet,
    profile: &'static Profile,
    others: Vec<&'static ItemSet>,
}

impl ItemSetPage {
    fn text<'a>(&self, text: &'a Bilingual) -> &'a str {
        text.get(self.page.language)
    }

    fn evidence(&self, examples: &[Bilingual]) -> String {
        let joint = if self.page.language == Language::Ja { "、" } else { "; " };
        examples.iter().map(|example| self.text(example)).collect::<Vec<_>>().join(joint)
    }
}

async fn show_item_set(asker: Asker, Path(id): Path<String>) -> Answer<Html<ItemSetPage>> {
    let catalog = super::builtin();
    let set = catalog.item_set(&id).ok_or(Error::NotFound)?;
    let profile = catalog.profile(&set.profile).ok_or(Error::NotFound)?;
    let others = catalog.item_sets.iter().filter(|other| other.id != set.id).collect();
    Ok(Html(ItemSetPage { page: asker.page, set, profile, others }))
}
