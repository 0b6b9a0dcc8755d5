//! Authenticator app and recovery codes.

use axum::http::Method;
use serde_json::json;

use super::{conflict, faults, not_found, try_password};
use crate::identity::{
    Door, Entry, begin_totp, begun_totp, confirm_totp, own_factors, remove_totp, renew_recovery_codes, second_step,
    totp,
};
use crate::testing::{DAY_MS, HANAKO, MINUTE_MS, NOBODY, PASSWORD, SECOND_MS, TARO, TestApp, on_both};

const STEP_MS: i64 = 30 * SECOND_MS;

/// Gives Taro an authenticator app; its secret and the recovery codes.
async fn enrol(app: &TestApp) -> (String, Vec<String>) {
    let secret = begin_totp(&app.ctx(TARO)).await.unwrap().secret;
    let codes = confirm_totp(&app.ctx(TARO), &code(app, &secret), &app.token(TARO)).await.unwrap();
    app.clock.advance(2 * STEP_MS);
    (secret, codes)
}

fn code(app: &TestApp, secret: &str) -> String {
    totp::code_at(secret, app.app.system().now_ms())
}

/// The ticket for the second step after the right password.
async fn ticket(app: &TestApp) -> String {
    match try_password(app, TARO.email, PASSWORD).await.unwrap() {
        Entry::SecondStep(ticket) => ticket,
        Entry::In(_) => panic!("no second step"),
    }
}

async fn step(app: &TestApp, ticket: &str, code: &str) -> Result<(), Vec<(String, &'static str)>> {
    let door = Door { source: "192.0.2.200".to_owned(), ..Door::default() };
    match second_step(&app.ctx(NOBODY), ticket, code, &door).await {
        Ok(_) => Ok(()),
        refused => Err(faults(refused)),
    }
}

fn wrong() -> Result<(), Vec<(String, &'static str)>> {
    Err(vec![("code".to_owned(), "error-code")])
}

