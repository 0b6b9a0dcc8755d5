//! Which language a request gets: the cookie of one's choice, else the browser's wish, else Japanese.

use axum::http::{HeaderMap, header};

use crate::Language;

/// Name of the cookie that keeps the choice.
pub const LANGUAGE_COOKIE: &str = "rashin_language";

/// Begins the name of a cookie that the host alone has set, and only by https; browsers see to it.
pub const HOST_ONLY: &str = "__Host-";

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

/// A choice kept in a cookie, under whichever name.
#[must_use]
pub fn choice<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    cookie(headers, &format!("{HOST_ONLY}{name}")).or_else(|| cookie(headers, name))
}

/// The language of a request.
#[must_use]
pub fn language_of(headers: &HeaderMap) -> Language {
    choice(headers, LANGUAGE_COOKIE).and_then(Language::parse).unwrap_or_else(|| {
        let accept = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Language::negotiate(accept.unwrap_or(""))
    })
}
