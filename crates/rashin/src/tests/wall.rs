//! The second wall: a statement that forgets whose rows it may touch still touches none of another tenant, on both
//! databases. The rows are those of `migrations/samples`, which all belong to one tenant.

use std::collections::BTreeSet;
use std::sync::Arc;

use platform::clock::{ManualClock, SeededEntropy};
use platform::db::{Belongs, Row, Scope, Table, Walled, migrate, raise_wall};
use platform::{Act, Actor, Ctx, Db, Error, Object, Statement, Value, Via};

use super::schema::{alone, steps_with_rows, tables};
use super::sources::product;
use super::testing::{Kind, START_MS};
use crate::face::serve;
use crate::{migrations, wall};

const TRY: Act = Act::signed_in("test.try");
/// Whose the sample rows are.
const OWNER: &str = "root";

/// The same tables without a wall: what a test must notice.
fn no_wall() -> Vec<Walled> {
    wall::ALL.iter().map(|walled| Walled::common(walled.table, "taken down")).collect()
}

fn walled() -> impl Iterator<Item = &'static Walled> {
    wall::ALL.iter().filter(|walled| !matches!(walled.belongs, Belongs::ToAll(_)))
}

/// The installation with a row in every table, behind this wall.
async fn furnished(address: &str, list: &[Walled]) -> Db {
    let db = Db::open(address).await.unwrap();
    migrate(&db, &steps_with_rows(migrations::ALL.len())).await.unwrap();
    raise_wall(&db, list).await.unwrap();
    db
}

fn asked(sql: String) -> Statement {
    Statement { name: "test", sql: sql.leak() }
}

async fn all_of(db: &Db, scope: &Scope, table: &str) -> Vec<Row> {
    db.seen_by(scope).rows(&asked(format!("SELECT * FROM {table}")), &[]).await.unwrap()
}

fn stranger() -> Scope {
    Scope::Tenant("other".to_owned())
}

/// Tables of which a scope sees rows although no statement asked for its own.
async fn leaks(db: &Db, scope: &Scope) -> BTreeSet<&'static str> {
    let mut seen = BTreeSet::new();
    for walled in walled() {
        if !all_of(db, scope, walled.table).await.is_empty() {
            seen.insert(walled.table);
        }
    }
    seen
}

fn ctx_of(db: &Db, tenant_id: &str) -> Ctx {
    let (clock, entropy) = (Arc::new(ManualClock::at(START_MS)), Arc::new(SeededEntropy::new(7)));
    let actor = Actor::Account { id: "somebody".to_owned(), tenant_id: tenant_id.to_owned(), name: String::new() };
    Ctx::new(serve::ground(db.clone(), clock, entropy), actor, Via::Page)
}

/// What a deed of this tenant changes by one statement, which is then taken back.
async fn tried(db: &Db, tenant_id: &str, sql: String, values: &[Value]) -> Result<u64, Error> {
    let mut deed = ctx_of(db, tenant_id).begin(&TRY, Object::free("test", "")).await.unwrap();
    deed.write(&asked(sql), values).await
}

async fn columns(db: &Db) -> Vec<(Table, Vec<Value>)> {
    let mut snapshot = db.snapshot().await.unwrap();
    let mut found = Vec::new();
    for table in snapshot.tables().await.unwrap() {
        let rows = snapshot.page(&table, None, None).await.unwrap();
        found.extend(rows.into_iter().next().map(|row| (table, row)));
    }
    snapshot.close().await.unwrap();
    found
}

/// Writes a stranger gets through: a row entered, changed or deleted by a statement that asks for nobody's own.
async fn breaches(db: &Db) -> Vec<String> {
    let mut through = Vec::new();
    for (table, row) in columns(db).await {
        if !walled().any(|walled| walled.table == table.name) {
            continue;
        }
        let (name, first) = (&table.name, &table.columns[0].name);
        let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        let holes: Vec<String> = (1..=names.len()).map(|hole| format!("${hole}")).collect();
        let copy = format!("INSERT INTO {name} ({}) VALUES ({})", names.join(", "), holes.join(", "));
        // A row that is there already would be a conflict, if the wall did not refuse it first.
        match tried(db, "other", copy, &row).await {
            Err(Error::Internal(_)) => {}
            outcome => through.push(format!("{name}: entered ({outcome:?})")),
        }
        let change = tried(db, "other", format!("UPDATE {name} SET {first} = {first}"), &[]).await;
        if !matches!(change, Ok(0)) {
            through.push(format!("{name}: changed ({change:?})"));
        }
        let delete = tried(db, "other", format!("DELETE FROM {name}"), &[]).await;
        if !matches!(delete, Ok(0)) {
            through.push(format!("{name}: deleted ({delete:?})"));
        }
    }
    through
}

