//! Pages of the organisation: the tree with its forms.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
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
    /// Ids of the units one may change.
    managed: BTreeSet<String>,
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

    /// What stands in the form of an edited unit: what was typed where it was refused.
    fn shown<'a>(&'a self, unit: &'a Unit) -> (&'a str, &'a str, &'a str) {
        if self.refused() {
            (&self.form.unit_name, &self.form.kind, &self.form.parent)
        } else {
            (&unit.name, unit.kind.as_str(), unit.parent_id.as_deref().unwrap_or(""))
        }
    }

    fn refused(&self) -> bool {
        !self.faults.is_empty()
    }

    fn manages(&self, unit: &Unit) -> bool {
        self.managed.contains(&unit.id)
    }

    /// Units something can be added below.
    fn open_units(&self) -> Vec<&Unit> {
        self.units.iter().filter(|unit| !unit.closed && self.manages(unit)).collect()
    }
}

async fn units_page(asker: Asker, chosen: Chosen, form: UnitForm, faults: Faults) -> Answer<Html<UnitsPage>> {
    let units = super::list_units(&asker.ctx).await?;
    let managed = super::units_to(&asker.ctx, &super::acts::EDIT_UNIT).await?;
    Ok(Html(UnitsPage { page: asker.page, units, managed, chosen, form, faults, kinds: UnitKind::ALL }))
}

async fn refused_page(asker: Asker, edited: &str, form: UnitForm, faults: Faults) -> Answer<Response> {
    let chosen = Chosen { edit: edited.to_owned(), ..Chosen::default() };
    let page = units_page(asker, chosen, form, renamed(faults)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
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
        Err(faults) => refused_page(asker, "", form, faults).await,
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
        Err(faults) => refused_page(asker, &id, form, faults).await,
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
