//! How failures are shown: one place for pages, one for the API. Internal ones are logged once, with a reference.

use std::sync::Arc;

use askama::Template;
use axum::Json;
use axum::body::Body;
use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use platform::{Error, Fault, Message};
use serde::Serialize;
use utoipa::ToSchema;

use super::asker::is_api;
use super::page::encode;
use super::{App, Asker, Page};
use crate::access;

/// An error on its way out. [`show_failures`] gives it its face.
#[derive(Debug)]
pub struct Failure(pub Error);

impl Failure {
    /// Nobody is signed in.
    #[must_use]
    pub fn sign_in_first() -> Self {
        Self(Error::Forbidden(Message::new("error-sign-in-first")))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

fn status(error: &Error) -> StatusCode {
    match error {
        Error::NotFound => StatusCode::NOT_FOUND,
        Error::Forbidden(message) if message.key == "error-sign-in-first" => StatusCode::UNAUTHORIZED,
        Error::Forbidden(_) => StatusCode::FORBIDDEN,
        Error::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Error::Conflict(_) => StatusCode::CONFLICT,
        Error::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
        Error::Busy(_) => StatusCode::SERVICE_UNAVAILABLE,
        Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = status(&self.0).into_response();
        if let Error::TooMany(message) | Error::Busy(message) = &self.0
            && let Some(seconds) = message.args.get("seconds").and_then(|seconds| HeaderValue::from_str(seconds).ok())
        {
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        response.extensions_mut().insert(Arc::new(self.0));
        response
    }
}

/// The last resort: a fault of the program itself is an internal failure like any other, and the server goes on.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands it over")]
pub(super) fn of_panic(cause: Box<dyn std::any::Any + Send>) -> Response {
    let text = cause.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| cause.downcast_ref::<String>().cloned()).unwrap_or_default();
    Failure(Error::internal(format!("panic: {text}"))).into_response()
}

/// A failure as the API tells it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// `not-found`, `forbidden`, `proof` (prove again by `POST /sessions/current/proof`), `factor` (register a second factor, by `POST /factors/totp` or on a page), `invalid`, `conflict`, `too-many`, `busy`, `too-large`, `internal`.
    pub kind: String,
    /// What is wrong, in the asker's language.
    pub message: String,
    /// Every wrong field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<ProblemFault>,
    /// What to quote when asking for help.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// One wrong field.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemFault {
    /// Field.
    pub field: String,
    /// Line or row, where it stands in a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The value found.
    pub value: String,
    /// What is allowed.
    pub message: String,
}

impl ProblemFault {
    /// A fault in a page's language.
    #[must_use]
    pub fn of(page: &Page, fault: &Fault) -> Self {
        Self {
            field: fault.field.clone(),
            line: fault.line,
            value: fault.value.clone(),
            message: page.message(&fault.message),
        }
    }
}

#[derive(Template)]
#[template(path = "face/pages/failure.html")]
struct FailurePage<'a> {
    page: &'a Page,
    status: u16,
    title: String,
    problem: Problem,
    /// Whether another person was asked to agree.
    consent: bool,
}

fn kind_of(status: StatusCode) -> &'static str {
    match status.as_u16() {
        404 => "not-found",
        401 => "sign-in",
        403 => "forbidden",
        405 => "method",
        409 => "conflict",
        413 => "too-large",
        422 | 400 | 415 => "invalid",
        429 => "too-many",
        503 => "busy",
        _ => "internal",
    }
}

/// What sensitive acts answer when the last proof is too old: pages lead to the place where one proves to be there.
fn wants_proof(error: Option<&Error>) -> bool {
    matches!(error, Some(Error::Forbidden(message)) if message.key == "error-proof-needed")
}

/// What everything answers to somebody of whom a second factor is demanded: pages lead to where one registers it.
fn wants_factor(error: Option<&Error>) -> bool {
    matches!(error, Some(Error::Forbidden(message)) if message.key == "error-factor-demanded")
}

/// What acts of two people answer when the other one was asked.
fn wants_consent(error: Option<&Error>) -> bool {
    matches!(error, Some(Error::Conflict(message)) if ["error-needs-consent", "error-alone-too-soon"].contains(&message.key))
}

fn problem(
    page: &Page,
    status: StatusCode,
    error: Option<&Error>,
    detail: Option<String>,
    reference: Option<String>,
) -> Problem {
    let kind = match (wants_proof(error), wants_factor(error)) {
        (true, _) => "proof",
        (_, true) => "factor",
        _ => kind_of(status),
    };
    let (message, faults) = match error {
        Some(Error::Forbidden(message) | Error::Conflict(message) | Error::TooMany(message) | Error::Busy(message)) => {
            (page.message(message), Vec::new())
        }
        Some(Error::Invalid(faults)) => {
            (page.t("failure-invalid-text"), faults.iter().map(|fault| ProblemFault::of(page, fault)).collect())
        }
        _ => {
            let told = detail.map(|message| ProblemFault {
                field: "body".to_owned(),
                line: None,
                value: String::new(),
                message,
            });
            (page.t(&format!("failure-{kind}-text")), told.into_iter().collect())
        }
    };
    Problem { kind: kind.to_owned(), message, faults, reference }
}

