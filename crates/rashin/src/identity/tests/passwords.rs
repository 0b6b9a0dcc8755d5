//! Changing one's password.

use axum::http::Method;
use platform::Error;
use serde_json::json;

use super::faults;
use super::try_password;
use crate::identity::{Door, change_password, find_session, prove, sign_in};
use crate::testing::{HOUR_MS, NOBODY, PASSWORD, SECOND_MS, TARO, TestApp, on_both};

const NEW: &str = "another horse battery";

on_both! {
    async fn a_new_password_ends_the_other_sessions_and_keeps_this_one(app: TestApp) {
        let other = app.token(TARO);
        app.clock.advance(1);
        app.new_session(TARO).await;
        let form = [("old_password", PASSWORD), ("new_password", NEW)];
        app.post("/me/password", TARO, &form).await.leads_to("/me?done=password");
        app.get("/me", TARO).await.is(200);
        assert_eq!(find_session(&app.ctx(NOBODY), &other).await.unwrap(), None);
        try_password(&app, TARO.email, NEW).await.unwrap();
        faults(try_password(&app, TARO.email, PASSWORD).await);
    }

    async fn both_faults_are_told_at_once_and_nothing_changes(app: TestApp) {
        let found = faults(change_password(&app.ctx(TARO), "wrong", "short", "").await);
        assert_eq!(found, [("old_password".into(), "error-old-password"), ("password".into(), "error-password")]);
        app.clock.advance(SECOND_MS);
        let page = app.post("/me/password", TARO, &[("old_password", "wrong"), ("new_password", "short")]).await.is(200).text();
        assert!(page.contains("id=\"old_password-error\"") && page.contains("id=\"new_password-error\""), "{page}");
        try_password(&app, TARO.email, PASSWORD).await.unwrap();
    }

    async fn a_common_password_and_one_of_own_words_are_refused_with_the_way_out(app: TestApp) {
        for (new, key) in [("football", "error-password-common"), ("taro2026", "error-password-own"), ("羅針グループ！", "error-password")] {
            assert_eq!(faults(change_password(&app.ctx(TARO), PASSWORD, new, "").await), [("password".into(), key)], "{new}");
        }
        let own = "羅針グループ2026";
        assert_eq!(faults(change_password(&app.ctx(TARO), PASSWORD, own, "").await), [("password".into(), "error-password-own")]);
        let page = app.post("/me/password", TARO, &[("old_password", PASSWORD), ("new_password", "qwertyuiop")]).await.is(200).text();
        assert!(page.contains("言葉をいくつかつなげる"), "{page}");
    }

    async fn the_same_password_in_wide_letters_is_the_same(app: TestApp) {
        change_password(&app.ctx(TARO), PASSWORD, "ｑｕｉｅｔ　ｒｉｖｅｒ　７", "").await.unwrap();
        try_password(&app, TARO.email, "quiet river 7").await.unwrap();
    }

    async fn the_api_changes_it_too(app: TestApp) {
        let body = json!({ "old_password": PASSWORD, "new_password": NEW });
        app.api(Method::PUT, "/sessions/current/password", TARO, body).await.is(204);
        app.api(Method::GET, "/sessions/current", TARO, json!(null)).await.is(200);
        app.api(Method::PUT, "/sessions/current/password", TARO, json!({ "old_password": PASSWORD, "new_password": NEW })).await.is(422);
    }

    async fn guesses_at_the_old_password_are_counted_logged_and_must_wait(app: TestApp) {
        let guess = [("old_password", "wrong"), ("new_password", NEW)];
        app.post("/me/password", TARO, &guess).await.is(200);
        let page = app.post("/me/password", TARO, &[("old_password", PASSWORD), ("new_password", NEW)]).await.is(200).text();
        assert!(page.contains("1秒たってから"), "{page}");
        let body = json!({ "old_password": PASSWORD, "new_password": NEW });
        let refused = app.api(Method::PUT, "/sessions/current/password", TARO, body.clone()).await.is(429);
        assert_eq!(refused.header("retry-after"), "1");
        // The same budget as that of other proofs within the session, and neither is a way around the other.
        assert!(matches!(prove(&app.ctx(TARO), PASSWORD, "").await, Err(Error::TooMany(_))));
        app.damage("UPDATE sign_in_failures SET failures = 100", &[]).await;
        app.clock.advance(HOUR_MS);
        app.new_session(TARO).await;
        app.api(Method::PUT, "/sessions/current/password", TARO, body.clone()).await.is(429);
        let outcomes = app.rows("SELECT v.facts FROM audit_entries e JOIN audit_values v ON v.entry_id = e.id WHERE e.act = 'identity.change-password'", &[]).await;
        assert_eq!(outcomes.len(), 1);
        assert!(outcomes[0].text("facts").unwrap().contains("refused"));
        // What had to wait is in the log as a refusal, once each.
        let traces = "SELECT COUNT(*) AS n FROM audit_entries WHERE act = 'access.refused' AND actor_id = $1";
        assert_eq!(app.count(traces, &[app.account(TARO).into()]).await, 4);
        app.clock.advance(23 * HOUR_MS);
        app.new_session(TARO).await;
        app.api(Method::PUT, "/sessions/current/password", TARO, body).await.is(204);
    }

    async fn whoever_hangs_up_has_used_a_try(app: TestApp) {
        let door = Door { source: "192.0.2.7".to_owned(), ..Door::default() };
        let ctx = app.ctx(NOBODY);
        let mut hung_up = Box::pin(sign_in(&ctx, TARO.email, "wrong", &door));
        // Asked once, and then no more: the connection is gone.
        std::future::poll_fn(|task| std::task::Poll::Ready(hung_up.as_mut().poll(task).is_pending())).await;
        drop(hung_up);
        let counted = "SELECT COUNT(*) AS n FROM sign_in_failures WHERE failures = 1";
        while app.count(counted, &[]).await < 2 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        assert!(matches!(sign_in(&ctx, TARO.email, PASSWORD, &door).await, Err(Error::TooMany(_))));
    }
}

#[test]
fn an_address_is_kept_in_lower_case_and_has_one_at_sign() {
    use crate::identity::model::checked_email;
    assert_eq!(checked_email(" Hanako@Example.JP ").unwrap(), "hanako@example.jp");
    for text in [
        "",
        "hanako",
        "@example.jp",
        "hanako@",
        "a@b@c.jp",
        "a b@example.jp",
        "a@\u{0}.jp",
        &format!("{}@example.jp", "a".repeat(250)),
    ] {
        checked_email(text).unwrap_err();
    }
}
