//! Random changes by SQL behind the product's back: every one is found.
//!
//! `RASHIN_TAMPERINGS` sets how many (100 otherwise; the long form is 10,000).

use std::path::Path;

use platform::{Actor, Ctx, Db, Ground, Via};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection};

use super::{add_units, add_units_elsewhere, erase_by_two};
use crate::audit_log::{LogKey, entries, sign_due, verify};
use crate::testing::{HANAKO, Kind, Stage, TestApp, play};

struct Dice(ChaCha20Rng);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.0.next_u64() % end as u64).unwrap()
    }

    fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
}

/// An entry's row, any of them.
fn some_entry(dice: &mut Dice) -> String {
    format!("(SELECT id FROM audit_entries ORDER BY id LIMIT 1 OFFSET {})", dice.below(300))
}

const TEXTS: &[&str] = &[
    "actor_id",
    "actor_name",
    "via",
    "act",
    "object_kind",
    "object_id",
    "reason",
    "facts",
    "leaf_hash",
    "tenant_id",
    "id",
];

/// Rows beside the tree: under numbers that no leaf has, in a log that has no entries, and values back after their erasure.
fn beside_the_tree(dice: &mut Dice, entry: &str, number: usize) -> String {
    match dice.below(3) {
        0 => {
            let (log, seq) = (dice.pick(&["tenant_id", "'*'"]), dice.pick(&["0", "-1", "-9223372036854775808"]));
            format!(
                "INSERT INTO audit_entries SELECT 'new', {log}, {seq}, arrival, form, at_ms, actor_id, actor_name, via, act, object_kind, \
                 object_id, unit_id, reason, '{{}}', leaf_hash FROM audit_entries WHERE id = {entry}"
            )
        }
        1 => format!(
            "INSERT INTO audit_checkpoints SELECT tenant_id, size + 1000, root, at_ms, note, {}, leaf_hash FROM audit_checkpoints WHERE number = {}",
            dice.pick(&["0", "-1", "-9223372036854775808"]),
            1 + number
        ),
        _ => "INSERT INTO audit_values SELECT SUBSTR(e.object_id, 1, 32), e.tenant_id, v.facts FROM audit_entries e, audit_values v \
            WHERE e.act = 'audit-log.erase' AND e.object_id NOT LIKE '%/%' LIMIT 1"
            .to_owned(),
    }
}

/// One change, as an attacker or an accident would make it.
fn tampering(dice: &mut Dice) -> String {
    let entry = some_entry(dice);
    let number = dice.below(8);
    match dice.below(19) {
        0 => format!("UPDATE audit_entries SET {0} = {0} || 'x' WHERE id = {entry}", dice.pick(TEXTS)),
        1 => format!("UPDATE audit_entries SET at_ms = at_ms + {} WHERE id = {entry}", 1 + dice.below(1000)),
        2 => format!(
            "UPDATE audit_entries SET unit_id = CASE WHEN unit_id IS NULL THEN '' ELSE NULL END WHERE id = {entry}"
        ),
        3 => format!("DELETE FROM audit_entries WHERE id = {entry}"),
        4 => format!("DELETE FROM audit_values WHERE entry_id = {entry}; DELETE FROM audit_entries WHERE id = {entry}"),
        5 => format!(
            "INSERT INTO audit_entries SELECT 'new', tenant_id, (SELECT MAX(seq) + 1 FROM audit_entries o WHERE o.tenant_id = e.tenant_id), \
             arrival, form, at_ms, actor_id, actor_name, via, act, object_kind, object_id, unit_id, reason, '{{}}', leaf_hash \
             FROM audit_entries e WHERE id = {entry}"
        ),
        // Two neighbours change places, with all that belongs to them.
        6 => format!(
            "CREATE TEMP TABLE t AS SELECT tenant_id, MAX(seq, 2) AS b FROM audit_entries WHERE id = {entry}; \
             UPDATE audit_entries SET seq = -1 WHERE tenant_id = (SELECT tenant_id FROM t) AND seq = (SELECT b FROM t); \
             UPDATE audit_entries SET seq = seq + 1 WHERE tenant_id = (SELECT tenant_id FROM t) AND seq = (SELECT b FROM t) - 1; \
             UPDATE audit_entries SET seq = (SELECT b FROM t) - 1 WHERE seq = -1"
        ),
        7 => format!(
            "DELETE FROM audit_values WHERE entry_id = (SELECT entry_id FROM audit_values ORDER BY entry_id LIMIT 1 OFFSET {})",
            dice.below(200)
        ),
        8 => format!(
            "UPDATE audit_values SET facts = REPLACE(facts, '\"value\":', '\"value\":1') WHERE entry_id = \
             (SELECT entry_id FROM audit_values WHERE facts LIKE '%\"value\":\"%' ORDER BY entry_id LIMIT 1 OFFSET {})",
            dice.below(200)
        ),
        9 => format!(
            "UPDATE audit_entries SET seq = (SELECT MAX(seq) + 1 FROM audit_entries WHERE tenant_id = ''), tenant_id = '' \
             WHERE id = (SELECT id FROM audit_entries WHERE tenant_id <> '' ORDER BY id LIMIT 1 OFFSET {})",
            dice.below(200)
        ),
        10 => {
            let column = dice.pick(&["root", "note", "leaf_hash"]);
            format!("UPDATE audit_checkpoints SET {column} = SUBSTR({column}, 2) || 'a' WHERE number = {}", 1 + number)
        }
        11 => {
            let column = dice.pick(&["size", "at_ms", "number"]);
            format!("UPDATE audit_checkpoints SET {column} = {column} + 1000 WHERE number = {}", 1 + number)
        }
        12 => format!("DELETE FROM audit_checkpoints WHERE number = {}", 1 + number),
        13 => format!(
            "UPDATE audit_heads SET {} WHERE tenant_id = (SELECT tenant_id FROM audit_heads ORDER BY tenant_id LIMIT 1 OFFSET {})",
            dice.pick(&["size = size + 1", "size = 0, roots = ''", "roots = 'ff' || SUBSTR(roots, 3)"]),
            dice.below(3)
        ),
        14 => dice
            .pick(&[
                "UPDATE audit_nodes SET hash = 'ff' || SUBSTR(hash, 3)",
                "DELETE FROM audit_nodes",
                "INSERT INTO audit_values (entry_id, tenant_id, facts) VALUES ('stray', '', '{}')",
                "UPDATE audit_values SET tenant_id = 'x'",
            ])
            .to_owned(),
        15..=17 => beside_the_tree(dice, &entry, number),
        _ => format!("UPDATE audit_entries SET seq = NULL WHERE id = {entry}"),
    }
}

