//! The web shell: headers on every answer, the chosen language.

mod headers;
mod language;

pub use headers::secure_headers;
pub use language::{LANGUAGE_COOKIE, cookie, language_of};
