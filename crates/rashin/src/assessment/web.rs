//! Pages of the self-check. Each page has its file; [`frame`] holds what all of them show.

mod area;
mod evidence;
mod files;
mod frame;
mod history;
mod home;
mod list;
mod overview;
mod profile;
mod question;

pub(super) use evidence::{attachment, file_of};
pub(super) use files::{export_sheet, export_toml};

use axum::Router;
use axum::routing::{get, post};

use crate::face::App;

/// The routes.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/", get(home::show_home))
        .route("/assessments", get(list::show_assessments).post(list::create))
        .route("/assessments/new", get(list::show_new))
        .route("/assessments/{id}", get(overview::show_overview))
        .route("/assessments/{id}/parts", post(overview::assign))
        .route("/assessments/{id}/exclusions/{item}/approval", post(overview::approve_exclusion))
        .route("/assessments/{id}/submission", post(overview::submit))
        .route("/assessments/{id}/return", post(overview::give_back))
        .route("/assessments/{id}/approval", post(overview::approve))
        .route("/assessments/{id}/profile", get(profile::show_profile).post(profile::save_profile))
        .route("/assessments/{id}/profile/{question}", post(profile::save_question))
        .route("/assessments/{id}/areas/{area}", get(area::show_area).post(area::save_area))
        .route("/assessments/{id}/answers/{item}", post(area::save_item))
        .route("/assessments/{id}/evidence/{file}", get(evidence::download))
        .route("/assessments/{id}/evidence/{file}/removal", post(evidence::remove))
        .route("/assessments/{id}/import", get(files::show_import))
        .route("/assessments/{id}/answers.toml", get(files::export_toml))
        .route("/assessments/{id}/answers.xlsx", get(files::export_sheet))
        .route("/assessments/{id}/history", get(history::show_history))
}

/// Uploads, which have a larger limit.
pub fn uploads() -> Router<App> {
    Router::new()
        .route("/assessments/{id}/answers/{item}/evidence", post(evidence::add))
        .route("/assessments/{id}/import", post(files::look))
        .route("/assessments/{id}/import/confirmation", post(files::confirm))
}

#[cfg(test)]
mod tests;
