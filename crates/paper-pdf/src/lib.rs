//! A [`paper::Document`] as PDF: A4, tagged, PDF/A-2a (archiving) and PDF/UA-1 (accessibility) at once.
//!
//! One fixed template lays out every document; the content reaches it as JSON data, never as source, so no text can
//! become markup. Fonts are embedded in the program; the typesetter sees no file system, no network and no clock.
//! A character that the fonts lack prints as 〓.
//!
//! Architecture invariant: the same document and time give the same bytes.

mod content;
mod fonts;
mod world;

use std::fmt;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use paper::Document;
use typst::diag::SourceDiagnostic;
use typst::foundations::{Datetime, Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

pub use fonts::Fonts;
use world::{Press, World};

/// How many documents a cached intermediate result may go unused before it is dropped. Results of the template itself
/// are used by every document and stay; those of one document's text leave soon, so memory does not grow.
const KEPT_FOR: usize = 2;

/// The document as PDF. `now` becomes the time of creation in its metadata (whole seconds, UTC).
///
/// Fails only if something goes wrong that no content should cause: unusable embedded fonts, a time
/// outside years 0 to 9999, or a document that the typesetter or the standards refuse, with their reasons.
pub fn pdf(document: &Document, now: Timestamp) -> Result<Vec<u8>, PdfError> {
    static PRESS: LazyLock<Result<Press, PdfError>> = LazyLock::new(|| Press::new(Fonts::EMBEDDED));
    let press = PRESS.as_ref().map_err(Clone::clone)?;
    let result = print(press, document, now);
    comemo::evict(KEPT_FOR);
    result
}

fn print(press: &Press, document: &Document, now: Timestamp) -> Result<Vec<u8>, PdfError> {
    let created = created(now).ok_or(PdfError::Time)?;
    let pages = typeset(press, document, created)?;
    let standards = PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1])
        .map_err(|error| PdfError::Refused(error.message().to_string()))?;
    let options = PdfOptions {
        ident: Smart::Auto,
        timestamp: Some(typst_pdf::Timestamp::new_utc(created)),
        standards,
        tagged: true,
        ..PdfOptions::default()
    };
    typst_pdf::pdf(&pages, &options).map_err(|errors| PdfError::refused(&errors))
}

fn typeset(press: &Press, document: &Document, created: Datetime) -> Result<PagedDocument, PdfError> {
    let world = World::new(press, content::json(document, press)?, created);
    typst::compile(&world).output.map_err(|errors| PdfError::refused(&errors))
}

fn created(now: Timestamp) -> Option<Datetime> {
    let now = now.to_zoned(TimeZone::UTC);
    let part = |value: i8| u8::try_from(value).ok();
    let year = i32::from(now.year());
    (0..=9_999).contains(&year).then_some(())?;
    Datetime::from_ymd_hms(
        year,
        part(now.month())?,
        part(now.day())?,
        part(now.hour())?,
        part(now.minute())?,
        part(now.second())?,
    )
}

/// Why there is no PDF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PdfError {
    /// The embedded fonts cannot be read.
    Fonts,
    /// The time of creation cannot be written in a PDF.
    Time,
    /// The content cannot be given to the template.
    Content(String),
    /// The typesetter or the PDF standards refuse the document; their reasons.
    Refused(String),
}

impl PdfError {
    fn refused(errors: &[SourceDiagnostic]) -> Self {
        let reasons: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
        Self::Refused(reasons.join("; "))
    }
}

impl fmt::Display for PdfError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fonts => formatter.write_str("the embedded fonts cannot be read"),
            Self::Time => formatter.write_str("the time of creation lies outside the years 0 to 9999"),
            Self::Content(reason) => write!(formatter, "the content cannot be typeset: {reason}"),
            Self::Refused(reasons) => {
                write!(formatter, "the document cannot be printed: {reasons}")
            }
        }
    }
}

impl std::error::Error for PdfError {}

#[cfg(test)]
mod tests;
