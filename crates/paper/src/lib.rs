//! What a document says, apart from how it is printed; and charts to put in it.
//!
//! - [`Document`] is title, banner and [`Block`]s: plain data, serde both ways.
//! - [`html`] writes it as a semantic fragment for a page under a strict content policy.
//! - [`chart`] draws plain data structs as [`Svg`]: one drawing serves page and PDF.
//!
//! The crate `paper-pdf` prints the same document as tagged PDF.
//!
//! Architecture invariants: no domain words, no input or output, no clock, no randomness; same input,
//! same bytes. Text stays text. Nothing here writes `style` attributes, scripts, or element ids of its own.

pub mod chart;
mod document;
mod escape;
pub mod html;
mod svg;

pub use document::{
    Align, Block, Column, Document, KeyFigure, Language, Link, LinkRefused, NoticeKind, Outline, Row, Run, Table,
};
pub use svg::{Svg, SvgRefused};
