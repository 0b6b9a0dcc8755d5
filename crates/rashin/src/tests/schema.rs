//! The schema's steps with rows in them, and every statement of every store, on both databases.

use std::path::PathBuf;

use platform::db::{Migration, migrate};
use platform::{Db, Statement};

use super::testing::{Kind, TestApp, on_both, scratch::Scratch};
use crate::{domains, migrations};

fn sample(number: i64) -> &'static str {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../../migrations/samples/{number:04}.sql"));
    let text = std::fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("rows for step {number}: {}: {error}", file.display()));
    text.leak()
}

/// Steps 1 to `until`, each followed by its sample rows as if they were a step too, numbered anew.
pub(super) fn steps_with_rows(until: usize) -> Vec<Migration> {
    let steps = migrations::ALL[..until].iter();
    let with_rows = steps.flat_map(|step| [(step.name, step.sql), ("rows", sample(step.number))]);
    with_rows.zip(1..).map(|((name, sql), number)| Migration { number, name, sql }).collect()
}

pub(super) fn tables() -> Vec<&'static str> {
    let lines = migrations::ALL.iter().flat_map(|step| step.sql.lines());
    lines
        .filter_map(|line| line.strip_prefix("CREATE TABLE "))
        .map(|rest| rest.split([' ', '(']).next().unwrap())
        .collect()
}

async fn count(db: &Db, table: &str) -> i64 {
    let sql = format!("SELECT COUNT(*) AS n FROM {table}").leak();
    db.row(&Statement { name: "COUNT", sql }, &[]).await.unwrap().unwrap().int("n").unwrap()
}

pub(super) fn alone<S: Future<Output = ()>>(kind: Kind, story: impl FnOnce(String) -> S) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let scratch = Scratch::empty(kind).await;
        story(scratch.address().to_owned()).await;
        scratch.remove().await;
    });
}

/// Rows put in after each step are still there after the last one.
async fn rows_survive(address: String) {
    let db = Db::open(&address).await.unwrap();
    let whole = migrations::ALL.len();
    let mut before: Vec<(&str, i64)> = Vec::new();
    for step in 1..=whole {
        migrate(&db, &steps_with_rows(step)).await.unwrap();
        for (table, rows) in &before {
            assert!(count(&db, table).await >= *rows, "step {step} lost rows of {table}");
        }
        before.clear();
        let known: String = migrations::ALL[..step].iter().map(|step| step.sql).collect();
        for table in tables().into_iter().filter(|table| known.contains(&format!("CREATE TABLE {table} "))) {
            before.push((table, count(&db, table).await));
        }
    }
    for table in tables() {
        assert!(count(&db, table).await > 0, "no sample row in {table}");
    }
    db.close().await.unwrap();
}

#[test]
fn every_step_keeps_the_rows_that_were_there_sqlite() {
    alone(Kind::Sqlite, rows_survive);
}

#[test]
fn every_step_keeps_the_rows_that_were_there_postgres() {
    alone(Kind::Postgres, rows_survive);
}

#[test]
fn steps_are_numbered_from_one_without_gaps() {
    let numbers: Vec<i64> = migrations::ALL.iter().map(|step| step.number).collect();
    assert_eq!(numbers, (1..=i64::try_from(numbers.len()).unwrap()).collect::<Vec<_>>());
}

on_both! {
    async fn every_statement_of_every_store_prepares(app: TestApp) {
        let stores = domains::ALL.iter().flat_map(|domain| domain.statements);
        let mut refused = Vec::new();
        for statement in stores.chain(platform::log::STATEMENTS.into_iter().flatten()) {
            if let Err(error) = app.app.ground.db.prepare(statement).await {
                refused.push(error.to_string());
            }
        }
        assert!(refused.is_empty(), "{refused:#?}");
    }

    async fn the_product_starts_again_on_its_own_data(app: TestApp) {
        assert_eq!(migrate(&app.app.ground.db, migrations::ALL).await.unwrap(), 0);
    }
}

#[test]
fn keys_of_json_are_sorted_whatever_other_crates_ask_of_serde_json() {
    // Hashes of log entries and of approved content rest on it.
    assert_eq!(serde_json::json!({ "b": 1, "a": { "d": 1, "c": 2 } }).to_string(), r#"{"a":{"c":2,"d":1},"b":1}"#);
}
