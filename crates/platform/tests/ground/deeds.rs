use platform::log::{Entry, Facts, frontier_of};
use platform::{Error, Value};
use serde_json::json;
use tlog::{Frontier, leaf_hash};

use super::*;

/// Gives places to entries that wait, as the server does.
async fn keep(db: &Db) -> u64 {
    let mut keeper = ctx(db, "").as_actor(Actor::System).keep_log().await.unwrap();
    let count = keeper.sequence(u64::MAX).await.unwrap().count;
    keeper.commit().await.unwrap();
    count
}

/// Computes a tenant's tree from its entries and compares it with what is kept; gives its length.
pub(crate) async fn walk(db: &Db, tenant: &str) -> i64 {
    let placed = keep(db).await;
    assert!(db.is_postgres() || placed == 0);
    let (mut tree, mut length) = (Frontier::default(), 0);
    for row in db.rows(&ENTRIES, &[]).await.unwrap() {
        if row.text("tenant_id").unwrap() == tenant {
            length += 1;
            assert_eq!(row.int("seq").unwrap(), length);
            let leaf = leaf_hash(Entry::of(&row).unwrap().leaf().as_bytes());
            assert_eq!(row.text("leaf_hash").unwrap(), leaf.to_hex());
            tree.push(leaf);
            if let Some(kept) = row.opt_text("kept").unwrap() {
                let kept: Facts = serde_json::from_str(&kept).unwrap();
                assert_eq!(kept.committed().unwrap(), row.text("facts").unwrap());
            }
        }
    }
    let head = db.row(&HEADS, &[tenant.into()]).await.unwrap().unwrap();
    assert_eq!(frontier_of(&head).unwrap(), tree);
    length
}

