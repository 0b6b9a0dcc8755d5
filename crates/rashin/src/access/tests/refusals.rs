//! Every refusal leaves exactly one trace and tells who can help.

use axum::http::Method;
use serde_json::json;

use crate::access::enter_gathered;
use crate::identity;
use crate::organisation::{self, UnitKind};
use crate::testing::{AUDITOR, HANAKO, JIRO, MINUTE_MS, NOBODY, Person, START_MS, TARO, TestApp, on_both};

/// How many refusals of a person the log of their tenant holds.
async fn traces(app: &TestApp, person: Person) -> i64 {
    let sql = "SELECT COUNT(*) AS n FROM audit_entries WHERE act = 'access.refused' AND actor_id = $1";
    app.count(sql, &[app.account(person).into()]).await
}

on_both! {
    async fn a_refusal_leaves_one_trace_and_says_who_can_help(app: TestApp) {
        for (number, path) in [(1, "/accounts"), (2, "/audit-log"), (3, "/access/roles")] {
            let page = app.get(path, JIRO).await.is(403).text();
            assert!(page.contains("羅針 花子") && page.contains("管理者"), "{path}");
            assert_eq!(traces(&app, JIRO).await, number, "{path}");
        }
        let body = json!({ "parent_id": app.company, "kind": "department", "name": "x" });
        let problem = app.api(Method::POST, "/units", TARO, body).await.is(403).json();
        assert!(problem["message"].as_str().unwrap().contains("管理 三郎"), "{problem}");
        let rows = app.rows("SELECT object_kind, object_id, unit_id FROM audit_entries WHERE act = 'access.refused' AND actor_id = $1", &[app.account(TARO).into()]).await;
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].text("object_id").unwrap(), app.company);
        assert_eq!(app.told(&app.company, "access.refused").await, [json!({ "act": "organisation.add-unit" })]);
        let own = app.count("SELECT COUNT(*) AS n FROM audit_entries WHERE act = 'access.refused' AND tenant_id = $1", &[app.group.as_str().into()]).await;
        assert_eq!(own, 4);
    }

    async fn an_act_without_the_proof_it_needs_leaves_one_trace(app: TestApp) {
        app.clock.advance(6 * MINUTE_MS);
        let body = json!({ "role": "auditor", "unit_id": app.company });
        let path = format!("/accounts/{}/grants", app.account(TARO));
        let refused = app.api(Method::POST, &path, HANAKO, body).await.is(403).json();
        assert_eq!(refused["kind"], "proof");
        assert_eq!(traces(&app, HANAKO).await, 1);
        assert_eq!(app.told(app.account(TARO), "access.refused").await, [json!({ "act": "access.grant" })]);
        // On pages the same, though the form waits for the proof.
        app.post(&path, HANAKO, &[("role", "auditor"), ("unit", &app.company)]).await.is(307);
        assert_eq!(traces(&app, HANAKO).await, 2);
    }

    async fn a_network_of_ipv6_is_one_source(app: TestApp) {
        for number in 1..100 {
            let source = std::net::SocketAddr::from((std::net::Ipv6Addr::new(0x2001, 0xdb8, 1, 2, 0, 0, 0, number), 40_000));
            let mut request = axum::http::Request::get("/api/v1/units").body(axum::body::Body::empty()).unwrap();
            request.extensions_mut().insert(axum::extract::ConnectInfo(source));
            app.send_from(request).await.is(401);
        }
        enter_gathered(&app.app.system(), &app.app.refusals, true).await.unwrap();
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM audit_entries WHERE act = 'access.refused-unknown'", &[]).await, 1);
        assert_eq!(app.told("2001:db8:1:2::/64", "access.refused-unknown").await[0]["count"], 99);
    }

    async fn a_command_in_the_name_of_somebody_suspended_leaves_one_trace(app: TestApp) {
        identity::suspend(&app.ctx(HANAKO), app.account(JIRO), "x").await.unwrap();
        let refused = identity::actor_by_email(&app.app.system(), JIRO.email).await.unwrap_err();
        assert!(matches!(&refused, platform::Error::Forbidden(message) if message.key == "error-suspended"), "{refused:?}");
        assert_eq!(traces(&app, JIRO).await, 1);
        assert_eq!(app.told(app.account(JIRO), "access.refused").await, [json!({ "act": "identity.sign-in" })]);
    }

    async fn what_is_allowed_leaves_no_refusal(app: TestApp) {
        for path in ["/", "/units", "/me", "/accounts", "/audit-log", "/access/roles", "/nowhere"] {
            app.get(path, HANAKO).await;
        }
        organisation::add_unit(&app.ctx(HANAKO), &app.company, UnitKind::Department, "一").await.unwrap();
        assert_eq!(traces(&app, HANAKO).await, 0);
    }

    async fn what_is_hidden_and_what_is_missing_leave_the_same_trace(app: TestApp) {
        let missing = "0".repeat(32);
        for id in [app.elsewhere.as_str(), missing.as_str()] {
            app.api(Method::PUT, &format!("/units/{id}/closure"), HANAKO, json!(null)).await.is(404);
        }
        let rows = app.rows("SELECT object_id FROM audit_entries WHERE act = 'access.refused' ORDER BY arrival", &[]).await;
        let mut told = Vec::new();
        for row in &rows {
            let path = row.text("object_id").unwrap();
            let facts = app.told(&path, "access.refused").await;
            told.push(format!("{path} {facts:?}").replace(&app.elsewhere, &missing));
        }
        assert_eq!(told.len(), 2);
        assert_eq!(told[0], told[1]);
    }

    async fn no_trace_holds_a_secret(app: TestApp) {
        let secret = "A".repeat(43);
        app.get(&format!("/invitations/{secret}"), HANAKO).await.is(404);
        let rows = app.rows("SELECT object_id FROM audit_entries WHERE act = 'access.refused'", &[]).await;
        assert_eq!(rows[0].text("object_id").unwrap(), "/invitations/…");
    }

    async fn unknown_people_are_gathered_by_source_and_minute(app: TestApp) {
        let count = "SELECT COUNT(*) AS n FROM audit_entries WHERE act = 'access.refused-unknown'";
        for _ in 0..3 {
            app.get("/units", NOBODY).await.is(303);
            app.api(Method::GET, "/units", NOBODY, json!(null)).await.is(401);
        }
        enter_gathered(&app.app.system(), &app.app.refusals, false).await.unwrap();
        assert_eq!(app.count(count, &[]).await, 0);
        app.clock.advance(MINUTE_MS);
        app.api(Method::GET, "/units", NOBODY, json!(null)).await.is(401);
        enter_gathered(&app.app.system(), &app.app.refusals, false).await.unwrap();
        let rows = app.rows("SELECT tenant_id, object_id FROM audit_entries WHERE act = 'access.refused-unknown'", &[]).await;
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].text("tenant_id").unwrap(), rows[0].text("object_id").unwrap()), (String::new(), "192.0.2.1".to_owned()));
        assert_eq!(app.told("192.0.2.1", "access.refused-unknown").await[0]["count"], 6);
        enter_gathered(&app.app.system(), &app.app.refusals, true).await.unwrap();
        assert_eq!(app.count(count, &[]).await, 2);
    }

    async fn what_could_not_be_entered_is_entered_later(app: TestApp) {
        for (source, times) in [("192.0.2.7", 3), ("192.0.2.8", 1), ("192.0.2.9", 2)] {
            for _ in 0..times {
                app.app.refusals.count(source, START_MS);
            }
        }
        // Only the installation enters them; who is not it is refused, and nothing is lost by that.
        enter_gathered(&app.ctx(JIRO), &app.app.refusals, true).await.unwrap_err();
        app.app.refusals.count("192.0.2.8", START_MS);
        enter_gathered(&app.app.system(), &app.app.refusals, true).await.unwrap();
        for (source, times) in [("192.0.2.7", 3), ("192.0.2.8", 2), ("192.0.2.9", 2)] {
            let told = app.told(source, "access.refused-unknown").await;
            assert_eq!(told, [json!({ "count": times, "minute_from_ms": START_MS })], "{source}");
        }
    }

    async fn the_trace_of_an_address_holds_what_is_no_secret(app: TestApp) {
        let (short, long) = ("a".repeat(32), "a".repeat(33));
        for (path, told) in [
            (format!("/accounts/{short}/grants/a-b_c.d/end"), format!("/accounts/{short}/grants/a-b_c.d/end")),
            (format!("/accounts/{long}/grants/x/end"), "/accounts/…/grants/x/end".to_owned()),
            ("/accounts/a~b/grants/y/end".to_owned(), "/accounts/…/grants/y/end".to_owned()),
        ] {
            app.post(&path, HANAKO, &[]).await.is(404);
            assert_eq!(app.told(&told, "access.refused").await.len(), 1, "{path}");
        }
    }

    async fn an_auditor_changes_nothing(app: TestApp) {
        let before = app.count("SELECT COUNT(*) AS n FROM units", &[]).await;
        app.post("/units", AUDITOR, &[("unit_name", "x"), ("kind", "department"), ("parent", &app.company)]).await.is(403);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM units", &[]).await, before);
        assert_eq!(traces(&app, AUDITOR).await, 1);
    }
}
