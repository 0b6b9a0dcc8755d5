//! Links for a new password.

use axum::http::Method;
use platform::Error;
use serde_json::json;

use super::{conflict, faults, forbidden, not_found, try_password};
use crate::identity::{
    Door, Entry, begin_totp, confirm_totp, find_session, offer_reset, reset, second_step, sign_in, suspend, take_reset,
    totp,
};
use crate::testing::{DAY_MS, HANAKO, MINUTE_MS, NOBODY, OUTSIDER, PASSWORD, TARO, TestApp, on_both};

const NEW: &str = "a quiet river 7";

on_both! {
    async fn a_link_brings_a_new_password_once_and_ends_all_sessions(app: TestApp) {
        let path = format!("/accounts/{}/password-reset", app.account(TARO));
        let page = app.post(&path, HANAKO, &[]).await.is(200).text();
        let token = page.split("/password-resets/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        app.get(&format!("/password-resets/{token}"), NOBODY).await.leads_to("/password-reset");
        let page = app.get("/password-reset", NOBODY).await.is(200).text();
        assert!(page.contains(TARO.email) && !page.contains(&token));
        assert!(app.post("/password-reset", NOBODY, &[("password", "football")]).await.is(200).text().contains("password-error"));
        app.post("/password-reset", NOBODY, &[("password", NEW)]).await.leads_to("/sign-in?done=password-reset");
        assert_eq!(find_session(&app.ctx(NOBODY), &app.token(TARO)).await.unwrap(), None);
        app.get(&format!("/password-resets/{token}"), NOBODY).await.is(404);
        app.post("/password-reset", NOBODY, &[("password", NEW)]).await.is(404);
        assert!(matches!(try_password(&app, TARO.email, NEW).await, Ok(Entry::In(_))));
        faults(try_password(&app, TARO.email, PASSWORD).await);
    }

    async fn the_second_factor_stays(app: TestApp) {
        let secret = begin_totp(&app.ctx(TARO)).await.unwrap().secret;
        let code = totp::code_at(&secret, app.app.system().now_ms());
        confirm_totp(&app.ctx(TARO), &code, "").await.unwrap();
        let token = offer_reset(&app.ctx(HANAKO), app.account(TARO)).await.unwrap();
        take_reset(&app.ctx(NOBODY), &token, NEW).await.unwrap();
        assert!(matches!(try_password(&app, TARO.email, NEW).await, Ok(Entry::SecondStep(_))));
    }

    async fn a_link_ends_after_a_day_with_a_newer_one_and_with_a_change_of_password(app: TestApp) {
        let first = offer_reset(&app.ctx(HANAKO), app.account(TARO)).await.unwrap();
        let second = offer_reset(&app.ctx(HANAKO), app.account(TARO)).await.unwrap();
        not_found(reset(&app.ctx(NOBODY), &first).await);
        crate::identity::change_password(&app.ctx(TARO), PASSWORD, NEW, "").await.unwrap();
        not_found(reset(&app.ctx(NOBODY), &second).await);
        let third = offer_reset(&app.ctx(HANAKO), app.account(TARO)).await.unwrap();
        app.clock.advance(DAY_MS - 1);
        reset(&app.ctx(NOBODY), &third).await.unwrap();
        app.clock.advance(1);
        not_found(take_reset(&app.ctx(NOBODY), &third, NEW).await);
    }

    async fn only_an_administrator_of_the_same_tenant_makes_one(app: TestApp) {
        assert_eq!(forbidden(offer_reset(&app.ctx(TARO), app.account(HANAKO)).await), "error-not-allowed");
        not_found(offer_reset(&app.ctx(OUTSIDER), app.account(TARO)).await);
        not_found(offer_reset(&app.ctx(HANAKO), "nobody").await);
        let token = offer_reset(&app.ctx(HANAKO), app.account(TARO)).await.unwrap();
        suspend(&app.ctx(HANAKO), app.account(TARO), "").await.unwrap();
        not_found(take_reset(&app.ctx(NOBODY), &token, NEW).await);
        assert_eq!(conflict(offer_reset(&app.ctx(HANAKO), app.account(TARO)).await), "error-reset-suspended");
    }

    async fn whoever_used_a_link_gets_in_however_often_others_guess(app: TestApp) {
        let token = offer_reset(&app.ctx(HANAKO), app.account(TARO)).await.unwrap();
        let door = |source: &str| Door { source: source.to_owned(), ..Door::default() };
        faults(sign_in(&app.ctx(NOBODY), TARO.email, "wrong", &door("198.51.100.1")).await);
        app.damage("UPDATE sign_in_failures SET failures = 100", &[]).await;
        app.get(&format!("/password-resets/{token}"), NOBODY).await.leads_to("/password-reset");
        app.post("/password-reset", NOBODY, &[("password", NEW)]).await.leads_to("/sign-in?done=password-reset");
        app.post("/sign-in", NOBODY, &[("email", TARO.email), ("password", NEW)]).await.leads_to("/");
        assert!(matches!(sign_in(&app.ctx(NOBODY), TARO.email, NEW, &door("198.51.100.2")).await, Err(Error::TooMany(_))));
    }

    async fn a_new_password_ends_what_was_half_finished_and_keeps_what_the_person_is_to_be_told(app: TestApp) {
        let secret = begin_totp(&app.ctx(TARO)).await.unwrap().secret;
        let now_ms = app.app.system().now_ms();
        confirm_totp(&app.ctx(TARO), &totp::code_at(&secret, now_ms), "").await.unwrap();
        let begun = "INSERT INTO tickets (token_hash, purpose, account_id, content, made_at_ms, expires_at_ms) VALUES ('t', 'factors-taken', $1, '', $2, $3)";
        app.damage(begun, &[app.account(TARO).into(), now_ms.into(), (now_ms + DAY_MS).into()]).await;
        let open = "SELECT COUNT(*) AS n FROM tickets WHERE account_id = $1 AND purpose = 'second-step'";
        let told = "SELECT COUNT(*) AS n FROM tickets WHERE account_id = $1 AND purpose = 'factors-taken'";
        let taro = || vec![app.account(TARO).into()];
        for way in 0..3 {
            app.clock.advance(MINUTE_MS);
            let password = if way == 0 { PASSWORD } else { NEW };
            let Ok(Entry::SecondStep(ticket)) = try_password(&app, TARO.email, password).await else { panic!("no second step") };
            assert_eq!(app.count(open, &taro()).await, 1);
            match way {
                0 => crate::identity::change_password(&app.ctx(TARO), PASSWORD, NEW, "").await.unwrap(),
                1 => {
                    let token = offer_reset(&app.ctx(HANAKO), app.account(TARO)).await.unwrap();
                    take_reset(&app.ctx(NOBODY), &token, NEW).await.unwrap();
                }
                _ => crate::identity::remove_totp(&app.ctx(TARO), "").await.unwrap(),
            }
            assert_eq!((app.count(open, &taro()).await, app.count(told, &taro()).await), (0, 1), "{way}");
            let code = totp::code_at(&secret, app.app.system().now_ms());
            let door = Door { source: "192.0.2.9".to_owned(), ..Door::default() };
            not_found(second_step(&app.ctx(NOBODY), &ticket, &code, &door).await.map(|_| ()));
        }
    }

    async fn guessed_links_all_answer_alike(app: TestApp) {
        let good = offer_reset(&app.ctx(HANAKO), app.account(TARO)).await.unwrap();
        let mut answers = Vec::new();
        for guess in ["x".to_owned(), "A".repeat(43), good[..42].to_owned(), format!("{good}A"), good.to_lowercase()] {
            for path in ["setup", "invitations", "password-resets"] {
                let path = format!("/{path}/{guess}");
                let answer = app.get(&path, NOBODY).await.is(404).text();
                answers.push(answer.replace(&path, "").replace(&crate::face::page::encode(&path), ""));
            }
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]));
        reset(&app.ctx(NOBODY), &good).await.unwrap();
    }

    async fn the_api_does_the_same(app: TestApp) {
        let path = format!("/accounts/{}/password-reset", app.account(TARO));
        let made = app.api(Method::POST, &path, HANAKO, json!(null)).await.is(201).json();
        let token = made["link"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        let body = json!({ "token": token, "password": NEW });
        app.api(Method::POST, "/password-resets", NOBODY, body.clone()).await.is(204);
        app.api(Method::POST, "/password-resets", NOBODY, body).await.is(404);
    }
}
