//! The list of self-checks, and beginning one.

use askama::Template;
use axum::Form;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::assessment::rights::Rights;
use crate::assessment::{Filter, Summary, acts, find};
use crate::catalog::{self, ItemSet};
use crate::face::page::{Faults, encode, faults_or};
use crate::face::{Answer, Asker, Done, Html, Page, SignedIn};
use crate::organisation::{self, Unit};

/// Self-checks on one page of the list.
const PAGE_SIZE: u16 = 50;

/// A self-check in a list.
pub(super) struct Line {
    pub id: String,
    pub unit_name: String,
    pub period: String,
    pub set: String,
    pub state: &'static str,
    pub exclusions_open: i64,
    pub done: i64,
    pub total: usize,
    pub changed_at_ms: i64,
}

impl Line {
    pub(super) fn of(page: &Page, check: &Summary) -> Self {
        let items = catalog::builtin().item_set(&check.item_set_id).map_or(0, |set| set.items.len());
        Self {
            id: check.id.clone(),
            unit_name: check.unit_name.clone(),
            period: check.period.clone(),
            set: page.t1("assessment-set", "count", items),
            state: check.state.as_str(),
            exclusions_open: check.exclusions_open,
            done: check.items_answered,
            total: items,
            changed_at_ms: check.changed_at_ms,
        }
    }
}

/// What was asked of the list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wish {
    q: String,
    unit: String,
    period: String,
    state: String,
    sort: String,
    from: i64,
}

impl Wish {
    fn is_empty(&self) -> bool {
        [&self.q, &self.unit, &self.period, &self.state].iter().all(|text| text.trim().is_empty())
    }

    fn filter(&self) -> Filter {
        Filter {
            unit_id: self.unit.clone(),
            period: self.period.trim().to_owned(),
            state: self.state.clone(),
            name: self.q.clone(),
            sort: self.sort.clone(),
            limit: i64::from(PAGE_SIZE) + 1,
            skip: self.from.clamp(0, 1_000_000),
        }
    }

    fn path(&self, from: i64) -> String {
        let Self { q, unit, period, state, sort, .. } = self;
        let pairs = [("q", q), ("unit", unit), ("period", period), ("state", state), ("sort", sort)];
        let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        format!("/assessments?{}&from={from}", pairs.join("&"))
    }
}

#[derive(Template)]
#[template(path = "assessment/pages/list.html")]
pub(super) struct ListPage {
    page: Page,
    lines: Vec<Line>,
    units: Vec<Unit>,
    wish: Wish,
    newer: Option<String>,
    older: Option<String>,
    may_create: bool,
}

impl ListPage {
    fn state_name(&self, state: &str) -> String {
        self.page.t(&format!("state-{state}"))
    }

    fn sort_name(&self, sort: &str) -> String {
        self.page.t(&format!("sort-{sort}"))
    }
}

/// `GET /assessments`.
pub(super) async fn show_assessments(SignedIn(asker): SignedIn, Query(wish): Query<Wish>) -> Answer<Html<ListPage>> {
    let mut found = find(&asker.ctx, &wish.filter()).await?;
    let skip = wish.from.clamp(0, 1_000_000);
    let older = (found.len() > usize::from(PAGE_SIZE)).then(|| wish.path(skip + i64::from(PAGE_SIZE)));
    found.truncate(usize::from(PAGE_SIZE));
    let newer = (skip > 0).then(|| wish.path((skip - i64::from(PAGE_SIZE)).max(0)));
    let lines = found.iter().map(|check| Line::of(&asker.page, check)).collect();
    let units = organisation::list_units(&asker.ctx).await?;
    let may_create = Rights::of(&asker.ctx).await?.may_anywhere(&acts::CREATE);
    Ok(Html(ListPage { page: asker.page, lines, units, wish, newer, older, may_create }))
}

#[derive(Template)]
#[template(path = "assessment/pages/new.html")]
pub(super) struct NewPage {
    page: Page,
    /// Id and name, indented like the tree with spaces that a list of choices keeps.
    units: Vec<(String, String)>,
    sets: &'static [ItemSet],
    form: NewForm,
    faults: Faults,
}

impl NewPage {
    fn set_name(&self, set: &ItemSet) -> String {
        self.page.t1("assessment-set", "count", set.items.len())
    }
}

/// What is to be begun.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct NewForm {
    unit: String,
    period: String,
    item_set: String,
}

async fn new_page(asker: &Asker, form: NewForm, faults: Faults) -> Answer<NewPage> {
    let rights = Rights::of(&asker.ctx).await?;
    let mut units = organisation::list_units(&asker.ctx).await?;
    units.retain(|unit| !unit.closed && rights.may(&acts::CREATE, &unit.id));
    let indented = |unit: Unit| (unit.id.clone(), format!("{}{}", "\u{3000}".repeat(unit.depth()), unit.name));
    let units = units.into_iter().map(indented).collect();
    let sets = catalog::builtin().item_sets.as_slice();
    Ok(NewPage { page: asker.page.clone(), units, sets, form, faults })
}

/// The fiscal year of a moment, which begins in April.
fn fiscal_year(now_ms: i64) -> String {
    let zone = jiff::tz::TimeZone::get("Asia/Tokyo").unwrap_or(jiff::tz::TimeZone::UTC);
    let moment = jiff::Timestamp::from_millisecond(now_ms).unwrap_or_default().to_zoned(zone);
    let year = if moment.month() < 4 { moment.year() - 1 } else { moment.year() };
    format!("FY{year}")
}

/// `GET /assessments/new`.
pub(super) async fn show_new(SignedIn(asker): SignedIn) -> Answer<Html<NewPage>> {
    let item_set = catalog::builtin().item_sets.first().map(|set| set.id.clone()).unwrap_or_default();
    let form = NewForm { unit: String::new(), period: fiscal_year(asker.ctx.now_ms()), item_set };
    Ok(Html(new_page(&asker, form, Faults::default()).await?))
}

/// `POST /assessments`.
pub(super) async fn create(SignedIn(asker): SignedIn, Form(form): Form<NewForm>) -> Answer<Response> {
    let outcome = crate::assessment::create(&asker.ctx, &form.unit, &form.item_set, form.period.trim()).await;
    match faults_or(outcome)? {
        Ok(id) => Ok(Done::to(&format!("/assessments/{id}/profile"), "begun").into_response()),
        Err(faults) => {
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(new_page(&asker, form, faults).await?)).into_response())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fiscal_year_begins_in_april_in_tokyo() {
        let ms = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_millisecond();
        assert_eq!(fiscal_year(ms("2026-11-21T00:00:00Z")), "FY2026");
        assert_eq!(fiscal_year(ms("2027-03-31T14:59:59Z")), "FY2026");
        assert_eq!(fiscal_year(ms("2027-03-31T15:00:00Z")), "FY2027");
    }

    #[test]
    fn a_page_of_the_list_keeps_the_filter() {
        let wish = Wish { q: "情報 部".to_owned(), state: "open".to_owned(), ..Wish::default() };
        assert_eq!(
            wish.path(50),
            "/assessments?q=%E6%83%85%E5%A0%B1%20%E9%83%A8&unit=&period=&state=open&sort=&from=50"
        );
    }
}
