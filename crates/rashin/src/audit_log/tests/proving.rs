//! Checkpoints, proofs, erasure, export.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use axum::http::Method;
use platform::clock::SeededEntropy;
use platform::{Error, Message};
use serde_json::{Value as Json, json};
use tlog::{Checkpoint, Hash, Note, leaf_hash};

use super::{add_units, agree, read, sign};
use crate::audit_log::{Filter, LogKey, checkpoints, entries, entry, erase, export, halts, verify};
use crate::testing::{
    AUDITOR, HANAKO, JIRO, KEEPER, OUTSIDER, TARO, TestApp, conflict, faults, forbidden, not_found, on_both,
};

async fn found(app: &TestApp) -> Vec<Message> {
    let verdict = verify::whole(&app.app.system(), &app.app.log_key).await.unwrap();
    assert_eq!(verdict.count, verdict.faults.len());
    verdict.faults.into_iter().map(|found| found.message).collect()
}

fn hashes(value: &Json) -> Vec<Hash> {
    value.as_array().unwrap().iter().map(|hash| Hash::from_hex(hash.as_str().unwrap()).unwrap()).collect()
}

fn number(value: &Json) -> u64 {
    value.as_u64().unwrap()
}

on_both! {
    async fn a_deed_is_exactly_one_entry(app: TestApp) {
        let count = "SELECT COUNT(*) AS n FROM audit_entries";
        for number in 0..5 {
            let before = app.count(count, &[]).await;
            add_units(&app, HANAKO, 1).await;
            assert_eq!(app.count(count, &[]).await, before + 1, "{number}");
        }
        assert_eq!(found(&app).await, []);
    }

    async fn an_entry_waits_on_postgresql_only_and_not_for_its_reader(app: TestApp) {
        read(&app, HANAKO, Filter::default()).await;
        add_units(&app, HANAKO, 1).await;
        let waiting = app.count("SELECT COUNT(*) AS n FROM audit_entries WHERE seq IS NULL", &[]).await;
        assert_eq!(waiting > 0, app.app.ground.db.is_postgres());
        assert!(read(&app, HANAKO, Filter::default()).await.iter().all(|entry| entry.seq.is_some()));
    }

    async fn the_proof_of_an_entry_holds_without_the_program(app: TestApp) {
        add_units(&app, HANAKO, 3).await;
        let newest = read(&app, HANAKO, Filter::default()).await.remove(0);
        let path = format!("/audit-entries/{}", newest.id);
        assert_eq!(app.api(Method::GET, &format!("{path}/proof"), HANAKO, json!(null)).await.is(200).json(), json!(null));
        app.get(&path, HANAKO).await.is(200);
        // The group, the other tenant, the installation, and the log of checkpoints.
        assert_eq!(sign(&app).await, 4);
        assert_eq!(sign(&app).await, 0);
        add_units(&app, HANAKO, 2).await;
        let proof = app.api(Method::GET, &format!("{path}/proof"), HANAKO, json!(null)).await.is(200).json();
        let note = Note::parse(proof["checkpoint"].as_str().unwrap()).unwrap();
        let told = Checkpoint::open(&note, &app.app.log_key.verifier(&app.group).unwrap()).unwrap();
        assert_eq!(number(&proof["size"]), told.size);
        let leaf = leaf_hash(proof["leaf"].as_str().unwrap().as_bytes());
        tlog::verify_inclusion(number(&proof["seq"]) - 1, told.size, &leaf, &hashes(&proof["proof"]), &told.root).unwrap();
        let page = app.get(&path, HANAKO).await.is(200).text();
        assert!(page.contains("readonly") && page.contains("ed25519") == page.contains("ED25519"), "{page}");
        assert!(page.contains(&leaf.to_hex()));
    }

    async fn what_has_grown_is_signed_while_the_program_runs(app: TestApp) {
        add_units(&app, HANAKO, 1).await;
        let upkeep = tokio::spawn(checkpoints::keep_signing(app.app.system(), app.app.log_key.clone()));
        let count = "SELECT COUNT(*) AS n FROM audit_checkpoints";
        let signed = async {
            while app.count(count, &[]).await < 4 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), signed).await.unwrap();
        upkeep.abort();
        assert!(upkeep.await.unwrap_err().is_cancelled());
        assert_eq!(sign(&app).await, 0);
    }

    async fn growth_between_two_sizes_is_proved(app: TestApp) {
        add_units(&app, HANAKO, 9).await;
        let path = |old: i64, size: i64| format!("/audit-log/consistency?old={old}&size={size}");
        for (old, size) in [(1, 1), (1, 9), (5, 9), (8, 9), (3, 20)] {
            let proof = app.api(Method::GET, &path(old, size), AUDITOR, json!(null)).await.is(200).json();
            let root = |name: &str| Hash::from_hex(proof[name].as_str().unwrap()).unwrap();
            let (old, size) = (old.cast_unsigned(), size.cast_unsigned());
            tlog::verify_consistency(old, size, &root("old_root"), &root("root"), &hashes(&proof["proof"])).unwrap();
        }
        let newest = read(&app, HANAKO, Filter::default()).await.remove(0).seq.unwrap();
        app.api(Method::GET, &path(1, newest), AUDITOR, json!(null)).await.is(200);
        app.api(Method::GET, &path(1, newest + 1), AUDITOR, json!(null)).await.is(422);
        for (old, size) in [(0, 5), (6, 5), (1, 100_000), (-1, 5)] {
            app.api(Method::GET, &path(old, size), AUDITOR, json!(null)).await.is(422);
            app.get(&format!("/audit-log/check?old={old}&size={size}"), AUDITOR).await.is(422);
        }
        let page = app.get("/audit-log/check?old=1&size=9&verify=yes", AUDITOR).await.is(200).text();
        assert!(page.contains("old_root") && page.contains("おかしなところはありません"), "{page}");
        app.api(Method::GET, &path(1, 2), TARO, json!(null)).await.is(403);
        app.get("/audit-log/check", TARO).await.is(403);
    }

    async fn erased_values_are_gone_and_the_log_stays_sound(app: TestApp) {
        add_units(&app, HANAKO, 2).await;
        sign(&app).await;
        let newest = read(&app, HANAKO, Filter { act: "organisation.".into(), ..Filter::default() }).await;
        let (one, other) = (&newest[0].id, &newest[1].id);
        assert!(newest[0].facts.iter().any(|fact| fact.name == "name" && fact.value.as_deref() == Some("\"部1\"")));
        forbidden(erase(&app.ctx(AUDITOR), one, None, "x").await);
        forbidden(erase(&app.ctx(JIRO), one, None, "x").await);
        not_found(erase(&app.ctx(OUTSIDER), one, None, "x").await);
        assert_eq!(faults(erase(&app.ctx(HANAKO), one, None, " ").await), [("reason".to_owned(), "error-reason")]);
        assert_eq!(faults(erase(&app.ctx(HANAKO), one, None, &"羅".repeat(501)).await), [("reason".to_owned(), "error-too-long")]);
        assert_eq!(conflict(erase(&app.ctx(HANAKO), one, Some("nothing"), &"羅".repeat(500)).await), "error-nothing-to-erase");
        assert_eq!(conflict(erase(&app.ctx(HANAKO), one, Some("nothing"), "x").await), "error-nothing-to-erase");
        let form = [("name", "name"), ("reason", "本人の求め")];
        app.post(&format!("/audit-entries/{one}/erasure"), HANAKO, &[("reason", "")]).await.is(422);
        let asked = app.post(&format!("/audit-entries/{one}/erasure"), HANAKO, &form).await.is(409);
        assert!(asked.text().contains("もう一人の同意を求めました"));
        assert!(app.get("/", KEEPER).await.text().contains("記録の値を消去する"));
        agree(&app).await;
        app.post(&format!("/audit-entries/{one}/erasure"), HANAKO, &form).await.is(303);
        let body = json!({ "reason": "本人の求め" });
        app.api(Method::POST, &format!("/audit-entries/{other}/erasure"), HANAKO, body.clone()).await.is(409);
        agree(&app).await;
        app.api(Method::POST, &format!("/audit-entries/{other}/erasure"), HANAKO, body.clone()).await.is(204);
        app.api(Method::POST, &format!("/audit-entries/{other}/erasure"), HANAKO, body).await.is(409);
        let left = entry(&app.ctx(HANAKO), one).await.unwrap();
        assert_eq!((&left.leaf, &left.leaf_hash), (&newest[0].leaf, &newest[0].leaf_hash));
        assert!(left.facts.iter().all(|fact| fact.value.is_none() == (fact.name == "name")));
        assert!(entry(&app.ctx(HANAKO), other).await.unwrap().facts.iter().all(|fact| fact.value.is_none()));
        assert!(app.get(&format!("/audit-entries/{one}"), HANAKO).await.is(200).text().contains("消去しました"));
        assert_eq!(found(&app).await, []);
        let told = read(&app, HANAKO, Filter { act: "audit-log.".into(), ..Filter::default() }).await;
        assert_eq!((told.len(), told[0].reason.as_str()), (2, "本人の求め"));
    }

    async fn entries_of_another_tenant_answer_as_missing_ones(app: TestApp) {
        let theirs = entries(&app.ctx(HANAKO), &Filter::default()).await.unwrap().remove(0).id;
        let missing = "0".repeat(32);
        for path in ["/audit-entries/ID", "/audit-entries/ID/proof"] {
            let one = app.api(Method::GET, &path.replace("ID", &theirs), OUTSIDER, json!(null)).await.is(404);
            let other = app.api(Method::GET, &path.replace("ID", &missing), OUTSIDER, json!(null)).await.is(404);
            assert_eq!(one.text(), other.text());
        }
        app.get(&format!("/audit-entries/{theirs}"), OUTSIDER).await.is(404);
        app.get(&format!("/audit-entries/{theirs}"), TARO).await.is(403);
    }

    async fn the_row_of_a_checkpoint_says_what_was_signed(app: TestApp) {
        add_units(&app, HANAKO, 2).await;
        sign(&app).await;
        let of_group = "SELECT number FROM audit_checkpoints WHERE tenant_id = $1";
        let number = app.rows(of_group, &[app.group.as_str().into()]).await[0].int("number").unwrap();
        for (change, back) in [
            ("UPDATE audit_checkpoints SET size = size + 1000 WHERE number = $1", "UPDATE audit_checkpoints SET size = size - 1000 WHERE number = $1"),
            ("UPDATE audit_checkpoints SET at_ms = at_ms + 1 WHERE number = $1", "UPDATE audit_checkpoints SET at_ms = at_ms - 1 WHERE number = $1"),
            ("UPDATE audit_checkpoints SET root = 'x' || root WHERE number = $1", "UPDATE audit_checkpoints SET root = SUBSTR(root, 2) WHERE number = $1"),
            ("UPDATE audit_checkpoints SET leaf_hash = 'x' || leaf_hash WHERE number = $1", "UPDATE audit_checkpoints SET leaf_hash = SUBSTR(leaf_hash, 2) WHERE number = $1"),
        ] {
            app.damage(change, &[number.into()]).await;
            let told = found(&app).await;
            assert_eq!(told, [Message::new("log-fault-checkpoint").with("number", number.to_string())], "{change}");
            app.damage(back, &[number.into()]).await;
            assert_eq!(found(&app).await, []);
        }
    }

    async fn a_verdict_counts_what_was_looked_at(app: TestApp) {
        let looked = async || {
            let verdict = verify::whole(&app.app.system(), &app.app.log_key).await.unwrap();
            assert_eq!(verdict.count, 0, "{verdict:?}");
            (verdict.entries.cast_signed(), verdict.checkpoints.cast_signed())
        };
        let entries = "SELECT COUNT(*) AS n FROM audit_entries";
        assert_eq!(looked().await, (app.count(entries, &[]).await, 0));
        add_units(&app, HANAKO, 3).await;
        sign(&app).await;
        let checkpoints = "SELECT COUNT(*) AS n FROM audit_checkpoints";
        assert_eq!(looked().await, (app.count(entries, &[]).await, app.count(checkpoints, &[]).await));
        // What one reads of oneself counts oneself.
        let own = verify::own(&app.ctx(HANAKO), &app.app.log_key, &app.app.log_turns).await.unwrap();
        let of_group = "SELECT COUNT(*) AS n FROM audit_entries WHERE tenant_id = $1";
        assert_eq!(own.entries.cast_signed(), app.count(of_group, &[app.group.as_str().into()]).await);
        // And of two faults both are counted.
        app.damage("UPDATE audit_entries SET reason = 'x' WHERE seq = 1", &[]).await;
        let verdict = verify::whole(&app.app.system(), &app.app.log_key).await.unwrap();
        assert!(verdict.count >= 3 && verdict.faults.len() == verdict.count, "{verdict:?}");
    }

    async fn all_checkpoints_being_gone_is_found(app: TestApp) {
        sign(&app).await;
        app.damage("DELETE FROM audit_checkpoints", &[]).await;
        assert!(found(&app).await.iter().any(|message| message.key == "log-fault-head"));
    }

    async fn the_tree_of_all_checkpoints_being_gone_is_found(app: TestApp) {
        sign(&app).await;
        app.damage("DELETE FROM audit_heads WHERE tenant_id = '*'", &[]).await;
        assert!(found(&app).await.iter().any(|message| message.key == "log-fault-head"));
    }

    async fn the_last_checkpoint_is_one_of_all_checkpoints(app: TestApp) {
        sign(&app).await;
        let last = "DELETE FROM audit_checkpoints WHERE number = (SELECT MAX(number) FROM audit_checkpoints)";
        app.damage(last, &[]).await;
        assert!(found(&app).await.iter().any(|message| message.key == "log-fault-unsigned"));
    }

    async fn an_entry_without_a_place_is_found_where_none_waits(app: TestApp) {
        add_units(&app, HANAKO, 1).await;
        sign(&app).await;
        let last = "UPDATE audit_entries SET seq = NULL WHERE tenant_id = $1 AND seq = (SELECT MAX(seq) FROM audit_entries WHERE tenant_id = $1)";
        app.damage(last, &[app.group.as_str().into()]).await;
        let told = found(&app).await;
        let waits = told.iter().any(|message| message.key == "log-fault-waiting");
        assert_eq!(waits, !app.app.ground.db.is_postgres(), "{told:?}");
        assert!(!told.is_empty());
    }

    async fn a_log_that_does_not_continue_is_not_signed_any_more(app: TestApp) {
        add_units(&app, HANAKO, 3).await;
        sign(&app).await;
        app.damage("UPDATE audit_heads SET roots = 'ff' || SUBSTR(roots, 3) WHERE tenant_id = $1", &[app.group.as_str().into()]).await;
        add_units(&app, HANAKO, 1).await;
        sign(&app).await;
        let halts = halts(&app.app.system()).await.unwrap();
        assert_eq!(halts.iter().map(|halt| &halt.tenant_id).collect::<Vec<_>>(), [&app.group]);
        let count = "SELECT COUNT(*) AS n FROM audit_checkpoints WHERE tenant_id = $1";
        assert_eq!(app.count(count, &[app.group.as_str().into()]).await, 1);
        assert!(!found(&app).await.is_empty());
        let page = app.get("/audit-log/check?verify=yes", HANAKO).await.is(200).text();
        assert!(page.contains("role=\"alert\""), "{page}");
    }

    async fn a_gap_however_wide_is_found_and_what_lies_behind_it_is_read(app: TestApp) {
        add_units(&app, HANAKO, 3).await;
        sign(&app).await;
        let far = "UPDATE audit_entries SET seq = 9223372036854775807 WHERE tenant_id = $1 \
            AND seq = (SELECT MAX(seq) FROM audit_entries WHERE tenant_id = $1)";
        app.damage(far, &[app.group.as_str().into()]).await;
        let sql = "UPDATE audit_entries SET reason = 'x' WHERE tenant_id = $1 AND seq = 9223372036854775807";
        app.damage(sql, &[app.group.as_str().into()]).await;
        let keys: Vec<&str> = found(&app).await.iter().map(|message| message.key).collect();
        assert!(keys.contains(&"log-fault-gap") && keys.contains(&"log-fault-entry"), "{keys:?}");
    }

    async fn entries_from_before_the_tree_get_their_places(app: TestApp) {
        for seq in 1..=3_i64 {
            let sql = "INSERT INTO audit_entries (id, tenant_id, seq, arrival, form, at_ms, actor_id, actor_name, via, act, object_kind, \
                object_id, unit_id, reason, facts, leaf_hash) VALUES ('before-' || CAST($1 AS TEXT), 'old', NULL, $2, 0, 5, '', 'x', 'page', \
                'organisation.add-unit', 'unit', 'u', NULL, '', '{\"share\":0.5}', NULL)";
            app.damage(sql, &[seq.to_string().into(), seq.into()]).await;
        }
        checkpoints::open(&app.app.system(), &app.app.log_key).await.unwrap();
        let places = app.rows("SELECT id FROM audit_entries WHERE tenant_id = 'old' ORDER BY seq", &[]).await;
        assert_eq!(places.iter().map(|row| row.text("id").unwrap()).collect::<Vec<_>>(), ["before-1", "before-2", "before-3"]);
        assert_eq!(found(&app).await, []);
        assert!(sign(&app).await > 3);
        // They commit to nothing, so no value belongs beside them.
        app.damage("INSERT INTO audit_values (entry_id, tenant_id, facts) VALUES ('before-2', 'old', '{}')", &[]).await;
        assert_eq!(found(&app).await, [Message::new("log-fault-value").with("number", "2")]);
    }

    async fn a_start_with_the_key_that_signed_goes_on(app: TestApp) {
        sign(&app).await;
        let again = LogKey::open(&app.app.data, &SeededEntropy::new(4)).unwrap();
        assert!(!again.was_made_now());
        checkpoints::open(&app.app.system(), &again).await.unwrap();
    }

    async fn ones_own_log_is_taken_along_and_checked_elsewhere(app: TestApp) {
        let before = std::fs::read_dir(&*app.app.data).unwrap().count();
        app.get("/audit-log/tiles", AUDITOR).await.is(200);
        add_units(&app, HANAKO, 300).await;
        sign(&app).await;
        let file = app.get("/audit-log/tiles", AUDITOR).await.is(200);
        assert_eq!((file.header("content-type"), file.header("cache-control")), ("application/x-tar", "no-store"));
        let folder = tempfile::tempdir().unwrap();
        tar::Archive::new(file.body.as_slice()).unpack(folder.path()).unwrap();
        let (sound, said) = second_verifier(folder.path());
        assert!(sound && said.contains("1 logs"), "{said}");
        // Nothing of others is in it, and nothing stays behind.
        let text = String::from_utf8_lossy(&file.body);
        assert!(text.contains(&app.group) && !text.contains(&app.elsewhere) && !text.contains(OUTSIDER.name));
        assert_eq!(std::fs::read_dir(&*app.app.data).unwrap().count(), before);
        let api = app.api(Method::GET, "/audit-log/tiles", AUDITOR, json!(null)).await.is(200);
        assert_eq!(api.body.len(), file.body.len());
        app.get("/audit-log/tiles", TARO).await.is(403);
        app.api(Method::GET, "/audit-log/tiles", JIRO, json!(null)).await.is(403);
    }

    async fn an_export_is_checked_by_the_second_verifier(app: TestApp) {
        add_units(&app, HANAKO, 150).await;
        sign(&app).await;
        add_units(&app, HANAKO, 150).await;
        sign(&app).await;
        let folder = tempfile::tempdir().unwrap();
        let exported = export::export(&app.app.system(), &app.app.log_key, &app.app.data, folder.path()).await.unwrap();
        assert_eq!(exported.len(), 4);
        assert!(exported.iter().any(|log| log.size > 300));
        let (sound, said) = second_verifier(folder.path());
        assert!(sound && said.contains("4 logs"), "{said}");
        for file in ["checkpoint", "tile/0/000", "tile/1/000.p/1", "tile/entries/000"] {
            let path = folder.path().join(&app.group).join(file);
            let before = std::fs::read(&path).unwrap();
            let mut changed = before.clone();
            let at = changed.len() / 2;
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            std::fs::write(&path, changed).unwrap();
            let (sound, said) = second_verifier(folder.path());
            assert!(!sound, "{file}: {said}");
            std::fs::write(&path, before).unwrap();
        }
        assert!(second_verifier(folder.path()).0);
    }
}

