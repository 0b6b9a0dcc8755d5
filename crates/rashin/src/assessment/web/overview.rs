//! One self-check at a glance: what is missing, who answered what, handing in, approving.

use std::collections::BTreeMap;

use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use platform::Fault;
use serde::Deserialize;

use super::frame::Frame;
use super::question::Draft;
use crate::assessment::record::{ItemAnswer, Submission};
use crate::assessment::{State, actions, acts, submissions};
use crate::face::page::{Faults, faults_or};
use crate::face::{Answer, Asker, Done, Html, Page, SignedIn};
use crate::identity;

/// What keeps a self-check from being handed in.
struct Point {
    label: String,
    path: String,
    why: String,
    asked: String,
}

/// An item in the table of answers.
struct Row {
    ref_id: String,
    name: String,
    path: String,
    answer: Option<ItemAnswer>,
    shown: String,
    note: String,
    files: usize,
}

#[derive(Template)]
#[template(path = "assessment/pages/overview.html")]
pub(super) struct OverviewPage {
    page: Page,
    frame: Frame,
    points: Vec<Point>,
    rows: Vec<Row>,
    colleagues: Vec<(String, String)>,
    submissions: Vec<Submission>,
    has_earlier: bool,
    /// The asker handed in what stands.
    own: bool,
    /// The tenant has one person only.
    alone: bool,
    faults: Faults,
}

impl OverviewPage {
    fn now(&self) -> &'static str {
        match self.frame.assessment.state {
            State::Open => "step-review",
            State::Submitted => "step-approval",
            State::Approved => "step-diagnosis",
        }
    }

    fn may_submit(&self) -> bool {
        self.frame.may(&acts::SUBMIT)
    }

    fn may_assign(&self) -> bool {
        self.frame.is_open() && self.frame.may(&acts::ASSIGN)
    }

    fn may_agree(&self) -> bool {
        self.frame.is_open() && self.frame.may(&acts::APPROVE_EXCLUSION)
    }

    fn may_return(&self) -> bool {
        self.frame.may(&acts::RETURN)
    }

    fn may_approve(&self) -> bool {
        self.frame.may(&acts::APPROVE) && (!self.own || self.alone)
    }

    fn excluded(&self) -> Vec<&Row> {
        let excluded = |row: &&Row| row.answer.as_ref().is_some_and(|answer| answer.not_applicable_reason.is_some());
        self.rows.iter().filter(excluded).collect()
    }

    /// Who answered how many items, most first.
    fn people(&self) -> Vec<(String, usize)> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for answer in self.rows.iter().filter_map(|row| row.answer.as_ref()).filter(|answer| answer.is_answered()) {
            *counts.entry(answer.answered_by.as_str()).or_default() += 1;
        }
        let mut people: Vec<(String, usize)> =
            counts.into_iter().map(|(name, count)| (name.to_owned(), count)).collect();
        people.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        people
    }

    fn is_asked(&self, area_id: &str, account_id: &str) -> bool {
        self.frame.assessment.parts.iter().any(|part| part.area_id == area_id && part.account_id == account_id)
    }

    fn given_back(&self) -> Option<&Submission> {
        self.frame.assessment.submission.as_ref().filter(|submission| submission.returned_reason.is_some())
    }
}

fn points(frame: &Frame, faults: &[Fault]) -> Vec<Point> {
    let point = |fault: &Fault| {
        let why = frame.page.message(&fault.message);
        if let Some(item) = fault.field.strip_prefix("items.").and_then(|id| frame.set.item(id)) {
            let label = format!("{} {}", item.ref_id, frame.text(&item.short));
            let asked = frame.asked(&item.area).to_owned();
            return Some(Point { label, path: frame.item_path(&item.ref_id), why, asked });
        }
        let question = fault.field.strip_prefix("profile.").and_then(|id| frame.profile.question(id))?;
        let label =
            format!("{} {}", frame.page.t1("profile-number", "number", question.number), frame.text(&question.short));
        let path = format!("{}/profile#q-{}", frame.path(), question.ref_id);
        Some(Point { label, path, why, asked: String::new() })
    };
    faults.iter().filter_map(point).collect()
}

