//! Choices kept in the browser: language and theme. No account is needed, nothing is logged.

use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, Uri, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use platform::Language;
use platform::web::{HOST_ONLY, LANGUAGE_COOKIE};
use serde::Deserialize;

use super::App;
use super::asker::referer;

const YEAR_S: u32 = 365 * 24 * 60 * 60;

#[derive(Deserialize)]
pub(super) struct LanguageChoice {
    to: String,
    #[serde(default)]
    back: String,
}

#[derive(Deserialize)]
pub(super) struct ThemeChoice {
    theme: String,
}

/// A path on this server and nothing else.
#[must_use]
pub fn local_path(path: &str) -> &str {
    let fine =
        path.starts_with('/') && !path.starts_with("//") && !path.contains('\\') && !path.chars().any(char::is_control);
    if fine { path } else { "/" }
}

fn keep(app: &App, name: &str, value: &str, back: &str) -> Response {
    let (prefix, secure) = if app.is_secure() { (HOST_ONLY, "; Secure") } else { ("", "") };
    let cookie = format!("{prefix}{name}={value}; Path=/; SameSite=Lax; Max-Age={YEAR_S}{secure}");
    (AppendHeaders([(header::SET_COOKIE, cookie)]), Redirect::to(local_path(back))).into_response()
}

/// `GET /preferences/language?to=en&back=/…`.
pub(super) async fn set_language(State(app): State<App>, Query(choice): Query<LanguageChoice>) -> Response {
    let language = Language::parse(&choice.to).unwrap_or(Language::Ja);
    keep(&app, LANGUAGE_COOKIE, language.code(), &choice.back)
}

/// `POST /preferences/theme`.
pub(super) async fn set_theme(State(app): State<App>, headers: HeaderMap, Form(choice): Form<ThemeChoice>) -> Response {
    let theme = if ["light", "dark"].contains(&choice.theme.as_str()) { choice.theme.as_str() } else { "auto" };
    let back = referer(&headers);
    keep(&app, "theme", theme, back.as_ref().map_or("/", Uri::path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_on_this_server_are_led_to() {
        for path in ["//evil.example", "https://evil.example", "/\\evil.example", "", "javascript:alert(1)"] {
            assert_eq!(local_path(path), "/");
        }
        assert_eq!(local_path("/assessments/1?x=2"), "/assessments/1?x=2");
    }
}