pub(super) fn second_verifier(folder: &Path) -> (bool, String) {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../script/verify-log.py");
    let output = Command::new("python3").arg(script).arg(folder).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

#[test]
fn the_key_is_made_once_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let made = LogKey::open(folder.path(), &SeededEntropy::new(1)).unwrap();
    let again = LogKey::open(folder.path(), &SeededEntropy::new(2)).unwrap();
    assert_eq!((made.was_made_now(), again.was_made_now()), (true, false));
    assert_eq!(made.verifier("").unwrap(), again.verifier("").unwrap());
    assert_ne!(made.verifier("").unwrap(), made.verifier("*").unwrap());
    let file = folder.path().join("log-key");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    let secret = std::fs::read_to_string(&file).unwrap();
    assert!(!format!("{made:?}").contains(secret.rsplit('+').next().unwrap().trim()));
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    let Err(Error::Internal(why)) = LogKey::open(folder.path(), &SeededEntropy::new(1)) else { panic!("opened") };
    assert!(why.contains("others can read") && !why.contains("PRIVATE"), "{why}");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::write(&file, "PRIVATE+KEY+x").unwrap();
    assert!(LogKey::open(folder.path(), &SeededEntropy::new(1)).is_err());
}

/// Makes the key of another program that starts at the same moment.
struct Racing(PathBuf);

impl platform::Entropy for Racing {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), String> {
        let other = SeededEntropy::new(7);
        if !self.0.join("log-key").exists() && buffer.len() == 32 {
            assert!(LogKey::open(&self.0, &other).unwrap().was_made_now());
        }
        other.fill(buffer)
    }
}

#[test]
fn of_two_programs_that_start_at_once_both_take_the_first_key() {
    let folder = tempfile::tempdir().unwrap();
    let late = LogKey::open(folder.path(), &Racing(folder.path().to_owned())).unwrap();
    let first = LogKey::open(folder.path(), &SeededEntropy::new(1)).unwrap();
    assert!(!late.was_made_now());
    assert_eq!(late.verifier("").unwrap(), first.verifier("").unwrap());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

on_both! {
    async fn a_lost_key_is_not_replaced_silently(app: TestApp) {
        sign(&app).await;
        let folder = tempfile::tempdir().unwrap();
        let fresh = LogKey::open(folder.path(), &SeededEntropy::new(9)).unwrap();
        let Err(Error::Internal(why)) = checkpoints::open(&app.app.system(), &fresh).await else { panic!("opened") };
        assert!(why.contains("log-key"), "{why}");
    }
}
