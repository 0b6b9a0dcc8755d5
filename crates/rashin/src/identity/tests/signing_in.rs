//! Passwords at the door: what is answered, and how long one waits.

use axum::http::{Method, header};
use platform::{Error, Message};
use serde_json::json;

use crate::access::enter_gathered;
use crate::identity::{Door, find_session, sign_in, suspend};
use crate::testing::{DAY_MS, HANAKO, HOUR_MS, JIRO, NOBODY, PASSWORD, SECOND_MS, TARO, TestApp, on_both};

const TEN_YEARS_MS: i64 = 3650 * DAY_MS;

/// Tries to sign in; gives what was answered, as a word.
async fn try_in(app: &TestApp, email: &str, password: &str, source: &str) -> String {
    let door = Door { source: source.to_owned(), ..Door::default() };
    match sign_in(&app.ctx(NOBODY), email, password, &door).await {
        Ok(_) => "in".to_owned(),
        Err(Error::Invalid(_)) => "wrong".to_owned(),
        Err(Error::TooMany(Message { args, .. })) => format!("wait {}", args["seconds"]),
        Err(other) => panic!("{other:?}"),
    }
}

async fn set_failures(app: &TestApp, count: i64) {
    app.damage("UPDATE sign_in_failures SET failures = $1", &[count.into()]).await;
}

