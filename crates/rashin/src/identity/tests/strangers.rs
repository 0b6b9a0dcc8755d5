//! What somebody who is not signed in can learn or guess: nothing.

use axum::http::Method;
use platform::Ctx;
use serde_json::json;

use super::{faults, try_password};
use crate::identity::{begin_totp, confirm_totp, invite, link, offer_reset, reset, suspend, totp};
use crate::organisation::roles::STAFF;
use crate::testing::{DAY_MS, HANAKO, JIRO, KEEPER, NOBODY, PASSWORD, Reply, TARO, TestApp, on_both};

/// How often is guessed; the long form says more.
fn guesses() -> usize {
    std::env::var("RASHIN_GUESSES").ok().map_or(1000, |many| many.parse().unwrap())
}

fn random_token(ctx: &Ctx) -> String {
    super::super::sessions::new_token(ctx).unwrap()
}

/// All that an answer says, but for what was sent and so for its length.
fn said(reply: &Reply, sent: &[&str]) -> (u16, String, Vec<(String, String)>) {
    let plain = |text: &str| {
        sent.iter().fold(text.to_owned(), |text, part| {
            text.replace(part, "SENT").replace(&crate::face::page::encode(part), "SENT")
        })
    };
    let headers = reply.headers.iter().filter(|(name, _)| *name != "content-length");
    let headers = headers.map(|(name, value)| (name.to_string(), plain(value.to_str().unwrap())));
    (reply.status.as_u16(), plain(&reply.text()), headers.collect())
}

on_both! {
    async fn nobody_learns_at_the_door_whether_an_account_exists(app: TestApp) {
        // With a second factor, suspended, plain, and none at all.
        let secret = begin_totp(&app.ctx(KEEPER)).await.unwrap().secret;
        let code = totp::code_at(&secret, app.app.system().now_ms());
        confirm_totp(&app.ctx(KEEPER), &code, "").await.unwrap();
        suspend(&app.ctx(HANAKO), app.account(JIRO), "").await.unwrap();
        let (mut pages, mut answers, mut ways) = (Vec::new(), Vec::new(), Vec::new());
        for email in [TARO.email, KEEPER.email, JIRO.email, "nobody@example.jp", "x@nowhere.example"] {
            app.clock.advance(DAY_MS + 1);
            let page = app.post("/sign-in", NOBODY, &[("email", email), ("password", "wrong password")]).await;
            pages.push(said(&page, &[email]));
            app.clock.advance(DAY_MS + 1);
            let body = json!({ "email": email, "password": "wrong password", "code": "123456" });
            answers.push(said(&app.api(Method::POST, "/sessions", NOBODY, body).await, &[email]));
            ways.push(said(&app.get(&format!("/sign-in/sso?email={email}"), NOBODY).await, &[email]));
        }
        for alike in [pages, answers, ways] {
            assert!(alike.iter().all(|one| *one == alike[0]), "{alike:#?}");
        }
    }

    async fn waiting_tells_no_more_of_an_account_than_of_none(app: TestApp) {
        let mut answers = Vec::new();
        for email in [TARO.email, "nobody@example.jp"] {
            app.clock.advance(DAY_MS + 1);
            let body = json!({ "email": email, "password": "wrong password" });
            let mut row = Vec::new();
            for _ in 0..3 {
                row.push(said(&app.api(Method::POST, "/sessions", NOBODY, body.clone()).await, &[email]));
            }
            answers.push(row);
        }
        assert_eq!(answers[0], answers[1]);
        assert_eq!(answers[0][1].0, 429);
    }

    async fn a_ceremony_begins_alike_for_everybody(app: TestApp) {
        // No address is asked for, so there is nothing to tell; only what is drawn anew each time differs.
        let mut begun = Vec::new();
        for person in [NOBODY, TARO] {
            let site = crate::identity::passkeys::Site::needed("http://localhost:8650").unwrap();
            let door = crate::identity::Door { source: format!("192.0.2.{}", begun.len()), ..Default::default() };
            let mut options = crate::identity::passkeys::begin_sign_in(&app.ctx(person), &site, None, &door).await.unwrap().options;
            options["publicKey"]["challenge"] = json!("");
            begun.push(options);
        }
        assert_eq!(begun[0], begun[1]);
        assert_eq!(begun[0]["publicKey"]["allowCredentials"].as_array().map_or(0, Vec::len), 0);
    }

    async fn guesses_of_links_hit_nothing(app: TestApp) {
        let invitation = invite(&app.ctx(HANAKO), "a@example.jp", STAFF, &app.company).await.unwrap();
        let password = offer_reset(&app.ctx(HANAKO), app.account(TARO)).await.unwrap();
        let system = app.app.system();
        let (mut hits, mut last) = (0, None);
        for number in 0..guesses() {
            // A third are near misses of real ones: one sign changed.
            let guess = if number % 3 == 0 {
                let real = if number % 2 == 0 { &invitation } else { &password };
                let at = number / 6 % real.len();
                let other = if real.as_bytes()[at] == b'A' { "B" } else { "A" };
                format!("{}{other}{}", &real[..at], &real[at + 1..])
            } else {
                random_token(&system)
            };
            let path = ["setup", "invitations", "password-resets"][number / 2 % 3];
            let path = format!("/{path}/{guess}");
            let answer = app.get(&path, NOBODY).await;
            hits += i32::from(answer.status != 404);
            let answer = said(&answer, &[&path]);
            assert!(last.is_none_or(|last| last == answer), "{answer:?}");
            last = Some(answer);
        }
        println!("{} guesses, {hits} hits", guesses());
        assert_eq!(hits, 0);
        link(&app.ctx(NOBODY), &invitation, "invitation").await.unwrap();
        reset(&app.ctx(NOBODY), &password).await.unwrap();
    }

    async fn the_api_tells_of_no_link_either(app: TestApp) {
        let system = app.app.system();
        let mut answers = Vec::new();
        for _ in 0..20 {
            let token = random_token(&system);
            for (path, body) in [
                ("/invitations/acceptance", json!({ "token": token, "name": "x", "password": PASSWORD })),
                ("/password-resets", json!({ "token": token, "password": PASSWORD })),
                ("/setup", json!({ "token": token, "organisation": "x", "kind": "company", "name": "x", "email": "x@example.jp", "password": PASSWORD })),
            ] {
                answers.push(said(&app.api(Method::POST, path, NOBODY, body).await, &[]));
            }
        }
        assert!(answers.iter().all(|one| *one == answers[0]), "{answers:#?}");
        assert_eq!(answers[0].0, 404);
        faults(try_password(&app, "x@example.jp", PASSWORD).await);
    }
}
