//! Damage, forgery and haste: what each is allowed to break.

use axum::body::Body;
use axum::http::{Method, Request, header};
use platform::Error;
use platform::clock::SeededEntropy;
use serde_json::{Value as Json, json};

use super::{add_units, add_units_elsewhere, agree, erase_by_two, read, sign};
use crate::audit_log::{Filter, LogKey, checkpoints, entry, erase, halts, sign_due, unsigned_since, verify};
use crate::federation::providers::map_group;
use crate::federation::{NewToken, make_token};
use crate::organisation::roles;
use crate::testing::{AUDITOR, HANAKO, KEEPER, MINUTE_MS, NOBODY, OUTSIDER, TARO, TestApp, conflict, on_both};

/// Keys of what is wrong with all logs.
async fn found(app: &TestApp) -> Vec<&'static str> {
    let verdict = verify::whole(&app.app.system(), &app.app.log_key).await.unwrap();
    verdict.faults.into_iter().map(|found| found.message.key).collect()
}

const FORGE: &str = "INSERT INTO audit_entries (id, tenant_id, seq, arrival, form, at_ms, actor_id, actor_name, via, act, object_kind, \
    object_id, unit_id, reason, facts, leaf_hash) SELECT 'forged' || CAST($2 AS TEXT), $1, $2, arrival, form, at_ms, actor_id, 'FORGED', via, act, \
    object_kind, object_id, unit_id, reason, '{}', leaf_hash FROM audit_entries WHERE tenant_id = $3 AND seq = 2";

