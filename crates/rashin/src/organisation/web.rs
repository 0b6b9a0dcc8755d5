//! Pages of the organisation: the tree with its forms.

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use platform::{Error, Message};
use serde::Deserialize;

use super::actions::Edit;
use super::{Unit, UnitKind};
use crate::face::page::{Faults, faults_or};
use crate::face::{Answer, App, Asker, Done, Failure, Html, Page, SignedIn};

/// The routes.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/units", get(show_units).post(add_unit))
        .route("/units/{id}", post(edit_unit))
        .route("/units/{id}/closure", post(close_unit))
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Chosen {
    edit: String,
    below: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct UnitForm {
    unit_name: String,
    kind: String,
    parent: String,
    version: i64,
}

#[derive(Template)]
#[template(path = "organisation/pages/units.html")]
struct UnitsPage {
    page: Page,
    units: Vec<Unit>,
    manages: bool,
    chosen: Chosen,
    form: UnitForm,
    faults: Faults,
    kinds: [UnitKind; 3],
}

impl UnitsPage {
    fn edited(&self) -> Option<&Unit> {
        self.units.iter().find(|unit| unit.id == self.chosen.edit)
    }

    /// Where the edited unit can be placed: where it is, or below an open unit that is not below itself.
    fn places(&self, edited: &Unit) -> Vec<&Unit> {
        let stays = |unit: &Unit| edited.parent_id.as_deref() == Some(unit.id.as_str());
        let fits = |unit: &Unit| !unit.closed && !unit.path.starts_with(&edited.path);
        self.units.iter().filter(|unit| stays(unit) || fits(unit)).collect()
    }

    fn open_units(&self) -> Vec<&Unit> {
        self.units.iter().filter(|unit| !unit.closed).collect()
    }
}

async fn units_page(asker: Asker, chosen: Chosen, form: UnitForm, faults: Faults) -> Answer<Html<UnitsPage>> {
    let units = super::list_units(&asker.ctx).await?;
    let mut manages = false;
    if let Some(root) = units.first() {
        manages = asker.ctx.may(&super::acts::EDIT_UNIT, &root.object()).await?;
    }
    Ok(Html(UnitsPage { page: asker.page, units, manages, chosen, form, faults, kinds: UnitKind::ALL }))
}

async fn show_units(SignedIn(asker): SignedIn, Query(chosen): Query<Chosen>) -> Answer<Html<UnitsPage>> {
    let form = UnitForm { kind: "company".to_owned(), parent: chosen.below.clone(), ..UnitForm::default() };
    units_page(asker, chosen, form, Faults::default()).await
}

fn kind_of(text: &str) -> platform::Result<UnitKind> {
    UnitKind::parse(text).ok_or_else(|| Error::field("kind", text, Message::new("error-choice")))
}

fn renamed(faults: Faults) -> Faults {
    Faults(
        faults
            .0
            .into_iter()
            .map(|mut fault| {
                if fault.field == "name" {
                    "unit_name".clone_into(&mut fault.field);
                }
                fault
            })
            .collect(),
    )
}

async fn add_unit(SignedIn(asker): SignedIn, Form(form): Form<UnitForm>) -> Answer<Response> {
    let outcome = match kind_of(&form.kind) {
        Ok(kind) => super::add_unit(&asker.ctx, &form.parent, kind, &form.unit_name).await,
        Err(error) => Err(error),
    };
    match faults_or(outcome)? {
        Ok(_) => Ok(Done::to("/units", "unit-added").into_response()),
        Err(faults) => Ok(units_page(asker, Chosen::default(), form, renamed(faults)).await?.into_response()),
    }
}

async fn edit_unit(SignedIn(asker): SignedIn, Path(id): Path<String>, Form(form): Form<UnitForm>) -> Answer<Response> {
    let parent_id = (!form.parent.is_empty()).then(|| form.parent.clone());
    let outcome = match kind_of(&form.kind) {
        Ok(kind) => {
            let edit = Edit { name: form.unit_name.clone(), kind, parent_id, version: form.version };
            super::edit_unit(&asker.ctx, &id, edit).await
        }
        Err(error) => Err(error),
    };
    match faults_or(outcome)? {
        Ok(_) => Ok(Done::to("/units", "unit-saved").into_response()),
        Err(faults) => {
            let chosen = Chosen { edit: id, ..Chosen::default() };
            Ok(units_page(asker, chosen, UnitForm::default(), renamed(faults)).await?.into_response())
        }
    }
}

#[derive(Deserialize)]
struct ClosureForm {
    closed: String,
    #[serde(default)]
    reason: String,
}

async fn close_unit(SignedIn(asker): SignedIn, Path(id): Path<String>, Form(form): Form<ClosureForm>) -> Answer<Done> {
    let closed = form.closed == "yes";
    super::close_unit(&asker.ctx, &id, closed, &form.reason).await.map_err(Failure)?;
    Ok(Done::to("/units", if closed { "unit-closed" } else { "unit-reopened" }))
}
