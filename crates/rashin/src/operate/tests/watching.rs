//! Health and figures for whatever watches the server.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;

use super::connecting::listen;
use super::ways_in::{certificate, files};
use crate::audit_log::witnesses::{Cosigned, Standing, Trouble};
use crate::operate::connections::Limits;
use crate::operate::front::Front;
use crate::operate::probe;
use crate::operate::tls::Tls;
use crate::testing::scratch::scratch_folder;
use crate::testing::{HANAKO, NOBODY, PASSWORD, Reply, START_MS, TestApp, conflict, on_both};

async fn from(app: &TestApp, peer: &str, path: &str, headers: &[(&str, &str)]) -> Reply {
    let mut request = Request::builder().uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut request = request.body(Body::empty()).unwrap();
    request.extensions_mut().insert(ConnectInfo(peer.parse::<SocketAddr>().unwrap()));
    app.send_from(request).await
}

const HERE: &str = "127.0.0.1:40000";
const THERE: &str = "192.0.2.7:40000";

on_both! {
    async fn a_server_with_its_database_is_live_and_ready(app: TestApp) {
        assert_eq!(app.get("/health/live", NOBODY).await.is(200).json()["live"], true);
        assert_eq!(app.get("/health/ready", NOBODY).await.is(200).json()["state"], "ready");
    }

    async fn a_server_whose_database_is_behind_or_broken_lives_but_is_not_ready(app: TestApp) {
        app.damage("DELETE FROM migrations WHERE number = (SELECT MAX(number) FROM migrations)", &[]).await;
        assert_eq!(app.get("/health/ready", NOBODY).await.is(503).json()["state"], "schema");
        app.lose("migrations").await;
        let reply = app.get("/health/ready", NOBODY).await.is(503);
        assert_eq!(reply.json()["state"], "database");
        assert!(!reply.text().contains("migrations"));
        app.get("/health/live", NOBODY).await.is(200);
    }

    async fn a_log_that_is_not_signed_any_more_is_told_to_whoever_watches(app: TestApp) {
        let figure = async |app: &TestApp| from(app, HERE, "/metrics", &[]).await.is(200).text();
        assert_eq!(app.get("/health/log", NOBODY).await.is(200).json()["state"], "signed");
        assert!(figure(&app).await.contains("rashin_log_halts 0\n"));
        let group = app.group.as_str();
        app.damage("INSERT INTO audit_halts (tenant_id, at_ms, why) VALUES ($1, 5, 'the proof is wrong')", &[group.into()]).await;
        let reply = app.get("/health/log", NOBODY).await.is(503);
        assert_eq!(reply.json(), serde_json::json!({ "log": false, "state": "halted" }));
        assert!(figure(&app).await.contains("rashin_log_halts 1\n"));
        // Nobody is kept from working by it.
        app.get("/health/ready", NOBODY).await.is(200);
        app.lose("audit_halts").await;
        assert_eq!(app.get("/health/log", NOBODY).await.is(503).json()["state"], "database");
    }

    async fn figures_tell_how_long_ago_each_witness_signed(app: TestApp) {
        let key = |name: &str| tlog::Signer::witness(name, &[1; 32]).unwrap().verifier().to_string();
        let standing = |name: &str, trouble: Option<&str>, at_ms: Option<i64>| Standing {
            key: key(name),
            address: "https://witness.example.jp".into(),
            since_ms: START_MS - 90_000,
            cosigned: at_ms.map(|at_ms| Cosigned { size: 3, at_ms, note: String::new() }),
            trouble: trouble.map(|what| Trouble { what: what.into(), since_ms: START_MS }),
            forgot_at_ms: None,
        };
        let kept = [standing("w/one", None, Some(START_MS - 5_000)), standing("w/two", Some("log-put-back"), None)];
        std::fs::write(app.app.data.join("witnesses.json"), serde_json::to_vec(&kept).unwrap()).unwrap();
        let text = from(&app, HERE, "/metrics", &[]).await.is(200).text();
        for line in [
            "rashin_witness_age_seconds{witness=\"w/one\"} 5\n",
            "rashin_witness_age_seconds{witness=\"w/two\"} 90\n",
            "rashin_witness_accuses{witness=\"w/one\"} 0\n",
            "rashin_witness_accuses{witness=\"w/two\"} 1\n",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
    }

    async fn the_command_asks_a_running_server(app: TestApp) {
        let folder = scratch_folder();
        certificate(folder.path());
        let tls = Tls::of(&files(folder.path())).unwrap();
        let servers = [(listen(&app, None, Limits::default()), false), (listen(&app, tls, Limits::default()), true)];
        for (server, tls) in &servers {
            probe::ready(server.address, *tls).await.unwrap();
            assert_eq!(conflict(probe::ready(server.address, !*tls).await), "error-not-ready");
        }
        app.lose("migrations").await;
        for (server, tls) in servers {
            let address = server.address;
            assert_eq!(conflict(probe::ready(address, tls).await), "error-not-ready");
            server.end().await;
            assert_eq!(conflict(probe::ready(address, tls).await), "error-not-ready");
        }
    }

    async fn figures_count_requests_by_route_and_tell_no_names(app: TestApp) {
        app.get("/units", HANAKO).await.is(200);
        app.get("/units", HANAKO).await.is(200);
        app.get("/invitations/a-secret-token", NOBODY).await.is(404);
        app.get("/nowhere/a-secret-place", NOBODY).await.is(404);
        let text = from(&app, HERE, "/metrics", &[]).await.is(200).text();
        for line in [
            "rashin_requests_total{method=\"GET\",route=\"/units\",status=\"200\"} 2",
            "rashin_requests_total{method=\"GET\",route=\"/invitations/{token}\",status=\"404\"} 1",
            "rashin_requests_total{method=\"GET\",route=\"none\",status=\"404\"} 1",
            "rashin_request_seconds_count{method=\"GET\",route=\"/units\"} 2",
            "rashin_writers ",
            "# EOF",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        let sessions = app.count("SELECT COUNT(*) AS n FROM sessions WHERE expires_at_ms > $1", &[START_MS.into()]).await;
        assert!(sessions >= 7 && text.contains(&format!("rashin_sessions {sessions}\n")), "{text}");
        let entries = app.count("SELECT COUNT(*) AS n FROM audit_entries", &[]).await;
        assert!(text.contains(&format!("rashin_log_entries {entries}\n")), "{text}");
        for secret in ["secret", "羅針", HANAKO.email, app.group.as_str(), PASSWORD] {
            assert!(!text.contains(secret), "{secret}");
        }
    }

    async fn figures_are_for_this_machine_or_the_tokens_holder(app: TestApp) {
        from(&app, THERE, "/metrics", &[]).await.is(404);
        from(&app, "[::1]:40000", "/metrics", &[]).await.is(200);
        from(&app, "[::ffff:127.0.0.1]:40000", "/metrics", &[]).await.is(200);
        // A proxy on this machine that nobody named speaks for others.
        from(&app, HERE, "/metrics", &[("x-forwarded-for", "192.0.2.7")]).await.is(404);
        // One that was named does so whatever it says of them, and though it says nothing at all.
        let front = Arc::new(Front { trusted: vec!["127.0.0.1".parse().unwrap()], metrics_token: None });
        let behind = app.with(|inner| inner.front = Arc::clone(&front));
        for said in [&[][..], &[("x-real-ip", "192.0.2.7")], &[("forwarded", "for=192.0.2.7")], &[("x-forwarded-for", "127.0.0.1")]] {
            from(&behind, HERE, "/metrics", said).await.is(404);
            from(&behind, HERE, "/health/ready", said).await.is(200);
        }
        from(&behind, "[::1]:40000", "/metrics", &[]).await.is(200);
        let bearer = [("authorization", "Bearer watch-me")];
        from(&app, THERE, "/metrics", &bearer).await.is(404);
        from(&app, THERE, "/metrics", &[("authorization", "Bearer ")]).await.is(404);
        let front = Arc::new(Front { metrics_token: Some("watch-me".to_owned()), ..Front::default() });
        let app = app.with(|inner| inner.front = Arc::clone(&front));
        from(&app, THERE, "/metrics", &bearer).await.is(200);
        from(&app, THERE, "/metrics", &[("authorization", "Bearer watch-m")]).await.is(404);
        from(&app, THERE, "/metrics", &[]).await.is(404);
    }
}