on_both! {
    async fn an_entry_that_was_never_in_the_tree_is_neither_shown_nor_passed_over(app: TestApp) {
        add_units(&app, HANAKO, 2).await;
        sign(&app).await;
        let group = app.group.as_str();
        for number in [0, -7, i64::MIN] {
            assert_eq!(found(&app).await, [""; 0]);
            app.damage(FORGE, &[group.into(), number.into(), group.into()]).await;
            assert_eq!(found(&app).await, ["log-fault-outside"], "{number}");
            let report = app.api(Method::GET, "/audit-log/verification", HANAKO, json!(null)).await.is(200).json();
            assert_eq!((&report["sound"], &report["count"]), (&json!(false), &json!(1)));
            let page = app.get("/audit-log", HANAKO).await.is(200).text();
            assert!(!page.contains("FORGED"));
            assert!(!app.api(Method::GET, "/audit-entries", HANAKO, json!(null)).await.is(200).text().contains("FORGED"));
            app.get(&format!("/audit-entries/forged{number}"), HANAKO).await.is(404);
            app.api(Method::GET, &format!("/audit-entries/forged{number}/proof"), HANAKO, json!(null)).await.is(404);
            app.damage("DELETE FROM audit_entries WHERE actor_name = 'FORGED'", &[]).await;
        }
        // The log of all checkpoints has no entries.
        app.damage(FORGE, &["*".into(), 1_i64.into(), group.into()]).await;
        assert_eq!(found(&app).await, ["log-fault-outside"]);
    }

    async fn a_checkpoint_outside_the_log_of_all_is_none(app: TestApp) {
        add_units(&app, HANAKO, 2).await;
        sign(&app).await;
        let forge = "INSERT INTO audit_checkpoints (tenant_id, size, root, at_ms, note, number, leaf_hash) \
            SELECT tenant_id, size + 100, root, at_ms, note, $2, leaf_hash FROM audit_checkpoints WHERE tenant_id = $1 AND number > 0 ORDER BY size DESC LIMIT 1";
        for number in [0_i64, -3] {
            let genuine = app.api(Method::GET, "/audit-log/checkpoint", HANAKO, json!(null)).await.is(200).json();
            app.damage(forge, &[app.group.as_str().into(), number.into()]).await;
            let shown = app.api(Method::GET, "/audit-log/checkpoint", HANAKO, json!(null)).await.is(200).json();
            assert_eq!(shown, genuine);
            let newest = read(&app, HANAKO, Filter::default()).await.remove(0).id;
            app.get(&format!("/audit-entries/{newest}"), HANAKO).await.is(200);
            assert_eq!(found(&app).await, ["log-fault-outside"]);
            // Signing goes on from the genuine one.
            sign(&app).await;
            assert_eq!(halts(&app.app.system()).await.unwrap(), []);
            app.damage("DELETE FROM audit_checkpoints WHERE number < 1", &[]).await;
        }
    }

    async fn two_erasures_at_once_leave_neither_value(app: TestApp) {
        for round in 0..4 {
            add_units(&app, HANAKO, 1).await;
            let one = read(&app, HANAKO, Filter { act: "organisation.".into(), ..Filter::default() }).await.remove(0);
            let names: Vec<&str> = one.facts.iter().map(|fact| fact.name.as_str()).take(2).collect();
            for name in &names {
                assert_eq!(conflict(erase(&app.ctx(HANAKO), &one.id, Some(name), "x").await), "error-needs-consent");
                agree(&app).await;
            }
            let (first, second) = (app.ctx(HANAKO), app.ctx(HANAKO));
            let (one_done, other_done) =
                tokio::join!(erase(&first, &one.id, Some(names[0]), "x"), erase(&second, &one.id, Some(names[1]), "x"));
            one_done.unwrap();
            other_done.unwrap();
            let left = entry(&app.ctx(HANAKO), &one.id).await.unwrap();
            let there: Vec<&str> = left.facts.iter().filter(|fact| fact.value.is_some()).map(|fact| fact.name.as_str()).collect();
            assert!(!there.iter().any(|name| names.contains(name)), "round {round}: {there:?}");
        }
        assert_eq!(found(&app).await, [""; 0]);
    }

    async fn a_value_that_came_back_after_its_erasure_is_a_fault(app: TestApp) {
        add_units(&app, HANAKO, 1).await;
        let one = read(&app, HANAKO, Filter { act: "organisation.".into(), ..Filter::default() }).await.remove(0).id;
        let kept = app.rows("SELECT facts FROM audit_values WHERE entry_id = $1", &[one.as_str().into()]).await[0].text("facts").unwrap();
        erase_by_two(&app, &one, Some("name"), "x").await;
        assert_eq!(found(&app).await, [""; 0]);
        app.damage("UPDATE audit_values SET facts = $2 WHERE entry_id = $1", &[one.as_str().into(), kept.into()]).await;
        assert_eq!(found(&app).await, ["log-fault-unerased"]);
    }

    async fn without_the_key_no_start_goes_on_and_no_new_key_stays(app: TestApp) {
        sign(&app).await;
        let folder = tempfile::tempdir().unwrap();
        for start in 21..=23_u64 {
            let key = LogKey::open(folder.path(), &SeededEntropy::new(start)).unwrap();
            let Err(Error::Internal(why)) = checkpoints::open(&app.app.system(), &key).await else { panic!("opened") };
            assert!(why.contains("log-key"), "{why}");
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        }
        // Another's key that was there already is refused as well, and left alone.
        let other = tempfile::tempdir().unwrap();
        LogKey::open(other.path(), &SeededEntropy::new(7)).unwrap();
        let key = LogKey::open(other.path(), &SeededEntropy::new(8)).unwrap();
        checkpoints::open(&app.app.system(), &key).await.unwrap_err();
        assert!(other.path().join("log-key").exists());
        checkpoints::open(&app.app.system(), &app.app.log_key).await.unwrap();
    }

    async fn a_log_that_lacks_leaves_says_so_and_its_pages_stay(app: TestApp) {
        add_units(&app, HANAKO, 3).await;
        sign(&app).await;
        let newest = read(&app, HANAKO, Filter::default()).await.remove(0).id;
        let old = read(&app, HANAKO, Filter::default()).await.pop().unwrap();
        app.damage("DELETE FROM audit_entries WHERE tenant_id = $1 AND seq = $2", &[app.group.as_str().into(), old.seq.into()]).await;
        let page = app.get(&format!("/audit-entries/{newest}"), HANAKO).await.is(200).text();
        assert!(page.contains("署名されたものと合いません"), "{page}");
        let proof = app.api(Method::GET, &format!("/audit-entries/{newest}/proof"), HANAKO, json!(null)).await;
        assert!(proof.is(409).text().contains("署名されたものと合いません"));
        app.get("/audit-log/check?old=1&size=2", HANAKO).await.is(409);
        app.get("/audit-log/check", HANAKO).await.is(200);
    }

    async fn one_damaged_log_keeps_no_other_from_being_signed(app: TestApp) {
        add_units(&app, HANAKO, 1).await;
        assert!(sign(&app).await > 0);
        app.clock.advance(MINUTE_MS);
        add_units(&app, HANAKO, 1).await;
        add_units_elsewhere(&app).await;
        read(&app, OUTSIDER, Filter::default()).await;
        app.damage("UPDATE audit_heads SET roots = 'nonsense' WHERE tenant_id = $1", &[app.group.as_str().into()]).await;
        assert!(sign(&app).await > 0);
        let stopped = halts(&app.app.system()).await.unwrap();
        assert_eq!(stopped.iter().map(|halt| &halt.tenant_id).collect::<Vec<_>>(), [&app.group]);
        let size = "SELECT MAX(size) AS n FROM audit_checkpoints WHERE tenant_id = $1";
        let entries = "SELECT COUNT(*) AS n FROM audit_entries WHERE tenant_id = $1";
        let elsewhere = app.elsewhere.as_str();
        assert_eq!(app.count(size, &[elsewhere.into()]).await, app.count(entries, &[elsewhere.into()]).await);
        // Those whose log it is are told, the others are not.
        for path in ["/audit-log", "/audit-log/check"] {
            assert!(app.get(path, HANAKO).await.is(200).text().contains("から署名されていません"), "{path}");
            assert!(!app.get(path, OUTSIDER).await.is(200).text().contains("から署名されていません"), "{path}");
        }
        let newest = read(&app, HANAKO, Filter::default()).await.remove(0).id;
        let page = app.get(&format!("/audit-entries/{newest}"), AUDITOR).await.is(200).text();
        assert!(page.contains("から署名されていません") && !page.contains("1分ほどで署名されます"), "{page}");
        let report = app.api(Method::GET, "/audit-log/verification", HANAKO, json!(null)).await.is(200).json();
        assert!(report["halted_at_ms"].is_i64(), "{report}");
    }

    async fn an_entry_that_waits_long_for_a_signature_is_told_to_whoever_watches(app: TestApp) {
        sign(&app).await;
        assert_eq!(unsigned_since(&app.app.system()).await.unwrap(), None);
        add_units(&app, HANAKO, 1).await;
        assert_eq!(unsigned_since(&app.app.system()).await.unwrap(), Some(app.app.system().now_ms()));
        app.clock.advance(4 * MINUTE_MS);
        assert_eq!(app.get("/health/log", NOBODY).await.is(200).json()["state"], "signed");
        app.clock.advance(2 * MINUTE_MS);
        assert_eq!(app.get("/health/log", NOBODY).await.is(503).json()["state"], "late");
        sign(&app).await;
        assert_eq!(app.get("/health/log", NOBODY).await.is(200).json()["state"], "signed");
    }

    async fn a_whole_log_is_gone_through_by_one_at_a_time(app: TestApp) {
        sign(&app).await;
        let turn = app.app.log_turns.work().unwrap();
        for path in ["/audit-log/verification", "/audit-log/tiles"] {
            let refused = app.api(Method::GET, path, HANAKO, json!(null)).await.is(429).text();
            assert!(refused.contains("1分ほどしてから"), "{refused}");
        }
        app.get("/audit-log/check?verify=yes", HANAKO).await.is(429);
        app.get("/audit-log/check", HANAKO).await.is(200);
        // Who may not read the log is told so, not to wait.
        app.get("/audit-log/tiles", TARO).await.is(403);
        drop(turn);
        let rooms: Vec<_> = (0..4).map(|_| app.app.log_turns.file().unwrap()).collect();
        app.get("/audit-log/tiles", HANAKO).await.is(429);
        drop(rooms);
        for _ in 0..6 {
            app.get("/audit-log/tiles", HANAKO).await.is(200);
            app.api(Method::GET, "/audit-log/verification", HANAKO, json!(null)).await.is(200);
        }
    }

    async fn ones_own_check_opens_ones_own_checkpoints_and_places_them_among_all(app: TestApp) {
        for _ in 0..3 {
            add_units(&app, HANAKO, 1).await;
            add_units_elsewhere(&app).await;
            sign(&app).await;
        }
        let own = async |app: &TestApp| app.api(Method::GET, "/audit-log/verification", HANAKO, json!(null)).await.is(200).json();
        let report = own(&app).await;
        assert_eq!((&report["sound"], &report["checkpoints"]), (&json!(true), &json!(3)), "{report}");
        // Another's signature is another's; the place of every checkpoint is everybody's.
        let mend = "UPDATE audit_checkpoints SET note = REPLACE(note, $2, $3) WHERE tenant_id = $1";
        app.damage(mend, &[app.elsewhere.as_str().into(), "time".into(), "TIME".into()]).await;
        assert_eq!(own(&app).await["sound"], true);
        assert!(!found(&app).await.is_empty());
        app.damage(mend, &[app.elsewhere.as_str().into(), "TIME".into(), "time".into()]).await;
        app.damage("UPDATE audit_checkpoints SET leaf_hash = 'ff' || SUBSTR(leaf_hash, 3) WHERE tenant_id = $1 AND number < 4", &[app.elsewhere.as_str().into()]).await;
        assert_eq!(own(&app).await["sound"], false);
    }

    async fn what_gives_and_ends_many_roles_at_once_is_one_entry(app: TestApp) {
        let wish = NewToken { name: "Entra".into(), purpose: "scim".into(), days: 30, ..NewToken::default() };
        let secret = make_token(&app.ctx(HANAKO), &wish).await.unwrap().1;
        let scim = async |method: Method, path: &str, body: Json| {
            let request = Request::builder().method(method).uri(format!("/scim/v2{path}"));
            let request = request.header(header::AUTHORIZATION, format!("Bearer {secret}"));
            let request = request.header(header::CONTENT_TYPE, "application/scim+json");
            app.send(request.body(Body::from(body.to_string())).unwrap()).await
        };
        let mut members = Vec::new();
        for number in 0..25 {
            let person = json!({ "userName": format!("p{number}@example.jp"), "displayName": format!("人{number}"), "active": true });
            let id = scim(Method::POST, "/Users", person).await.is(201).json()["id"].as_str().unwrap().to_owned();
            members.push(json!({ "value": id }));
        }
        let roles = roles::ALL.iter().filter(|role| ![roles::ADMINISTRATOR, roles::RESPONDENT].contains(role));
        for (role, unit) in roles.flat_map(|role| [&app.group, &app.company, &app.department].map(|unit| (role, unit))) {
            map_group(&app.ctx(HANAKO), "全員", role, unit).await.unwrap();
        }
        let group = scim(Method::POST, "/Groups", json!({ "displayName": "全員", "members": members })).await.is(201).json();
        let id = group["id"].as_str().unwrap();
        scim(Method::DELETE, &format!("/Groups/{id}"), json!(null)).await.is(204);
        let told = app.told(id, "federation.").await;
        let count = |told: &Json, name: &str| told[name].as_array().map_or(0, Vec::len);
        assert!(count(&told[0], "grants_ended") >= 550, "{}", count(&told[0], "grants_ended"));
        assert_eq!(count(&told[1], "grants_given"), count(&told[0], "grants_ended"));
        let page = app.get("/audit-log?act=federation.", HANAKO).await.is(200).text();
        assert!(page.contains("外した役割") && page.contains("加えた役割"));
        assert_eq!(found(&app).await, [""; 0]);
    }

    async fn readers_do_not_wait_for_who_keeps_the_log(app: TestApp) {
        add_units(&app, HANAKO, 2).await;
        if !app.app.ground.db.is_postgres() {
            return;
        }
        let keeper = app.app.system().keep_log().await.unwrap();
        let reading = tokio::time::timeout(std::time::Duration::from_secs(5), read(&app, KEEPER, Filter::default()));
        reading.await.unwrap();
        drop(keeper);
        assert!(sign_due(&app.app.system(), &app.app.log_key).await.unwrap() > 0);
    }
}
