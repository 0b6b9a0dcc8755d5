//! The static files of the pages, inside the binary.

use std::collections::BTreeSet;

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::Embed;

use super::{Answer, Failure};

#[derive(Embed)]
#[folder = "../../web-assets/dist"]
struct Assets;

/// Common passwords, the commonest first, one a line; the pages' build puts them there.
const COMMON_PASSWORDS: &str = "lists/common-passwords.txt";

/// The commonest passwords that are long enough to be tried.
pub fn common_passwords() -> platform::Result<BTreeSet<String>> {
    let file = Assets::get(COMMON_PASSWORDS)
        .ok_or_else(|| platform::Error::internal(format!("{COMMON_PASSWORDS} is not in this program")))?;
    let text = std::str::from_utf8(&file.data).map_err(platform::Error::internal)?;
    Ok(text.lines().map(str::to_lowercase).collect())
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        _ => "text/plain; charset=utf-8",
    }
}

/// `GET /static/{*name}`.
pub async fn get_asset(Path(name): Path<String>, headers: HeaderMap) -> Answer<Response> {
    let Some(file) = Assets::get(&name) else { return Err(Failure(platform::Error::NotFound)) };
    let tag = format!("\"{}\"", hex::encode(&file.metadata.sha256_hash()[..16]));
    let caching = if name.starts_with("fonts/") { "public, max-age=31536000, immutable" } else { "public, no-cache" };
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|value| value.as_bytes() == tag.as_bytes());
    let head = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type(&name))),
        (header::CACHE_CONTROL, HeaderValue::from_static(caching)),
        (header::ETAG, HeaderValue::from_str(&tag).map_err(platform::Error::internal)?),
    ];
    if known {
        return Ok((StatusCode::NOT_MODIFIED, head).into_response());
    }
    Ok((head, file.data.into_owned()).into_response())
}
