//! Evidence files: added, taken away, brought back, downloaded.

use axum::Form;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use platform::{Error, Message};
use serde::Deserialize;

use super::area::file_refused;
use super::frame::Frame;
use crate::assessment::evidence::{self, SIZE_LIMIT};
use crate::face::page::{encode, faults_or};
use crate::face::{Answer, App, Done, Failure, SignedIn};

/// The field `file` of an upload: name and content.
/// Larger ones are refused as soon as they are.
pub(in crate::assessment) async fn file_of(
    form: Result<Multipart, MultipartRejection>,
    most: usize,
) -> Answer<(String, Vec<u8>)> {
    let none = || Failure(Error::field("file", "", Message::new("error-file-none")));
    let mut form = form.map_err(|_| none())?;
    while let Some(mut field) = form.next_field().await.map_err(|_| none())? {
        if field.name() != Some("file") {
            continue;
        }
        let name = field.file_name().unwrap_or("").to_owned();
        let mut content = Vec::new();
        while let Some(piece) = field.chunk().await.map_err(|error| broken(&name, most, &error))? {
            content.extend_from_slice(&piece);
            if content.len() > most {
                return Err(over(&name, most));
            }
        }
        return if name.is_empty() && content.is_empty() { Err(none()) } else { Ok((name, content)) };
    }
    Err(none())
}

fn over(name: &str, most: usize) -> Failure {
    Failure(Error::field("file", name, Message::new("error-file-size").with("most", most / 1024 / 1024)))
}

fn broken(name: &str, most: usize, error: &axum::extract::multipart::MultipartError) -> Failure {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => over(name, most),
        _ => Failure(Error::field("file", name, Message::new("error-file-none"))),
    }
}

/// `POST /assessments/{id}/answers/{item}/evidence`.
pub(super) async fn add(
    State(app): State<App>,
    SignedIn(asker): SignedIn,
    Path((id, item)): Path<(String, String)>,
    form: Result<Multipart, MultipartRejection>,
) -> Answer<Response> {
    let added = match file_of(form, SIZE_LIMIT).await {
        Ok((name, content)) => evidence::add(&asker.ctx, &app.evidence, &id, &item, &name, &content).await,
        Err(Failure(error)) => Err(error),
    };
    if let Err(faults) = faults_or(added)? {
        return file_refused(&asker, &id, &item, &faults.0).await;
    }
    let frame = Frame::open(&asker, &id).await?;
    Ok(Done::to(&frame.item_path(&item), "evidence-added").into_response())
}

#[derive(Deserialize)]
pub(super) struct Undo {
    #[serde(default)]
    undo: String,
}

/// `POST /assessments/{id}/evidence/{file}/removal`; with `undo=yes` the file comes back.
pub(super) async fn remove(
    SignedIn(asker): SignedIn,
    Path((id, file_id)): Path<(String, String)>,
    Form(form): Form<Undo>,
) -> Answer<Response> {
    let before = Frame::open(&asker, &id).await?;
    let back = form.undo == "yes";
    evidence::remove(&asker.ctx, &id, &file_id, !back).await?;
    let frame = if back { Frame::open(&asker, &id).await? } else { before };
    let file = frame.assessment.evidence.iter().find(|file| file.id == file_id);
    let item = file.and_then(|file| frame.set.item(&file.item_id)).ok_or(Error::NotFound)?;
    if back {
        return Ok(Done::to(&frame.item_path(&item.ref_id), "evidence-restored").into_response());
    }
    Ok(Redirect::to(&format!("{}?removed={}", frame.area_path(&item.area), encode(&file_id))).into_response())
}

/// `GET /assessments/{id}/evidence/{file}`: always saved, never shown in the page's own origin.
pub(super) async fn download(
    State(app): State<App>,
    SignedIn(asker): SignedIn,
    Path((id, file_id)): Path<(String, String)>,
) -> Answer<Response> {
    let (file, content) = evidence::content(&asker.ctx, &app.evidence, &id, &file_id).await?;
    Ok(attachment(&file.name, &file.media_type, content)?)
}

/// A file to be saved under a name in any script (RFC 5987).
pub(in crate::assessment) fn attachment(name: &str, media_type: &str, content: Vec<u8>) -> platform::Result<Response> {
    let plain: String = name
        .chars()
        .map(|letter| if letter.is_ascii_graphic() && !"\"\\%;".contains(letter) { letter } else { '_' })
        .collect();
    let disposition =
        format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", encode(name).replace('/', "%2F"));
    let head = [
        (header::CONTENT_TYPE, HeaderValue::from_str(media_type).map_err(Error::internal)?),
        (header::CONTENT_DISPOSITION, HeaderValue::from_str(&disposition).map_err(Error::internal)?),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'")),
    ];
    Ok((head, content).into_response())
}
