//! A tenant's own data: everything of it, nothing of others, no secret.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};

use axum::http::Method;
use serde_json::{Value as Json, json};
use tokio::io::AsyncReadExt;

use super::backups::furnish;
use crate::operate::site::Site;
use crate::operate::{export_all, store};
use crate::testing::scratch::scratch_folder;
use crate::testing::{HANAKO, KEEPER, MINUTE_MS, NOBODY, OUTSIDER, PASSWORD, TARO, TestApp, conflict, on_both};

type Files = BTreeMap<String, Vec<u8>>;

fn unpack(zip: &[u8]) -> Files {
    let mut archive = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
    let mut files = Files::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        files.insert(file.name().unwrap().into_owned(), content);
    }
    files
}

async fn exported(app: &TestApp, tenant: &str) -> Files {
    let folder = scratch_folder();
    let to = folder.path().join("all.zip");
    let site = Site::of(&app.app);
    export_all::take(&site.system(), &site, tenant, &to).await.unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    assert_eq!(conflict(export_all::take(&site.system(), &site, tenant, &to).await), "error-backup-there");
    unpack(&std::fs::read(to).unwrap())
}

fn rows(files: &Files, table: &str) -> Vec<Json> {
    serde_json::from_slice(&files[&format!("tables/{table}.json")]).unwrap()
}

fn contains(files: &Files, text: &str) -> bool {
    files.values().any(|content| String::from_utf8_lossy(content).contains(text))
}

on_both! {
    async fn a_tenant_takes_everything_of_its_own_and_nothing_of_others(app: TestApp) {
        furnish(&app).await;
        let mut there = Vec::new();
        let tables = tables();
        for table in store::OWN_TABLES.iter().filter(|table| tables.contains(table.name)) {
            let nobodys = match table.name {
                "links" => " WHERE tenant_id IS NOT NULL",
                name if name.starts_with("audit_") => " WHERE tenant_id NOT IN ('', '*')",
                _ => "",
            };
            let sql = format!("SELECT COUNT(*) AS n FROM {}{nobodys}", table.name).leak();
            there.push((table.name, app.count(sql, &[]).await));
        }
        let (own, others) = (exported(&app, &app.group).await, exported(&app, &app.elsewhere).await);
        for text in [app.elsewhere.as_str(), OUTSIDER.email, OUTSIDER.name, "外部商事", app.account(OUTSIDER)] {
            assert!(!contains(&own, text) && contains(&others, text), "{text}");
        }
        for text in [app.group.as_str(), HANAKO.email, "羅針電機", "情報セキュリティ規程"] {
            assert!(contains(&own, text) && !contains(&others, text), "{text}");
        }
        for (table, count) in there {
            let taken = rows(&own, table).len() + rows(&others, table).len();
            assert_eq!(i64::try_from(taken).unwrap(), count, "{table}");
        }
        assert_eq!(own.keys().filter(|name| name.starts_with("evidence/") && !name.contains("missing")).count(), 2);
    }

    async fn no_secret_is_taken_along(app: TestApp) {
        let files = exported(&app, &app.group).await;
        for row in app.rows("SELECT password_hash AS secret FROM accounts UNION SELECT token_hash AS secret FROM sessions \
            UNION SELECT token_hash AS secret FROM links", &[]).await {
            let secret = row.text("secret").unwrap();
            assert!(!contains(&files, &secret), "{secret}");
        }
        assert!(!contains(&files, PASSWORD));
        assert_eq!(rows(&files, "accounts").len(), 6);
    }

    async fn every_file_is_explained_in_both_languages(app: TestApp) {
        let files = exported(&app, &app.group).await;
        for language in ["ja", "en"] {
            let text = String::from_utf8(files[&format!("README.{language}.md")].clone()).unwrap();
            assert!(!text.contains('⟦'), "{text}");
            for name in files.keys().filter(|name| name.starts_with("tables/")) {
                assert!(text.contains(&format!("`{name}`")), "{name}");
            }
        }
        let csv = String::from_utf8(files["tables/units.csv"].clone()).unwrap();
        assert!(csv.starts_with("\u{feff}id,tenant_id,parent_id,kind,name"), "{csv}");
        assert_eq!(csv.lines().count(), 4);
    }

    async fn a_name_that_looks_like_a_formula_is_none_in_a_spreadsheet(app: TestApp) {
        app.damage("UPDATE units SET name = '=1+1' WHERE id = $1", &[app.company.as_str().into()]).await;
        let files = exported(&app, &app.group).await;
        assert!(String::from_utf8_lossy(&files["tables/units.csv"]).contains(",'=1+1,"));
        assert!(rows(&files, "units").iter().any(|row| row["name"] == "=1+1"));
    }

    async fn the_page_asks_for_an_administrator_who_may_read_self_checks(app: TestApp) {
        app.get("/export", HANAKO).await.is(200);
        for person in [KEEPER, TARO] {
            app.post("/export", person, &[]).await.is(403);
        }
        app.post("/export", NOBODY, &[]).await.leads_to("/sign-in?next=/export");
        let reply = app.post("/export", HANAKO, &[]).await.is(200);
        assert_eq!(reply.header("content-type"), "application/zip");
        assert_eq!(rows(&unpack(&reply.body), "units").len(), 3);
        finished(&app).await;
        let reply = app.api(Method::POST, "/export", OUTSIDER, json!(null)).await.is(200);
        assert_eq!(rows(&unpack(&reply.body), "units").len(), 1);
        assert_eq!(left(&app), 0);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM audit_entries WHERE act = 'operate.export-all'", &[]).await, 2);
    }
}

