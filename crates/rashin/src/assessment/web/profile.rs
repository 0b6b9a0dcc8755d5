//! The profile questions: shown, saved one by one by the script, or all at once without it.

use std::collections::BTreeMap;

use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use platform::Error;

use super::area::{LEAVE_ALONE, fresh};
use super::frame::Frame;
use super::question::{Fields, Standing, closed, who};
use crate::assessment::answer_profile;
use crate::catalog::{Question as Asked, QuestionIndex};
use crate::face::{Answer, Done, Failure, Html, Page, SignedIn};

/// A profile question on a page.
#[derive(Debug, Clone)]
struct ProfileQuestion {
    asked: &'static Asked,
    choice: String,
    standing: Standing,
}

#[derive(Template)]
#[template(path = "assessment/pages/profile.html")]
pub(super) struct ProfilePage {
    page: Page,
    frame: Frame,
    questions: Vec<ProfileQuestion>,
}

impl ProfilePage {
    fn new(frame: Frame) -> Self {
        let questions = frame.profile.questions.iter().map(|asked| kept(&frame, asked)).collect();
        Self { page: frame.page.clone(), frame, questions }
    }

    /// The parts of the page: key of the heading and questions.
    fn sections(&self) -> Vec<(&'static str, Vec<&ProfileQuestion>)> {
        let influence = |question: &&ProfileQuestion| question.asked.index == QuestionIndex::Influence;
        let (influence, business) = self.questions.iter().partition::<Vec<_>, _>(influence);
        vec![("profile-business", business), ("profile-influence", influence)]
    }

    fn troubles(&self) -> Vec<&ProfileQuestion> {
        self.questions
            .iter()
            .filter(|question| question.standing.clash.is_some() || !question.standing.fault.is_empty())
            .collect()
    }
}

fn kept(frame: &Frame, asked: &'static Asked) -> ProfileQuestion {
    let answer = frame.assessment.profile.get(&asked.ref_id);
    let choice = answer.map(|answer| answer.option_id.clone()).unwrap_or_default();
    let standing = Standing {
        ref_id: asked.ref_id.clone(),
        version: answer.map_or(0, |answer| answer.version),
        was: choice.clone(),
        who: answer.map(|answer| who(&frame.page, &answer.answered_by, answer.answered_at_ms)).unwrap_or_default(),
        ..Standing::default()
    };
    ProfileQuestion { asked, choice, standing }
}

fn words(frame: &Frame, asked: &Asked, option_id: &str) -> String {
    asked.option(option_id).map_or_else(|| frame.page.t("answer-none"), |option| frame.text(&option.label).to_owned())
}

fn clashing(frame: &Frame, fields: &Fields, mut question: ProfileQuestion) -> ProfileQuestion {
    let asked = question.asked;
    let mine = fields.of("option", &asked.ref_id).unwrap_or("").to_owned();
    if let Some(theirs) = frame.assessment.profile.get(&asked.ref_id) {
        let seen = fields.of("version", &asked.ref_id).and_then(|text| text.parse().ok()).unwrap_or(0);
        let texts = (words(frame, asked, &theirs.option_id), words(frame, asked, &mine));
        let now = (theirs.answered_by.as_str(), theirs.answered_at_ms, theirs.version);
        let path = format!("{}/profile#q-{}", frame.path(), asked.ref_id);
        let was = fields.of("was", &asked.ref_id).unwrap_or("");
        question.standing = Standing::clash(frame, &asked.ref_id, (seen, was), now, texts, &path);
    }
    question.choice = mine;
    question
}

/// `GET /assessments/{id}/profile`.
pub(super) async fn show_profile(SignedIn(asker): SignedIn, Path(id): Path<String>) -> Answer<Html<ProfilePage>> {
    Ok(Html(ProfilePage::new(Frame::open(&asker, &id).await?)))
}

fn choices_of(frame: &Frame, fields: &Fields) -> BTreeMap<String, (String, i64)> {
    let chosen = |asked: &Asked| {
        let option = fields.of("option", &asked.ref_id)?;
        let touched = fields.touches(&asked.ref_id, option);
        touched.then(|| (asked.ref_id.clone(), (option.to_owned(), fields.version(&asked.ref_id))))
    };
    frame.profile.questions.iter().filter_map(chosen).collect()
}

/// `POST /assessments/{id}/profile`: every question that was changed.
pub(super) async fn save_profile(
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Answer<Response> {
    let frame = Frame::open(&asker, &id).await?;
    let fields = Fields::new(pairs);
    let outcome = answer_profile(&asker.ctx, &id, &choices_of(&frame, &fields)).await?;
    if outcome.conflicts.is_empty() {
        let to = match (fields.get("keep_mine"), fields.get("next"), frame.set.areas.first()) {
            (Some(kept), _, _) if frame.profile.question(kept).is_some() => {
                return Ok(Done::to(&format!("{}/profile#q-{kept}", frame.path()), "answers-saved").into_response());
            }
            (_, Some("areas"), Some(area)) => frame.area_path(&area.ref_id),
            _ => return Ok(Done::to(&format!("{}/profile", frame.path()), "answers-saved").into_response()),
        };
        return Ok(Redirect::to(&to).into_response());
    }
    let mut page = ProfilePage::new(Frame::open(&asker, &id).await?);
    let clash = |question: ProfileQuestion| {
        if outcome.conflicts.contains(&question.asked.ref_id) {
            clashing(&page.frame, &fields, question)
        } else {
            question
        }
    };
    page.questions = page.questions.into_iter().map(clash).collect();
    Ok((StatusCode::CONFLICT, Html(page)).into_response())
}

#[derive(Template)]
#[template(path = "assessment/pages/saved_item.html")]
struct SavedQuestion {
    page: Page,
    frame: Frame,
    area_id: String,
    standing: Standing,
}

/// `POST /assessments/{id}/profile/{question}`: one question, sent by the script; answers with its line.
pub(super) async fn save_question(
    SignedIn(asker): SignedIn,
    Path((id, question_id)): Path<(String, String)>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Answer<Response> {
    let fields = Fields::new(pairs);
    let choice = (fields.of("option", &question_id).unwrap_or("").to_owned(), fields.version(&question_id));
    let outcome = answer_profile(&asker.ctx, &id, &BTreeMap::from([(question_id.clone(), choice)])).await;
    let frame = Frame::open(&asker, &id).await?;
    let question = kept(&frame, frame.profile.question(&question_id).ok_or(Error::NotFound)?);
    let (status, standing) = match outcome {
        Ok(outcome) if outcome.conflicts.is_empty() => (StatusCode::OK, fresh(&asker, question.standing)),
        Ok(_) => (StatusCode::CONFLICT, clashing(&frame, &fields, question).standing),
        Err(Error::Invalid(faults)) => {
            let message = faults.first().map(|fault| &fault.message).ok_or(Error::NotFound)?;
            (StatusCode::UNPROCESSABLE_ENTITY, closed(&frame, question.standing, message))
        }
        Err(Error::Conflict(message)) => (StatusCode::CONFLICT, closed(&frame, question.standing, &message)),
        Err(error) => return Err(Failure(error)),
    };
    let swap = standing.is_shown(&fields).then_some(LEAVE_ALONE);
    let area_id = "profile".to_owned();
    Ok((status, AppendHeaders(swap), Html(SavedQuestion { page: asker.page, frame, area_id, standing }))
        .into_response())
}
