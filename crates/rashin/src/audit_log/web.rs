//! The pages of the log.

use askama::Template;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use platform::{Error, Object};
use serde::Deserialize;
use serde_json::Value as Json;
use tokio_util::io::ReaderStream;

use super::actions::{self, Entry, Fact, Filter, Names, PAGE_SIZE};
use super::proofs::{self, Consistency, Inclusion, Witnessed};
use super::turns::Fetched;
use super::verify::{self, Report};
use super::{Halt, acts, export};
use crate::domains;
use crate::face::page::Faults;
use crate::face::{Answer, App, Asker, Done, Html, Page, SignedIn, page::encode};
use crate::organisation::roles;

/// The routes.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/audit-log", get(show_log))
        .route("/audit-log/check", get(show_check))
        .route("/audit-log/tiles", get(take_log))
        .route("/audit-entries/{id}", get(show_entry))
        .route("/audit-entries/{id}/erasure", post(erase_values))
}

#[derive(Template)]
#[template(path = "audit_log/pages/log.html")]
struct LogPage {
    page: Page,
    entries: Vec<Entry>,
    halt: Option<Halt>,
    names: Names,
    filter: Filter,
    older: Option<String>,
    areas: Vec<&'static str>,
}

impl LogPage {
    fn told(&self, fact: &Fact) -> String {
        told(&self.page, &self.names, fact)
    }
}

/// What a fact tells, as people read it.
fn told(page: &Page, names: &Names, fact: &Fact) -> String {
    match &fact.value {
        Some(value) => in_words(page, names, &fact.name, value),
        None if fact.withheld => page.t("log-withheld"),
        None => page.t("log-erased"),
    }
}

/// Parts of a list that are shown; of more, their number.
const SHOWN: usize = 20;

