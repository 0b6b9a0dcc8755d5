//! Links for a new password.

use axum::http::Method;
use serde_json::json;

use super::{faults, forbidden, not_found, try_password};
use crate::identity::{Entry, begin_totp, confirm_totp, find_session, offer_reset, reset, suspend, take_reset, totp};
use crate::testing::{DAY_MS, HANAKO, NOBODY, OUTSIDER, PASSWORD, TARO, TestApp, on_both};

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