/// Whether an answer is a refusal of which no other place leaves the trace: something is hidden or missing, or a layer
/// turned the request away before anybody was asked. Rights and waits leave theirs where they are refused.
fn is_refusal(status: StatusCode, error: Option<&Error>) -> bool {
    match error {
        Some(error) => matches!(error, Error::NotFound),
        None => status == StatusCode::FORBIDDEN,
    }
}

/// Leaves the trace of a refusal: an entry for somebody signed in, a count for people nobody knows.
async fn leave_trace(app: &App, asker: &Asker, path: &str) {
    if asker.found.is_none() {
        app.refusals.count(&asker.door.source, asker.ctx.now_ms());
    } else if let Err(error) = access::not_shown(&asker.ctx, path).await {
        tracing::warn!(%error, "a refusal was not entered in the log");
    }
}

/// Leads to the proof. A form goes there with all that was typed, since a browser sends it on as it was.
fn to_the_proof(here: &str, form: Option<&str>) -> Response {
    match form {
        Some(path) => Redirect::temporary(&format!("/me/proof/form?to={}", encode(path))).into_response(),
        None => Redirect::to(&format!("/me/proof?next={}", encode(here))).into_response(),
    }
}

/// What the reader of a request's body complains of: `missing field "name" at line 1 column 2`.
async fn complaint_of(body: Body) -> Option<String> {
    let bytes = axum::body::to_bytes(body, 2048).await.ok()?;
    String::from_utf8(bytes.to_vec()).ok().filter(|text| !text.is_empty())
}

/// Middleware: gives errors without a body their face, in the asker's language.
pub async fn show_failures(State(app): State<App>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let Ok(asker) = Asker::from_request_parts(&mut parts, &app).await;
    let (api, path) = (is_api(parts.uri.path()), parts.uri.path().to_owned());
    // What one was on the way to, without what stood in its holes, which may be a secret.
    let route = parts.extensions.get::<MatchedPath>().map_or_else(|| "…".to_owned(), |route| route.as_str().to_owned());
    let kind = parts.headers.get(header::CONTENT_TYPE);
    let is_form = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    let response = next.run(Request::from_parts(parts, body)).await;
    let status = response.status();
    let error = response.extensions().get::<Arc<Error>>().cloned();
    let plain =
        response.headers().get(header::CONTENT_TYPE).is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    if !(status.is_client_error() || status.is_server_error()) || (error.is_none() && !plain) {
        return response;
    }
    if is_refusal(status, error.as_deref()) {
        leave_trace(&app, &asker, &path).await;
    }
    if !api && wants_proof(error.as_deref()) {
        return to_the_proof(&asker.page.here, is_form.then_some(path.as_str()));
    }
    if !api && wants_factor(error.as_deref()) {
        return Redirect::to("/me").into_response();
    }
    let mut reference = None;
    if let Some(Error::Internal(cause)) = error.as_deref() {
        let mut bytes = [0_u8; 5];
        if asker.ctx.fill_random(&mut bytes).is_ok() {
            reference = Some(hex::encode(bytes));
        }
        tracing::error!(reference, cause, route, "internal failure");
    }
    let (head, body) = response.into_parts();
    let unreadable = api && error.is_none() && matches!(status.as_u16(), 400 | 415 | 422);
    let detail = if unreadable { complaint_of(body).await } else { None };
    let problem = problem(&asker.page, status, error.as_deref(), detail, reference);
    let mut shown = if api {
        (status, Json(problem)).into_response()
    } else {
        let consent = wants_consent(error.as_deref());
        let title = asker.page.t(&format!("failure-{}", if consent { "consent" } else { kind_of(status) }));
        let page = FailurePage { page: &asker.page, status: status.as_u16(), title, problem, consent };
        (status, super::Html(page)).into_response()
    };
    for (name, value) in &head.headers {
        if [header::ALLOW, header::RETRY_AFTER, header::SET_COOKIE].contains(name) {
            shown.headers_mut().append(name.clone(), value.clone());
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::routing::get;
    use tower::ServiceExt;
    use tower_http::catch_panic::CatchPanicLayer;

    use super::*;

    async fn stumble() -> Response {
        panic!("stumbled")
    }

    #[tokio::test]
    async fn a_fault_of_the_program_is_an_internal_failure_and_the_server_goes_on() {
        let router = Router::new().route("/", get(stumble)).layer(CatchPanicLayer::custom(of_panic));
        for _ in 0..2 {
            let request = Request::get("/").body(Body::empty()).unwrap();
            let reply = router.clone().oneshot(request).await.unwrap();
            assert_eq!(reply.status(), StatusCode::INTERNAL_SERVER_ERROR);
            let error = reply.extensions().get::<Arc<Error>>().unwrap();
            assert!(matches!(&**error, Error::Internal(cause) if cause.contains("stumbled")));
        }
    }
}