/// Roles, acts and people by their names where those are known, and a text without its quotes.
fn in_words(page: &Page, names: &Names, name: &str, value: &str) -> String {
    let word = |word: &str| match name {
        "role" | "grants_given" | "grants_ended" | "grants_not_given" if roles::ALL.contains(&word) => page.role(word),
        "act" | "acts" | "asked" if domains::act(word).is_some() => page.act(word),
        _ => names.get(word).cloned().unwrap_or_else(|| word.to_owned()),
    };
    let part = |part: &Json| match part {
        Json::String(text) => word(text),
        Json::Object(grant) => grant.get("role").and_then(Json::as_str).map_or_else(|| part.to_string(), word),
        other => other.to_string(),
    };
    match serde_json::from_str::<Json>(value) {
        Ok(Json::String(text)) if name == "acts" => text.split(' ').map(word).collect::<Vec<_>>().join(page.comma()),
        Ok(Json::Array(parts)) => {
            let shown = parts.iter().take(SHOWN).map(part).collect::<Vec<_>>().join(page.comma());
            if parts.len() > SHOWN { format!("{shown} … ({})", parts.len()) } else { shown }
        }
        Ok(Json::String(text)) => word(&text),
        _ => value.to_owned(),
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    before: String,
    act: String,
    object_id: String,
    actor: String,
}

async fn show_log(SignedIn(asker): SignedIn, Query(wanted): Query<Asked>) -> Answer<Html<LogPage>> {
    let filter = Filter {
        before: wanted.before.parse().ok(),
        act: wanted.act,
        object_id: wanted.object_id,
        actor: wanted.actor,
    };
    let entries = super::entries(&asker.ctx, &filter).await?;
    let (halt, names) = (actions::halted(&asker.ctx).await?, actions::names_in(&asker.ctx, &entries).await?);
    let last = entries.last().filter(|_| entries.len() == PAGE_SIZE).and_then(|last| last.seq);
    let older = last.map(|seq| {
        format!(
            "/audit-log?before={seq}&act={}&actor={}&object_id={}",
            encode(&filter.act),
            encode(&filter.actor),
            encode(&filter.object_id)
        )
    });
    let areas = domains::VALUES_OF.iter().map(|(area, _)| *area).collect();
    Ok(Html(LogPage { page: asker.page, entries, halt, names, filter, older, areas }))
}

#[derive(Template)]
#[template(path = "audit_log/pages/entry.html")]
struct EntryPage {
    page: Page,
    entry: Entry,
    /// Other entries on the same object, newest first.
    history: Vec<Entry>,
    proof: Option<Inclusion>,
    /// Whether the log still is what was signed, as far as this entry tells.
    holds: bool,
    halt: Option<Halt>,
    names: Names,
    may_erase: bool,
    faults: Faults,
}

impl EntryPage {
    fn told(&self, fact: &Fact) -> String {
        told(&self.page, &self.names, fact)
    }

    fn proof_text(&self) -> String {
        self.proof.as_ref().and_then(|proof| serde_json::to_string_pretty(proof).ok()).unwrap_or_default()
    }
}

async fn entry_page(asker: Asker, id: &str, faults: Faults) -> Answer<Html<EntryPage>> {
    let entry = super::entry(&asker.ctx, id).await?;
    let same = Filter { object_id: entry.object_id.clone(), ..Filter::default() };
    let history = if entry.object_id.is_empty() { Vec::new() } else { super::entries(&asker.ctx, &same).await? };
    let (proof, holds) = proofs::or_changed(proofs::inclusion(&asker.ctx, id).await)?;
    let halt = actions::halted(&asker.ctx).await?;
    let names = actions::names_in(&asker.ctx, std::slice::from_ref(&entry)).await?;
    let (_, tenant_id) = asker.ctx.account()?;
    let left = entry.facts.iter().any(Fact::may_be_kept);
    let may = asker.ctx.may(&acts::ERASE, &Object::of_unit("log-entry", id, tenant_id)).await?;
    let may_erase = left && may;
    Ok(Html(EntryPage { page: asker.page, entry, history, proof, holds, halt, names, may_erase, faults }))
}

async fn show_entry(SignedIn(asker): SignedIn, Path(id): Path<String>) -> Answer<Html<EntryPage>> {
    entry_page(asker, &id, Faults::default()).await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ErasureForm {
    name: String,
    reason: String,
}

async fn erase_values(
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
    Form(form): Form<ErasureForm>,
) -> Answer<Response> {
    let name = Some(form.name.as_str()).filter(|name| !name.is_empty());
    match super::erase(&asker.ctx, &id, name, &form.reason).await {
        Ok(()) => Ok(Done::to(&format!("/audit-entries/{}", encode(&id)), "erased").into_response()),
        Err(Error::Invalid(faults)) => {
            let page = entry_page(asker, &id, Faults(faults)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(Template)]
#[template(path = "audit_log/pages/check.html")]
struct CheckPage {
    page: Page,
    checkpoint: Option<String>,
    halt: Option<Halt>,
    witnessed: Vec<Witnessed>,
    sizes: Sizes,
    growth: Option<Consistency>,
    report: Option<Report>,
    faults: Faults,
}

impl CheckPage {
    #[expect(clippy::unused_self, reason = "the template asks the page")]
    fn witnessed_text(&self, one: &Witnessed) -> String {
        serde_json::to_string_pretty(one).unwrap_or_default()
    }

    fn growth_text(&self) -> String {
        self.growth.as_ref().and_then(|growth| serde_json::to_string_pretty(growth).ok()).unwrap_or_default()
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Sizes {
    old: String,
    size: String,
    verify: String,
}

async fn show_check(State(app): State<App>, SignedIn(asker): SignedIn, Query(sizes): Query<Sizes>) -> Answer<Response> {
    let checkpoint = proofs::checkpoint(&asker.ctx).await?;
    let witnessed = proofs::witnessed(&asker.ctx, &app.data).await?;
    let halt = actions::halted(&asker.ctx).await?;
    let (mut growth, mut faults) = (None, Faults::default());
    if !sizes.old.is_empty() || !sizes.size.is_empty() {
        let number = |text: &str| text.trim().parse().unwrap_or(0);
        match proofs::consistency(&asker.ctx, number(&sizes.old), number(&sizes.size)).await {
            Ok(found) => growth = Some(found),
            Err(Error::Invalid(found)) => faults = Faults(found),
            Err(error) => return Err(error.into()),
        }
    }
    let mut report = None;
    if sizes.verify == "yes" {
        let verdict = verify::own(&asker.ctx, &app.log_key, &app.log_turns).await?;
        report = Some(verdict.report(|message| app.texts.show(asker.language, message)));
    }
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = Html(CheckPage { page: asker.page, checkpoint, halt, witnessed, sizes, growth, report, faults });
    Ok((status, page).into_response())
}

async fn take_log(State(app): State<App>, SignedIn(asker): SignedIn) -> Answer<Response> {
    Ok(download(export::own(&asker.ctx, &app.log_key, &app.data, &app.log_turns).await?).await?)
}

/// The file as a stream, to be saved.
pub(super) async fn download(file: Fetched) -> platform::Result<Response> {
    let length = file.length().await?;
    let head = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/x-tar")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"rashin-log.tar\"")),
        (header::CONTENT_LENGTH, HeaderValue::from(length)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'")),
    ];
    Ok((head, Body::from_stream(ReaderStream::new(file))).into_response())
}
