//! Many deeds at once, some of which fail or are given up half way.

use std::time::Duration;

use platform::Error;
use platform::clock::Entropy;

use super::deeds::walk;
use super::*;

/// So long a story may wait for the writer before it counts as stuck.
const PATIENCE: Duration = Duration::from_secs(30);

on_both! {
    from Migrated;

    async fn a_deed_that_fails_does_not_take_its_neighbours_with_it(db: Db, _address: String) {
        let writer = ctx(&db, "writer");
        write(&writer, 0, "there already").await.unwrap();
        let tasks: Vec<_> = (1..=48_i64)
            .map(|task| {
                let writer = writer.clone();
                tokio::spawn(async move {
                    match task % 3 {
                        0 => assert!(matches!(write(&writer, 0, "again").await, Err(Error::Conflict(_)))),
                        1 => {
                            let mut deed = writer.begin(&WRITE, object(task)).await.unwrap();
                            deed.write(&ADD, &[(1000 + task).into(), "dropped".into()]).await.unwrap();
                        }
                        _ => write(&writer, task, "kept").await.unwrap(),
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        let kept: Vec<i64> = db.rows(&NOTES, &[]).await.unwrap().iter().map(|row| row.int("id").unwrap()).collect();
        let wanted: Vec<i64> = (0..=48).filter(|id| *id == 0 || id % 3 == 2).collect();
        assert_eq!(kept, wanted);
        assert_eq!(walk(&db, "tenant").await, i64::try_from(wanted.len()).unwrap());
    }

    async fn deeds_given_up_at_any_moment_leave_the_writer_usable(db: Db, _address: String) {
        let writer = ctx(&db, "writer");
        let entropy = SeededEntropy::new(7);
        let mut acknowledged = Vec::new();
        for round in 0..60_i64 {
            let tasks: Vec<_> = (0..4)
                .map(|task| {
                    let (writer, id) = (writer.clone(), round * 10 + task);
                    tokio::spawn(async move { write(&writer, id, "x").await.map(|()| id) })
                })
                .collect();
            // How far the tasks get depends on this many turns of the scheduler.
            let mut turns = [0];
            entropy.fill(&mut turns).unwrap();
            for _ in 0..turns[0] {
                tokio::task::yield_now().await;
            }
            tasks[0].abort();
            tasks[1].abort();
            for task in tasks {
                match tokio::time::timeout(PATIENCE, task).await.expect("the writer is stuck") {
                    Ok(id) => acknowledged.push(id.unwrap()),
                    Err(error) => assert!(error.is_cancelled()),
                }
            }
        }
        tokio::time::timeout(PATIENCE, write(&writer, 9999, "last")).await.expect("the writer is stuck").unwrap();
        let kept: Vec<i64> = db.rows(&NOTES, &[]).await.unwrap().iter().map(|row| row.int("id").unwrap()).collect();
        assert!(acknowledged.iter().all(|id| kept.contains(id)));
        assert_eq!(walk(&db, "tenant").await, i64::try_from(kept.len()).unwrap());
    }

    async fn two_programs_on_one_database_write_one_chain(db: Db, address: String) {
        let other = Db::open(&address).await.unwrap();
        raise_wall(&other, WALL).await.unwrap();
        let (one, two) = (ctx(&db, "writer"), ctx(&other, "writer"));
        let tasks: Vec<_> = (0..40_i64)
            .map(|task| {
                let writer = if task % 2 == 0 { one.clone() } else { two.clone() };
                tokio::spawn(async move { write(&writer, task, "x").await })
            })
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        assert_eq!(walk(&db, "tenant").await, 40);
    }

    async fn what_is_written_is_there_after_closing_and_opening(db: Db, address: String) {
        let first = Db::open(&address).await.unwrap();
        raise_wall(&first, WALL).await.unwrap();
        write(&ctx(&first, "writer"), 1, "x").await.unwrap();
        first.close().await.unwrap();
        assert_eq!(count(&db, &NOTES).await, 1);
    }
}
