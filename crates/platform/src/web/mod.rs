//! The web shell: headers on every answer, the chosen language.

mod headers;
mod language;

pub use headers::secure_headers;
pub use language::{HOST_ONLY, LANGUAGE_COOKIE, choice, cookie, language_of};
