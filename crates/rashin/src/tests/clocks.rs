//! A clock that jumps by ten years, either way: nothing that was used, ended or ran out counts again, what is not of that
//! time does not count there, and when the clock is right again nothing is lost.

use axum::http::Method;
use platform::Error;
use serde_json::json;

use super::testing::{
    DAY_MS, HANAKO, HOUR_MS, JIRO, KEEPER, NOBODY, PASSWORD, SECOND_MS, TARO, TestApp, conflict, not_found, on_both,
};
use crate::access::{decide, list_consents};
use crate::federation::{NewToken, Purpose, find_machine, make_token, revoke_token};
use crate::identity::passkeys::{Site, begin_sign_in, finish_sign_in};
use crate::identity::{self, Door, Entry, begin_totp, confirm_totp, find_session, link, second_step, totp};
use crate::organisation::close_unit;
use crate::organisation::roles::STAFF;

const TEN_YEARS_MS: i64 = 3652 * DAY_MS;

/// Ten years on, then ten years before now, then back again.
const TIMES: [(i64, &str); 3] = [(TEN_YEARS_MS, "later"), (-2 * TEN_YEARS_MS, "earlier"), (TEN_YEARS_MS, "now")];

async fn is_machine(app: &TestApp, secret: &str) -> bool {
    find_machine(&app.ctx(NOBODY), secret, Purpose::Api).await.unwrap().is_some()
}

fn wish(app: &TestApp) -> NewToken {
    NewToken {
        name: "x".into(),
        purpose: "api".into(),
        role: STAFF.into(),
        unit_id: app.company.clone(),
        acts: vec!["assessment.read".into()],
        days: 30,
    }
}

