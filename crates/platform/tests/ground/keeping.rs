//! Upkeep of the log: heads, checkpoints, proofs, halts.

use platform::log::{ALL_CHECKPOINTS, Keeper, Unproved, prove};
use tlog::{Frontier, Hash, Range, leaf_hash, verify_consistency, verify_inclusion};

use super::*;

async fn keeper(db: &Db) -> Keeper {
    let mut keeper = ctx(db, "").as_actor(Actor::System).keep_log().await.unwrap();
    keeper.sequence(u64::MAX).await.unwrap();
    keeper
}

/// Hashes of a tenant's leaves, in order.
async fn leaves(db: &Db) -> Vec<Hash> {
    let rows = db.rows(&ENTRIES, &[]).await.unwrap();
    let own = rows.iter().filter(|row| row.text("tenant_id").unwrap() == "tenant");
    own.map(|row| Hash::from_hex(&row.text("leaf_hash").unwrap()).unwrap()).collect()
}

fn root(leaves: &[Hash]) -> Hash {
    let mut tree = Frontier::default();
    for leaf in leaves {
        tree.push(*leaf);
    }
    tree.root()
}

fn at(place: u64) -> usize {
    usize::try_from(place).unwrap()
}

on_both! {
    from Migrated;

    async fn heads_are_those_of_logs_with_entries(db: Db, _address: String) {
        assert_eq!(keeper(&db).await.logs().await.unwrap(), [""; 0]);
        for id in 1..=3 {
            write(&ctx(&db, "writer"), id, "x").await.unwrap();
        }
        let mut keeper = keeper(&db).await;
        assert_eq!(keeper.logs().await.unwrap(), ["tenant"]);
        let head = keeper.head("tenant").await.unwrap();
        assert_eq!((head.log.as_str(), head.tree.size()), ("tenant", 3));
        assert_eq!(keeper.head("nobody").await.unwrap().tree, Frontier::default());
        keeper.commit().await.unwrap();
        assert_eq!(root(&leaves(&db).await), head.tree.root());
    }

    async fn a_checkpoint_is_a_leaf_of_the_log_of_all_and_a_keeper_dropped_keeps_none(db: Db, _address: String) {
        write(&ctx(&db, "writer"), 1, "x").await.unwrap();
        let mut first = keeper(&db).await;
        assert_eq!(first.last_checkpoint("tenant").await.unwrap(), None);
        let head = first.head("tenant").await.unwrap();
        first.add_checkpoint(&head, "a note", 5).await.unwrap();
        drop(first);
        let mut second = keeper(&db).await;
        assert_eq!(second.last_checkpoint("tenant").await.unwrap(), None);
        second.add_checkpoint(&head, "a note", 5).await.unwrap();
        second.commit().await.unwrap();
        write(&ctx(&db, "writer"), 2, "x").await.unwrap();
        let mut third = keeper(&db).await;
        let kept = third.last_checkpoint("tenant").await.unwrap().unwrap();
        assert_eq!((kept.size, kept.root, kept.note.as_str()), (1, head.tree.root(), "a note"));
        assert_eq!(third.last_checkpoint("other").await.unwrap(), None);
        let head = third.head("tenant").await.unwrap();
        third.add_checkpoint(&head, "another", 6).await.unwrap();
        assert_eq!(third.last_checkpoint("tenant").await.unwrap().unwrap().size, 2);
        let all = third.head(ALL_CHECKPOINTS).await.unwrap().tree;
        assert_eq!((all.size(), all.root()), (2, root(&[leaf_hash(b"a note"), leaf_hash(b"another")])));
        // That of all is not one of the logs.
        assert_eq!(third.logs().await.unwrap().len(), 1);
        let proof = third.consistency(ALL_CHECKPOINTS, 1, 2).await.unwrap();
        assert_eq!(verify_consistency(1, 2, &leaf_hash(b"a note"), &all.root(), &proof), Ok(()));
        third.commit().await.unwrap();
        let rows = Statement { name: "ROWS", sql: "SELECT number, at_ms FROM audit_checkpoints ORDER BY number" };
        let rows = db.rows(&rows, &[]).await.unwrap();
        let rows: Vec<_> = rows.iter().map(|row| (row.int("number").unwrap(), row.int("at_ms").unwrap())).collect();
        assert_eq!(rows, [(1, 5), (2, 6)]);
    }

    async fn a_halt_stays_until_it_is_ended(db: Db, _address: String) {
        let halts = Statement { name: "HALTS", sql: "SELECT tenant_id, at_ms, why FROM audit_halts" };
        let found = async || -> Vec<(i64, String)> {
            let rows = db.rows(&halts, &[]).await.unwrap();
            rows.iter().map(|row| (row.int("at_ms").unwrap(), row.text("why").unwrap())).collect()
        };
        // Since when stays, why is what it was last.
        for (why, at_ms) in [("changed", 5), ("changed more", 9)] {
            let mut keeper = keeper(&db).await;
            keeper.halt("tenant", Some(why), at_ms).await.unwrap();
            keeper.commit().await.unwrap();
            assert_eq!(found().await, [(5, why.to_owned())]);
        }
        let mut keeper = keeper(&db).await;
        keeper.halt("tenant", None, 11).await.unwrap();
        keeper.commit().await.unwrap();
        assert_eq!(found().await, []);
    }

    async fn proofs_of_more_than_a_tile_come_from_what_is_kept(db: Db, _address: String) {
        for id in 1..=530 {
            let mut deed = ctx(&db, "writer").begin(&WRITE, object(id)).await.unwrap();
            deed.write(&ADD, &[id.into(), "x".into()]).await.unwrap();
            deed.commit("").await.unwrap();
        }
        let mut keeper = keeper(&db).await;
        let head = keeper.head("tenant").await.unwrap();
        for old in [1, 255, 256, 257, 400, 512, 529, 530] {
            let proof = keeper.consistency("tenant", old, 530).await.unwrap();
            keeper_proof(old, &proof, &head.tree);
        }
        keeper.commit().await.unwrap();
        let system = ctx(&db, "").as_actor(Actor::System);
        let leaves = leaves(&db).await;
        assert_eq!((leaves.len(), root(&leaves)), (530, head.tree.root()));
        for index in [0, 1, 255, 256, 300, 511, 512, 529] {
            let ranges = tlog::inclusion_ranges(index, 530).unwrap();
            let proof = prove(&mut system.reader(), "tenant", &ranges).await.unwrap();
            assert_eq!(verify_inclusion(index, 530, &leaves[at(index)], &proof, &head.tree.root()), Ok(()));
        }
        for old in [1_usize, 255, 256, 257, 400, 512, 529] {
            let ranges = tlog::consistency_ranges(old as u64, 530).unwrap();
            let proof = prove(&mut system.reader(), "tenant", &ranges).await.unwrap();
            assert_eq!(verify_consistency(old as u64, 530, &root(&leaves[..old]), &head.tree.root(), &proof), Ok(()));
        }
        // What is not there is not made up.
        for (log, end) in [("tenant", 531), ("tenant", 1024), ("nobody", 1), (ALL_CHECKPOINTS, 1)] {
            assert!(matches!(prove(&mut system.reader(), log, &[Range { start: 0, end }]).await, Err(Unproved::Missing(_))), "{log} {end}");
        }
        assert!(prove(&mut system.reader(), "tenant", &[]).await.unwrap().is_empty());
    }
}

/// As long as a proof of this kind must be.
fn keeper_proof(old: u64, proof: &[Hash], tree: &Frontier) {
    assert_eq!(proof.len(), tlog::consistency_ranges(old, tree.size()).unwrap().len());
}
