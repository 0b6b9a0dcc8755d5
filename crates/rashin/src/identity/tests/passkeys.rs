//! Ceremonies of passkeys from the server's side: how many may be begun, and what a wrong answer costs. The browser's part
//! is played in the browser's own tests.

use axum::body::Body;
use axum::http::{Request, header};
use platform::Error;
use serde_json::json;

use crate::access::enter_gathered;
use crate::identity::Door;
use crate::identity::passkeys::{Site, begin_proof, begin_registration, begin_sign_in, finish_proof, finish_sign_in};
use crate::testing::{DAY_MS, HANAKO, MINUTE_MS, NOBODY, PASSWORD, Reply, SECOND_MS, TARO, TestApp, on_both};

const OPEN: &str = "SELECT COUNT(*) AS n FROM tickets";

fn site() -> Site {
    Site::needed("http://localhost:8650").unwrap()
}

fn door(source: &str) -> Door {
    Door { source: source.to_owned(), ..Door::default() }
}

async fn begin(app: &TestApp, door: &Door) -> Result<String, Error> {
    begin_sign_in(&app.ctx(NOBODY), &site(), None, door).await.map(|begun| begun.ticket)
}

/// Begins a ceremony as the script of the page does.
async fn begin_by_page(app: &TestApp) -> Reply {
    let request = Request::post("/sign-in/passkey/ceremony")
        .header(header::CONTENT_TYPE, "application/json")
        .header("sec-fetch-site", "same-origin");
    app.send(request.body(Body::from("{}")).unwrap()).await
}

#[track_caller]
fn waits<T>(outcome: Result<T, Error>) -> String {
    match outcome {
        Err(Error::TooMany(message)) => format!("{} {}", message.key, message.args["seconds"]),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("let in"),
    }
}

/// An answer of an authenticator nobody registered.
fn forged<T: serde::de::DeserializeOwned>() -> T {
    let response =
        json!({ "authenticatorData": "AAAA", "clientDataJSON": "AAAA", "signature": "AAAA", "userHandle": null });
    serde_json::from_value(
        json!({ "id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": response, "extensions": {} }),
    )
    .unwrap()
}

