//! Where there is much of something: nothing is cut off unsaid, and what belongs to a token or a group ends with it.

use axum::http::Method;
use serde_json::{Value, json};

use super::coming::{set_up, sign_in, wish};
use super::provider::Provider;
use super::scim::{ask, get, patch, roles, token};
use crate::access::{self, enter_gathered};
use crate::federation::providers::list_group_roles;
use crate::federation::{NewToken, make_token, map_group};
use crate::testing::{HANAKO, JIRO, MINUTE_MS, START_MS, TARO, TestApp, faults, on_both};

fn api(role: &str, unit_id: &str) -> NewToken {
    let (name, purpose) = ("集計".to_owned(), "api".to_owned());
    NewToken { name, purpose, role: role.to_owned(), unit_id: unit_id.to_owned(), days: 30, ..NewToken::default() }
}

/// Enters so many people, named by number.
async fn crowd(app: &TestApp, many: i64) {
    let sql = "INSERT INTO accounts (id, tenant_id, email, name, password_hash, created_at_ms, version) \
        WITH RECURSIVE n (i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < $2) \
        SELECT 'crowd-' || i, $1, 'crowd-' || i || '@example.jp', 'Crowd', '', 1, 1 FROM n";
    app.damage(sql, &[app.group.as_str().into(), many.into()]).await;
}

async fn held_by_crowd(app: &TestApp) -> i64 {
    app.count("SELECT COUNT(*) AS n FROM grants WHERE account_id LIKE 'crowd-%' AND ended_at_ms IS NULL", &[]).await
}

