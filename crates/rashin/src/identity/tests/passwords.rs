//! Changing one's password.

use axum::http::Method;
use serde_json::json;

use super::faults;
use crate::identity::{change_password, find_session, sign_in};
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
        sign_in(&app.ctx(NOBODY), TARO.email, NEW, "192.0.2.1").await.unwrap();
        faults(sign_in(&app.ctx(NOBODY), TARO.email, PASSWORD, "192.0.2.1").await);
    }

    async fn both_faults_are_told_at_once_and_nothing_changes(app: TestApp) {
        let found = faults(change_password(&app.ctx(TARO), "wrong", "short", "").await);
        assert_eq!(found, [("old_password".into(), "error-old-password"), ("password".into(), "error-password")]);
        let page = app.post("/me/password", TARO, &[("old_password", "wrong"), ("new_password", "short")]).await.is(200).text();
        assert!(page.contains("id=\"old_password-error\"") && page.contains("id=\"new_password-error\""), "{page}");
        sign_in(&app.ctx(NOBODY), TARO.email, PASSWORD, "192.0.2.1").await.unwrap();
    }

    async fn the_api_changes_it_too(app: TestApp) {
        let body = json!({ "old_password": PASSWORD, "new_password": NEW });
        app.api(Method::PUT, "/sessions/current/password", TARO, body).await.is(204);
        app.api(Method::GET, "/sessions/current", TARO, json!(null)).await.is(200);
        app.api(Method::PUT, "/sessions/current/password", TARO, json!({ "old_password": PASSWORD, "new_password": NEW })).await.is(422);
    }
}

#[test]
fn a_password_has_8_to_128_characters_of_any_kind() {
    use crate::identity::model::checked_password;
    for text in ["12345678", "長い合言葉を使います", "        ", &"𠮷".repeat(128)] {
        checked_password(text).unwrap();
    }
    for text in ["", "1234567", "𠮷𠮷𠮷𠮷𠮷𠮷𠮷", &"a".repeat(129)] {
        assert_eq!(checked_password(text).unwrap_err().value, "");
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
