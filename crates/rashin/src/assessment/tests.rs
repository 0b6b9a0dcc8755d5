//! Self-checks through actions, on both databases.

mod answering;
mod evidence;
mod handing_in;
mod lists;

use std::collections::BTreeMap;

use platform::Ctx;

use super::{Assessment, ItemChange, answer_items, answer_profile, create, open};
use crate::catalog;
use crate::testing::{Person, TARO, TestApp, conflict, faults, forbidden, not_found};

const SET: &str = "benchmark-25";

/// Begins a self-check of the company.
async fn begin(app: &TestApp) -> String {
    create(&app.ctx(TARO), &app.company, SET, "FY2026").await.unwrap()
}

async fn see(app: &TestApp, person: Person, id: &str) -> Assessment {
    open(&app.ctx(person), id).await.unwrap()
}

/// The wish to set an item's level, having seen `version`.
fn level(item_id: &str, level: u8, version: i64) -> ItemChange {
    ItemChange {
        item_id: item_id.to_owned(),
        level: Some(level),
        not_applicable_reason: None,
        note: String::new(),
        version,
    }
}

/// The wish to exclude an item, having seen `version`.
fn excluded(item_id: &str, reason: &str, version: i64) -> ItemChange {
    let not_applicable_reason = Some(reason.to_owned());
    ItemChange { item_id: item_id.to_owned(), level: None, not_applicable_reason, note: String::new(), version }
}

/// The first option of every profile question, as somebody who saw nothing answered.
fn whole_profile() -> BTreeMap<String, (String, i64)> {
    let set = catalog::builtin().item_set(SET).unwrap();
    let profile = catalog::builtin().profile(&set.profile).unwrap();
    let first =
        profile.questions.iter().map(|question| (question.ref_id.clone(), (question.options[0].ref_id.clone(), 0)));
    first.collect()
}

/// Answers everything: level 3 throughout.
async fn fill(ctx: &Ctx, id: &str) {
    let items = &catalog::builtin().item_set(SET).unwrap().items;
    let changes: Vec<ItemChange> = items.iter().map(|item| level(&item.ref_id, 3, 0)).collect();
    assert_eq!(answer_items(ctx, id, &changes).await.unwrap().saved.len(), 25);
    assert_eq!(answer_profile(ctx, id, &whole_profile()).await.unwrap().saved.len(), 15);
}

/// Number of entries in the log about a self-check.
async fn entries(app: &TestApp, id: &str) -> i64 {
    app.count("SELECT COUNT(*) AS n FROM audit_entries WHERE object_id = $1", &[id.into()]).await
}
