//! Laws of the way in and of every answer, seen from outside, over the list of all routes.

use axum::body::Body;
use axum::http::{Method, Request, header};
use serde_json::json;

use super::matrix::{Things, all_routes, ask};
use super::testing::{AUDITOR, HANAKO, KEEPER, NOBODY, PASSWORD, Reply, SECOND_MS, TARO, TestApp, on_both};
use crate::identity::{self, begin_totp, confirm_totp, suspend, take_factors, take_reset, totp};

/// What somebody reaches who must register a second factor first, besides what is open to everybody.
const HELD_REACH: [&str; 17] = [
    "DELETE /api/v1/sessions/current",
    "GET /api/v1/factors",
    "GET /api/v1/sessions/current",
    "GET /me",
    "GET /me/proof",
    "GET /me/totp",
    "POST /api/v1/factors/totp",
    "POST /api/v1/sessions/current/proof",
    "POST /me/passkeys",
    "POST /me/passkeys/ceremony",
    "POST /me/proof",
    "POST /me/proof/form",
    "POST /me/totp",
    "POST /me/totp/confirmation",
    // A provider that vouches meets the demand, so an account may be linked with it.
    "POST /sign-in/sso/{id}/link",
    "POST /sign-out",
    "PUT /api/v1/factors/totp",
];

/// As every answer, and moreover kept by nobody.
#[track_caller]
fn is_guarded(reply: &Reply, what: &str) {
    super::front_door::is_guarded(reply, what);
    let kept: Vec<_> = reply.headers.get_all("cache-control").iter().collect();
    assert_eq!(kept, ["no-store"], "{what}");
    assert!(!reply.header("content-security-policy").contains("'unsafe"), "{what}");
}

fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path).header(header::HOST, "localhost:8650");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body.to_owned())).unwrap()
}

/// All routes with their holes filled; those that end the asker's session are left out.
async fn filled(app: &TestApp) -> Vec<(String, String)> {
    let things = Things::of(app).await;
    let ends =
        |method: &str, path: &str| path == "/sign-out" || (method == "DELETE" && path.ends_with("/sessions/current"));
    let routes = all_routes().into_iter().filter(|(method, path)| !ends(method, path));
    routes.map(|(method, path)| (method, things.fill(&path))).collect()
}

async fn is_in(app: &TestApp, token: &str) -> bool {
    let cookie = format!("rashin_session={token}");
    let page = app.send(request("GET", "/me", &[("cookie", &cookie)], "")).await.status.as_u16();
    let bearer = format!("Bearer {token}");
    let api =
        app.send(request("GET", "/api/v1/sessions/current", &[("authorization", &bearer)], "")).await.status.as_u16();
    assert_eq!(page == 200, api == 200);
    page == 200
}