fn rows(frame: &Frame) -> Vec<Row> {
    let row = |item: &crate::catalog::Item| {
        let answer = frame.assessment.items.get(&item.ref_id).cloned();
        let shown = match answer.as_ref() {
            Some(answer) if answer.not_applicable_reason.is_some() => frame.page.t("answer-na"),
            Some(ItemAnswer { level: Some(level), .. }) => level.to_string(),
            _ => String::new(),
        };
        let files = frame.assessment.evidence.iter().filter(|file| file.item_id == item.ref_id).count();
        let note = Draft::kept(answer.as_ref()).note;
        let name = frame.text(&item.short).to_owned();
        Row { ref_id: item.ref_id.clone(), name, path: frame.item_path(&item.ref_id), answer, shown, note, files }
    };
    frame.set.items.iter().map(row).collect()
}

async fn overview_page(asker: &Asker, id: &str, faults: Faults) -> Answer<OverviewPage> {
    let frame = Frame::open(asker, id).await?;
    let points = if frame.is_open() { points(&frame, &actions::open_points(&frame.assessment)) } else { Vec::new() };
    let (account_id, _) = asker.ctx.account()?;
    Ok(OverviewPage {
        page: asker.page.clone(),
        rows: rows(&frame),
        colleagues: actions::colleagues(&asker.ctx, &frame.assessment).await?,
        submissions: submissions(&asker.ctx, id).await?,
        has_earlier: !actions::earlier(&asker.ctx, &frame.assessment).await?.is_empty(),
        own: frame.assessment.submission.as_ref().is_some_and(|submission| submission.submitted_by == account_id),
        alone: identity::people_count(&asker.ctx).await? == 1,
        points,
        frame,
        faults,
    })
}

/// `GET /assessments/{id}`.
pub(super) async fn show_overview(SignedIn(asker): SignedIn, Path(id): Path<String>) -> Answer<Html<OverviewPage>> {
    Ok(Html(overview_page(&asker, &id, Faults::default()).await?))
}

async fn settled(asker: &Asker, id: &str, outcome: platform::Result<()>, what: &str) -> Answer<Response> {
    match faults_or(outcome)? {
        Ok(()) => Ok(Done::to(&format!("/assessments/{id}"), what).into_response()),
        Err(faults) => {
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(overview_page(asker, id, faults).await?)).into_response())
        }
    }
}

/// `POST /assessments/{id}/parts`: fields `part.AREA` with an account, or empty for nobody.
pub(super) async fn assign(
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
    Form(fields): Form<BTreeMap<String, String>>,
) -> Answer<Response> {
    let before = actions::open(&asker.ctx, &id).await?;
    for (name, account_id) in &fields {
        let Some(area_id) = name.strip_prefix("part.") else { continue };
        let part = before.parts.iter().find(|part| part.area_id == area_id);
        let wanted = Some(account_id.as_str()).filter(|account_id| !account_id.is_empty());
        if part.map(|part| part.account_id.as_str()) != wanted {
            actions::assign(&asker.ctx, &id, area_id, wanted).await?;
        }
    }
    Ok(Done::to(&format!("/assessments/{id}"), "parts-saved").into_response())
}

/// The answer whose reason stood on the page.
#[derive(Debug, Deserialize)]
pub(super) struct Seen {
    version: i64,
}

/// `POST /assessments/{id}/exclusions/{item}/approval`.
pub(super) async fn approve_exclusion(
    SignedIn(asker): SignedIn,
    Path((id, item)): Path<(String, String)>,
    Form(seen): Form<Seen>,
) -> Answer<Done> {
    actions::approve_exclusion(&asker.ctx, &id, &item, Some(seen.version)).await?;
    Ok(Done::to(&format!("/assessments/{id}"), "exclusion-agreed"))
}

/// `POST /assessments/{id}/submission`.
pub(super) async fn submit(SignedIn(asker): SignedIn, Path(id): Path<String>) -> Answer<Response> {
    let outcome = actions::submit(&asker.ctx, &id).await;
    settled(&asker, &id, outcome, "submitted").await
}

/// What is said with a decision.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Words {
    reason: String,
    comment: String,
}

/// `POST /assessments/{id}/return`.
pub(super) async fn give_back(
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
    Form(words): Form<Words>,
) -> Answer<Response> {
    let outcome = actions::give_back(&asker.ctx, &id, &words.reason).await;
    settled(&asker, &id, outcome, "returned").await
}

/// `POST /assessments/{id}/approval`.
pub(super) async fn approve(
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
    Form(words): Form<Words>,
) -> Answer<Response> {
    let outcome = actions::approve(&asker.ctx, &id, &words.comment).await;
    settled(&asker, &id, outcome, "approved").await
}
