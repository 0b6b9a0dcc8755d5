//! Sessions from opening to end.

use axum::body::Body;
use axum::http::{Method, Request, header};
use platform::Act;
use serde_json::json;

use super::{conflict, not_found};
use crate::identity::{self, find_session, suspend, unsuspend};
use crate::organisation;
use crate::organisation::roles::{CISO, MANAGER, STAFF};
use crate::testing::{
    AUDITOR, DAY_MS, HANAKO, KEEPER, MINUTE_MS, NOBODY, PRESIDENT, SECOND_MS, TARO, TestApp, on_both,
};

/// Something the auditor, the executive and the administrator may not do.
const WORK: Act = Act::by("test.work", &[CISO, MANAGER, STAFF]);

async fn colleagues(app: &TestApp) -> Vec<String> {
    let found = crate::access::colleagues(&app.ctx(HANAKO), &WORK, &app.department).await.unwrap();
    found.into_iter().map(|(_, name)| name).collect()
}

async fn is_open(app: &TestApp, token: &str) -> bool {
    find_session(&app.ctx(NOBODY), token).await.unwrap().is_some()
}

on_both! {
    async fn a_session_ends_after_twelve_hours_however_busy(app: TestApp) {
        for _ in 0..47 {
            app.clock.advance(15 * MINUTE_MS);
            app.get("/me", TARO).await.is(200);
        }
        app.clock.advance(15 * MINUTE_MS - 1);
        app.get("/me", TARO).await.is(200);
        app.clock.advance(1);
        app.get("/me", TARO).await.leads_to("/sign-in?next=/me");
    }

    async fn a_session_ends_when_nobody_uses_it_for_half_an_hour(app: TestApp) {
        app.clock.advance(30 * MINUTE_MS - 1);
        app.get("/me", TARO).await.is(200);
        app.clock.advance(30 * MINUTE_MS - 1);
        app.api(Method::GET, "/units", TARO, json!(null)).await.is(200);
        app.clock.advance(30 * MINUTE_MS);
        app.get("/me", TARO).await.leads_to("/sign-in?next=/me");
        app.api(Method::GET, "/units", TARO, json!(null)).await.is(401);
    }

    async fn the_token_changes_every_five_minutes_of_use(app: TestApp) {
        let first = app.token(TARO);
        app.clock.advance(5 * MINUTE_MS - 1);
        app.get("/me", TARO).await.is(200);
        assert_eq!(app.token(TARO), first);
        app.clock.advance(1);
        app.get("/me", TARO).await.is(200);
        let second = app.token(TARO);
        assert_ne!(second, first);
        // Requests that were under way still come with the old one.
        app.clock.advance(60 * SECOND_MS - 1);
        assert!(is_open(&app, &first).await);
        app.clock.advance(1);
        assert!(!is_open(&app, &first).await);
        assert!(is_open(&app, &second).await);
    }

    async fn requests_at_once_after_a_while_all_get_through(app: TestApp) {
        let sessions = "SELECT COUNT(*) AS n FROM sessions";
        let (token, before) = (app.token(TARO), app.count(sessions, &[]).await);
        app.clock.advance(20 * MINUTE_MS);
        let requests: Vec<_> = (0..6)
            .map(|_| {
                let request = Request::get("/me").header(header::COOKIE, format!("rashin_session={token}"));
                let (app, request) = (app.clone(), request.body(Body::empty()).unwrap());
                tokio::spawn(async move { app.send(request).await })
            })
            .collect();
        let mut fresh = Vec::new();
        for request in requests {
            let reply = request.await.unwrap().is(200);
            fresh.extend(reply.headers.get(header::SET_COOKIE).map(|cookie| cookie.to_str().unwrap().to_owned()));
        }
        // One of them brought the new token; nobody else's replaces it.
        assert_eq!(fresh.len(), 1);
        assert_eq!(app.count(sessions, &[]).await, before);
    }

    async fn a_bearer_token_stays_the_same_while_it_is_used(app: TestApp) {
        let token = app.token(TARO);
        for _ in 0..26 {
            app.clock.advance(25 * MINUTE_MS);
            app.api(Method::GET, "/sessions/current", TARO, json!(null)).await.is(200);
        }
        assert!(is_open(&app, &token).await);
    }

    async fn one_sees_ones_own_sessions_and_ends_them(app: TestApp) {
        let first = app.token(TARO);
        let request = Request::post("/sign-in")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::USER_AGENT, "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36");
        let form = format!("email={}&password=correct+horse+battery", TARO.email.replace('@', "%40"));
        app.send(request.body(Body::from(form)).unwrap()).await.leads_to("/");
        let list = app.api(Method::GET, "/sessions", TARO, json!(null)).await.is(200).json();
        // The one of taking up the invitation, this one, and the new one.
        assert_eq!(list.as_array().unwrap().len(), 3);
        let other = list.as_array().unwrap().iter().find(|one| one["device"] == "Chrome, Windows").unwrap();
        assert_eq!(other["here"], false);
        let page = app.get("/me", TARO).await.is(200).text();
        assert!(page.contains("Chrome, Windows") && !page.contains(&first));
        // Nobody ends the session of somebody else.
        let own = list.as_array().unwrap().iter().find(|one| one["here"] == true).unwrap()["id"].as_str().unwrap().to_owned();
        app.api(Method::DELETE, &format!("/sessions/{own}"), HANAKO, json!(null)).await.is(404);
        app.post(&format!("/me/sessions/{}/end", other["id"].as_str().unwrap()), TARO, &[]).await.leads_to("/me?done=session-ended");
        assert!(is_open(&app, &first).await);
        app.clock.advance(1);
        app.new_session(TARO).await;
        app.post("/me/sessions/end", TARO, &[]).await.leads_to("/me?done=sessions-ended");
        assert!(!is_open(&app, &first).await);
        app.get("/me", TARO).await.is(200);
        app.get("/me", HANAKO).await.is(200);
    }

    async fn a_clock_ten_years_off_opens_no_ended_session(app: TestApp) {
        let token = app.token(TARO);
        app.clock.advance(3650 * DAY_MS);
        assert!(!is_open(&app, &token).await);
        app.clock.advance(-2 * 3650 * DAY_MS);
        assert!(!is_open(&app, &token).await);
        app.clock.advance(3650 * DAY_MS);
        assert!(is_open(&app, &token).await);
    }

    async fn signing_out_ends_the_session_and_takes_the_cookie(app: TestApp) {
        let token = app.token(TARO);
        let reply = app.post("/sign-out", TARO, &[]).await;
        assert!(reply.header("set-cookie").starts_with("rashin_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"));
        reply.leads_to("/sign-in?done=signed-out");
        assert!(!is_open(&app, &token).await);
        app.new_session(TARO).await;
        app.api(Method::DELETE, "/sessions/current", TARO, json!(null)).await.is(204);
        app.api(Method::GET, "/sessions/current", TARO, json!(null)).await.is(401);
    }

    async fn suspension_ends_all_sessions_at_once(app: TestApp) {
        app.clock.advance(1);
        let first = app.token(TARO);
        app.new_session(TARO).await;
        suspend(&app.ctx(HANAKO), app.account(TARO), "退職").await.unwrap();
        assert!(!is_open(&app, &first).await);
        app.get("/me", TARO).await.leads_to("/sign-in?next=/me");
        app.api(Method::GET, "/units", TARO, json!(null)).await.is(401);
        // What the person held counts for nothing meanwhile, even in a request that is under way.
        not_found(organisation::unit(&app.ctx(TARO), &app.company).await);
        unsuspend(&app.ctx(HANAKO), app.account(TARO), "").await.unwrap();
        assert!(!is_open(&app, &first).await);
        app.new_session(TARO).await;
        app.get("/me", TARO).await.is(200);
        assert_eq!(conflict(unsuspend(&app.ctx(HANAKO), app.account(TARO), "").await), "error-changed-meanwhile");
    }

    async fn a_strange_token_opens_nothing(app: TestApp) {
        for token in ["", "x", &"a".repeat(65), &"a".repeat(5000), "'; DROP TABLE sessions; --"] {
            assert!(!is_open(&app, token).await);
            let request = Request::get("/me").header(header::COOKIE, format!("rashin_session={token}"));
            app.send(request.body(Body::empty()).unwrap()).await.leads_to("/sign-in?next=/me");
        }
    }

    async fn a_session_is_not_lent_to_the_api_by_a_page_of_another_site(app: TestApp) {
        let request = Request::delete("/api/v1/sessions/current")
            .header(header::COOKIE, format!("rashin_session={}", app.token(TARO)))
            .header("sec-fetch-site", "cross-site");
        app.send(request.body(Body::empty()).unwrap()).await.is(403);
        assert!(is_open(&app, &app.token(TARO)).await);
    }

    async fn colleagues_who_are_suspended_are_not_offered(app: TestApp) {
        let hanako = app.ctx(HANAKO);
        let people = identity::people_count(&hanako).await.unwrap();
        let asked = colleagues(&app).await;
        assert!(asked.iter().any(|name| name == TARO.name));
        suspend(&hanako, app.account(TARO), "").await.unwrap();
        assert_eq!(colleagues(&app).await.len(), asked.len() - 1);
        assert_eq!(identity::people_count(&hanako).await.unwrap(), people - 1);
    }

    async fn colleagues_who_may_not_do_it_are_not_offered(app: TestApp) {
        let names = colleagues(&app).await;
        assert!([AUDITOR, PRESIDENT, KEEPER].iter().all(|person| !names.iter().any(|name| name == person.name)), "{names:?}");
    }
}
