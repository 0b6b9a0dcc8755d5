//! The first account of an installation.

use axum::http::Method;
use serde_json::json;

use super::{faults, not_found};
use crate::identity::{self, Newcomer, SetUp, open_set_up, set_up};
use crate::testing::{DAY_MS, HANAKO, NOBODY, PASSWORD, TestApp, on_both};

fn form() -> Vec<(&'static str, &'static str)> {
    let person = [("name", HANAKO.name), ("email", HANAKO.email), ("password", PASSWORD)];
    [("organisation", "羅針グループ"), ("kind", "group")].into_iter().chain(person).collect()
}

fn input() -> SetUp {
    let person = Newcomer { name: HANAKO.name.into(), email: HANAKO.email.into(), password: PASSWORD.into() };
    SetUp { organisation: "羅針グループ".into(), kind: "group".into(), person }
}

async fn offer(app: &TestApp) -> String {
    open_set_up(&app.app.system()).await.unwrap().unwrap()
}

on_both! {
    on Empty;

    async fn the_set_up_link_works_once_and_signs_in(app: TestApp) {
        let path = format!("/setup/{}", offer(&app).await);
        app.get(&path, HANAKO).await.leads_to("/setup");
        app.get("/setup", HANAKO).await.is(200);
        app.get("/setup", NOBODY).await.is(404);
        // The browser of nobody keeps the session it is given and belongs to Hanako from now on.
        app.post("/setup", HANAKO, &form()).await.leads_to("/");
        let me = app.api(Method::GET, "/sessions/current", HANAKO, json!(null)).await.is(200).json();
        let roles: Vec<&str> = me["grants"].as_array().unwrap().iter().map(|grant| grant["role"].as_str().unwrap()).collect();
        assert_eq!((me["email"].as_str().unwrap(), roles.len()), (HANAKO.email, 2));
        assert!(roles.contains(&"administrator") && roles.contains(&"ciso"));
        assert!(app.cookie(HANAKO, "rashin_device").is_some());
        app.get(&path, NOBODY).await.is(404);
        app.post("/setup", HANAKO, &form()).await.is(404);
        assert_eq!(open_set_up(&app.app.system()).await.unwrap(), None);
    }

    async fn a_set_up_link_ends_after_a_day(app: TestApp) {
        let token = offer(&app).await;
        app.clock.advance(DAY_MS - 1);
        identity::link(&app.ctx(NOBODY), &token, "setup").await.unwrap();
        app.clock.advance(1);
        not_found(identity::link(&app.ctx(NOBODY), &token, "setup").await);
        not_found(set_up(&app.ctx(NOBODY), &token, &input()).await);
    }

    async fn a_new_set_up_link_ends_the_one_before(app: TestApp) {
        let first = offer(&app).await;
        let second = offer(&app).await;
        not_found(set_up(&app.ctx(NOBODY), &first, &input()).await);
        set_up(&app.ctx(NOBODY), &second, &input()).await.unwrap();
    }

    async fn of_two_who_use_the_link_at_once_one_gets_in(app: TestApp) {
        let token = offer(&app).await;
        let tries = ["a@example.jp", "b@example.jp", "c@example.jp"].map(|email| {
            let (app, token, mut input) = (app.clone(), token.clone(), input());
            email.clone_into(&mut input.person.email);
            tokio::spawn(async move { set_up(&app.ctx(NOBODY), &token, &input).await.is_ok() })
        });
        let mut done = 0;
        for outcome in tries {
            done += i32::from(outcome.await.unwrap());
        }
        assert_eq!(done, 1);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM accounts", &[]).await, 1);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM units", &[]).await, 1);
    }

    async fn every_fault_is_told_at_once_and_the_link_stays_good(app: TestApp) {
        let token = offer(&app).await;
        let person = Newcomer { name: " ".into(), email: "hanako".into(), password: "short".into() };
        let bad = SetUp { organisation: String::new(), kind: "department".into(), person };
        let found = faults(set_up(&app.ctx(NOBODY), &token, &bad).await);
        let fields: Vec<&str> = found.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(fields, ["organisation", "kind", "name", "email", "password"]);
        app.get(&format!("/setup/{token}"), NOBODY).await.leads_to("/setup");
        let page = app.post("/setup", NOBODY, &[("organisation", ""), ("kind", "group"), ("name", "x"), ("email", "y"), ("password", "z")]).await;
        assert!(page.is(200).text().contains("id=\"email-error\""));
        set_up(&app.ctx(NOBODY), &token, &input()).await.unwrap();
    }

    async fn the_api_sets_up_too(app: TestApp) {
        let token = offer(&app).await;
        let body = json!({
            "token": token, "organisation": "羅針電機", "kind": "company", "name": HANAKO.name, "email": HANAKO.email, "password": PASSWORD,
        });
        let session = app.api(Method::POST, "/setup", NOBODY, body.clone()).await.is(201).json();
        app.hold_token(HANAKO, session["token"].as_str().unwrap());
        app.api(Method::GET, "/accounts", HANAKO, json!(null)).await.is(200);
        app.api(Method::POST, "/setup", NOBODY, body).await.is(404);
    }

    async fn no_secret_lies_in_the_database(app: TestApp) {
        let link = offer(&app).await;
        let session = set_up(&app.ctx(NOBODY), &link, &input()).await.unwrap();
        let texts = app
            .rows(
                "SELECT token_hash AS t FROM links UNION ALL SELECT token_hash FROM sessions UNION ALL SELECT password_hash FROM accounts \
                    UNION ALL SELECT facts FROM audit_values UNION ALL SELECT reason FROM audit_entries UNION ALL SELECT object_id FROM audit_entries",
                &[],
            )
            .await;
        assert!(texts.len() > 6);
        for row in texts {
            let text = row.text("t").unwrap();
            assert!(![&link, &session, PASSWORD].iter().any(|secret| text.contains(*secret)), "{text}");
        }
    }
}