on_both! {
    async fn a_token_is_revoked_however_many_newer_ones_there_are(app: TestApp) {
        let (old, _) = make_token(&app.ctx(HANAKO), &api("staff", &app.company)).await.unwrap();
        crowd(&app, 501).await;
        let many = "INSERT INTO machine_tokens (account_id, tenant_id, owner_id, name, token_hash, purpose, role, unit_id, acts, leans_on, made_at_ms, expires_at_ms) \
            SELECT id, tenant_id, $1, 'x', id, 'api', 'staff', tenant_id, '', 'administrator', $2, $2 + 1000 FROM accounts WHERE id LIKE 'crowd-%'";
        app.damage(many, &[app.account(HANAKO).into(), (START_MS + 1).into()]).await;
        let page = app.get("/tokens", HANAKO).await.is(200).text();
        assert!(page.contains("500件まで") && !page.contains(&old.id));
        app.api(Method::DELETE, &format!("/tokens/{}", old.id), JIRO, json!(null)).await.is(404);
        app.api(Method::DELETE, &format!("/tokens/{}", old.id), HANAKO, json!(null)).await.is(204);
    }

    async fn what_a_machine_holds_ends_with_its_token(app: TestApp) {
        let (token, _) = make_token(&app.ctx(HANAKO), &api("administrator", &app.group)).await.unwrap();
        let open = "SELECT COUNT(*) AS n FROM grants WHERE account_id = $1 AND ended_at_ms IS NULL AND until_ms = $2";
        let values = [token.id.as_str().into(), token.expires_at_ms.into()];
        assert_eq!(app.count(open, &values).await, 1);
        app.api(Method::DELETE, &format!("/tokens/{}", token.id), HANAKO, json!(null)).await.is(204);
        assert_eq!(app.count(open, &values).await, 0);
        assert_eq!(roles(&app, &token.id).await, Vec::<String>::new());
    }

    async fn roles_of_the_tenant_are_given_by_tokens_and_by_groups_until_they_are_closed(app: TestApp) {
        let hanako = app.ctx(HANAKO);
        let own = access::make_role(&hanako, "閲覧者", &["assessment.read".to_owned()]).await.unwrap().id;
        let (made, _) = make_token(&hanako, &api(&own, &app.company)).await.unwrap();
        assert_eq!((made.role.as_str(), made.role_name.as_deref()), (own.as_str(), Some("閲覧者")));
        let form = [("group", "rashin-view"), ("role", own.as_str()), ("unit", app.company.as_str())];
        app.post("/sign-on/groups", HANAKO, &form).await.leads_to("/sign-on?done=group-mapped");
        for path in ["/tokens", "/sign-on"] {
            let page = app.get(path, HANAKO).await.is(200).text();
            assert!(page.contains("閲覧者") && !page.contains("role-short-"), "{path}");
        }
        let secret = token(&app, HANAKO).await;
        let group = json!({ "displayName": "rashin-view", "members": [{ "value": app.account(TARO) }] });
        let path = format!("/Groups/{}", ask(&app, &secret, Method::POST, "/Groups", group).await.is(201).json()["id"].as_str().unwrap());
        let held = async || roles(&app, app.account(TARO)).await.contains(&own);
        assert!(held().await);
        access::close_role(&hanako, &own, "").await.unwrap();
        let rename = patch(&json!([{ "op": "replace", "path": "displayName", "value": "else" }]));
        ask(&app, &secret, Method::PATCH, &path, rename).await.is(200);
        assert!(!held().await);
        let rename = patch(&json!([{ "op": "replace", "path": "displayName", "value": "rashin-view" }]));
        ask(&app, &secret, Method::PATCH, &path, rename).await.is(200);
        assert!(!held().await);
        assert_eq!(faults(make_token(&hanako, &api(&own, &app.company)).await), [("role".to_owned(), "error-choice")]);
        assert_eq!(faults(map_group(&hanako, "g", &own, &app.company).await), [("role".to_owned(), "error-choice")]);
    }

    async fn whoever_resets_a_password_is_told_of_machine_tokens(app: TestApp) {
        let path = format!("/accounts/{}/password-reset", app.account(TARO));
        assert!(!app.post(&path, HANAKO, &[]).await.is(200).text().contains("機械トークンが"));
        make_token(&app.ctx(TARO), &api("manager", &app.company)).await.unwrap();
        let told = app.post(&path, HANAKO, &[]).await.is(200).text();
        assert!(told.contains("機械トークンが1個") && told.contains("href=\"/tokens\""));
        let told = app.get(&format!("/accounts/{}/factors", app.account(TARO)), HANAKO).await.is(200).text();
        assert!(told.contains("機械トークンが1個"));
    }

    async fn an_entry_of_a_group_counts_however_many_there_are(app: TestApp) {
        let provider = Provider::start(START_MS).await;
        let id = set_up(&app, HANAKO, &wish(&provider)).await;
        let many = "INSERT INTO group_roles (id, tenant_id, group_name, role, unit_id, made_by, made_at_ms) \
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 501) SELECT 'r-' || i, $1, 'a-' || i, 'staff', $1, 'x', 1 FROM n";
        app.damage(many, &[app.group.as_str().into()]).await;
        let last = map_group(&app.ctx(HANAKO), "z", "auditor", &app.company).await.unwrap();
        for _ in 0..2 {
            sign_in(&app, &provider, &id, "s-1", TARO.email, &["z"]).await.leads_to("/units");
            assert_eq!(roles(&app, app.account(TARO)).await, ["auditor", "manager"]);
        }
        assert!(!list_group_roles(&app.ctx(HANAKO)).await.unwrap().contains(&last));
        assert!(app.get("/sign-on", HANAKO).await.is(200).text().contains("500件まで"));
        app.api(Method::DELETE, &format!("/group-roles/{}", last.id), HANAKO, json!(null)).await.is(204);
        assert_eq!(roles(&app, app.account(TARO)).await, ["manager"]);
    }

    async fn a_provisioning_token_that_is_limited_to_something_else_reads_nobody(app: TestApp) {
        let limited = |act: &str| NewToken { name: "x".into(), purpose: "scim".into(), days: 1, acts: vec![act.to_owned()], ..NewToken::default() };
        let (_, narrow) = make_token(&app.ctx(HANAKO), &limited("organisation.read")).await.unwrap();
        let (_, fitting) = make_token(&app.ctx(HANAKO), &limited("federation.provision")).await.unwrap();
        let one = ["/Users", app.account(TARO)].join("/");
        for path in ["/Users", one.as_str(), "/Groups"] {
            get(&app, &narrow, path).await.is(403);
            get(&app, &fitting, path).await.is(200);
        }
        get(&app, &narrow, "/Groups/x").await.is(403);
        get(&app, &narrow, "/Schemas").await.is(200);
    }

    async fn a_wrong_token_of_provisioning_is_counted_and_a_fault_is_ours(app: TestApp) {
        for _ in 0..3 {
            get(&app, "rashin.wrong", "/Users").await.is(401);
        }
        app.clock.advance(MINUTE_MS);
        enter_gathered(&app.app.system(), &app.app.refusals, true).await.unwrap();
        assert_eq!(app.told("192.0.2.1", "access.refused-unknown").await[0]["count"], 3);
        let secret = token(&app, HANAKO).await;
        app.lose("machine_tokens").await;
        let told = get(&app, &secret, "/Users").await.is(500).json();
        assert_eq!(told["status"], "500");
    }

    async fn a_part_of_a_name_leaves_the_other_part(app: TestApp) {
        let secret = token(&app, HANAKO).await;
        let path = ["/Users", app.account(TARO)].join("/");
        let send = async |part: &str, name: &str| {
            let change = patch(&json!([{ "op": "replace", "path": format!("name.{part}"), "value": name }]));
            ask(&app, &secret, Method::PATCH, &path, change).await.is(200).json()["displayName"].clone()
        };
        assert_eq!(send("familyName", "佐藤").await, "佐藤 太郎");
        assert_eq!(send("givenName", "一太郎").await, "佐藤 一太郎");
        let whole = json!({ "userName": TARO.email, "name": { "familyName": "佐藤" }, "active": true });
        assert_eq!(ask(&app, &secret, Method::PUT, &path, whole).await.is(200).json()["displayName"], "佐藤");
    }

    async fn many_members_are_settled_and_a_page_of_groups_is_never_cut_within_a_group(app: TestApp) {
        let secret = token(&app, HANAKO).await;
        map_group(&app.ctx(HANAKO), "g", "auditor", &app.company).await.unwrap();
        crowd(&app, 10_001).await;
        let members: Vec<Value> = (1..=120).map(|number| json!({ "value": format!("crowd-{number}") })).collect();
        let made = ask(&app, &secret, Method::POST, "/Groups", json!({ "displayName": "g", "members": members })).await.is(201).json();
        let id = made["id"].as_str().unwrap().to_owned();
        assert_eq!((held_by_crowd(&app).await, made["members"].as_array().unwrap().len()), (120, 120));
        let path = format!("/Groups/{id}");
        let send = async |operations: Value| ask(&app, &secret, Method::PATCH, &path, patch(&operations)).await.is(200).json();
        send(json!([{ "op": "remove", "path": "members[value eq \"crowd-7\"]" }])).await;
        assert_eq!(held_by_crowd(&app).await, 119);
        send(json!([{ "op": "replace", "path": "displayName", "value": "h" }])).await;
        assert_eq!(held_by_crowd(&app).await, 0);
        send(json!([{ "op": "replace", "path": "displayName", "value": "g" }])).await;
        assert_eq!(held_by_crowd(&app).await, 119);
        send(json!([{ "op": "remove", "path": "members" }])).await;
        assert_eq!(held_by_crowd(&app).await, 0);
        // Two groups that are too large for one page together.
        ask(&app, &secret, Method::POST, "/Groups", json!({ "displayName": "all" })).await.is(201);
        let many = "INSERT INTO provisioned_members (group_id, account_id) SELECT g.id, a.id FROM provisioned_groups g, accounts a WHERE a.id LIKE 'crowd-%'";
        app.damage(many, &[]).await;
        for start in 1..=2 {
            let page = get(&app, &secret, &format!("/Groups?startIndex={start}")).await.is(200).json();
            assert_eq!((page["totalResults"].as_i64(), page["itemsPerPage"].as_i64()), (Some(2), Some(1)));
            assert_eq!(page["Resources"][0]["members"].as_array().unwrap().len(), 10_001);
        }
    }
}