on_both! {
    async fn no_writing_route_takes_what_another_site_sends(app: TestApp) {
        let cookie = format!("rashin_session={}", app.token(HANAKO));
        let routes = filled(&app).await;
        let entries = "SELECT COUNT(*) AS n FROM audit_entries WHERE act <> 'access.refused'";
        let refused = "SELECT COUNT(*) AS n FROM audit_entries WHERE act = 'access.refused'";
        let before = app.count(entries, &[]).await;
        let foreign = [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("sec-fetch-site", ""),
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("origin", "http://localhost:8650.evil.example"),
            ("origin", "http://evil-localhost:8650"),
            ("origin", "http://localhost:86500"),
            ("origin", "http://localhost"),
            ("origin", "http://localhost:8650@evil.example"),
            ("x-nothing", "neither of the two"),
        ];
        let mut asked = 0;
        for (method, path) in routes.iter().filter(|(method, _)| method != "GET") {
            for (name, value) in foreign {
                for kind in ["application/x-www-form-urlencoded", "application/json", "text/plain"] {
                    let headers = [(name, value), ("cookie", cookie.as_str()), ("content-type", kind)];
                    let reply = app.send(request(method, path, &headers, "reason=x")).await;
                    assert_eq!(reply.status.as_u16(), 403, "{method} {path} {name}: {value}");
                    asked += 1;
                }
            }
        }
        assert!(asked > 2000, "{asked}");
        assert_eq!(app.count(entries, &[]).await, before);
        // Each leaves one trace: in the person's log, or counted by source where the session was not even looked for.
        crate::access::enter_gathered(&app.app.system(), &app.app.refusals, true).await.unwrap();
        let counted = app.told("192.0.2.1", "access.refused-unknown").await[0]["count"].as_i64().unwrap();
        assert_eq!(app.count(refused, &[]).await + counted, asked);
        app.get("/me", HANAKO).await.is(200);
    }

    async fn a_machine_or_a_script_with_its_own_token_is_no_other_site(app: TestApp) {
        let bearer = format!("Bearer {}", app.token(HANAKO));
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let body = json!({ "name": "x", "acts": ["assessment.read"] }).to_string();
        app.send(request("POST", "/api/v1/roles", &headers, &body)).await.is(201);
        // A browser's own page says where it comes from, in either way.
        let cookie = format!("rashin_session={}", app.token(HANAKO));
        for own in [("sec-fetch-site", "same-origin"), ("origin", "http://localhost:8650")] {
            let headers = [own, ("cookie", cookie.as_str()), ("content-type", "application/x-www-form-urlencoded")];
            let name = format!("role_name=x{}&acts=assessment.read", own.0);
            app.send(request("POST", "/access/roles", &headers, &name)).await.leads_to("/access/roles?done=role-made");
        }
    }

    async fn every_answer_of_every_route_is_guarded(app: TestApp) {
        let routes = filled(&app).await;
        let session = format!("rashin_session={}", app.token(AUDITOR));
        let mut seen = std::collections::BTreeSet::new();
        for (method, path) in &routes {
            for cookie in ["", session.as_str()] {
                for body in ["", "{", "x=1"] {
                    let kind = if body == "{" { "application/json" } else { "application/x-www-form-urlencoded" };
                    let headers = [("cookie", cookie), ("sec-fetch-site", "same-origin"), ("content-type", kind)];
                    let reply = app.send(request(method, path, &headers, body)).await;
                    assert!(!reply.status.is_server_error(), "{method} {path} {}", reply.status);
                    seen.insert(reply.status.as_u16());
                    is_guarded(&reply, &format!("{method} {path} {}", reply.status));
                }
            }
            let traced = app.send(request("TRACE", path, &[("cookie", &session)], "")).await.is(405);
            is_guarded(&traced, &format!("TRACE {path}"));
            assert!(!traced.text().contains(&app.token(AUDITOR)), "{path} tells what it was sent");
        }
        for status in [200, 303, 400, 401, 403, 404, 415, 422] {
            assert!(seen.contains(&status), "{status} was not seen: {seen:?}");
        }
    }

    async fn refusals_of_every_kind_are_guarded_in_pages_and_api(app: TestApp) {
        let large = "a".repeat(600 * 1024);
        let wrong = json!({ "email": TARO.email, "password": "wrong password" });
        app.api(Method::POST, "/sessions", NOBODY, wrong.clone()).await.is(422);
        let taro = format!("/accounts/{}", app.account(TARO));
        let many = app.api(Method::POST, "/sessions", NOBODY, wrong).await;
        let conflict = app.api(Method::POST, &format!("{taro}/factors/removal"), HANAKO, json!({ "reason": "x" })).await;
        let sized = app.api(Method::POST, "/units", HANAKO, json!(large)).await;
        let pages = [
            (401, app.api(Method::GET, "/units", NOBODY, json!(null)).await),
            (403, app.get("/accounts", TARO).await),
            (404, app.get("/units/nowhere/nothing", HANAKO).await),
            (405, app.send(request("PUT", "/units", &[], "")).await),
            (409, app.post(&format!("{taro}/factors/removal"), HANAKO, &[("reason", "x")]).await),
            (409, conflict),
            (413, sized),
            (413, app.post("/sign-in", NOBODY, &[("email", &large), ("password", "x")]).await),
            (429, many),
        ];
        for (status, reply) in pages {
            is_guarded(&reply, &status.to_string());
            reply.is(status);
        }
        app.lose("unit_closures").await;
        is_guarded(&app.get("/units", HANAKO).await.is(500), "500");
        is_guarded(&app.api(Method::GET, "/units", HANAKO, json!(null)).await.is(500), "500");
    }

    async fn what_ends_a_session_ends_it_on_every_server_at_the_next_request(app: TestApp) {
        let second = app.beside().await;
        let sign_in = async || {
            app.clock.advance(SECOND_MS);
            app.new_session(TARO).await;
            let token = app.token(TARO);
            assert!(is_in(&app, &token).await && is_in(&second, &token).await);
            token
        };
        let ended = async |token: String, why: &str| {
            assert!(!is_in(&second, &token).await, "{why} on the other server");
            assert!(!is_in(&app, &token).await, "{why}");
        };
        let token = sign_in().await;
        app.post("/sign-out", TARO, &[]).await;
        ended(token, "signing out").await;
        let token = sign_in().await;
        identity::change_password(&app.ctx(TARO), PASSWORD, "a quiet river 7", "").await.unwrap();
        ended(token, "a new password").await;
        let token = sign_in().await;
        let link = identity::offer_reset(&app.ctx(HANAKO), app.account(TARO)).await.unwrap();
        take_reset(&second.ctx(NOBODY), &link, "another quiet river").await.unwrap();
        ended(token, "a link for a new password").await;
        let token = sign_in().await;
        let secret = begin_totp(&app.ctx(TARO)).await.unwrap().secret;
        let code = totp::code_at(&secret, app.app.system().now_ms());
        confirm_totp(&app.ctx(TARO), &code, "").await.unwrap();
        ended(token, "a new factor").await;
        let token = sign_in().await;
        identity::renew_recovery_codes(&app.ctx(TARO), "").await.unwrap();
        ended(token, "new recovery codes").await;
        let token = sign_in().await;
        take_factors(&app.ctx(HANAKO), app.account(TARO), "x").await.unwrap();
        ended(token, "factors taken away").await;
        let token = sign_in().await;
        suspend(&app.ctx(HANAKO), app.account(TARO), "").await.unwrap();
        ended(token, "suspension").await;
        second.app.ground.db.close().await.unwrap();
    }

    async fn a_held_session_reaches_registering_a_factor_and_nothing_else(app: TestApp) {
        let routes: Vec<_> = {
            let things = Things::of(&app).await;
            all_routes().into_iter().map(|(method, path)| (things.fill(&path), method, path)).collect()
        };
        let key = "INSERT INTO passkeys (id, account_id, name, content, made_at_ms, used_at_ms) VALUES ('key', $1, 'PC', '{}', 1, NULL)";
        app.damage(key, &[app.account(HANAKO).into()]).await;
        identity::demand_factors(&app.ctx(HANAKO), "administrators").await.unwrap();
        let entries = "SELECT COUNT(*) AS n FROM audit_entries";
        let (mut reached, mut refused, mut strange) = (Vec::new(), 0, Vec::new());
        for (filled, method, path) in &routes {
            let stranger = ask(&app, NOBODY, method, path, filled).await;
            let to_sign_in = stranger.header("location");
            let wants_session = stranger.status.as_u16() == 401 || to_sign_in == "/sign-in" || to_sign_in.starts_with("/sign-in?next=");
            let before = app.count(entries, &[]).await;
            let reply = ask(&app, KEEPER, method, path, filled).await;
            let by_page = reply.status.as_u16() == 303 && reply.header("location") == "/me";
            let by_api = reply.status.as_u16() == 403 && reply.json()["kind"] == "factor";
            let is_right = match (wants_session, by_page || by_api) {
                (true, true) => {
                    refused += 1;
                    by_api == path.starts_with("/api/") && app.count(entries, &[]).await == before
                }
                (true, false) => {
                    reached.push(format!("{method} {path}"));
                    true
                }
                // Open to everybody: to somebody held too.
                (false, held) => !held,
            };
            if !is_right {
                strange.push(format!("{method} {path}: {}", reply.status));
            }
        }
        assert_eq!(strange, Vec::<String>::new());
        reached.sort();
        assert_eq!(reached, HELD_REACH);
        assert!(refused > 120, "{refused}");
    }

    async fn a_token_is_256_random_bits_new_at_each_sign_in_and_kept_as_a_hash(app: TestApp) {
        let mut tokens = std::collections::BTreeSet::new();
        for _ in 0..5 {
            let old = app.token(TARO);
            app.post("/sign-in", TARO, &[("email", TARO.email), ("password", PASSWORD)]).await.leads_to("/");
            let token = app.token(TARO);
            assert_eq!(token.len(), 43, "32 bytes in base64");
            assert!(is_in(&app, &token).await && !is_in(&app, &old).await);
            tokens.insert(token);
        }
        assert_eq!(tokens.len(), 5);
        let kept = app.rows("SELECT token_hash AS t FROM sessions UNION ALL SELECT COALESCE(previous_hash, '') FROM sessions", &[]).await;
        for row in kept {
            let kept = row.text("t").unwrap();
            assert!(kept.is_empty() || (kept.len() == 64 && kept.chars().all(|sign| sign.is_ascii_hexdigit())), "{kept}");
            assert!(!is_in(&app, &kept).await, "what lies in the database opens nothing");
        }
    }

    async fn under_https_cookies_say_that_the_host_alone_has_set_them(app: TestApp) {
        let plain = app.post("/sign-in", TARO, &[("email", TARO.email), ("password", PASSWORD)]).await;
        assert!(plain.header("set-cookie").starts_with("rashin_session="));
        let safe = app.with(|inner| inner.public_url = "https://rashin.example.jp".into());
        let reply = safe.post("/sign-in", NOBODY, &[("email", TARO.email), ("password", PASSWORD)]).await;
        let cookies: Vec<String> = reply.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap().to_owned()).collect();
        assert_eq!(cookies.len(), 4, "{cookies:?}");
        for cookie in &cookies {
            assert!(cookie.starts_with("__Host-rashin_"), "{cookie}");
            assert!(cookie.contains("; Path=/;") && cookie.contains("; HttpOnly; SameSite=Lax") && cookie.ends_with("; Secure"), "{cookie}");
            assert!(!cookie.contains("Domain"), "{cookie}");
        }
        let token = cookies[0].split(['=', ';']).nth(1).unwrap();
        let with = async |name: &str| safe.send(request("GET", "/me", &[("cookie", &format!("{name}={token}"))], "")).await.status.as_u16();
        assert_eq!((with("__Host-rashin_session").await, with("rashin_session").await), (200, 303));
        for path in ["/preferences/language?to=en&back=/", "/sign-in/sso"] {
            let set = safe.get(path, NOBODY).await;
            let set = set.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap().to_owned());
            set.for_each(|cookie| assert!(cookie.starts_with("__Host-") && cookie.contains("; Secure"), "{cookie}"));
        }
        let english = safe.send(request("GET", "/sign-in", &[("cookie", "__Host-rashin_language=en")], "")).await;
        assert!(english.text().contains("<html lang=\"en\""));
    }
}