async fn a_forgotten_filter_shows_nothing(address: String) {
    let db = furnished(&address, wall::ALL).await;
    assert_eq!(leaks(&db, &stranger()).await, BTreeSet::new());
    for walled in walled() {
        let (own, all) = (Scope::Tenant(OWNER.to_owned()), Scope::Everything);
        let (own, all) = (all_of(&db, &own, walled.table).await.len(), all_of(&db, &all, walled.table).await.len());
        assert_eq!(own, all, "rows of {} that are hidden from their own tenant", walled.table);
        assert!(own > 0, "{} has no row to look for", walled.table);
    }
    // The tables' own view stands upon the wall too.
    assert_eq!(all_of(&db, &stranger(), "grant_powers").await.len(), 0);
    assert!(!all_of(&db, &Scope::Tenant(OWNER.to_owned()), "grant_powers").await.is_empty());
    // A scope that was set before leaves nothing behind for the next one.
    for _ in 0..20 {
        assert_eq!(all_of(&db, &Scope::Tenant(OWNER.to_owned()), "assessments").await.len(), 1);
        assert_eq!(all_of(&db, &stranger(), "assessments").await.len(), 0);
    }
    db.close().await.unwrap();
}

async fn nobody_sees_more_than_the_entrance(address: String) {
    let db = furnished(&address, wall::ALL).await;
    let entrance: BTreeSet<&str> = walled().filter(|walled| walled.entrance.is_some()).map(|w| w.table).collect();
    assert_eq!(leaks(&db, &Scope::Entrance).await, entrance);
    db.close().await.unwrap();
}

async fn nothing_of_another_tenant_can_be_written(address: String) {
    let db = furnished(&address, wall::ALL).await;
    assert_eq!(breaches(&db).await, Vec::<String>::new());
    for walled in walled().filter(|walled| walled.belongs == Belongs::Itself) {
        let given_away = format!("UPDATE {} SET tenant_id = 'other'", walled.table);
        let outcome = tried(&db, OWNER, given_away, &[]).await;
        assert!(matches!(outcome, Err(Error::Internal(_))), "{} was given away: {outcome:?}", walled.table);
    }
    // Within a deed, too, a question that asks for nobody's own finds nothing of others.
    let mut deed = ctx_of(&db, "other").begin(&TRY, Object::free("test", "")).await.unwrap();
    assert_eq!(deed.rows(&asked("SELECT * FROM assessments".to_owned()), &[]).await.unwrap().len(), 0);
    assert!(matches!(deed.in_log_of(OWNER).await, Err(Error::Internal(_))));
    drop(deed);
    // One's own are written as ever, right after somebody else's turn.
    assert_eq!(tried(&db, OWNER, "UPDATE assessments SET changes = changes + 1".to_owned(), &[]).await.unwrap(), 1);
    db.close().await.unwrap();
}

/// The tests above can fail: without the wall they would see and change rows of every table.
async fn without_the_wall_all_of_it_gets_through(address: String) {
    let db = furnished(&address, &no_wall()).await;
    let all: BTreeSet<&str> = walled().map(|walled| walled.table).collect();
    assert_eq!(leaks(&db, &stranger()).await, all);
    assert_eq!(leaks(&db, &Scope::Entrance).await, all);
    let through = breaches(&db).await;
    for table in all {
        assert!(through.iter().any(|one| one.starts_with(&format!("{table}: entered"))), "{table}: {through:#?}");
        assert!(through.iter().any(|one| one.starts_with(&format!("{table}: changed"))), "{table}: {through:#?}");
    }
    db.close().await.unwrap();
}

