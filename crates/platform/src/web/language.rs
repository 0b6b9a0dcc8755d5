//! Which language a request gets: the cookie of one's choice, else the browser's wish, else Japanese.

use axum::http::{HeaderMap, header};

use crate::Language;

/// Name of the cookie that keeps the choice.
pub const LANGUAGE_COOKIE: &str = "rashin_language";

/// The value of a cookie.
#[must_use]
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// The language of a request.
#[must_use]
pub fn language_of(headers: &HeaderMap) -> Language {
    cookie(headers, LANGUAGE_COOKIE).and_then(Language::parse).unwrap_or_else(|| {
        let accept = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Language::negotiate(accept.unwrap_or(""))
    })
}
