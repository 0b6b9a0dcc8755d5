//! The questions of one area: shown, saved one by one by the script, or all at once without it.

use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use platform::{Error, Fault};

use super::frame::Frame;
use super::question::{Draft, Fields, Question, Standing, closed};
use crate::assessment::{ItemChange, actions, answer_items, compare, open};
use crate::catalog::Area;
use crate::face::page::faults_or;
use crate::face::{Answer, Asker, Done, Failure, Html, Page, SignedIn};

#[derive(Template)]
#[template(path = "assessment/pages/area.html")]
pub(super) struct AreaPage {
    page: Page,
    frame: Frame,
    area: &'static Area,
    questions: Vec<Question>,
    /// Period of the earlier self-check whose answers are shown beside; empty if there is none.
    earlier: String,
    /// A file just removed, that can be brought back.
    removed: String,
}

impl AreaPage {
    fn heading(&self) -> String {
        format!("{} {}", self.area.ref_id, self.frame.text(&self.area.title))
    }

    fn next(&self) -> Option<&'static Area> {
        let place = self.frame.set.areas.iter().position(|area| area.ref_id == self.area.ref_id)?;
        self.frame.set.areas.get(place + 1)
    }

    fn previous(&self) -> Option<&'static Area> {
        let place = self.frame.set.areas.iter().position(|area| area.ref_id == self.area.ref_id)?;
        self.frame.set.areas.get(place.checked_sub(1)?)
    }

    fn troubles(&self) -> Vec<&Question> {
        self.questions.iter().filter(|question| question.is_in_trouble()).collect()
    }
}

#[derive(serde::Deserialize)]
pub(super) struct Shown {
    #[serde(default)]
    removed: String,
}

async fn area_page(asker: &Asker, frame: Frame, area_id: &str) -> Answer<AreaPage> {
    let area = frame.set.area(area_id).ok_or(Error::NotFound)?;
    let mut questions: Vec<Question> =
        frame.set.items_of(&area.ref_id).map(|item| Question::kept(&frame, item)).collect();
    let mut earlier = String::new();
    let others = actions::earlier(&asker.ctx, &frame.assessment).await?;
    if let Some(previous) = compare::previous(&frame.assessment.period, &others) {
        let previous = open(&asker.ctx, &previous.id).await?;
        earlier = asker.page.period(&previous.period);
        for question in &mut questions {
            question.earlier = previous.items.get(&question.item.ref_id).and_then(|answer| answer.level);
        }
    }
    Ok(AreaPage { page: asker.page.clone(), frame, area, questions, earlier, removed: String::new() })
}

/// `GET /assessments/{id}/areas/{area}`.
pub(super) async fn show_area(
    SignedIn(asker): SignedIn,
    Path((id, area)): Path<(String, String)>,
    axum::extract::Query(shown): axum::extract::Query<Shown>,
) -> Answer<Html<AreaPage>> {
    let frame = Frame::open(&asker, &id).await?;
    let mut page = area_page(&asker, frame, &area).await?;
    page.removed = shown.removed;
    Ok(Html(page))
}

/// The page of an item's area after a file for the item was not taken.
pub(super) async fn file_refused(asker: &Asker, id: &str, item_id: &str, faults: &[Fault]) -> Answer<Response> {
    let frame = Frame::open(asker, id).await?;
    let item = frame.set.item(item_id).ok_or(Error::NotFound)?;
    let mut page = area_page(asker, frame, &item.area).await?;
    let messages: Vec<String> = faults.iter().map(|fault| asker.page.message(&fault.message)).collect();
    for question in page.questions.iter_mut().filter(|question| question.item.ref_id == item_id) {
        question.file_fault = messages.join(" ");
    }
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
}

fn changes_of(frame: &Frame, area_id: &str, fields: &Fields) -> Vec<ItemChange> {
    let change = |ref_id: &str| {
        let draft = Draft::sent(fields, ref_id);
        fields.touches(ref_id, &draft.mark()).then(|| draft.change(ref_id, fields.version(ref_id)))
    };
    frame.set.items_of(area_id).filter_map(|item| change(&item.ref_id)).collect()
}