on_both! {
    async fn an_app_is_added_by_its_pages_and_asked_for_from_then_on(app: TestApp) {
        let other = app.token(TARO);
        app.clock.advance(1);
        app.new_session(TARO).await;
        app.post("/me/totp", TARO, &[]).await.leads_to("/me/totp");
        let page = app.get("/me/totp", TARO).await.is(200).text();
        let secret = begun_totp(&app.ctx(TARO)).await.unwrap().secret;
        assert!(page.contains(&secret[..4]) && page.contains("<svg class=\"qr\"") && !page.contains("style="));
        app.post("/me/totp/confirmation", TARO, &[("code", "000000")]).await.is(200);
        assert!(!own_factors(&app.ctx(TARO)).await.unwrap().totp);
        let shown = app.post("/me/totp/confirmation", TARO, &[("code", &code(&app, &secret))]).await.is(200).text();
        assert_eq!(shown.split("<ol").nth(1).unwrap().split("</ol>").next().unwrap().matches("<li>").count(), 10);
        // Sessions elsewhere end, this one goes on.
        assert_eq!(crate::identity::find_session(&app.ctx(NOBODY), &other).await.unwrap(), None);
        app.get("/me", TARO).await.is(200);
        app.clock.advance(2 * STEP_MS);
        let form = [("email", TARO.email), ("password", PASSWORD), ("next", "/units")];
        app.post("/sign-in", NOBODY, &form).await.leads_to("/sign-in/second-step?next=/units");
        assert!(app.cookie(NOBODY, "rashin_device").is_none());
        app.get("/sign-in/second-step?next=/units", NOBODY).await.is(200);
        app.get("/me", NOBODY).await.leads_to("/sign-in?next=/me");
        app.post("/sign-in/second-step", NOBODY, &[("code", "000000")]).await.is(200);
        app.clock.advance(SECOND_MS);
        let form = [("code", code(&app, &secret)), ("next", "/units".to_owned())];
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        app.post("/sign-in/second-step", NOBODY, &form).await.leads_to("/units");
        app.get("/me", NOBODY).await.is(200);
    }

    async fn a_code_works_once_and_a_ticket_too(app: TestApp) {
        let (secret, _) = enrol(&app).await;
        let (first, second) = (ticket(&app).await, ticket(&app).await);
        let now = code(&app, &secret);
        assert_eq!(step(&app, &first, &now).await, Ok(()));
        assert_eq!(step(&app, &second, &now).await, wrong());
        app.clock.advance(STEP_MS);
        not_found(second_step(&app.ctx(NOBODY), &first, &code(&app, &secret), &Door::default()).await);
        assert_eq!(step(&app, &second, &code(&app, &secret)).await, Ok(()));
    }

    async fn of_two_who_use_a_code_at_once_one_gets_in(app: TestApp) {
        let (secret, _) = enrol(&app).await;
        let now = code(&app, &secret);
        let (mut tickets, mut tries) = (Vec::new(), Vec::new());
        for _ in 0..4 {
            tickets.push(ticket(&app).await);
        }
        for ticket in tickets {
            let (app, now) = (app.clone(), now.clone());
            tries.push(tokio::spawn(async move {
                second_step(&app.ctx(NOBODY), &ticket, &now, &Door::default()).await.is_ok()
            }));
        }
        let mut done = 0;
        for one in tries {
            done += i32::from(one.await.unwrap());
        }
        assert_eq!(done, 1);
    }

    async fn a_clock_ten_years_off_neither_reuses_a_code_nor_locks_out(app: TestApp) {
        let (secret, _) = enrol(&app).await;
        let now = code(&app, &secret);
        assert_eq!(step(&app, &ticket(&app).await, &now).await, Ok(()));
        app.clock.advance(3650 * DAY_MS);
        assert_eq!(step(&app, &ticket(&app).await, &code(&app, &secret)).await, Ok(()));
        app.clock.advance(-3650 * DAY_MS);
        assert_eq!(step(&app, &ticket(&app).await, &now).await, wrong());
        app.clock.advance(STEP_MS);
        assert_eq!(step(&app, &ticket(&app).await, &code(&app, &secret)).await, Ok(()));
    }

    async fn wrong_codes_count_as_wrong_passwords_do(app: TestApp) {
        let (secret, _) = enrol(&app).await;
        let ticket = ticket(&app).await;
        assert_eq!(step(&app, &ticket, "000000").await, wrong());
        let door = Door { source: "192.0.2.200".to_owned(), ..Door::default() };
        let again = second_step(&app.ctx(NOBODY), &ticket, &code(&app, &secret), &door).await;
        assert!(matches!(again, Err(platform::Error::TooMany(_))));
        app.clock.advance(SECOND_MS);
        assert_eq!(step(&app, &ticket, &code(&app, &secret)).await, Ok(()));
    }

    async fn the_second_step_may_take_five_minutes(app: TestApp) {
        let (secret, _) = enrol(&app).await;
        let ticket = ticket(&app).await;
        app.clock.advance(5 * MINUTE_MS);
        not_found(second_step(&app.ctx(NOBODY), &ticket, &code(&app, &secret), &Door::default()).await);
        not_found(second_step(&app.ctx(NOBODY), "", &code(&app, &secret), &Door::default()).await);
        app.hold_cookie(NOBODY, "rashin_step", &ticket);
        app.get("/sign-in/second-step", NOBODY).await.leads_to("/sign-in?done=begin-again");
    }

    async fn recovery_codes_work_once_each_and_end_with_new_ones(app: TestApp) {
        let (_, codes) = enrol(&app).await;
        assert_eq!(codes.len(), 10);
        assert_eq!(step(&app, &ticket(&app).await, &codes[0].to_lowercase().replace('-', " ")).await, Ok(()));
        assert_eq!(step(&app, &ticket(&app).await, &codes[0]).await, wrong());
        assert_eq!(own_factors(&app.ctx(TARO)).await.unwrap().recovery_codes, 9);
        let fresh = renew_recovery_codes(&app.ctx(TARO), &app.token(TARO)).await.unwrap();
        app.clock.advance(MINUTE_MS);
        assert_eq!(step(&app, &ticket(&app).await, &codes[1]).await, wrong());
        app.clock.advance(MINUTE_MS);
        assert_eq!(step(&app, &ticket(&app).await, &fresh[1]).await, Ok(()));
        let kept = app.rows("SELECT code_hash AS t FROM recovery_codes UNION ALL SELECT facts FROM audit_values", &[]).await;
        let kept: String = kept.iter().map(|row| row.text("t").unwrap()).collect();
        assert!(codes.iter().chain(&fresh).all(|code| !kept.contains(code.as_str())));
    }

    async fn without_the_last_factor_the_password_is_enough_again(app: TestApp) {
        let (_, codes) = enrol(&app).await;
        assert_eq!(conflict(begin_totp(&app.ctx(TARO)).await.map(|_| ())), "error-totp-there");
        remove_totp(&app.ctx(TARO), &app.token(TARO)).await.unwrap();
        assert!(matches!(try_password(&app, TARO.email, PASSWORD).await, Ok(Entry::In(_))));
        assert_eq!(own_factors(&app.ctx(TARO)).await.unwrap().recovery_codes, 0);
        assert_eq!(conflict(renew_recovery_codes(&app.ctx(TARO), "").await), "error-no-factor");
        not_found(remove_totp(&app.ctx(TARO), "").await);
        drop(codes);
    }

    async fn an_app_that_was_only_begun_is_not_asked_for(app: TestApp) {
        let first = begin_totp(&app.ctx(TARO)).await.unwrap().secret;
        let second = begin_totp(&app.ctx(TARO)).await.unwrap().secret;
        assert_ne!(first, second);
        assert!(matches!(try_password(&app, TARO.email, PASSWORD).await, Ok(Entry::In(_))));
        assert_eq!(faults(confirm_totp(&app.ctx(TARO), &code(&app, &first), "").await), [("code".into(), "error-code-first")]);
        not_found(begun_totp(&app.ctx(HANAKO)).await.map(|_| ()));
    }

    async fn the_api_does_the_same_and_takes_the_code_with_the_password(app: TestApp) {
        let begun = app.api(Method::POST, "/factors/totp", TARO, json!(null)).await.is(201).json();
        let secret = begun["secret"].as_str().unwrap().to_owned();
        let body = json!({ "code": code(&app, &secret) });
        let codes = app.api(Method::PUT, "/factors/totp", TARO, body).await.is(200).json();
        assert_eq!(codes["recovery_codes"].as_array().unwrap().len(), 10);
        app.clock.advance(STEP_MS);
        let body = json!({ "email": TARO.email, "password": PASSWORD });
        let refused = app.api(Method::POST, "/sessions", NOBODY, body).await.is(422).json();
        assert_eq!(refused["faults"][0]["field"], "code");
        let body = json!({ "email": TARO.email, "password": PASSWORD, "code": code(&app, &secret) });
        app.api(Method::POST, "/sessions", NOBODY, body).await.is(201);
        let factors = app.api(Method::GET, "/factors", TARO, json!(null)).await.is(200).json();
        assert_eq!(factors, json!({ "totp": true, "passkeys": 0, "recovery_codes": 10 }));
        app.api(Method::POST, "/factors/recovery-codes", TARO, json!(null)).await.is(201);
        app.api(Method::DELETE, "/factors/totp", TARO, json!(null)).await.is(204);
        app.api(Method::DELETE, "/factors/totp", TARO, json!(null)).await.is(404);
    }
}
