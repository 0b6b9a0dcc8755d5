//! Files kept as evidence.

use super::*;
use crate::assessment::evidence::{COUNT_LIMIT, SIZE_LIMIT, add, content, remove};
use crate::assessment::record::Evidence;
use crate::testing::{AUDITOR, HANAKO, JIRO, KEEPER, OUTSIDER, on_both};
use platform::Error;

async fn put(app: &TestApp, person: Person, id: &str, name: &str, bytes: &[u8]) -> platform::Result<Evidence> {
    add(&app.ctx(person), &app.app.evidence, id, "1-1", name, bytes).await
}

async fn get(app: &TestApp, person: Person, id: &str, file: &str) -> platform::Result<Vec<u8>> {
    content(&app.ctx(person), &app.app.evidence, id, file).await.map(|(_, bytes)| bytes)
}

/// Files below the folder of evidence, half-written ones included.
fn stored(app: &TestApp) -> Vec<std::path::PathBuf> {
    let Ok(folders) = std::fs::read_dir(app.app.data.join("evidence")) else { return Vec::new() };
    folders
        .flat_map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap())
        .map(|file| file.unwrap().path())
        .collect()
}

on_both! {
    async fn a_file_is_kept_and_given_back_as_it_came(app: TestApp) {
        let id = begin(&app).await;
        let file = put(&app, JIRO, &id, "C:\\書類\\方針 2026.pdf", b"%PDF-1.7 policy").await.unwrap();
        let kept = see(&app, AUDITOR, &id).await.evidence;
        let [kept] = kept.as_slice() else { panic!("{kept:?}") };
        assert_eq!((kept.id.as_str(), kept.item_id.as_str(), kept.name.as_str()), (file.id.as_str(), "1-1", "方針 2026.pdf"));
        assert_eq!((kept.media_type.as_str(), kept.size_bytes, kept.added_by.as_str()), ("application/pdf", 15, JIRO.name));
        assert_eq!(get(&app, AUDITOR, &id, &file.id).await.unwrap(), b"%PDF-1.7 policy");
    }

    async fn the_same_content_is_kept_once_even_for_two_tenants(app: TestApp) {
        let id = begin(&app).await;
        let theirs = create(&app.ctx(OUTSIDER), &app.elsewhere, SET, "2026").await.unwrap();
        let one = put(&app, JIRO, &id, "a.txt", b"same").await.unwrap();
        let two = put(&app, JIRO, &id, "b.txt", b"same").await.unwrap();
        let three = put(&app, OUTSIDER, &theirs, "c.txt", b"same").await.unwrap();
        assert_eq!((&one.content_hash, &one.content_hash), (&two.content_hash, &three.content_hash));
        assert_eq!(stored(&app).len(), 1);
        assert_eq!(see(&app, JIRO, &id).await.evidence.len(), 2);
    }

    async fn only_known_kinds_and_sizes_are_taken(app: TestApp) {
        let id = begin(&app).await;
        for (name, bytes) in [("a.pdf", &b"<html>"[..]), ("a.svg", b"<svg/>"), ("a.exe", b"MZ"), ("a", b"text"), ("a.txt", b"\xff\xfe")] {
            assert_eq!(faults(put(&app, JIRO, &id, name, bytes).await), [("file".to_owned(), "error-file-type")], "{name}");
        }
        for size in [0, SIZE_LIMIT + 1] {
            let bytes = vec![b'a'; size];
            assert_eq!(faults(put(&app, JIRO, &id, "a.txt", &bytes).await), [("file".to_owned(), "error-file-size")], "{size}");
        }
        put(&app, JIRO, &id, "a.txt", &vec![b'a'; SIZE_LIMIT]).await.unwrap();
        let strange = add(&app.ctx(JIRO), &app.app.evidence, &id, "9-9", "a.txt", b"a").await;
        assert_eq!(faults(strange), [("item".to_owned(), "error-unknown-item")]);
        assert_eq!(stored(&app).len(), 1);
    }

    async fn a_self_check_takes_two_hundred_files(app: TestApp) {
        let id = begin(&app).await;
        let many = "INSERT INTO evidence_files (id, assessment_id, item_id, content_hash, name, media_type, size_bytes, added_by, added_at_ms) \
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 199) \
            SELECT CAST(i AS TEXT), $1, '1-1', 'x', 'x.txt', 'text/plain', 1, '', 1 FROM n";
        app.damage(many, &[id.as_str().into()]).await;
        put(&app, JIRO, &id, "a.txt", b"a").await.unwrap();
        assert_eq!(see(&app, JIRO, &id).await.evidence.len(), COUNT_LIMIT);
        assert_eq!(faults(put(&app, JIRO, &id, "b.txt", b"b").await), [("file".to_owned(), "error-file-count")]);
    }

    async fn a_file_taken_away_can_be_brought_back(app: TestApp) {
        let id = begin(&app).await;
        let file = put(&app, JIRO, &id, "a.txt", b"a").await.unwrap();
        remove(&app.ctx(TARO), &id, &file.id, true).await.unwrap();
        assert!(see(&app, JIRO, &id).await.evidence.is_empty());
        not_found(get(&app, JIRO, &id, &file.id).await);
        not_found(remove(&app.ctx(TARO), &id, &file.id, true).await);
        remove(&app.ctx(TARO), &id, &file.id, false).await.unwrap();
        assert_eq!(get(&app, JIRO, &id, &file.id).await.unwrap(), b"a");
        not_found(remove(&app.ctx(TARO), &id, &file.id, false).await);
    }

    async fn files_are_as_private_as_their_self_check(app: TestApp) {
        let id = begin(&app).await;
        let file = put(&app, JIRO, &id, "a.txt", b"a").await.unwrap();
        for person in [OUTSIDER, KEEPER] {
            not_found(get(&app, person, &id, &file.id).await);
            not_found(put(&app, person, &id, "b.txt", b"b").await);
            not_found(remove(&app.ctx(person), &id, &file.id, true).await);
        }
        let theirs = create(&app.ctx(OUTSIDER), &app.elsewhere, SET, "2026").await.unwrap();
        not_found(get(&app, OUTSIDER, &theirs, &file.id).await);
        not_found(remove(&app.ctx(OUTSIDER), &theirs, &file.id, true).await);
        forbidden(put(&app, AUDITOR, &id, "b.txt", b"b").await);
        forbidden(remove(&app.ctx(AUDITOR), &id, &file.id, true).await);
        assert_eq!(stored(&app).len(), 1);
        assert_eq!(get(&app, AUDITOR, &id, &file.id).await.unwrap(), b"a");
    }

    async fn a_damaged_file_is_not_given_out(app: TestApp) {
        let id = begin(&app).await;
        let file = put(&app, JIRO, &id, "a.txt", b"a").await.unwrap();
        std::fs::write(&stored(&app)[0], b"b").unwrap();
        assert!(matches!(get(&app, HANAKO, &id, &file.id).await, Err(Error::Internal(_))));
    }

    async fn many_files_at_once_all_arrive_and_nothing_half_written_stays(app: TestApp) {
        let id = begin(&app).await;
        let tasks: Vec<_> = (0..12)
            .map(|number| {
                let (app, id) = (app.clone(), id.clone());
                let text = format!("content {}", number % 3);
                tokio::spawn(async move { put(&app, JIRO, &id, &format!("{number}.txt"), text.as_bytes()).await.unwrap() })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(see(&app, JIRO, &id).await.evidence.len(), 12);
        assert_eq!(stored(&app).len(), 3, "{:?}", stored(&app));
    }
}
