//! Sensitive acts want a fresh proof.

use axum::http::Method;
use serde_json::json;

use super::forbidden;
use crate::identity::{begin_totp, invite, prove};
use crate::organisation::roles;
use crate::testing::{HANAKO, MINUTE_MS, PASSWORD, SECOND_MS, TARO, TestApp, on_both};

on_both! {
    async fn after_five_minutes_sensitive_acts_lead_to_the_proof_and_back(app: TestApp) {
        let suspension = format!("/accounts/{}/suspension", app.account(TARO));
        app.clock.advance(5 * MINUTE_MS + 1);
        app.get("/accounts", HANAKO).await.is(200);
        app.post(&suspension, HANAKO, &[("suspended", "yes")]).await.leads_to(&format!("/me/proof?next={suspension}"));
        app.get("/me/proof?next=/accounts", HANAKO).await.is(200);
        app.post("/me/proof", HANAKO, &[("secret", "wrong"), ("next", "/accounts")]).await.is(200);
        app.clock.advance(SECOND_MS);
        app.post("/me/proof", HANAKO, &[("secret", PASSWORD), ("next", "/accounts")]).await.leads_to("/accounts?done=proved");
        app.post(&suspension, HANAKO, &[("suspended", "yes")]).await.leads_to("/accounts?done=suspended");
        app.clock.advance(5 * MINUTE_MS + 1);
        app.post(&suspension, HANAKO, &[("suspended", "no")]).await.leads_to(&format!("/me/proof?next={suspension}"));
    }

    async fn the_api_tells_how_to_prove(app: TestApp) {
        let body = json!({ "role": "auditor", "unit_id": app.department });
        let path = format!("/accounts/{}/grants", app.account(TARO));
        app.clock.advance(6 * MINUTE_MS);
        let refused = app.api(Method::POST, &path, HANAKO, body.clone()).await.is(403).json();
        assert_eq!(refused["kind"], "proof");
        assert!(refused["message"].as_str().unwrap().contains("POST /sessions/current/proof"));
        app.api(Method::POST, "/sessions/current/proof", HANAKO, json!({ "secret": PASSWORD })).await.is(204);
        app.api(Method::POST, &path, HANAKO, body).await.is(201);
        // One session's proof is not another's.
        app.api(Method::POST, &path, TARO, json!({ "role": "auditor", "unit_id": app.department })).await.is(403);
    }

    async fn who_may_not_do_it_is_not_asked_to_prove(app: TestApp) {
        app.clock.advance(6 * MINUTE_MS);
        let body = json!({ "role": "auditor", "unit_id": app.company });
        let refused = app.api(Method::POST, &format!("/accounts/{}/grants", app.account(TARO)), TARO, body).await.is(403).json();
        assert_eq!(refused["kind"], "forbidden");
    }

    async fn a_proof_from_the_future_or_of_long_ago_counts_for_nothing(app: TestApp) {
        let now_ms = app.app.system().now_ms();
        for at_ms in [now_ms + 1, now_ms - 5 * MINUTE_MS - 1, 0] {
            let ctx = app.ctx(HANAKO).proved_at(at_ms);
            assert_eq!(forbidden(begin_totp(&ctx).await.map(|_| ())), "error-proof-needed");
            assert_eq!(forbidden(invite(&ctx, "a@example.jp", roles::STAFF, &app.company).await), "error-proof-needed");
        }
        begin_totp(&app.ctx(HANAKO).proved_at(now_ms - 5 * MINUTE_MS)).await.unwrap();
    }

    async fn wrong_proofs_wait_as_wrong_passwords_do(app: TestApp) {
        let ctx = app.ctx(TARO);
        prove(&ctx, "no", &app.token(TARO)).await.unwrap_err();
        assert!(matches!(prove(&ctx, PASSWORD, &app.token(TARO)).await, Err(platform::Error::TooMany(_))));
        app.clock.advance(SECOND_MS);
        prove(&ctx, PASSWORD, &app.token(TARO)).await.unwrap();
    }

    async fn one_is_never_led_elsewhere_by_the_proof(app: TestApp) {
        for next in ["https://evil.example/", "//evil.example", "/me/proof?next=/me/proof"] {
            let reply = app.post("/me/proof", TARO, &[("secret", PASSWORD), ("next", next)]).await;
            let to = reply.header("location").to_owned();
            assert!(to == "/?done=proved" || to == "/me?done=proved", "{to}");
        }
    }
}