on_both! {
    async fn the_right_password_opens_a_session_and_leads_on(app: TestApp) {
        let form = [("email", " Taro@Example.JP "), ("password", PASSWORD), ("next", "/units?x=1")];
        let reply = app.post("/sign-in", NOBODY, &form).await;
        let cookie = reply.header("set-cookie").to_owned();
        reply.leads_to("/units?x=1");
        assert!(cookie.starts_with("rashin_session="), "{cookie}");
        assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Max-Age=43200"), "{cookie}");
    }

    async fn one_is_never_led_elsewhere(app: TestApp) {
        for next in ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/\t/evil.example", "evil"] {
            let form = [("email", TARO.email), ("password", PASSWORD), ("next", next)];
            app.post("/sign-in", NOBODY, &form).await.leads_to("/");
            app.get(&format!("/sign-in?next={}", crate::face::page::encode(next)), HANAKO).await.leads_to("/");
        }
    }

    async fn a_wrong_password_and_an_unknown_address_answer_alike(app: TestApp) {
        suspend(&app.ctx(HANAKO), app.account(JIRO), "").await.unwrap();
        let mut pages = Vec::new();
        let mut answers = Vec::new();
        for (email, password) in [(TARO.email, "wrong password"), ("none@example.jp", PASSWORD), (JIRO.email, PASSWORD)] {
            app.clock.advance(DAY_MS + 1);
            let reply = app.post("/sign-in", NOBODY, &[("email", email), ("password", password)]).await.is(200);
            assert!(!reply.headers.contains_key(header::SET_COOKIE));
            pages.push(reply.text().replace(email, "EMAIL"));
            app.clock.advance(SECOND_MS);
            let body = json!({ "email": email, "password": password });
            answers.push(app.api(Method::POST, "/sessions", NOBODY, body).await.is(422).text().replace(email, "EMAIL"));
        }
        assert!(pages.iter().all(|page| *page == pages[0]));
        assert!(answers.iter().all(|answer| *answer == answers[0]));
    }

    async fn waits_grow_with_the_failures_of_an_account(app: TestApp) {
        let mut turn = 0;
        let mut source = || { turn += 1; format!("192.0.2.{turn}") };
        for _ in 0..2 {
            assert_eq!(try_in(&app, TARO.email, "no", &source()).await, "wrong");
            assert_eq!(try_in(&app, TARO.email, PASSWORD, &source()).await, "wait 1");
            app.clock.advance(SECOND_MS);
        }
        assert_eq!(try_in(&app, TARO.email, "no", &source()).await, "wrong");
        assert_eq!(try_in(&app, TARO.email, PASSWORD, &source()).await, "wait 3");
        app.clock.advance(3 * SECOND_MS - 1);
        assert_eq!(try_in(&app, TARO.email, PASSWORD, &source()).await, "wait 1");
        app.clock.advance(1);
        assert_eq!(try_in(&app, TARO.email, "no", &source()).await, "wrong");
        for (failures, wait_s) in [(9, 5), (24, 5), (25, 10), (99, 10)] {
            set_failures(&app, failures).await;
            assert_eq!(try_in(&app, TARO.email, PASSWORD, &source()).await, format!("wait {wait_s}"), "{failures}");
        }
        app.clock.advance(10 * SECOND_MS);
        assert_eq!(try_in(&app, TARO.email, PASSWORD, &source()).await, "in");
        assert_eq!(try_in(&app, TARO.email, "no", &source()).await, "wrong");
    }

    async fn after_a_hundred_failures_the_account_waits_out_the_day(app: TestApp) {
        assert_eq!(try_in(&app, TARO.email, "no", "192.0.2.1").await, "wrong");
        set_failures(&app, 100).await;
        app.clock.advance(HOUR_MS);
        assert_eq!(try_in(&app, TARO.email, PASSWORD, "192.0.2.2").await, format!("wait {}", 23 * 3600));
        app.clock.advance(23 * HOUR_MS);
        assert_eq!(try_in(&app, TARO.email, "no", "192.0.2.2").await, "wrong");
        app.clock.advance(SECOND_MS);
        assert_eq!(try_in(&app, TARO.email, PASSWORD, "192.0.2.2").await, "in");
    }

    async fn one_address_cannot_try_many_accounts(app: TestApp) {
        for account in 0..3 {
            app.clock.advance(SECOND_MS);
            assert_eq!(try_in(&app, &format!("{account}@example.jp"), "no", "192.0.2.9").await, "wrong");
        }
        assert_eq!(try_in(&app, TARO.email, PASSWORD, "192.0.2.9").await, "wait 3");
        assert_eq!(try_in(&app, TARO.email, PASSWORD, "192.0.2.10").await, "in");
        // Getting in forgives the account's failures, not the address's.
        app.clock.advance(3 * SECOND_MS);
        assert_eq!(try_in(&app, TARO.email, PASSWORD, "192.0.2.9").await, "in");
        assert_eq!(try_in(&app, TARO.email, "no", "192.0.2.9").await, "wrong");
        assert_eq!(try_in(&app, TARO.email, PASSWORD, "192.0.2.9").await, "wait 3");
    }

    async fn guesses_sent_at_once_get_no_further_than_guesses_in_turn(app: TestApp) {
        let guesses: Vec<_> = (0..8)
            .map(|guess| {
                let app = app.clone();
                tokio::spawn(async move { try_in(&app, TARO.email, "no", &format!("192.0.2.{guess}")).await })
            })
            .collect();
        let mut wrong = 0;
        for guess in guesses {
            wrong += i32::from(guess.await.unwrap() == "wrong");
        }
        assert_eq!(wrong, 1);
    }

    async fn a_clock_ten_years_off_locks_nobody_out(app: TestApp) {
        app.clock.advance(TEN_YEARS_MS);
        for wait_ms in [SECOND_MS, SECOND_MS, 0] {
            assert_eq!(try_in(&app, TARO.email, "no", "192.0.2.1").await, "wrong");
            app.clock.advance(wait_ms);
        }
        assert_eq!(try_in(&app, TARO.email, PASSWORD, "192.0.2.1").await, "wait 3");
        app.clock.advance(-TEN_YEARS_MS);
        assert_eq!(try_in(&app, TARO.email, PASSWORD, "192.0.2.1").await, "in");
        for wait_ms in [SECOND_MS, SECOND_MS, 0] {
            assert_eq!(try_in(&app, TARO.email, "no", "192.0.2.1").await, "wrong");
            app.clock.advance(wait_ms);
        }
        assert_eq!(try_in(&app, TARO.email, PASSWORD, "192.0.2.1").await, "wait 3");
    }

    async fn the_api_tells_how_long_to_wait(app: TestApp) {
        let body = json!({ "email": TARO.email, "password": "no" });
        for wait_ms in [SECOND_MS, SECOND_MS, 0] {
            app.api(Method::POST, "/sessions", NOBODY, body.clone()).await.is(422);
            app.clock.advance(wait_ms);
        }
        let refused = app.api(Method::POST, "/sessions", NOBODY, body).await.is(429).json();
        assert_eq!(refused["kind"], "too-many");
        assert!(refused["message"].as_str().unwrap().contains('3'));
        app.clock.advance(3 * SECOND_MS);
        let body = json!({ "email": TARO.email, "password": PASSWORD });
        let token = app.api(Method::POST, "/sessions", NOBODY, body).await.is(201).json()["token"].as_str().unwrap().to_owned();
        assert_eq!(find_session(&app.ctx(NOBODY), &token).await.unwrap().unwrap().email, TARO.email);
    }

    async fn every_try_is_in_the_log_without_password_or_address(app: TestApp) {
        assert_eq!(try_in(&app, TARO.email, "no", "192.0.2.1").await, "wrong");
        app.clock.advance(SECOND_MS);
        assert_eq!(try_in(&app, TARO.email, PASSWORD, "192.0.2.1").await, "in");
        let refused = app.rows("SELECT v.facts FROM audit_entries e JOIN audit_values v ON v.entry_id = e.id WHERE e.act = 'identity.sign-in' AND e.tenant_id = ''", &[]).await;
        let details = refused.iter().map(|row| row.text("facts").unwrap()).collect::<Vec<_>>().join(" ");
        assert!(details.contains("refused") && !details.contains('@'), "{details}");
        let log = app.api(Method::GET, "/audit-entries?act=identity.sign-in", HANAKO, json!(null)).await.is(200).json();
        assert_eq!(log[0]["actor_name"], TARO.name);
    }

    async fn others_failures_never_lock_the_owner_out_of_a_known_device(app: TestApp) {
        app.post("/sign-in", TARO, &[("email", TARO.email), ("password", PASSWORD)]).await.leads_to("/");
        let device = app.cookie(TARO, "rashin_device").unwrap();
        assert_eq!(try_in(&app, TARO.email, "no", "192.0.2.66").await, "wrong");
        set_failures(&app, 100).await;
        assert!(try_in(&app, TARO.email, PASSWORD, "192.0.2.1").await.starts_with("wait "));
        app.post("/sign-in", TARO, &[("email", TARO.email), ("password", PASSWORD)]).await.leads_to("/");
        // It is a budget, not a way around: wrong tries from there wait too, and another account's door stays shut.
        let door = Door { source: "192.0.2.66".into(), device, ..Door::default() };
        sign_in(&app.ctx(NOBODY), TARO.email, "no", &door).await.unwrap_err();
        assert!(matches!(sign_in(&app.ctx(NOBODY), TARO.email, PASSWORD, &door).await, Err(Error::TooMany(_))));
        assert!(matches!(sign_in(&app.ctx(NOBODY), HANAKO.email, PASSWORD, &door).await, Err(Error::TooMany(_))));
    }

    async fn a_device_is_known_for_half_a_year_and_the_others_are_forgotten_with_the_password(app: TestApp) {
        let form = [("email", TARO.email), ("password", PASSWORD)];
        let reply = app.post("/sign-in", TARO, &form).await;
        let cookies: Vec<&str> = reply.headers.get_all(header::SET_COOKIE).iter().map(|cookie| cookie.to_str().unwrap()).collect();
        let device = cookies.iter().find(|cookie| cookie.starts_with("rashin_device=")).unwrap();
        assert!(device.ends_with("; Path=/; HttpOnly; SameSite=Lax; Max-Age=15552000"), "{device}");
        let devices = "SELECT COUNT(*) AS n FROM devices";
        assert_eq!(app.count(devices, &[]).await, 1);
        // A known device gets no second cookie.
        app.post("/sign-in", TARO, &form).await.leads_to("/");
        assert_eq!(app.count(devices, &[]).await, 1);
        let here = app.cookie(TARO, "rashin_device").unwrap();
        app.hold_cookie(TARO, "rashin_device", "");
        app.post("/sign-in", TARO, &form).await.leads_to("/");
        assert_eq!(app.count(devices, &[]).await, 2);
        app.hold_cookie(TARO, "rashin_device", &here);
        app.post("/me/password", TARO, &[("old_password", PASSWORD), ("new_password", "a quiet river 7")]).await.leads_to("/me?done=password");
        assert_eq!(app.count(devices, &[]).await, 1);
        app.post("/sign-in", TARO, &[("email", TARO.email), ("password", "a quiet river 7")]).await.leads_to("/");
        assert_eq!(app.count(devices, &[]).await, 1);
    }

    async fn signing_in_anew_brings_a_new_token_and_ends_the_old_session(app: TestApp) {
        let old = app.token(TARO);
        app.post("/sign-in", TARO, &[("email", TARO.email), ("password", PASSWORD)]).await.leads_to("/");
        assert_ne!(app.token(TARO), old);
        assert_eq!(find_session(&app.ctx(NOBODY), &old).await.unwrap(), None);
    }

    async fn guessing_at_an_account_from_many_places_ends_at_a_hundred_a_day(app: TestApp) {
        assert_eq!(try_in(&app, JIRO.email, "no", "198.51.100.1").await, "wrong");
        let account = "UPDATE sign_in_failures SET failures = 99 WHERE subject LIKE 'account:%'";
        app.damage(account, &[]).await;
        app.clock.advance(10 * SECOND_MS);
        assert_eq!(try_in(&app, JIRO.email, "no", "198.51.100.2").await, "wrong");
        app.clock.advance(HOUR_MS);
        assert!(try_in(&app, JIRO.email, PASSWORD, "198.51.100.3").await.starts_with("wait "));
    }

    async fn signing_in_often_gives_others_no_more_guesses_than_a_day_has(app: TestApp) {
        for hour in 1..=3 {
            assert_eq!(try_in(&app, JIRO.email, "no", &format!("198.51.100.{hour}")).await, "wrong");
            app.clock.advance(3 * SECOND_MS);
            assert_eq!(try_in(&app, JIRO.email, PASSWORD, "192.0.2.30").await, "in");
            // The wait is over; the count stays.
            assert_eq!(app.count("SELECT failures AS n FROM sign_in_failures WHERE subject LIKE 'account:%'", &[]).await, hour);
            app.clock.advance(HOUR_MS);
        }
        app.damage("UPDATE sign_in_failures SET failures = 100 WHERE subject LIKE 'account:%'", &[]).await;
        assert!(try_in(&app, JIRO.email, PASSWORD, "192.0.2.30").await.starts_with("wait "));
    }

    async fn a_browser_is_known_after_every_way_in_and_a_program_never(app: TestApp) {
        let devices = "SELECT COUNT(*) AS n FROM devices";
        let token = crate::identity::invite(&app.ctx(HANAKO), "shin@example.jp", "staff", &app.company).await.unwrap();
        app.get(&format!("/invitations/{token}"), NOBODY).await.leads_to("/invitation");
        app.post("/invitation", NOBODY, &[("name", "新人"), ("password", PASSWORD)]).await.leads_to("/");
        assert_eq!(app.count(devices, &[]).await, 1);
        let device = app.cookie(NOBODY, "rashin_device").unwrap();
        assert_eq!(try_in(&app, "shin@example.jp", "no", "198.51.100.1").await, "wrong");
        set_failures(&app, 100).await;
        let door = Door { source: "198.51.100.2".to_owned(), device, ..Door::default() };
        sign_in(&app.ctx(NOBODY), "shin@example.jp", PASSWORD, &door).await.unwrap();
        let body = json!({ "email": TARO.email, "password": PASSWORD });
        let reply = app.api(Method::POST, "/sessions", NOBODY, body).await.is(201);
        assert!(!reply.headers.contains_key(header::SET_COOKIE));
        assert_eq!(app.count(devices, &[]).await, 1);
    }

    async fn a_try_that_must_wait_leaves_a_trace(app: TestApp) {
        for _ in 0..3 {
            app.post("/sign-in", NOBODY, &[("email", TARO.email), ("password", "no")]).await.is(200);
        }
        enter_gathered(&app.app.system(), &app.app.refusals, true).await.unwrap();
        // The first was wrong and has an entry of its own; two had to wait.
        assert_eq!(app.told("192.0.2.1", "access.refused-unknown").await[0]["count"], 2);
        app.post("/sign-in", TARO, &[("email", TARO.email), ("password", "no")]).await.is(200);
        assert_eq!(app.told(app.account(TARO), "access.refused").await, [json!({ "act": "identity.sign-in" })]);
    }

    async fn when_there_is_no_room_one_is_told_to_come_again(app: TestApp) {
        let all_places = crate::identity::password::occupy();
        let body = json!({ "email": TARO.email, "password": PASSWORD });
        let reply = app.api(Method::POST, "/sessions", NOBODY, body.clone()).await.is(503);
        assert_eq!((reply.header("retry-after"), reply.json()["kind"].as_str().unwrap()), ("5", "busy"));
        assert!(reply.json()["message"].as_str().unwrap().contains("5秒"));
        let page = app.post("/sign-in", NOBODY, &[("email", TARO.email), ("password", PASSWORD)]).await.is(503);
        assert!(page.text().contains("混み合っています") && page.header("retry-after") == "5");
        drop(all_places);
        app.api(Method::POST, "/sessions", NOBODY, body).await.is(201);
    }

    async fn what_has_ended_is_not_found_and_stays_until_it_is_forgotten(app: TestApp) {
        let door = Door { source: "192.0.2.1".to_owned(), ..Door::default() };
        for _ in 0..2 {
            sign_in(&app.ctx(NOBODY), TARO.email, PASSWORD, &door).await.unwrap();
            app.clock.advance(190 * DAY_MS);
        }
        for (sql, kept) in [
            ("SELECT COUNT(*) AS n FROM devices", 2),
            ("SELECT COUNT(*) AS n FROM sessions WHERE device = '' AND account_id = $1", 4),
        ] {
            let values = if sql.contains('$') { vec![app.account(TARO).into()] } else { Vec::new() };
            assert_eq!(app.count(sql, &values).await, kept, "{sql}");
        }
        let policy = crate::operate::retention::policy(&app.app.data).unwrap();
        crate::operate::retention::forget(&app.app.system(), &policy).await.unwrap();
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM sessions", &[]).await, 0);
    }
}
