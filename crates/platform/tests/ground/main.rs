//! The ground on both databases: migrations, deeds, the log's chain, group commit, going away half way.
#![cfg(test)]

#[path = "../scratch/mod.rs"]
mod scratch;

mod deeds;
mod guards;
mod keeping;
mod migrations;
mod writer;

use std::pin::Pin;
use std::sync::Arc;

use platform::act::BoxFuture;
use platform::clock::{ManualClock, SeededEntropy};
use platform::db::{Migration, Reader, Walled, migrate_and_raise, raise_wall};
use platform::{Act, Actor, Ctx, Db, Deed, Error, Gate, Ground, Message, Object, Result, Statement, Via};
use scratch::{Kind, Scratch};

const STEPS: &[Migration] = &[
    Migration { number: 1, name: "ground", sql: include_str!("../../../../migrations/0001_ground.sql") },
    Migration { number: 2, name: "notes", sql: "CREATE TABLE notes (id BIGINT PRIMARY KEY, body TEXT NOT NULL)" },
    Migration { number: 3, name: "log", sql: include_str!("../../../../migrations/0003_log.sql") },
];

/// Notes are everybody's, the log is each tenant's own.
const WALL: &[Walled] = &[
    Walled::common("migrations", "steps"),
    Walled::common("notes", "for all stories"),
    Walled::own("audit_entries"),
    Walled::own("audit_values"),
    Walled::own("audit_heads"),
    Walled::own("audit_nodes"),
    Walled::own("audit_checkpoints"),
    Walled::own("audit_halts"),
    Walled::own("units"),
    Walled::through("unit_closures", "unit_id", "units"),
    Walled::own("accounts"),
    Walled::through("account_suspensions", "account_id", "accounts"),
    Walled::own("grants"),
    Walled::through("sessions", "account_id", "accounts"),
    Walled::own("links"),
    Walled::common("sign_in_failures", "of nobody"),
];

const WRITE: Act = Act::by("notes.write", &["writer"]);
const OWN: Act = Act::signed_in("notes.own");

const ADD: Statement = Statement { name: "ADD", sql: "INSERT INTO notes (id, body) VALUES ($1, $2)" };
const NOTES: Statement = Statement { name: "NOTES", sql: "SELECT id, body FROM notes ORDER BY id" };
const ENTRIES: Statement = Statement {
    name: "ENTRIES",
    sql: "SELECT e.id, e.tenant_id, e.seq, e.form, e.at_ms, e.actor_id, e.actor_name, e.via, e.act, e.object_kind, e.object_id, \
        e.unit_id, e.reason, e.facts, e.leaf_hash, v.facts AS kept FROM audit_entries e LEFT JOIN audit_values v ON v.entry_id = e.id \
        ORDER BY e.tenant_id, e.seq",
};
const HEADS: Statement = Statement { name: "HEADS", sql: "SELECT size, roots FROM audit_heads WHERE tenant_id = $1" };

/// One for all askers of a story, so that no identifier comes twice.
static ENTROPY: std::sync::OnceLock<Arc<SeededEntropy>> = std::sync::OnceLock::new();

/// Lets the account called `writer` do everything.
struct OnlyWriter;

impl Gate for OnlyWriter {
    fn allows<'a>(
        &'a self,
        _: &'a mut dyn Reader,
        account_id: &'a str,
        _: &'static Act,
        _: &'a Object,
        _: i64,
    ) -> BoxFuture<'a, Result<bool>> {
        Box::pin(async move { Ok(account_id == "writer") })
    }

    fn agreed<'a>(
        &'a self,
        _: &'a mut Deed,
        _: &'a Ctx,
        _: &'static Act,
        _: &'a Object,
        content: &'a serde_json::Value,
    ) -> BoxFuture<'a, Result<bool>> {
        Box::pin(async move { Ok(content == "agreed") })
    }

    fn ask<'a>(
        &'a self,
        _: &'a Ctx,
        _: &'static Act,
        _: &'a Object,
        _: &'a serde_json::Value,
        _: &'a str,
    ) -> BoxFuture<'a, Error> {
        Box::pin(async move { Error::conflict("error-needs-consent") })
    }

    fn refused<'a>(&'a self, _: &'a Ctx, act: &'static Act, _: &'a Object) -> BoxFuture<'a, Error> {
        Box::pin(async move { Error::Forbidden(Message::new("error-not-allowed").with("roles", act.roles.join(" "))) })
    }
}

fn ctx(db: &Db, account: &str) -> Ctx {
    let ground = Ground {
        db: db.clone(),
        clock: Arc::new(ManualClock::at(1_000)),
        entropy: ENTROPY.get_or_init(|| Arc::new(SeededEntropy::new(1))).clone(),
        gate: Arc::new(OnlyWriter),
    };
    let actor =
        Actor::Account { id: account.to_owned(), tenant_id: "tenant".to_owned(), name: format!("{account}さん") };
    Ctx::new(ground, actor, Via::Api)
}

fn object(id: i64) -> Object {
    Object::of_unit("note", id.to_string(), "unit")
}

/// Writes a note in a deed.
async fn write(ctx: &Ctx, id: i64, body: &str) -> Result<()> {
    let mut deed = ctx.begin(&WRITE, object(id)).await?;
    deed.write(&ADD, &[id.into(), body.into()]).await?;
    deed.note("body", body);
    deed.commit("because").await
}

async fn count(db: &Db, statement: &Statement) -> usize {
    db.rows(statement, &[]).await.unwrap().len()
}

/// Where a story begins.
#[derive(Clone, Copy)]
enum Start {
    Empty,
    Migrated,
}

fn play<S: Future<Output = ()> + Send + 'static>(kind: Kind, start: Start, story: fn(Db, String) -> S) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let scratch = match start {
            Start::Empty => Scratch::empty(kind).await,
            Start::Migrated => Scratch::copy(kind, "notes", fill).await,
        };
        let address = scratch.address().to_owned();
        let db = Db::open(&address).await.unwrap();
        if matches!(start, Start::Migrated) {
            raise_wall(&db, WALL).await.unwrap();
        }
        let outcome = tokio::spawn(story(db, address)).await;
        scratch.remove().await;
        if let Err(error) = outcome {
            std::panic::resume_unwind(error.into_panic());
        }
    });
}

fn fill(address: String) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        let db = Db::open(&address).await.unwrap();
        migrate_and_raise(&db, STEPS, WALL).await.unwrap();
        db.close().await.unwrap();
    })
}

/// Makes two tests of each story: on SQLite and on PostgreSQL. A story gets an open database and its address.
macro_rules! on_both {
    (from $start:ident; $(async fn $name:ident($db:ident: Db, $address:ident: String) $body:block)*) => {$(
        mod $name {
            use super::*;

            async fn story($db: Db, $address: String) $body

            #[test]
            fn sqlite() {
                $crate::play($crate::Kind::Sqlite, $crate::Start::$start, story);
            }

            #[test]
            fn postgres() {
                $crate::play($crate::Kind::Postgres, $crate::Start::$start, story);
            }
        }
    )*};
}
pub(crate) use on_both;