/// Waits until the place for an export is free.
async fn finished(app: &TestApp) {
    while app.app.exports.take().is_err() {
        tokio::task::yield_now().await;
    }
}

/// Files of exports in the folder of data.
fn left(app: &TestApp) -> usize {
    let files = std::fs::read_dir(&*app.app.data).unwrap();
    files.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with("export-")).count()
}

/// Most memory this process ever held, bytes.
fn most_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

/// Values of the log that are too many to be held at once: 32 MB, and several times that as CSV and JSON.
async fn fill_log(app: &TestApp) {
    app.damage(
        "INSERT INTO audit_values (entry_id, tenant_id, facts) \
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 8000) \
        SELECT 'many-' || CAST(i AS TEXT), $1, $2 FROM n",
        &[app.group.as_str().into(), "x".repeat(4096).into()],
    )
    .await;
}

on_both! {
    async fn a_log_larger_than_the_memory_is_written_in_stretches(app: TestApp) {
        fill_log(&app).await;
        let before = most_memory();
        let folder = scratch_folder();
        let to = folder.path().join("all.zip");
        let site = Site::of(&app.app);
        let written = export_all::take(&site.system(), &site, &app.group, &to).await.unwrap();
        assert!(written.rows > 8000);
        let grown = most_memory() - before;
        assert!(grown < 32 * 1024 * 1024, "{grown} bytes more");
        let mut archive = zip::ZipArchive::new(std::fs::File::open(&to).unwrap()).unwrap();
        for name in ["tables/audit_values.csv", "tables/audit_values.json"] {
            let mut lines = std::io::BufReader::new(archive.by_name(name).unwrap());
            let mut line = String::new();
            let mut many = 0;
            while std::io::BufRead::read_line(&mut lines, &mut line).unwrap() > 0 {
                many += usize::from(line.contains("many-"));
                line.clear();
            }
            assert_eq!(many, 8000, "{name}");
        }
    }

    async fn one_export_is_written_at_a_time_and_one_that_is_left_leaves_nothing(app: TestApp) {
        fill_log(&app).await;
        let mut reading = export_all::take_own(&app.ctx(HANAKO), &app.app).await.unwrap();
        let mut first = [0; 4];
        reading.read_exact(&mut first).await.unwrap();
        assert_eq!(&first, b"PK\x03\x04");
        // Nobody else is made to wait, not even by the log.
        let busy = app.post("/export", HANAKO, &[]).await.is(429).text();
        assert!(busy.contains("ほかの書き出しが続いています"), "{busy}");
        app.api(Method::POST, "/export", OUTSIDER, json!(null)).await.is(429);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM audit_entries WHERE act = 'operate.export-all'", &[]).await, 1);
        assert_eq!(left(&app), 0);
        drop(reading);
        finished(&app).await;
        app.api(Method::POST, "/export", OUTSIDER, json!(null)).await.is(200);
    }

    async fn without_a_fresh_proof_nothing_is_written(app: TestApp) {
        app.clock.advance(6 * MINUTE_MS);
        app.api(Method::POST, "/export", HANAKO, json!(null)).await.is(403);
        // It was refused before the place was taken.
        let place = app.app.exports.take().unwrap();
        app.api(Method::POST, "/export", HANAKO, json!(null)).await.is(403);
        drop(place);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM audit_entries WHERE act = 'operate.export-all'", &[]).await, 0);
    }
}

/// Names of all tables of the schema.
pub(super) fn tables() -> BTreeSet<&'static str> {
    let made = crate::migrations::ALL.iter().flat_map(|step| step.sql.lines());
    made.filter_map(|line| line.strip_prefix("CREATE TABLE "))
        .map(|rest| rest.split([' ', '(']).next().unwrap())
        .filter(|name| !name.ends_with("_before"))
        .collect()
}

#[test]
fn of_every_table_it_is_said_whether_a_tenant_takes_it_along() {
    let own = store::OWN_TABLES.iter().map(|table| table.name);
    let said: BTreeSet<&str> = own.chain(store::NOT_TAKEN.iter().map(|(name, _)| *name)).collect();
    assert_eq!(tables().difference(&said).collect::<Vec<_>>(), Vec::<&&str>::new());
    assert!(store::NOT_TAKEN.iter().all(|(_, reason)| !reason.is_empty()));
}
