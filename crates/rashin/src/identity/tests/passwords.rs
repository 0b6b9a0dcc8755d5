//! Changing one's password.

use axum::http::Method;
use serde_json::json;

use super::faults;
use super::try_password;
use crate::identity::{change_password, find_session};
use crate::testing::{NOBODY, PASSWORD, TARO, TestApp, on_both};

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
