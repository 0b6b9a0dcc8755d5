//! The diagnosis: where one stands, what is asked of one's tier, how far it is, what to do next (METI 2005 §3).
//!
//! Answers (from a file or a self-check) → score → diagnosis. A [`Diagnosis`] is the one object that page, API, command,
//! PDF and spreadsheet show; it is plain data and holds everything they need.
//!
//! Invariants: only whole levels 1–5 count; an unanswered item gives no total; desired levels and means come from a
//! release, never typed in; no figure is rounded before it is shown; totals of different item sets are never compared;
//! a synthetic release is labelled 合成データ in every output. Pure: no clock, no database.

pub mod actions;
pub mod api;
pub mod charts;
pub mod cli;
pub mod compare;
pub mod diagnose;
pub mod document;
pub mod model;
pub mod text_report;
pub mod view;
pub mod web;
pub mod what_if;
pub mod xlsx;

#[cfg(test)]
mod tests;

pub use compare::{History, compare};
pub use diagnose::diagnose;
pub use model::{
    AreaResult, Change, Diagnosis, Group, GroupFigures, Groups, HistogramBar, Isms, IsmsItem, ItemGap, ItemResult,
    LevelFigures, ProfileChoice, ProfileComputation, Recommendation, Reference, Step,
};
pub use what_if::{WhatIf, WhatIfItem, what_if};
