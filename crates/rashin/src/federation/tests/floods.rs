//! What anybody can send without an account: it locks nobody out and does not fill the log.

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use platform::Clock as _;

use super::coming::{back, begin, causes, set_up, visit, wish};
use super::provider::Provider;
use crate::access::enter_gathered;
use crate::testing::{HANAKO, MINUTE_MS, Reply, SECOND_MS, START_MS, TARO, TestApp, on_both};

async fn from(app: &TestApp, place: u8, path: &str) -> Reply {
    let mut request = Request::get(path).body(Body::empty()).unwrap();
    request.extensions_mut().insert(ConnectInfo(std::net::SocketAddr::from(([198, 51, 100, place], 40_000))));
    app.send_from(request).await
}

async fn entries(app: &TestApp) -> i64 {
    app.count("SELECT COUNT(*) AS n FROM audit_entries WHERE act LIKE 'federation.%sign-on'", &[]).await
}

async fn open(app: &TestApp) -> i64 {
    app.count("SELECT COUNT(*) AS n FROM sign_on_attempts", &[]).await
}

on_both! {
    async fn beginnings_are_counted_by_source(app: TestApp) {
        let provider = Provider::start(START_MS).await;
        let id = set_up(&app, HANAKO, &wish(&provider)).await;
        provider.keep("");
        let (path, begun) = (format!("/sign-in/sso/{id}"), entries(&app).await);
        for _ in 0..300 {
            from(&app, 1, &path).await.is(303);
        }
        for _ in 0..3 {
            from(&app, 1, &path).await.is(429);
        }
        assert_eq!((open(&app).await, entries(&app).await), (300, begun + 300));
        // Nobody else waits for that.
        from(&app, 2, &path).await.is(303);
        app.clock.advance(5 * MINUTE_MS + 1);
        from(&app, 1, &path).await.is(303);
    }

    async fn where_too_many_are_open_the_oldest_go(app: TestApp) {
        let provider = Provider::start(START_MS).await;
        let id = set_up(&app, HANAKO, &wish(&provider)).await;
        let first = begin(&app, &id).await;
        let flood = "INSERT INTO sign_on_attempts (state_hash, provider_id, browser_hash, next, made_at_ms, expires_at_ms) \
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) \
            SELECT 'flood-' || i, $1, 'x', '/', $2, $2 + 600000 FROM n";
        app.damage(flood, &[id.as_str().into(), (START_MS + 1).into()]).await;
        app.clock.advance(SECOND_MS);
        let way = begin(&app, &id).await;
        assert_eq!(open(&app).await, 1000);
        provider.vouch(way.asked.clone(), "s-1", TARO.email, &[]);
        visit(&app, &back(&provider.base(), &way), &way.browser).await.leads_to(&format!("/sign-in/sso/{id}/link"));
        visit(&app, &back(&provider.base(), &first), &first.browser).await.is(403);
    }

    async fn what_is_of_no_sign_in_of_the_browser_fills_no_log(app: TestApp) {
        let provider = Provider::start(START_MS).await;
        let id = set_up(&app, HANAKO, &wish(&provider)).await;
        let way = begin(&app, &id).await;
        let before = entries(&app).await;
        for _ in 0..20 {
            visit(&app, &format!("/sign-in/sso/{id}/callback?state=x&code=y"), "").await.is(403);
            visit(&app, &back(&provider.base(), &way), "another browser").await.is(403);
        }
        assert_eq!((entries(&app).await, causes(&app).await), (before, Vec::new()));
        enter_gathered(&app.app.system(), &app.app.refusals, true).await.unwrap();
        let told = app.told("192.0.2.1", "access.refused-unknown").await;
        assert_eq!((told.len(), told[0]["count"].as_i64()), (1, Some(40)));
    }

    async fn a_provider_that_fails_is_left_alone_for_some_seconds(app: TestApp) {
        let provider = Provider::start(START_MS).await;
        let id = set_up(&app, HANAKO, &wish(&provider)).await;
        let (path, asked) = (format!("/sign-in/sso/{id}"), provider.times().0);
        provider.lie("discovery of another issuer");
        for _ in 0..5 {
            assert!(visit(&app, &path, "").await.is(403).text().contains("discovery-issuer"));
        }
        assert_eq!((provider.times().0, causes(&app).await), (asked + 1, vec!["discovery-issuer".to_owned()]));
        app.clock.advance(3 * SECOND_MS - 1);
        visit(&app, &path, "").await.is(403);
        assert_eq!(provider.times().0, asked + 1);
        provider.lie("");
        app.clock.advance(1);
        visit(&app, &path, "").await.is(303);
        assert_eq!(provider.times().0, asked + 2);
        assert!(app.clock.now_ms() > START_MS);
    }
}