on_both! {
    async fn what_is_good_now_counts_now_alone(app: TestApp) {
        let (nobody, hanako) = (app.ctx(NOBODY), app.ctx(HANAKO));
        let session = app.token(TARO);
        let invitation = identity::invite(&hanako, "a@example.jp", STAFF, &app.company).await.unwrap();
        let reset = identity::offer_reset(&hanako, app.account(TARO)).await.unwrap();
        let (_, machine) = make_token(&hanako, &wish(&app)).await.unwrap();
        let tables = "SELECT (SELECT COUNT(*) FROM accounts) + (SELECT COUNT(*) FROM grants) + (SELECT COUNT(*) FROM links) \
            + (SELECT COUNT(*) FROM password_resets) + (SELECT COUNT(*) FROM sessions) + (SELECT COUNT(*) FROM machine_tokens) AS n";
        let before = app.count(tables, &[]).await;
        for (by_ms, place) in TIMES {
            app.clock.advance(by_ms);
            let counts = place == "now";
            assert_eq!(find_session(&nobody, &session).await.unwrap().is_some(), counts, "session {place}");
            assert_eq!(link(&nobody, &invitation, "invitation").await.is_ok(), counts, "invitation {place}");
            assert_eq!(identity::reset(&nobody, &reset).await.is_ok(), counts, "reset {place}");
            assert_eq!(is_machine(&app, &machine).await, counts, "machine {place}");
        }
        assert_eq!(app.count(tables, &[]).await, before);
        app.get("/me", HANAKO).await.is(200);
    }

    async fn what_was_used_or_ended_never_counts_again(app: TestApp) {
        let (nobody, hanako) = (app.ctx(NOBODY), app.ctx(HANAKO));
        let invitation = identity::invite(&hanako, "a@example.jp", STAFF, &app.company).await.unwrap();
        let brought = identity::accept_invitation(&nobody, &invitation, "新人", PASSWORD).await.unwrap();
        identity::suspend(&hanako, &find_session(&nobody, &brought).await.unwrap().unwrap().account_id, "").await.unwrap();
        let reset = identity::offer_reset(&hanako, app.account(JIRO)).await.unwrap();
        identity::take_reset(&nobody, &reset, "a quiet river 7").await.unwrap();
        let (token, machine) = make_token(&hanako, &wish(&app)).await.unwrap();
        revoke_token(&hanako, &token.id).await.unwrap();
        let session = app.token(TARO);
        app.post("/sign-out", TARO, &[]).await;
        for (by_ms, place) in TIMES {
            app.clock.advance(by_ms);
            for ended in [&session, &brought] {
                assert!(find_session(&nobody, ended).await.unwrap().is_none(), "session {place}");
            }
            not_found(link(&nobody, &invitation, "invitation").await);
            not_found(identity::reset(&nobody, &reset).await);
            assert!(!is_machine(&app, &machine).await, "machine {place}");
            let body = json!({ "email": "a@example.jp", "password": PASSWORD });
            assert_eq!(app.api(Method::POST, "/sessions", NOBODY, body).await.status, 422, "suspended {place}");
        }
    }

    async fn what_ran_out_counts_neither_later_nor_earlier(app: TestApp) {
        let (nobody, hanako) = (app.ctx(NOBODY), app.ctx(HANAKO));
        let session = app.token(TARO);
        let invitation = identity::invite(&hanako, "a@example.jp", STAFF, &app.company).await.unwrap();
        let reset = identity::offer_reset(&hanako, app.account(TARO)).await.unwrap();
        let (_, machine) = make_token(&hanako, &wish(&app)).await.unwrap();
        app.clock.advance(40 * DAY_MS);
        for (by_ms, place) in TIMES {
            app.clock.advance(by_ms);
            assert!(find_session(&nobody, &session).await.unwrap().is_none(), "session {place}");
            not_found(link(&nobody, &invitation, "invitation").await);
            not_found(identity::reset(&nobody, &reset).await);
            assert!(!is_machine(&app, &machine).await, "machine {place}");
        }
    }

    async fn steps_of_signing_in_are_of_their_minutes_and_codes_of_their_half_minute(app: TestApp) {
        let secret = begin_totp(&app.ctx(TARO)).await.unwrap().secret;
        let now = || totp::code_at(&secret, app.app.system().now_ms());
        let used = now();
        confirm_totp(&app.ctx(TARO), &used, "").await.unwrap();
        let (nobody, door) = (app.ctx(NOBODY), Door::default());
        let site = Site::needed("http://localhost:8650").unwrap();
        let begin = async || match identity::sign_in(&nobody, TARO.email, PASSWORD, &door).await.unwrap() {
            Entry::SecondStep(step) => step,
            Entry::In(_) => panic!("no second step"),
        };
        let step = begin().await;
        let ceremony = begin_sign_in(&nobody, &site, None, &door).await.unwrap().ticket;
        let response = json!({ "authenticatorData": "AAAA", "clientDataJSON": "AAAA", "signature": "AAAA", "userHandle": null });
        let forged = json!({ "id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": response, "extensions": {} });
        for (by_ms, place) in TIMES {
            app.clock.advance(by_ms);
            if place != "now" {
                not_found(second_step(&nobody, &step, &now(), &door).await.map(|_| ()));
                let credential = serde_json::from_value(forged.clone()).unwrap();
                not_found(finish_sign_in(&nobody, &site, &ceremony, None, &credential, &door).await.map(|_| ()));
            }
            // The code that was used works nowhere, with no step.
            let fresh = begin().await;
            assert!(matches!(second_step(&nobody, &fresh, &used, &door).await, Err(Error::Invalid(_))), "{place}");
            app.clock.advance(2 * SECOND_MS);
        }
        app.clock.advance(60 * SECOND_MS);
        second_step(&nobody, &begin().await, &now(), &door).await.unwrap();
    }

    async fn a_consent_is_of_its_week_and_counts_once(app: TestApp) {
        let close = async || close_unit(&app.ctx(HANAKO), &app.company, true, "統合").await;
        close_unit(&app.ctx(HANAKO), &app.department, true, "").await.unwrap();
        assert_eq!(conflict(close().await), "error-needs-consent");
        let id = list_consents(&app.ctx(KEEPER)).await.unwrap().remove(0).id;
        decide(&app.ctx(KEEPER), &id, true, "").await.unwrap();
        for by_ms in [TEN_YEARS_MS, -2 * TEN_YEARS_MS] {
            app.clock.advance(by_ms);
            assert_eq!(conflict(close().await), "error-needs-consent", "{by_ms}");
        }
        app.clock.advance(TEN_YEARS_MS + HOUR_MS);
        close().await.unwrap();
        close_unit(&app.ctx(HANAKO), &app.company, false, "").await.unwrap();
        for (by_ms, place) in TIMES {
            app.clock.advance(by_ms);
            assert_eq!(conflict(close().await), "error-needs-consent", "{place}");
        }
    }
}
