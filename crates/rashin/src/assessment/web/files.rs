//! Answering by file: exported as TOML or spreadsheet, filled in, imported again after a look at what it would change.

use std::collections::BTreeMap;

use askama::Template;
use axum::Form;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use platform::{Error, Fault, Message};

use super::evidence::{attachment, file_of};
use super::frame::Frame;
use crate::assessment::answers_sheet;
use crate::assessment::answers_toml::to_toml;
use crate::assessment::import::{self, Difference, Plan};
use crate::assessment::read_answers::{self, FILE_LIMIT, Format};
use crate::face::page::faults_or;
use crate::face::{Answer, App, Asker, Done, Failure, Html, Page, SignedIn};

const TOML: &str = "application/toml";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

fn file_name(frame: &Frame, ending: &str) -> String {
    format!("{} {}.{ending}", frame.assessment.unit_name, frame.assessment.period)
}

/// `GET /assessments/{id}/answers.toml`.
pub(in crate::assessment) async fn export_toml(SignedIn(asker): SignedIn, Path(id): Path<String>) -> Answer<Response> {
    let frame = Frame::open(&asker, &id).await?;
    let text = to_toml(&frame.assessment.answers());
    Ok(attachment(&file_name(&frame, "toml"), TOML, text.into_bytes())?)
}

/// `GET /assessments/{id}/answers.xlsx`: the sheet to fill in, with the answers given so far.
pub(in crate::assessment) async fn export_sheet(SignedIn(asker): SignedIn, Path(id): Path<String>) -> Answer<Response> {
    let frame = Frame::open(&asker, &id).await?;
    let answers = frame.assessment.answers();
    let sheet = answers_sheet::to_sheet(frame.set, frame.profile, &answers, asker.page.texts(), asker.language)?;
    Ok(attachment(&file_name(&frame, "xlsx"), XLSX, sheet)?)
}

/// A difference as people read it.
struct Line {
    field: String,
    label: String,
    path: String,
    from: String,
    to: String,
    version: i64,
}

#[derive(Template)]
#[template(path = "assessment/pages/import.html")]
pub(super) struct ImportPage {
    page: Page,
    frame: Frame,
    /// Name of the file that was looked at.
    file: String,
    faults: Vec<Fault>,
    /// What it would change, and the file in its plain form.
    plan: Option<(Vec<Line>, String)>,
    /// What somebody else changed meanwhile.
    conflicts: Vec<String>,
    /// Largest file, MB.
    most: usize,
}

impl ImportPage {
    fn new(frame: Frame) -> Self {
        let (faults, conflicts) = (Vec::new(), Vec::new());
        let most = FILE_LIMIT / 1024 / 1024;
        Self { page: frame.page.clone(), frame, file: String::new(), faults, plan: None, conflicts, most }
    }
}

fn line(frame: &Frame, plan: &Plan, difference: &Difference) -> Line {
    let Difference { field, from, to, version } = difference.clone();
    if let Some(question) = field.strip_prefix("profile.").and_then(|id| frame.profile.question(id)) {
        let words =
            |id: &str| question.option(id).map(|option| frame.text(&option.label).to_owned()).unwrap_or_default();
        let label = frame.text(&question.short).to_owned();
        let path = format!("{}/profile#q-{}", frame.path(), question.ref_id);
        return Line { field: field.clone(), label, path, from: words(&from), to: words(&to), version };
    }
    let item_id = field.strip_prefix("items.").unwrap_or_default();
    let name = frame.set.item(item_id).map(|item| frame.text(&item.short)).unwrap_or_default();
    let answers = frame.assessment.answers();
    let words = |answers: &crate::assessment::answers::Answers| {
        answers
            .items
            .get(item_id)
            .map(|answer| super::question::Draft::given(answer).words(&frame.page))
            .unwrap_or_default()
    };
    let label = format!("{item_id} {name}");
    let path = frame.item_path(item_id);
    Line { field: field.clone(), label, path, from: words(&answers), to: words(&plan.answers), version }
}

/// `GET /assessments/{id}/import`.
pub(super) async fn show_import(SignedIn(asker): SignedIn, Path(id): Path<String>) -> Answer<Html<ImportPage>> {
    Ok(Html(ImportPage::new(Frame::open(&asker, &id).await?)))
}

async fn plan_of(app: &App, asker: &Asker, id: &str, name: &str, content: Vec<u8>) -> platform::Result<Plan> {
    let format = Format::of_name(name).ok_or_else(|| Error::field("file", name, Message::new("import-type")))?;
    let entries = read_answers::read(&app.sandbox, format, name, content).await?;
    import::plan(&asker.ctx, id, &entries).await
}

/// `POST /assessments/{id}/import`: looks at a file and says what it would change. Saves nothing.
pub(super) async fn look(
    State(app): State<App>,
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
    form: Result<Multipart, MultipartRejection>,
) -> Answer<Response> {
    let mut page = ImportPage::new(Frame::open(&asker, &id).await?);
    let taken = match file_of(form, FILE_LIMIT).await {
        Ok((name, content)) => {
            page.file.clone_from(&name);
            plan_of(&app, &asker, &id, &name, content).await
        }
        Err(Failure(error)) => Err(error),
    };
    match faults_or(taken)? {
        Ok(plan) => {
            let lines = plan.differences.iter().map(|difference| line(&page.frame, &plan, difference)).collect();
            page.plan = Some((lines, to_toml(&plan.answers)));
            Ok(Html(page).into_response())
        }
        Err(faults) => {
            page.faults = faults.0;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
        }
    }
}

/// `POST /assessments/{id}/import/confirmation`: field `content` is the file in its plain form, `version.FIELD` the
/// version seen of each answer to be replaced.
pub(super) async fn confirm(
    State(app): State<App>,
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
    Form(fields): Form<BTreeMap<String, String>>,
) -> Answer<Response> {
    let content = fields.get("content").map(String::as_str).unwrap_or_default().as_bytes().to_vec();
    let entries = read_answers::read(&app.sandbox, Format::Toml, "answers.toml", content).await?;
    let version =
        |(name, value): (&String, &String)| Some((name.strip_prefix("version.")?.to_owned(), value.parse().ok()?));
    let seen: BTreeMap<String, i64> = fields.iter().filter_map(version).collect();
    let outcome = import::import(&asker.ctx, &id, &entries, Some(&seen)).await?;
    if outcome.conflicts.is_empty() {
        return Ok(Done::to(&format!("/assessments/{id}"), "imported").into_response());
    }
    let mut page = ImportPage::new(Frame::open(&asker, &id).await?);
    page.conflicts = outcome.conflicts;
    Ok((StatusCode::CONFLICT, Html(page)).into_response())
}
