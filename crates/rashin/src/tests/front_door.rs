//! What holds for every answer, whoever asks and for whatever.

use std::sync::{Arc, Mutex, OnceLock};

use axum::body::Body;
use axum::http::{Method, Request, header};
use serde_json::json;

use super::coverage::operations;
use super::sources::page_routes;
use super::testing::{AUDITOR, HANAKO, NOBODY, OUTSIDER, PASSWORD, Reply, TARO, TestApp, on_both};
use crate::assessment;

const ALWAYS: [(&str, &str); 5] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

#[track_caller]
pub(super) fn is_guarded(reply: &Reply, what: &str) {
    for (name, value) in ALWAYS {
        assert_eq!(reply.header(name), value, "{what}");
    }
    assert!(reply.header("strict-transport-security").starts_with("max-age=31536000"), "{what}");
    assert!(reply.header("permissions-policy").contains("camera=()"), "{what}");
    let policy = reply.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") || policy.starts_with("sandbox"), "{what}: {policy}");
    assert!(!policy.contains("script-src 'unsafe") && !policy.contains("unsafe-eval"), "{what}: {policy}");
    assert!(!reply.header("cache-control").is_empty(), "{what}");
}

/// What the program writes into its own log; one ear for all tests of a process.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<u8>>>);

impl Heard {
    fn listen() -> Self {
        static EAR: OnceLock<Heard> = OnceLock::new();
        let ear = EAR.get_or_init(|| {
            let heard = Self::default();
            let writer = heard.clone();
            tracing_subscriber::fmt().with_writer(move || writer.clone()).with_ansi(false).init();
            heard
        });
        ear.clone()
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl std::io::Write for Heard {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Routes of pages with their holes filled by `id`.
fn routes(id: &str) -> Vec<(Method, String)> {
    let fill = |path: &str| {
        path.split('/').map(|part| if part.starts_with('{') { id } else { part }).collect::<Vec<_>>().join("/")
    };
    let routes = page_routes()
        .into_iter()
        .flat_map(|(path, methods)| methods.into_iter().map(move |method| (method, path.clone())));
    routes.map(|(method, path)| (Method::from_bytes(method.as_bytes()).unwrap(), fill(&path))).collect()
}

fn request(method: &Method, path: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path).header(header::HOST, "localhost:8650");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::empty()).unwrap()
}

on_both! {
    async fn every_route_is_guarded_by_headers(app: TestApp) {
        let all = routes("0");
        assert!(all.len() > 20, "{all:?}");
        for (method, path) in all {
            let cookie = format!("rashin_session={}", app.token(HANAKO));
            for headers in [vec![], vec![("cookie", cookie.as_str())]] {
                if path == "/sign-out" && !headers.is_empty() {
                    continue;
                }
                let reply = app.send(request(&method, &path, &headers)).await;
                is_guarded(&reply, &format!("{method} {path} {}", reply.status));
                assert!(!reply.status.is_server_error(), "{method} {path} {}", reply.text());
            }
        }
    }

    async fn failures_of_every_kind_are_guarded_and_have_a_face(app: TestApp) {
        let large = "a".repeat(600 * 1024);
        for (status, reply) in [
            (404, app.get("/nowhere", HANAKO).await),
            (404, app.get("/units/../nowhere", HANAKO).await),
            (404, app.get("/static/nowhere.css", NOBODY).await),
            (405, app.send(request(&Method::DELETE, "/units", &[])).await),
            (413, app.post("/sign-in", NOBODY, &[("email", &large), ("password", "x")]).await),
            (422, app.post("/sign-in", NOBODY, &[("email", "x")]).await),
            (400, app.get("/setup/%ff", HANAKO).await),
        ] {
            is_guarded(&reply, &status.to_string());
            let page = reply.is(status);
            assert!(page.header("content-type").starts_with("text/html"), "{status} {}", page.header("content-type"));
            assert!(page.text().contains("href=\"/\"") && !page.text().contains('⟦'), "{status}");
        }
        let refused = app.send(request(&Method::DELETE, "/units", &[])).await;
        assert!(refused.header("allow").contains("GET"));
    }

    async fn the_api_tells_its_failures_as_problems(app: TestApp) {
        let token = format!("Bearer {}", app.token(HANAKO));
        let send = async |method: Method, path: &str, kind: &str, body: String| {
            let mut request = Request::builder().method(method).uri(path).header(header::AUTHORIZATION, &token);
            if !kind.is_empty() {
                request = request.header(header::CONTENT_TYPE, kind);
            }
            app.send(request.body(Body::from(body)).unwrap()).await
        };
        let json_kind = "application/json";
        for (status, kind, reply) in [
            (404, "not-found", send(Method::GET, "/api/v1/nowhere", "", String::new()).await),
            (405, "method", send(Method::PATCH, "/api/v1/units", "", String::new()).await),
            (413, "too-large", send(Method::POST, "/api/v1/units", json_kind, format!("\"{}\"", "a".repeat(600 * 1024))).await),
            (400, "invalid", send(Method::POST, "/api/v1/units", json_kind, "{".to_owned()).await),
            (422, "invalid", send(Method::POST, "/api/v1/units", json_kind, "{}".to_owned()).await),
            (415, "invalid", send(Method::POST, "/api/v1/units", "text/plain", "{}".to_owned()).await),
            (401, "sign-in", app.api(Method::GET, "/units", NOBODY, json!(null)).await),
        ] {
            is_guarded(&reply, &status.to_string());
            let problem = reply.is(status).json();
            assert_eq!(problem["kind"], kind);
            assert_eq!(problem["faults"][0]["field"] == "body", kind == "invalid", "{problem}");
            assert!(!problem["message"].as_str().unwrap().contains('⟦'));
        }
    }

    async fn our_own_faults_show_a_reference_and_no_cause(app: TestApp) {
        app.lose("unit_closures").await;
        let page = app.get("/units", HANAKO).await.is(500);
        is_guarded(&page, "500");
        assert!(!page.text().contains("unit_closures") && page.text().contains("<code>"));
        let problem = app.api(Method::GET, "/units", HANAKO, json!(null)).await.is(500).json();
        assert_eq!(problem["kind"], "internal");
        assert_eq!(problem["reference"].as_str().unwrap().len(), 10);
        assert!(!problem.to_string().contains("unit_closures"));
    }

    async fn a_fault_in_finding_the_session_has_a_face_too(app: TestApp) {
        app.lose("account_suspensions").await;
        let page = app.get("/units", HANAKO).await.is(500);
        is_guarded(&page, "500");
        assert!(page.text().contains("<code>"), "{}", page.text());
        assert_eq!(app.api(Method::GET, "/units", HANAKO, json!(null)).await.is(500).json()["kind"], "internal");
    }

    async fn no_secret_of_an_address_stands_in_the_servers_own_log(app: TestApp) {
        let heard = Heard::listen();
        let secret = "S3cret".repeat(8);
        app.lose("links").await;
        app.lose("password_resets").await;
        for (method, path) in routes(&secret) {
            app.send(request(&method, &path, &[("sec-fetch-site", "same-origin")])).await;
        }
        for way in ["/setup/{token}", "/invitations/{token}", "/password-resets/{token}"] {
            assert!(heard.text().contains(way), "{way} did not fail:\n{}", heard.text());
        }
        // Before a route is asked, every one of them can fail in finding the session.
        app.lose("account_suspensions").await;
        let cookie = format!("rashin_session={}", app.token(HANAKO));
        let before = heard.text().matches("internal failure").count();
        for (method, path) in routes(&secret) {
            app.send(request(&method, &path, &[("sec-fetch-site", "same-origin"), ("cookie", &cookie)])).await;
        }
        assert!(heard.text().matches("internal failure").count() >= before + routes("0").len() - 5);
        assert!(!heard.text().contains(&secret), "{}", heard.text());
    }

    async fn what_a_layer_turns_away_leaves_one_trace(app: TestApp) {
        let (session, silent) = (format!("rashin_session={}", app.token(TARO)), "SELECT COUNT(*) AS n FROM audit_entries WHERE act = 'access.refused'");
        // A form of another site in a browser that is signed in: in the person's log.
        app.send(request(&Method::POST, "/units", &[("sec-fetch-site", "cross-site"), ("cookie", &session)])).await.is(403);
        assert_eq!(app.count(silent, &[]).await, 1);
        assert_eq!(app.told("/units", "access.refused").await.len(), 1);
        // The same of nobody, and a cookie that came without saying whence: counted by source.
        app.send(request(&Method::POST, "/units", &[("sec-fetch-site", "cross-site")])).await.is(403);
        app.send(request(&Method::POST, "/units", &[("cookie", &session)])).await.is(403);
        // Guesses at links, by pages and by the API.
        app.get(&format!("/invitations/{}", "A".repeat(43)), NOBODY).await.is(404);
        app.api(Method::POST, "/password-resets", NOBODY, json!({ "token": "A", "password": PASSWORD })).await.is(404);
        // What is nowhere is no refusal.
        app.get("/nowhere", NOBODY).await.is(404);
        crate::access::enter_gathered(&app.app.system(), &app.app.refusals, true).await.unwrap();
        assert_eq!(app.told("192.0.2.1", "access.refused-unknown").await[0]["count"], 4);
        assert_eq!(app.count(silent, &[]).await, 1);
    }

    async fn forms_of_other_sites_are_refused_everywhere(app: TestApp) {
        let cookie = format!("rashin_session={}", app.token(HANAKO));
        for (method, path) in routes("0").into_iter().filter(|(method, _)| *method != Method::GET) {
            for strange in [
                ("sec-fetch-site", "cross-site"),
                ("sec-fetch-site", "same-site"),
                ("origin", "https://evil.example"),
                ("origin", "null"),
            ] {
                let reply = app.send(request(&method, &path, &[strange, ("cookie", &cookie)])).await.is(403);
                is_guarded(&reply, &path);
            }
        }
        for own in [("sec-fetch-site", "same-origin"), ("sec-fetch-site", "none"), ("origin", "http://localhost:8650")] {
            app.send(request(&Method::POST, "/accounts/0/suspension", &[own, ("cookie", &cookie)])).await.is(415);
        }
        // Faults that others shipped: an origin is not known by its beginning or its end.
        for alike in ["http://localhost:8650.evil.example", "http://evil-localhost:8650", "http://localhost:86501", "http://localhost"] {
            app.send(request(&Method::POST, "/accounts/0/suspension", &[("origin", alike), ("cookie", &cookie)])).await.is(403);
        }
        app.send(request(&Method::GET, "/units", &[("sec-fetch-site", "cross-site"), ("cookie", &cookie)])).await.is(200);
        app.get("/me", HANAKO).await.is(200);
    }

    async fn things_of_another_tenant_answer_as_missing_ones(app: TestApp) {
        let missing = "0".repeat(32);
        let theirs = [app.company.clone(), app.account(TARO).to_owned(), app.group.clone()];
        let routes = page_routes();
        let of_units_and_accounts = |path: &&String| path.starts_with("/units/") || path.starts_with("/accounts/");
        let form = [
            ("role", "staff"),
            ("unit", app.elsewhere.as_str()),
            ("unit_name", "x"),
            ("kind", "department"),
            ("parent", app.elsewhere.as_str()),
            ("version", "1"),
            ("closed", "yes"),
            ("suspended", "yes"),
        ];
        let takes_forms = |path: &&String| routes[*path].contains(&"POST");
        for path in routes.keys().filter(of_units_and_accounts).filter(|path| path.contains('{')).filter(takes_forms) {
            for id in &theirs {
                let fill = |id: &str| path.replace("{id}", id).replace("{grant}", "1");
                let one = app.post(&fill(id), OUTSIDER, &form).await.is(404);
                let other = app.post(&fill(&missing), OUTSIDER, &form).await.is(404);
                assert_eq!(one.text().replace(id, &missing), other.text(), "{path}");
                assert_eq!(one.headers, other.headers, "{path}");
            }
        }
        let edit = json!({ "parent_id": app.elsewhere, "kind": "company", "name": "x", "version": 1 });
        let grant = json!({ "role": "staff", "unit_id": app.elsewhere });
        for (method, path, body) in [
            (Method::PUT, "/units/ID", edit),
            (Method::PUT, "/units/ID/closure", json!(null)),
            (Method::DELETE, "/units/ID/closure", json!(null)),
            (Method::POST, "/accounts/ID/grants", grant),
            (Method::DELETE, "/accounts/ID/grants/1", json!(null)),
            (Method::PUT, "/accounts/ID/suspension", json!(null)),
            (Method::DELETE, "/accounts/ID/suspension", json!(null)),
        ] {
            for id in &theirs {
                let one = app.api(method.clone(), &path.replace("ID", id), OUTSIDER, body.clone()).await.is(404);
                let other = app.api(method.clone(), &path.replace("ID", &missing), OUTSIDER, body.clone()).await.is(404);
                assert_eq!((one.text(), one.headers), (other.text(), other.headers), "{path}");
            }
        }
    }

    async fn self_checks_of_another_tenant_answer_as_missing_ones(app: TestApp) {
        let theirs = assessment::create(&app.ctx(TARO), &app.company, "benchmark-25", "FY2026").await.unwrap();
        let missing = "0".repeat(32);
        let fill = |path: &str, id: &str| {
            let filled = path.replace("{id}", id).replace("{area}", "1").replace("{item}", "1-1");
            filled.replace("{file}", "f").replace("{question}", "staff").replace("/history", "/history?with=f")
        };
        let form = [("level.1-1", "3"), ("version.1-1", "0"), ("area", "1"), ("account", ""), ("reason", "x"), ("comment", ""), ("removed", "yes")];
        for (path, methods) in page_routes().into_iter().filter(|(path, _)| path.starts_with("/assessments/{id}")) {
            for method in methods {
                let ask = async |id: &str| match method {
                    "GET" => app.get(&fill(&path, id), OUTSIDER).await,
                    _ => app.post(&fill(&path, id), OUTSIDER, &form).await,
                };
                let (one, other) = (ask(&theirs).await, ask(&missing).await);
                assert_eq!(one.text().replace(&theirs, &missing), other.text(), "{path}");
                assert_eq!(one.header("location").replace(&theirs, &missing), other.header("location"), "{path}");
                assert_eq!((one.status, one.headers.len()), (other.status, other.headers.len()), "{path}");
                // Files are sent in another form; without script, a what-if leads on to the diagnosis.
                let other_form = method == "POST" && [400, 422].contains(&other.status.as_u16());
                assert!(other.status == 404 || other_form || other.status == 303, "{method} {path}: {}", other.status);
            }
        }
        let bodies = [
            ("/profile", json!({})),
            ("/items", json!([])),
            ("/items/{item}", json!({ "level": 3 })),
            ("/parts/{area}", json!({ "account_id": "x" })),
            ("/submission", json!({ "reason": "x" })),
            ("/approval", json!({ "comment": "" })),
            ("/what-if", json!({ "levels": {} })),
        ];
        for name in operations().keys().filter(|name| name.contains(" /assessments/{id}")) {
            let (method, path) = name.split_once(' ').unwrap();
            let body = bodies.iter().find(|(end, _)| path.ends_with(end) && method != "GET").map_or(json!(null), |(_, body)| body.clone());
            let ask = async |id: &str| {
                app.api(Method::from_bytes(method.as_bytes()).unwrap(), &fill(path, id), OUTSIDER, body.clone()).await
            };
            let (one, other) = (ask(&theirs).await, ask(&missing).await);
            assert!(other.status == 404 || path.ends_with("/evidence") || path.ends_with("/import"), "{name}: {}", other.status);
            assert_eq!((one.text(), one.status, one.headers), (other.text(), other.status, other.headers), "{name}");
        }
    }

    async fn a_page_asks_to_sign_in_and_comes_back(app: TestApp) {
        app.get("/audit-log?actor=a%20b", NOBODY).await.leads_to("/sign-in?next=/audit-log%3Factor%3Da%2520b");
        let form = [("email", HANAKO.email), ("password", PASSWORD), ("next", "/audit-log?actor=a%20b")];
        app.post("/sign-in", NOBODY, &form).await.leads_to("/audit-log?actor=a%20b");
    }

    async fn preferences_lead_back_to_this_server_only(app: TestApp) {
        for (back, to) in [("/units", "/units"), ("//evil.example", "/"), ("https://evil.example", "/"), ("", "/")] {
            let reply = app.get(&format!("/preferences/language?to=en&back={back}"), NOBODY).await;
            assert!(reply.header("set-cookie").starts_with("rashin_language=en; Path=/; SameSite=Lax"));
            reply.leads_to(to);
        }
        for (referer, to) in [("http://localhost:8650/units", "/units"), ("http://evil.example//evil.example/x", "/"), ("nonsense", "/")] {
            let request = Request::post("/preferences/theme")
                .header("referer", referer)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            app.send(request.body(Body::from("theme=dark")).unwrap()).await.leads_to(to);
        }
    }

    async fn an_announcement_is_one_of_ours(app: TestApp) {
        let announced = "<div class=\"notice ok\" role=\"status\">";
        assert!(app.get("/units?done=unit-added", HANAKO).await.is(200).text().contains(announced));
        for strange in ["nothing", "%3Cscript%3E", "title"] {
            let page = app.get(&format!("/units?done={strange}"), HANAKO).await.is(200).text();
            assert!(!page.contains(announced) && !page.contains("<script>"));
        }
    }

    async fn static_files_are_kept_by_the_browser(app: TestApp) {
        let file = app.get("/static/rashin.css", NOBODY).await.is(200);
        assert_eq!((file.header("content-type"), file.header("cache-control")), ("text/css; charset=utf-8", "public, no-cache"));
        let tag = file.header("etag").to_owned();
        let again = app.send(request(&Method::GET, "/static/rashin.css", &[("if-none-match", &tag)])).await.is(304);
        assert!(again.body.is_empty());
        is_guarded(&again, "304");
        app.get("/static/../Cargo.toml", NOBODY).await.is(404);
        app.get("/static/%2e%2e/Cargo.toml", NOBODY).await.is(404);
    }

    async fn what_people_type_is_shown_as_text(app: TestApp) {
        let name = "<script>alert(1)</script>\"'&";
        let form = [("unit_name", name), ("kind", "department"), ("parent", app.company.as_str())];
        app.post("/units", HANAKO, &form).await.leads_to("/units?done=unit-added");
        for path in ["/units", "/audit-log", "/accounts", "/audit-log?actor=%22%3E%3Cscript%3E"] {
            let page = app.get(path, HANAKO).await.is(200).text();
            assert!(!page.contains("<script>alert") && !page.contains("\"><script>"), "{path}");
        }
    }

    async fn answers_are_not_stored_by_the_browser(app: TestApp) {
        for path in ["/units", "/me", "/api/v1/units"] {
            assert_eq!(app.get(path, AUDITOR).await.is(200).header("cache-control"), "no-store");
        }
    }
}