fn destination(frame: &Frame, area_id: &str, fields: &Fields) -> Response {
    let path = match (fields.get("keep_mine"), fields.get("next")) {
        (Some(kept), _) if frame.set.item(kept).is_some() => {
            return Done::to(&frame.item_path(kept), "answers-saved").into_response();
        }
        (_, Some("review")) => frame.path(),
        (_, Some(next)) if frame.set.area(next).is_some() => frame.area_path(next),
        _ => return Done::to(&frame.area_path(area_id), "answers-saved").into_response(),
    };
    Redirect::to(&path).into_response()
}

/// `POST /assessments/{id}/areas/{area}`: everything of the page that was changed.
pub(super) async fn save_area(
    SignedIn(asker): SignedIn,
    Path((id, area_id)): Path<(String, String)>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Answer<Response> {
    let frame = Frame::open(&asker, &id).await?;
    frame.set.area(&area_id).ok_or(Error::NotFound)?;
    let fields = Fields::new(pairs);
    let changes = changes_of(&frame, &area_id, &fields);
    let outcome = match faults_or(answer_items(&asker.ctx, &id, &changes).await)? {
        Ok(outcome) if outcome.conflicts.is_empty() => return Ok(destination(&frame, &area_id, &fields)),
        Ok(outcome) => outcome,
        Err(faults) => {
            let mut page = area_page(&asker, frame, &area_id).await?;
            let touched = |question: &Question| changes.iter().any(|change| change.item_id == question.item.ref_id);
            page.questions =
                with(page.questions, touched, |question| question.refused(&page.frame, &fields, &faults.0));
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response());
        }
    };
    let frame = Frame::open(&asker, &id).await?;
    let mut page = area_page(&asker, frame, &area_id).await?;
    let clashing = |question: &Question| outcome.conflicts.contains(&question.item.ref_id);
    page.questions = with(page.questions, clashing, |question| question.clashing(&page.frame, &fields));
    Ok((StatusCode::CONFLICT, Html(page)).into_response())
}

fn with(
    questions: Vec<Question>,
    chosen: impl Fn(&Question) -> bool,
    then: impl Fn(Question) -> Question,
) -> Vec<Question> {
    questions.into_iter().map(|question| if chosen(&question) { then(question) } else { question }).collect()
}

/// Tells the script to keep what the page shows.
pub(super) const LEAVE_ALONE: (&str, &str) = ("hx-reswap", "none");

#[derive(Template)]
#[template(path = "assessment/pages/saved_item.html")]
struct SavedItem {
    page: Page,
    frame: Frame,
    area_id: String,
    standing: Standing,
}

/// `POST /assessments/{id}/answers/{item}`: one question, sent by the script; answers with its line.
pub(super) async fn save_item(
    SignedIn(asker): SignedIn,
    Path((id, item_id)): Path<(String, String)>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Answer<Response> {
    let fields = Fields::new(pairs);
    let change = Draft::sent(&fields, &item_id).change(&item_id, fields.version(&item_id));
    let outcome = answer_items(&asker.ctx, &id, &[change]).await;
    let frame = Frame::open(&asker, &id).await?;
    let item = frame.set.item(&item_id).ok_or(Error::NotFound)?;
    let question = Question::kept(&frame, item);
    let (status, standing) = match outcome {
        Ok(outcome) if outcome.conflicts.is_empty() => (StatusCode::OK, fresh(&asker, question.standing)),
        Ok(_) => (StatusCode::CONFLICT, question.clashing(&frame, &fields).standing),
        Err(Error::Invalid(faults)) => (StatusCode::UNPROCESSABLE_ENTITY, refused(question, &frame, &fields, &faults)),
        Err(Error::Conflict(message)) => (StatusCode::CONFLICT, closed(&frame, question.standing, &message)),
        Err(error) => return Err(Failure(error)),
    };
    let swap = standing.is_shown(&fields).then_some(LEAVE_ALONE);
    let area_id = item.area.clone();
    Ok((status, AppendHeaders(swap), Html(SavedItem { page: asker.page, frame, area_id, standing })).into_response())
}

fn refused(question: Question, frame: &Frame, fields: &Fields, faults: &[Fault]) -> Standing {
    question.refused(frame, fields, faults).standing
}

/// The line after saving says so, with the time.
pub(super) fn fresh(asker: &Asker, mut standing: Standing) -> Standing {
    let now_ms = asker.ctx.now_ms();
    standing.saved = asker.page.t1("answer-saved", "time", asker.page.clock(&now_ms));
    standing
}
