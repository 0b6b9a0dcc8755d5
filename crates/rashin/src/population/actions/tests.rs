use super::*;
use crate::testing::{JIRO, NOBODY, OUTSIDER, TestApp, on_both};

const DEEDS: &str = "SELECT COUNT(*) AS n FROM audit_entries WHERE act = 'population.freeze-release'";
const FROZEN: &str = "SELECT COUNT(*) AS n FROM releases";

on_both! {
    async fn the_shipped_releases_are_frozen_once_with_a_deed_each(app: TestApp) {
        for _ in 0..2 {
            freeze_builtin(&app.app.system()).await.unwrap();
            assert_eq!((app.count(FROZEN, &[]).await, app.count(DEEDS, &[]).await), (2, 2));
        }
    }

    async fn anyone_signed_in_sees_the_releases_in_the_order_of_freezing(app: TestApp) {
        let made: Vec<ReleaseHead> = builtin_releases().iter().map(|release| release.head().clone()).collect();
        for person in [JIRO, OUTSIDER] {
            assert_eq!(list(&app.ctx(person)).await.unwrap(), made);
            let frozen = list_frozen(&app.ctx(person)).await.unwrap();
            assert_eq!(frozen.iter().map(|one| one.number).collect::<Vec<_>>(), [1, 2]);
            assert!(frozen.iter().all(|one| one.frozen_at_ms > 0));
        }
    }

    async fn a_release_is_found_with_all_its_figures(app: TestApp) {
        for made in builtin_releases() {
            assert_eq!(*find(&app.ctx(JIRO), made.id()).await.unwrap(), *made);
        }
        assert!(matches!(find(&app.ctx(JIRO), "synthetic-1905").await, Err(Error::NotFound)));
    }

    async fn who_is_not_signed_in_sees_nothing(app: TestApp) {
        let nobody = app.ctx(NOBODY);
        assert!(matches!(list(&nobody).await, Err(Error::Forbidden(_))));
        assert!(matches!(find(&nobody, "synthetic-2005-25").await, Err(Error::Forbidden(_))));
        assert!(matches!(find(&nobody, "synthetic-1905").await, Err(Error::Forbidden(_))));
        assert!(matches!(members(&nobody, "synthetic-2005-25").await, Err(Error::Forbidden(_))));
    }

    async fn only_the_installation_freezes(app: TestApp) {
        let outcome = app.ctx(crate::testing::HANAKO).begin(&acts::FREEZE_RELEASE, Object::free("release", "mine")).await;
        assert!(matches!(outcome, Err(Error::Forbidden(_))));
    }

    async fn a_frozen_release_with_another_hash_is_not_replaced_but_told(app: TestApp) {
        app.damage("UPDATE releases SET hash = $1 WHERE number = 1", &["0123abcd".into()]).await;
        let Err(Error::Internal(said)) = freeze_builtin(&app.app.system()).await else { panic!("it is a failure") };
        for part in ["synthetic-2005-25", "0123abcd", "never replaced"] {
            assert!(said.contains(part), "{said}");
        }
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM releases WHERE hash = '0123abcd'", &[]).await, 1);
    }

    async fn altered_content_is_never_shown(app: TestApp) {
        // Hashes that nobody has loaded yet, so that the rows are read.
        let other = builtin_releases()[1].to_bytes();
        app.damage("UPDATE releases SET content = $1, hash = 'aaaa' WHERE number = 1", &[other.into()]).await;
        let outcome = find(&app.ctx(JIRO), "synthetic-2005-25").await;
        assert!(matches!(outcome, Err(Error::Internal(said)) if said.contains("not what was frozen")));
        let nothing = b"{}".as_slice();
        app.damage("UPDATE releases SET content = $1, hash = 'bbbb' WHERE number = 1", &[nothing.into()]).await;
        assert!(matches!(find(&app.ctx(JIRO), "synthetic-2005-25").await, Err(Error::Internal(_))));
    }

    async fn starting_twice_at_once_freezes_each_release_once(app: TestApp) {
        app.damage("DELETE FROM releases", &[]).await;
        let system = app.app.system();
        let (first, second) = tokio::join!(freeze_builtin(&system), freeze_builtin(&system));
        assert!(first.is_ok() && second.is_ok(), "{first:?} {second:?}");
        assert_eq!(list(&system).await.unwrap().len(), 2);
    }

    async fn the_made_up_companies_of_a_synthetic_release_are_given_out(app: TestApp) {
        let (set, members) = members(&app.ctx(JIRO), "synthetic-2005-27").await.unwrap();
        assert_eq!((set.id.as_str(), members.len()), ("benchmark-27", 885));
    }

    async fn companies_of_a_release_that_the_program_does_not_make_are_not_given_out(app: TestApp) {
        app.damage("DELETE FROM releases", &[]).await;
        let shipped = &builtin_releases()[0];
        let head = ReleaseHead { id: "2026-1".to_owned(), synthetic: false, seed: None, ..shipped.head().clone() };
        freeze(&app.app.system(), &shipped.tally().clone().freeze(head)).await.unwrap();
        assert_eq!(find(&app.ctx(JIRO), "2026-1").await.unwrap().head().n, 885);
        let outcome = members(&app.ctx(JIRO), "2026-1").await;
        assert!(matches!(outcome, Err(Error::Conflict(message)) if message.key == "release-members-not-kept"));
    }
}
