//! All rules.

mod asvs;
mod dependency_reason;
mod domain_border;
mod domain_docs;
mod faces;
mod file_length;
mod generated_files;
mod guide;
mod ignored_tests;
mod layers;
mod links;
mod migrations;
mod names;
mod sql;
mod texts;
mod traces;

use super::Rule;

/// In the order they are told.
pub(super) const ALL: &[&Rule] = &[
    &domain_border::RULE,
    &domain_docs::RULE,
    &faces::RULE,
    &sql::RULE,
    &layers::RULE,
    &file_length::RULE,
    &names::RULE,
    &dependency_reason::RULE,
    &generated_files::RULE,
    &ignored_tests::RULE,
    &migrations::RULE,
    &texts::RULE,
    &guide::RULE,
    &asvs::RULE,
    &links::RULE,
    &traces::RULE,
];
