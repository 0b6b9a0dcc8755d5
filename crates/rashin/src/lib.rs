//! Rashin (羅針): information security governance for Japanese organisations. One folder per domain.

pub mod domains;
pub mod face;
pub mod migrations;
pub mod sample;
pub mod wall;

pub mod catalog;

pub mod organisation;

pub mod access;

pub mod identity;

pub mod federation;

pub mod audit_log;

pub mod assessment;

pub mod population;

pub mod benchmark;

pub mod operate;

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use tests::testing;