async fn tamper(file: &Path, sql: &str) -> bool {
    let options = SqliteConnectOptions::new().filename(file).foreign_keys(false).pragma("synchronous", "OFF");
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    let count = "SELECT total_changes() AS n";
    let before: i64 = sqlx::query_scalar(count).fetch_one(&mut connection).await.unwrap();
    // What the schema itself refuses did not happen.
    let done = sqlx::raw_sql(AssertSqlSafe(format!("BEGIN; {sql}; COMMIT"))).execute(&mut connection).await.is_ok();
    let after: i64 = sqlx::query_scalar(count).fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    done && after > before
}

/// How much is wrong with the log in a file.
async fn faults(file: &Path, ground: &Ground, key: &LogKey) -> usize {
    let db = Db::open(&file.display().to_string()).await.unwrap();
    let system = Ctx::new(Ground { db: db.clone(), ..ground.clone() }, Actor::System, Via::Job);
    let count = verify::whole(&system, key).await.unwrap().count;
    db.close().await.unwrap();
    count
}

async fn story(app: TestApp) {
    let (system, key) = (app.app.system(), &app.app.log_key);
    for _ in 0..3 {
        add_units(&app, HANAKO, 80).await;
        add_units_elsewhere(&app).await;
        assert!(sign_due(&system, key).await.unwrap() >= 3);
    }
    let newest = entries(&app.ctx(HANAKO), &crate::audit_log::Filter::default()).await.unwrap();
    erase_by_two(&app, &newest[0].id, None, "個人情報").await;
    erase_by_two(&app, &newest[1].id, Some("name"), "個人情報").await;
    sign_due(&system, key).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (whole, copy) = (folder.path().join("whole.sqlite"), folder.path().join("copy.sqlite"));
    // A copy of all that is durable, taken by the database itself.
    let source = app.app.data.join("rashin.sqlite");
    let mut connection = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(&source)).await.unwrap();
    let sql = format!("VACUUM INTO '{}'", whole.display());
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    assert_eq!(faults(&whole, &app.app.ground, key).await, 0);

    let wanted = std::env::var("RASHIN_TAMPERINGS").ok().and_then(|text| text.parse().ok()).unwrap_or(100);
    let mut dice = Dice(ChaCha20Rng::seed_from_u64(20_261_120));
    let (mut done, mut tries) = (0, 0);
    while done < wanted {
        tries += 1;
        assert!(tries < 3 * wanted + 100, "too few tamperings change anything: {done} of {tries}");
        let sql = tampering(&mut dice);
        let _ = std::fs::remove_file(copy.with_extension("sqlite-wal"));
        std::fs::copy(&whole, &copy).unwrap();
        if tamper(&copy, &sql).await {
            done += 1;
            assert!(faults(&copy, &app.app.ground, key).await > 0, "not found: {sql}");
        }
    }
    println!("{done} tamperings, {tries} tries: all found");
}

#[test]
fn every_tampering_by_sql_is_found() {
    play(Kind::Sqlite, Stage::People, story);
}
