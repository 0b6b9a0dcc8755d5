use platform::{Actor, Statement, Value, Via};

use super::super::synthetic_release;
use super::*;
use crate::face::App;
use crate::face::serve::{Place, open};

struct Stage {
    app: App,
    _data: tempfile::TempDir,
}

impl Stage {
    async fn open() -> Self {
        let data = tempfile::tempdir().unwrap();
        let app = open(&place(&data)).await.unwrap();
        Self { app, _data: data }
    }

    /// Somebody signed in, without any grant.
    fn anyone(&self) -> Ctx {
        let actor = Actor::Account { id: "a".into(), tenant_id: "t".into(), name: "花子".into() };
        self.app.ctx(actor, Via::Page)
    }

    async fn number(&self, sql: &'static str) -> i64 {
        let statement = Statement { name: "test", sql };
        self.app.system().row(&statement, &[]).await.unwrap().unwrap().int("n").unwrap()
    }

    /// Changes a frozen row behind the product's back.
    async fn damage(&self, sql: &'static str, value: impl Into<Value>) {
        let mut deed = self.app.system().begin(&acts::FREEZE_RELEASE, Object::free("release", "")).await.unwrap();
        deed.write(&Statement { name: "test", sql }, &[value.into()]).await.unwrap();
        deed.commit("").await.unwrap();
    }
}

fn place(data: &tempfile::TempDir) -> Place {
    Place { data: data.path().to_owned(), database: None, public_url: "http://localhost:8650".to_owned() }
}

#[tokio::test]
async fn the_shipped_releases_are_frozen_once_with_a_deed_each() {
    let stage = Stage::open().await;
    for _ in 0..2 {
        freeze_builtin(&stage.app.system()).await.unwrap();
        assert_eq!(stage.number("SELECT COUNT(*) AS n FROM releases").await, 2);
        let deeds = "SELECT COUNT(*) AS n FROM audit_entries WHERE act = 'population.freeze-release'";
        assert_eq!(stage.number(deeds).await, 2);
    }
}

#[tokio::test]
async fn anyone_signed_in_sees_the_releases_in_the_order_of_freezing() {
    let stage = Stage::open().await;
    let heads = list(&stage.anyone()).await.unwrap();
    let made: Vec<ReleaseHead> = builtin_releases().iter().map(|release| release.head().clone()).collect();
    assert_eq!(heads, made);
    let frozen = list_frozen(&stage.anyone()).await.unwrap();
    assert_eq!(frozen.iter().map(|one| one.number).collect::<Vec<_>>(), [1, 2]);
    assert!(frozen.iter().all(|one| one.frozen_at_ms > 0));
}

#[tokio::test]
async fn the_releases_for_an_item_set_come_in_the_order_of_freezing() {
    let stage = Stage::open().await;
    let another = synthetic_release(builtin(), "benchmark-25", 1).unwrap();
    let head = ReleaseHead { id: "another".to_owned(), ..another.head().clone() };
    let another = another.tally().clone().freeze(head);
    for _ in 0..2 {
        freeze(&stage.app.system(), &another).await.unwrap();
    }
    let ids = ids_for(&stage.anyone(), "benchmark-25").await.unwrap();
    assert_eq!(ids, ["synthetic-2005-25", "another"]);
    assert_eq!(first_for(&stage.anyone(), "benchmark-27").await.unwrap().id(), "synthetic-2005-27");
    assert!(matches!(first_for(&stage.anyone(), "benchmark-1").await, Err(Error::NotFound)));
}

#[tokio::test]
async fn a_release_is_found_with_all_its_figures() {
    let stage = Stage::open().await;
    for made in builtin_releases() {
        assert_eq!(*find(&stage.anyone(), made.id()).await.unwrap(), *made);
    }
    assert!(matches!(find(&stage.anyone(), "synthetic-1905").await, Err(Error::NotFound)));
}

#[tokio::test]
async fn who_is_not_signed_in_sees_nothing() {
    let stage = Stage::open().await;
    let stranger = stage.app.ctx(Actor::Anonymous { source: "192.0.2.1".to_owned() }, Via::Api);
    assert!(matches!(list(&stranger).await, Err(Error::Forbidden(_))));
    assert!(matches!(find(&stranger, "synthetic-2005-25").await, Err(Error::Forbidden(_))));
    assert!(matches!(find(&stranger, "synthetic-1905").await, Err(Error::Forbidden(_))));
    assert!(matches!(first_for(&stranger, "benchmark-25").await, Err(Error::Forbidden(_))));
    assert!(matches!(ids_for(&stranger, "benchmark-25").await, Err(Error::Forbidden(_))));
}

#[tokio::test]
async fn only_the_installation_freezes() {
    let stage = Stage::open().await;
    let release = synthetic_release(builtin(), "benchmark-25", 1).unwrap();
    let release = release.tally().clone().freeze(ReleaseHead { id: "mine".to_owned(), ..release.head().clone() });
    assert!(matches!(freeze(&stage.anyone(), &release).await, Err(Error::Forbidden(_))));
    assert_eq!(stage.number("SELECT COUNT(*) AS n FROM releases").await, 2);
}

#[tokio::test]
async fn a_frozen_release_with_another_hash_is_not_replaced_but_told() {
    let stage = Stage::open().await;
    stage.damage("UPDATE releases SET hash = $1 WHERE number = 1", "0123abcd").await;
    let Err(Error::Internal(said)) = freeze_builtin(&stage.app.system()).await else { panic!("it is a failure") };
    assert!(
        said.contains("synthetic-2005-25") && said.contains("0123abcd") && said.contains("never replaced"),
        "{said}"
    );
    assert_eq!(stage.number("SELECT COUNT(*) AS n FROM releases WHERE hash = '0123abcd'").await, 1);
}

#[tokio::test]
async fn altered_content_is_never_shown() {
    let stage = Stage::open().await;
    let other = builtin_releases()[1].to_bytes();
    // A hash that nobody has loaded yet, so that the row is read.
    stage.damage("UPDATE releases SET content = $1, hash = 'aaaa' WHERE number = 1", other).await;
    let outcome = find(&stage.anyone(), "synthetic-2005-25").await;
    assert!(matches!(outcome, Err(Error::Internal(said)) if said.contains("not what was frozen")));
    stage.damage("UPDATE releases SET content = $1, hash = 'bbbb' WHERE number = 1", b"{}".as_slice()).await;
    assert!(matches!(find(&stage.anyone(), "synthetic-2005-25").await, Err(Error::Internal(_))));
}

#[tokio::test]
async fn starting_twice_at_once_freezes_each_release_once() {
    let stage = Stage::open().await;
    stage.damage("DELETE FROM releases WHERE number > $1", 0_i64).await;
    let system = stage.app.system();
    let (first, second) = tokio::join!(freeze_builtin(&system), freeze_builtin(&system));
    assert!(first.is_ok() && second.is_ok(), "{first:?} {second:?}");
    assert_eq!(list(&system).await.unwrap().len(), 2);
}