/// A table nobody has thought of stops the program rather than standing open.
async fn a_table_the_list_lacks_stops_the_start(address: String) {
    let db = Db::open(&address).await.unwrap();
    migrate(&db, migrations::ALL).await.unwrap();
    let less: Vec<Walled> = wall::ALL.iter().filter(|walled| walled.table != "parts").copied().collect();
    let refused = raise_wall(&db, &less).await.unwrap_err();
    assert!(matches!(&refused, Error::Internal(cause) if cause.contains("parts")), "{refused:?}");
    let asked = db.seen_by(&stranger()).rows(&asked("SELECT * FROM units".to_owned()), &[]).await;
    assert!(db.is_postgres() || matches!(asked, Err(Error::Internal(_))));
    db.close().await.unwrap();
}

macro_rules! on_both_databases {
    ($($name:ident)*) => {$(
        mod $name {
            #[test]
            fn sqlite() {
                super::alone(super::Kind::Sqlite, super::$name);
            }

            #[test]
            fn postgres() {
                super::alone(super::Kind::Postgres, super::$name);
            }
        }
    )*};
}

on_both_databases! {
    a_forgotten_filter_shows_nothing
    nobody_sees_more_than_the_entrance
    nothing_of_another_tenant_can_be_written
    without_the_wall_all_of_it_gets_through
    a_table_the_list_lacks_stops_the_start
}

#[test]
fn the_list_names_every_table_once_and_no_other() {
    let mut named: Vec<&str> = wall::ALL.iter().map(|walled| walled.table).collect();
    named.sort_unstable();
    let mut there: Vec<&str> = tables().into_iter().chain(["migrations"]).collect();
    there.sort_unstable();
    there.dedup();
    assert_eq!(named, there);
    for walled in wall::ALL {
        let reasons = [walled.entrance, walled.nobodys];
        let reasons = reasons.into_iter().flatten().chain(match walled.belongs {
            Belongs::ToAll(why) => Some(why),
            _ => None,
        });
        assert!(reasons.into_iter().all(|why| why.len() > 10), "{} wants a reason", walled.table);
    }
}

/// Whose rows somebody sees follows from who they are; only few places move it, each for a reason told there.
#[test]
fn no_domain_says_by_hand_whose_rows_it_sees() {
    let mut moved = BTreeSet::new();
    for (path, text) in product().into_iter().filter(|(path, _)| path != "wall.rs") {
        let own_work = path.starts_with("operate/");
        assert!(own_work || !(text.contains("ground.db") || text.contains("Scope::")), "{path}");
        if [".led_to(", ".at_entrance("].iter().any(|word| text.contains(word)) {
            moved.insert(path);
        }
    }
    let known = ["federation/store.rs", "identity/links.rs", "identity/resets.rs", "identity/store.rs"];
    assert_eq!(moved, known.map(str::to_owned).into());
}

/// Asked by the installation alone, which stands before the wall.
const NEVER_BEHIND: [&str; 2] = ["STRAYS", "HAS_PEOPLE"];

/// How a statement walks: lines of SQLite's plan that go through a whole table or lay rows aside.
async fn long_ways(db: &Db, scope: &Scope, statement: &Statement) -> Vec<String> {
    let rows = db.seen_by(scope).rows(&asked(format!("EXPLAIN QUERY PLAN {}", statement.sql)), &[]).await.unwrap();
    let lines = rows.iter().map(|row| row.text("detail").unwrap());
    let long = |line: &String| {
        let whole = line.starts_with("SCAN ") && !line.contains(" INDEX ") && !line.contains("wall_scope");
        whole || ["MATERIALIZE", "CO-ROUTINE", "AUTOMATIC"].iter().any(|word| line.contains(word))
    };
    lines.filter(long).collect()
}

async fn the_wall_makes_no_question_longer(address: String) {
    let db = furnished(&address, wall::ALL).await;
    let mut longer = Vec::new();
    let stores = crate::domains::ALL.iter().flat_map(|domain| domain.statements);
    for statement in stores.filter(|statement| ["SELECT", "WITH"].iter().any(|verb| statement.sql.starts_with(verb))) {
        let before = long_ways(&db, &Scope::Everything, statement).await;
        let behind = long_ways(&db, &stranger(), statement).await;
        if behind.len() > before.len() && !NEVER_BEHIND.contains(&statement.name) {
            longer.push(format!("{}: {before:?} → {behind:?}", statement.name));
        }
    }
    assert!(longer.is_empty(), "{longer:#?}");
    db.close().await.unwrap();
}

#[test]
fn the_wall_makes_no_question_longer_on_sqlite() {
    alone(Kind::Sqlite, the_wall_makes_no_question_longer);
}