on_both! {
    async fn thirty_may_be_begun_from_one_place_in_five_minutes(app: TestApp) {
        for _ in 0..30 {
            begin_by_page(&app).await.is(200);
        }
        let refused = begin_by_page(&app).await.is(422).json();
        assert!(refused["message"].as_str().unwrap().contains("300"), "{refused}");
        assert_eq!(app.count(OPEN, &[]).await, 30);
        // Another place has its own budget, and so have passwords.
        begin(&app, &door("192.0.2.77")).await.unwrap();
        app.post("/sign-in", NOBODY, &[("email", TARO.email), ("password", PASSWORD)]).await.leads_to("/");
        app.clock.advance(5 * MINUTE_MS + 1);
        begin_by_page(&app).await.is(200);
        assert_eq!(app.count(OPEN, &[]).await, 32);
    }

    async fn a_network_of_ipv6_is_one_place(app: TestApp) {
        for host in 0..30 {
            begin(&app, &door(&format!("2001:db8:1:2::{host:x}"))).await.unwrap();
        }
        assert_eq!(waits(begin(&app, &door("2001:db8:1:2:ffff::1")).await), "error-too-often 300");
        begin(&app, &door("2001:db8:1:3::1")).await.unwrap();
    }

    async fn strangers_from_everywhere_fill_no_table_and_lock_no_owner_out(app: TestApp) {
        app.post("/sign-in", TARO, &[("email", TARO.email), ("password", PASSWORD)]).await.leads_to("/");
        let device = app.cookie(TARO, "rashin_device").unwrap();
        let known = Door { device, ..door("192.0.2.1") };
        let many = "INSERT INTO tickets (token_hash, purpose, account_id, content, made_at_ms, expires_at_ms) \
            SELECT 'x' || CAST(a.n * 50 + b.n AS TEXT), 'passkey-sign-in', NULL, '', $1, $2 \
            FROM (WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < 39) SELECT n FROM c) a, \
            (WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < 49) SELECT n FROM c) b";
        let now_ms = app.app.system().now_ms();
        app.damage(many, &[now_ms.into(), (now_ms + MINUTE_MS).into()]).await;
        assert_eq!(app.count(OPEN, &[]).await, 2000);
        // Nobody is refused for what others began: the oldest of theirs goes.
        app.clock.advance(SECOND_MS);
        let ticket = begin(&app, &door("198.51.100.7")).await.unwrap();
        begin(&app, &known).await.unwrap();
        assert_eq!(app.count(OPEN, &[]).await, 2000);
        let stranger = door("198.51.100.7");
        let finished = finish_sign_in(&app.ctx(NOBODY), &site(), &ticket, None, &forged(), &stranger).await.map(|_| ());
        assert!(matches!(finished, Err(Error::Invalid(_))), "what was begun last is still there");
    }

    async fn a_ceremony_of_a_clock_that_was_put_back_keeps_no_place(app: TestApp) {
        let ahead = "INSERT INTO tickets (token_hash, purpose, account_id, content, made_at_ms, expires_at_ms) \
            SELECT 'x' || CAST(a.n * 50 + b.n AS TEXT), 'passkey-sign-in', NULL, '', $1, $2 \
            FROM (WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < 39) SELECT n FROM c) a, \
            (WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < 49) SELECT n FROM c) b";
        let later_ms = app.app.system().now_ms() + 3650 * DAY_MS;
        app.damage(ahead, &[later_ms.into(), (later_ms + MINUTE_MS).into()]).await;
        for _ in 0..2 {
            begin(&app, &door("198.51.100.7")).await.unwrap();
        }
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM tickets WHERE token_hash NOT LIKE 'x%'", &[]).await, 2);
    }

    async fn a_ceremony_that_must_wait_leaves_a_trace(app: TestApp) {
        for _ in 0..31 {
            begin_registration(&app.ctx(TARO), &site()).await.ok();
            begin_by_page(&app).await;
        }
        assert_eq!(app.told(app.account(TARO), "access.refused").await, [json!({ "act": "identity.begin-passkey" })]);
        enter_gathered(&app.app.system(), &app.app.refusals, true).await.unwrap();
        assert_eq!(app.told("192.0.2.1", "access.refused-unknown").await[0]["count"], 1);
    }

    async fn wrong_answers_wait_and_a_known_device_waits_for_its_own_alone(app: TestApp) {
        app.post("/sign-in", TARO, &[("email", TARO.email), ("password", PASSWORD)]).await.leads_to("/");
        let known = Door { device: app.cookie(TARO, "rashin_device").unwrap(), ..door("192.0.2.8") };
        let ticket = begin(&app, &door("192.0.2.8")).await.unwrap();
        let finish = async |door: &Door| finish_sign_in(&app.ctx(NOBODY), &site(), &ticket, None, &forged(), door).await.map(|_| ());
        assert!(matches!(finish(&door("192.0.2.8")).await, Err(Error::Invalid(_))));
        assert_eq!(waits(finish(&door("192.0.2.8")).await), "error-too-many 1");
        // From the same place, but known.
        assert!(matches!(finish(&known).await, Err(Error::Invalid(_))));
        app.clock.advance(SECOND_MS);
        assert!(matches!(finish(&door("192.0.2.8")).await, Err(Error::Invalid(_))));
        // What was never begun costs nothing and opens nothing.
        let never = finish_sign_in(&app.ctx(NOBODY), &site(), "never", None, &forged(), &door("192.0.2.9")).await.map(|_| ());
        assert!(matches!(never, Err(Error::NotFound)));
    }

    async fn ceremonies_within_a_session_have_a_budget_of_the_account(app: TestApp) {
        for _ in 0..30 {
            begin_registration(&app.ctx(TARO), &site()).await.unwrap();
        }
        assert_eq!(waits(begin_registration(&app.ctx(TARO), &site()).await), "error-too-often 300");
        begin_registration(&app.ctx(HANAKO), &site()).await.unwrap();
        assert!(matches!(begin_proof(&app.ctx(HANAKO), &site()).await, Err(Error::Conflict(_))));
        assert!(matches!(finish_proof(&app.ctx(HANAKO), &site(), "never", &forged(), "").await, Err(Error::NotFound)));
    }
}