on_both! {
    from Migrated;

    async fn a_deed_that_is_dropped_leaves_nothing(db: Db, _address: String) {
        let mut deed = ctx(&db, "writer").begin(&WRITE, object(1)).await.unwrap();
        assert_eq!(deed.write(&ADD, &[1.into(), "x".into()]).await.unwrap(), 1);
        assert_eq!(deed.rows(&NOTES, &[]).await.unwrap().len(), 1);
        drop(deed);
        write(&ctx(&db, "writer"), 2, "y").await.unwrap();
        let notes = db.rows(&NOTES, &[]).await.unwrap();
        assert_eq!(notes.iter().map(|row| row.int("id").unwrap()).collect::<Vec<_>>(), [2]);
        assert_eq!(walk(&db, "tenant").await, 1);
    }

    async fn a_refused_act_leaves_nothing_and_says_who_could(db: Db, _address: String) {
        for asker in [ctx(&db, "reader"), ctx(&db, "").as_actor(Actor::Anonymous { source: "192.0.2.1".into() })] {
            match asker.begin(&WRITE, object(1)).await {
                Err(Error::Forbidden(message)) => assert_eq!(message.args["roles"], "writer"),
                other => panic!("{other:?}"),
            }
            assert!(!asker.may(&WRITE, &object(1)).await.unwrap());
        }
        assert_eq!(count(&db, &ENTRIES).await, 0);
        assert_eq!(count(&db, &NOTES).await, 0);
    }

    async fn an_act_for_everybody_signed_in_needs_an_account(db: Db, _address: String) {
        let reader = ctx(&db, "reader");
        assert!(reader.may(&OWN, &object(1)).await.unwrap());
        assert!(!reader.as_actor(Actor::Anonymous { source: String::new() }).may(&OWN, &object(1)).await.unwrap());
    }

    async fn a_committed_deed_has_exactly_one_entry_that_tells_everything(db: Db, _address: String) {
        write(&ctx(&db, "writer"), 7, "本文").await.unwrap();
        let entries = db.rows(&ENTRIES, &[]).await.unwrap();
        let [entry] = entries.as_slice() else { panic!("{entries:?}") };
        let text = |column: &str| entry.text(column).unwrap();
        assert_eq!((text("tenant_id"), text("actor_id"), text("actor_name")), ("tenant".into(), "writer".into(), "writerさん".into()));
        assert_eq!((text("via"), text("act"), text("object_kind")), ("api".into(), "notes.write".into(), "note".into()));
        assert_eq!((text("object_id"), text("unit_id"), text("reason")), ("7".into(), "unit".into(), "because".into()));
        assert_eq!(entry.int("at_ms").unwrap(), 1_000);
        let kept: Facts = serde_json::from_str(&text("kept")).unwrap();
        assert_eq!((kept.0.len(), &kept.0["body"].value), (1, &json!("本文")));
        assert!(!text("facts").contains("本文"));
        assert_eq!(walk(&db, "tenant").await, 1);
    }

    async fn the_tree_has_no_gap_under_32_writers_at_once(db: Db, _address: String) {
        let writer = ctx(&db, "writer");
        let tasks: Vec<_> = (0..32_i64)
            .map(|task| {
                let writer = writer.clone();
                tokio::spawn(async move {
                    for turn in 0..4 {
                        write(&writer, task * 10 + turn, "x").await.unwrap();
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(walk(&db, "tenant").await, 128);
        assert_eq!(count(&db, &NOTES).await, 128);
    }

    async fn each_tenant_has_a_tree_of_its_own(db: Db, _address: String) {
        let writer = ctx(&db, "writer");
        write(&writer, 1, "x").await.unwrap();
        let mut deed = writer.as_actor(Actor::System).begin(&WRITE, object(2)).await.unwrap();
        deed.in_log_of("other").await.unwrap();
        deed.commit("").await.unwrap();
        writer.as_actor(Actor::System).begin(&WRITE, object(3)).await.unwrap().commit("").await.unwrap();
        assert_eq!((walk(&db, "tenant").await, walk(&db, "other").await, walk(&db, "").await), (1, 1, 1));
    }

    async fn deeds_one_after_the_other_stand_in_that_order(db: Db, _address: String) {
        for id in 1..=300 {
            write(&ctx(&db, "writer"), id, "x").await.unwrap();
        }
        assert_eq!(walk(&db, "tenant").await, 300);
        let entries = db.rows(&ENTRIES, &[]).await.unwrap();
        let order: Vec<i64> = entries.iter().map(|row| row.text("object_id").unwrap().parse().unwrap()).collect();
        assert_eq!(order, (1..=300).collect::<Vec<_>>());
        let nodes = Statement { name: "NODES", sql: "SELECT level, place FROM audit_nodes" };
        assert_eq!(count(&db, &nodes).await, 1);
    }

    async fn two_keepers_at_once_place_each_entry_once(db: Db, _address: String) {
        for id in 1..=20 {
            write(&ctx(&db, "writer"), id, "x").await.unwrap();
        }
        let (one, other) = tokio::join!(keep(&db), keep(&db));
        assert_eq!(one + other, if db.is_postgres() { 20 } else { 0 });
        assert_eq!(walk(&db, "tenant").await, 20);
    }

    async fn only_the_installation_keeps_the_log(db: Db, _address: String) {
        assert!(matches!(ctx(&db, "writer").keep_log().await, Err(Error::Internal(_))));
    }

    async fn a_fraction_in_a_fact_is_refused(db: Db, _address: String) {
        let mut deed = ctx(&db, "writer").begin(&WRITE, object(1)).await.unwrap();
        deed.note("share", 0.5);
        assert!(matches!(deed.commit("").await, Err(Error::Internal(_))));
        assert_eq!(count(&db, &ENTRIES).await, 0);
    }

    async fn an_entry_that_fits_no_bundle_is_refused(db: Db, _address: String) {
        let deed = ctx(&db, "writer").begin(&WRITE, object(1)).await.unwrap();
        assert!(matches!(deed.commit(&"理".repeat(30_000)).await, Err(Error::Invalid(_))));
        assert_eq!(count(&db, &ENTRIES).await, 0);
    }

    async fn a_broken_uniqueness_is_a_conflict_and_leaves_nothing(db: Db, _address: String) {
        let writer = ctx(&db, "writer");
        write(&writer, 1, "first").await.unwrap();
        assert!(matches!(write(&writer, 1, "second").await, Err(Error::Conflict(_))));
        write(&writer, 2, "third").await.unwrap();
        assert_eq!(walk(&db, "tenant").await, 2);
    }

    async fn nobody_writes_without_a_deed(db: Db, _address: String) {
        let writer = ctx(&db, "writer");
        let values: [Value; 2] = [1.into(), "x".into()];
        assert!(matches!(writer.rows(&ADD, &values).await, Err(Error::Internal(_))));
        assert!(writer.rows(&NOTES, &[]).await.unwrap().is_empty());
    }

    async fn a_nul_character_is_refused_wherever_it_comes(db: Db, _address: String) {
        let writer = ctx(&db, "writer");
        assert!(matches!(write(&writer, 1, "a\0b").await, Err(Error::Invalid(_))));
        assert!(matches!(writer.rows(&HEADS, &["\0".into()]).await, Err(Error::Invalid(_))));
        let deed = writer.begin(&WRITE, object(1)).await.unwrap();
        assert!(matches!(deed.commit("\0").await, Err(Error::Invalid(_))));
        assert!(writer.rows(&ENTRIES, &[]).await.unwrap().is_empty());
    }

    async fn values_come_back_as_they_went_in(db: Db, _address: String) {
        let echo = Statement {
            name: "ECHO",
            sql: "SELECT CAST($1 AS BIGINT) AS i, CAST($2 AS TEXT) AS t, CAST($3 AS DOUBLE PRECISION) AS r",
        };
        let row = db.row(&echo, &[i64::MIN.into(), "羅針𠮷🧭".into(), 0.1.into()]).await.unwrap().unwrap();
        assert_eq!((row.int("i").unwrap(), row.text("t").unwrap()), (i64::MIN, "羅針𠮷🧭".into()));
        assert_eq!(row.real("r").unwrap().to_bits(), 0.1_f64.to_bits());
        let nothing = [Value::Int(None), Value::Text(None), Value::Real(None)];
        let row = db.row(&echo, &nothing).await.unwrap().unwrap();
        assert_eq!((row.opt_int("i").unwrap(), row.opt_text("t").unwrap(), row.opt_real("r").unwrap()), (None, None, None));
        row.int("i").unwrap_err();
    }
}
