//! Second factors that an administrator takes away from somebody who lost them.

use axum::http::Method;
use serde_json::json;

use super::{conflict, faults, forbidden, not_found, try_password};
use crate::identity::{
    Entry, begin_totp, confirm_totp, factors_of, find_session, own_factors, own_factors_taken, take_factors, totp,
};
use crate::testing::{
    AUDITOR, DAY_MS, HANAKO, KEEPER, MINUTE_MS, NOBODY, OUTSIDER, PASSWORD, Person, SECOND_MS, TARO, TestApp, on_both,
};

const PASSKEY: &str = "INSERT INTO passkeys (id, account_id, name, content, made_at_ms, used_at_ms) VALUES ('key of ' || $1, $1, 'PC', '{}', 1, NULL)";
const DEVICES: &str = "SELECT COUNT(*) AS n FROM devices";

/// Gives somebody an authenticator app with recovery codes, and a passkey.
async fn enrol(app: &TestApp, person: Person) {
    let secret = begin_totp(&app.ctx(person)).await.unwrap().secret;
    let code = totp::code_at(&secret, app.app.system().now_ms());
    confirm_totp(&app.ctx(person), &code, &app.token(person)).await.unwrap();
    app.damage(PASSKEY, &[app.account(person).into()]).await;
}

on_both! {
    async fn an_administrator_takes_all_of_them_with_a_reason(app: TestApp) {
        enrol(&app, TARO).await;
        let path = format!("/accounts/{}/factors", app.account(TARO));
        let page = app.get(&path, HANAKO).await.is(200).text();
        assert!(page.contains(TARO.name) && page.contains("登録済み"), "{page}");
        let removal = format!("{path}/removal");
        let page = app.post(&removal, HANAKO, &[("reason", " ")]).await.is(200).text();
        assert!(page.contains("id=\"reason-error\""), "{page}");
        assert!(own_factors(&app.ctx(TARO)).await.unwrap().totp);
        let form = [("reason", "電話をなくした。対面で確かめた")];
        app.post(&removal, HANAKO, &form).await.leads_to("/accounts?done=lost-taken");
        let left = own_factors(&app.ctx(TARO)).await.unwrap();
        assert_eq!((left.totp, left.passkeys, left.recovery_codes), (false, 0, 0));
        assert!(matches!(try_password(&app, TARO.email, PASSWORD).await, Ok(Entry::In(_))));
        let told = app.told(app.account(TARO), "identity.take-factors").await;
        assert_eq!((told[0]["totp"].clone(), told[0]["passkeys"].clone(), told[0]["recovery_codes"].clone()), (json!(true), json!(1), json!(10)));
        let why = app.rows("SELECT reason FROM audit_entries WHERE act = 'identity.take-factors'", &[]).await;
        assert_eq!((why.len(), why[0].text("reason").unwrap()), (1, form[0].1.to_owned()));
        assert_eq!(conflict(take_factors(&app.ctx(HANAKO), app.account(TARO), "x").await), "error-factors-none");
    }

    async fn all_sessions_devices_and_steps_of_that_person_end_and_nobody_elses(app: TestApp) {
        app.post("/sign-in", TARO, &[("email", TARO.email), ("password", PASSWORD)]).await.leads_to("/");
        enrol(&app, TARO).await;
        let Ok(Entry::SecondStep(step)) = try_password(&app, TARO.email, PASSWORD).await else { panic!("no second step") };
        app.hold_cookie(NOBODY, "rashin_step", &step);
        assert_eq!(app.count(DEVICES, &[]).await, 1);
        let token = app.token(TARO);
        take_factors(&app.ctx(HANAKO), app.account(TARO), "紛失").await.unwrap();
        assert_eq!(find_session(&app.ctx(NOBODY), &token).await.unwrap(), None);
        assert_eq!(app.count(DEVICES, &[]).await, 0);
        app.get("/sign-in/second-step", NOBODY).await.leads_to("/sign-in?done=begin-again");
        app.get("/me", HANAKO).await.is(200);
    }

    async fn the_person_is_told_at_every_sign_in_of_a_month(app: TestApp) {
        enrol(&app, TARO).await;
        take_factors(&app.ctx(HANAKO), app.account(TARO), "紛失").await.unwrap();
        let form = [("email", TARO.email), ("password", PASSWORD), ("next", "/units")];
        for _ in 0..2 {
            app.post("/sign-in", TARO, &form).await.leads_to("/units?done=factors-taken");
            assert!(app.get("/units?done=factors-taken", TARO).await.is(200).text().contains("もう一度登録"));
            assert!(app.get("/me", TARO).await.is(200).text().contains(&format!("管理者の{}さん", HANAKO.name)));
            app.clock.advance(29 * DAY_MS / 2);
        }
        let body = json!({ "email": TARO.email, "password": PASSWORD });
        let told = app.api(Method::POST, "/sessions", NOBODY, body.clone()).await.is(201).json();
        assert!(told["notice"].as_str().unwrap().contains("管理者"));
        app.clock.advance(DAY_MS);
        assert_eq!(own_factors_taken(&app.ctx(TARO)).await.unwrap(), None);
        assert!(app.api(Method::POST, "/sessions", NOBODY, body).await.is(201).json()["notice"].is_null());
        app.post("/sign-in", TARO, &form).await.leads_to("/units");
    }

    async fn only_an_administrator_of_the_same_tenant_may_and_nobody_for_themselves(app: TestApp) {
        for person in [TARO, HANAKO] {
            enrol(&app, person).await;
        }
        for person in [TARO, AUDITOR] {
            assert_eq!(forbidden(take_factors(&app.ctx(person), app.account(HANAKO), "x").await), "error-not-allowed");
        }
        not_found(take_factors(&app.ctx(OUTSIDER), app.account(TARO), "x").await);
        not_found(factors_of(&app.ctx(OUTSIDER), app.account(TARO)).await.map(|_| ()));
        not_found(take_factors(&app.ctx(HANAKO), "nobody", "x").await);
        assert_eq!(conflict(take_factors(&app.ctx(HANAKO), app.account(HANAKO), "x").await), "error-own-factors");
        assert!(own_factors(&app.ctx(HANAKO)).await.unwrap().totp);
        assert_eq!(factors_of(&app.ctx(AUDITOR), app.account(TARO)).await.unwrap().factors.passkeys, 1);
        // Another administrator may.
        take_factors(&app.ctx(KEEPER), app.account(HANAKO), "x").await.unwrap();
    }

    async fn it_wants_a_fresh_proof(app: TestApp) {
        enrol(&app, TARO).await;
        app.clock.advance(5 * MINUTE_MS + SECOND_MS);
        let path = format!("/accounts/{}/factors/removal", app.account(TARO));
        assert_eq!(app.api(Method::POST, &path, HANAKO, json!({ "reason": "x" })).await.is(403).json()["kind"], "proof");
        assert!(own_factors(&app.ctx(TARO)).await.unwrap().totp);
    }

    async fn the_api_does_the_same(app: TestApp) {
        enrol(&app, TARO).await;
        let path = format!("/accounts/{}/factors", app.account(TARO));
        let shown = app.api(Method::GET, &path, HANAKO, json!(null)).await.is(200).json();
        assert_eq!(shown, json!({ "totp": true, "passkeys": 1, "recovery_codes": 10 }));
        let removal = format!("{path}/removal");
        app.api(Method::POST, &removal, HANAKO, json!({ "reason": "" })).await.is(422);
        let done = app.api(Method::POST, &removal, HANAKO, json!({ "reason": "紛失" })).await.is(200).json();
        assert_eq!(done, json!({ "mailed": false }));
        app.api(Method::POST, &removal, HANAKO, json!({ "reason": "紛失" })).await.is(409);
        assert_eq!(faults(take_factors(&app.ctx(HANAKO), app.account(TARO), "").await), [("reason".into(), "error-reason")]);
    }
}
