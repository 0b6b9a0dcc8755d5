use platform::Error;
use platform::db::migrate;

use super::*;

fn cause(error: Error) -> String {
    match error {
        Error::Internal(cause) => cause,
        other => panic!("{other:?}"),
    }
}

on_both! {
    from Empty;

    async fn steps_run_once_and_in_order(db: Db, _address: String) {
        assert_eq!(migrate(&db, &STEPS[..1]).await.unwrap(), 1);
        assert_eq!(migrate(&db, STEPS).await.unwrap(), 2);
        assert_eq!(migrate(&db, STEPS).await.unwrap(), 0);
        assert_eq!(count(&db, &NOTES).await, 0);
    }

    async fn a_changed_past_is_refused(db: Db, _address: String) {
        migrate(&db, STEPS).await.unwrap();
        let changed = Migration { sql: "CREATE TABLE notes (id BIGINT PRIMARY KEY)", ..STEPS[1] };
        let refused = cause(migrate(&db, &[STEPS[0], changed]).await.unwrap_err());
        assert!(refused.contains("step 2 (notes) was changed"), "{refused}");
    }

    async fn a_database_newer_than_the_program_is_refused(db: Db, _address: String) {
        migrate(&db, STEPS).await.unwrap();
        let refused = cause(migrate(&db, &STEPS[..1]).await.unwrap_err());
        assert!(refused.contains("use a newer program"), "{refused}");
    }

    async fn a_step_that_fails_leaves_nothing_of_itself(db: Db, _address: String) {
        let bad = Migration { number: 3, name: "bad", sql: "CREATE TABLE half (id BIGINT PRIMARY KEY); INSERT INTO nothing VALUES (1)" };
        migrate(&db, &[STEPS[0], STEPS[1], bad]).await.unwrap_err();
        // All missing steps are one transaction: those before it are gone with it.
        db.rows(&NOTES, &[]).await.unwrap_err();
        let half = Statement { name: "HALF", sql: "SELECT id FROM half" };
        db.rows(&half, &[]).await.unwrap_err();
        let mended = Migration { sql: "CREATE TABLE half (id BIGINT PRIMARY KEY)", ..bad };
        assert_eq!(migrate(&db, &[STEPS[0], STEPS[1], mended]).await.unwrap(), 3);
        assert_eq!(count(&db, &half).await, 0);
    }

    async fn programs_that_start_at_once_run_each_step_once(_db: Db, address: String) {
        let starts = (0..8).map(|_| {
            let address = address.clone();
            tokio::spawn(async move {
                let db = Db::open(&address).await.unwrap();
                migrate(&db, STEPS).await.unwrap()
            })
        });
        let mut run = 0;
        for start in starts.collect::<Vec<_>>() {
            run += start.await.unwrap();
        }
        assert_eq!(run, STEPS.len());
    }
}
