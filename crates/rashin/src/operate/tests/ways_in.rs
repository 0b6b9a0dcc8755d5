//! Proxies and TLS: whose word counts, and which certificate is shown.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, header};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, Stream};

use super::connecting::listen;
use crate::operate::connections::Limits;
use crate::operate::doctor;
use crate::operate::front::Front;
use crate::operate::tls::{Tls, TlsArgs};
use crate::testing::scratch::scratch_folder;
use crate::testing::{MINUTE_MS, Reply, TARO, TestApp, faults, on_both};

const PROXY: &str = "10.0.0.5:4000";
const STRANGER: &str = "203.0.113.9:4000";

fn behind_proxy(app: &TestApp) -> TestApp {
    let front = Arc::new(Front { trusted: vec!["10.0.0.0/24".parse().unwrap()], metrics_token: None });
    app.with(|inner| {
        inner.front = Arc::clone(&front);
        inner.public_url = "https://rashin.example.jp".into();
    })
}

async fn guess(app: &TestApp, peer: &str, headers: &[(&str, &str)]) -> Reply {
    let mut request = Request::post("/sign-in").header("sec-fetch-site", "same-origin");
    request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = format!("email={}&password=not+the+password", TARO.email.replace('@', "%40"));
    let mut request = request.body(Body::from(body)).unwrap();
    request.extensions_mut().insert(ConnectInfo(peer.parse::<SocketAddr>().unwrap()));
    app.send_from(request).await
}

/// Who is counted in the budget of guesses and named in the log.
async fn seen(app: &TestApp) -> (Vec<String>, Vec<String>) {
    let budget =
        app.rows("SELECT subject FROM sign_in_failures WHERE subject LIKE 'address:%' ORDER BY subject", &[]).await;
    let log = app
        .rows(
            "SELECT DISTINCT actor_name FROM audit_entries WHERE act = 'identity.sign-in' AND actor_id = '' \
        ORDER BY actor_name",
            &[],
        )
        .await;
    let texts = |rows: Vec<platform::Row>, column: &str| rows.iter().map(|row| row.text(column).unwrap()).collect();
    (texts(budget, "subject"), texts(log, "actor_name"))
}

on_both! {
    async fn the_address_behind_a_trusted_proxy_counts_for_limits_and_log(app: TestApp) {
        let app = behind_proxy(&app);
        guess(&app, PROXY, &[("x-forwarded-for", "198.51.100.1, 203.0.113.9, 10.0.0.7")]).await.is(200);
        let (budget, log) = seen(&app).await;
        assert_eq!(budget, ["address:203.0.113.9"]);
        assert_eq!(log, ["203.0.113.9"]);
    }

    async fn what_strangers_say_of_themselves_is_ignored(app: TestApp) {
        for app in [behind_proxy(&app), app.clone()] {
            app.clock.advance(MINUTE_MS);
            guess(&app, STRANGER, &[("x-forwarded-for", "198.51.100.1"), ("forwarded", "for=198.51.100.2")]).await.is(200);
        }
        app.clock.advance(MINUTE_MS);
        guess(&app, PROXY, &[("x-forwarded-for", "198.51.100.3")]).await.is(200);
        let (budget, log) = seen(&app).await;
        assert_eq!(budget, ["address:10.0.0.5", "address:203.0.113.9"]);
        assert_eq!(log, ["10.0.0.5", "203.0.113.9"]);
    }

    async fn a_trusted_proxy_that_was_asked_without_tls_leads_over_to_it(app: TestApp) {
        let app = behind_proxy(&app);
        let get = async |peer: &str, path: &str, proto: &'static str| {
            let mut request = Request::get(path).header("x-forwarded-proto", proto).body(Body::empty()).unwrap();
            request.extensions_mut().insert(ConnectInfo(peer.parse::<SocketAddr>().unwrap()));
            app.send_from(request).await
        };
        let led = get(PROXY, "/sign-in?next=/units", "http").await.is(308);
        assert_eq!(led.header("location"), "https://rashin.example.jp/sign-in?next=/units");
        assert!(led.header("strict-transport-security").starts_with("max-age=31536000"));
        get(PROXY, "/sign-in", "https").await.is(200);
        get(STRANGER, "/sign-in", "http").await.is(200);
        get(PROXY, "/health/live", "http").await.is(200);
    }

    async fn tls_shows_the_certificate_and_takes_up_a_new_one(app: TestApp) {
        let folder = scratch_folder();
        let first = certificate(folder.path());
        let tls = Tls::of(&files(folder.path())).unwrap().unwrap();
        let server = listen(&app, Some(tls.clone()), Limits::default());
        let address = server.address;
        let ask = async |root: CertificateDer<'static>| {
            tokio::task::spawn_blocking(move || https(address, root)).await.unwrap()
        };
        let answer = ask(first.clone()).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"live\":true"), "{answer}");
        assert!(answer.to_ascii_lowercase().contains("strict-transport-security: max-age=31536000"), "{answer}");
        let second = certificate(folder.path());
        ask(second.clone()).await.unwrap_err();
        tls.renew().unwrap();
        assert!(ask(second.clone()).await.unwrap().starts_with("HTTP/1.1 200"));
        ask(first).await.unwrap_err();
        // What cannot be used is told, and the one in use stays.
        std::fs::write(folder.path().join("cert.pem"), "nonsense").unwrap();
        assert_eq!(faults(tls.renew()), [("--tls-cert".to_owned(), "error-tls")]);
        assert!(ask(second).await.unwrap().starts_with("HTTP/1.1 200"));
        server.end().await;
    }
}

on_both! {
    async fn a_certificate_replaced_on_disk_is_taken_up_by_itself(app: TestApp) {
        let folder = scratch_folder();
        let first = certificate(folder.path());
        let args = files(folder.path());
        let tls = Tls::of(&args).unwrap().unwrap().looking_every(Duration::from_millis(1));
        let server = listen(&app, Some(tls), Limits::default());
        let address = server.address;
        let ask = async |root: CertificateDer<'static>| {
            tokio::task::spawn_blocking(move || https(address, root)).await.unwrap()
        };
        // Each question is a whole handshake; the watcher looks many times meanwhile.
        let shown = async |root: &CertificateDer<'static>| {
            for _ in 0..2000 {
                if ask(root.clone()).await.is_ok() {
                    return true;
                }
            }
            false
        };
        assert!(shown(&first).await);
        let second = certificate(folder.path());
        assert!(shown(&second).await);
        ask(first).await.unwrap_err();
        assert_eq!(doctor::look_at_tls(&args).message.key, "doctor-tls-ok");
        // A broken one is not taken up, and the doctor says so; the next good one is.
        std::fs::write(folder.path().join("cert.pem"), "nonsense").unwrap();
        for _ in 0..20 {
            assert!(ask(second.clone()).await.unwrap().starts_with("HTTP/1.1 200"));
        }
        let said = doctor::look_at_tls(&args);
        assert_eq!((said.state, said.message.key), (doctor::State::Fail, "doctor-tls-fail"));
        assert!(said.message.args["files"].ends_with("cert.pem"));
        let third = certificate(folder.path());
        assert!(shown(&third).await);
        assert_eq!(doctor::look_at_tls(&TlsArgs::default()).message.key, "doctor-tls-none");
        server.end().await;
    }

    async fn only_tls_1_2_and_1_3_with_sound_ciphers_are_spoken(app: TestApp) {
        let folder = scratch_folder();
        let root = certificate(folder.path());
        let tls = Tls::of(&files(folder.path())).unwrap().unwrap();
        let server = listen(&app, Some(tls), Limits::default());
        let address = server.address;
        let spoken = |versions: Vec<&'static rustls::SupportedProtocolVersion>| {
            let root = root.clone();
            tokio::task::spawn_blocking(move || handshake(address, root, &versions))
        };
        let (version, suite) = spoken(vec![&rustls::version::TLS13, &rustls::version::TLS12]).await.unwrap();
        assert_eq!(version, rustls::ProtocolVersion::TLSv1_3);
        assert_eq!(suite, "TLS13_AES_256_GCM_SHA384");
        let (version, suite) = spoken(vec![&rustls::version::TLS12]).await.unwrap();
        assert_eq!(version, rustls::ProtocolVersion::TLSv1_2);
        assert_eq!(suite, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384");
        // A client that speaks no more than TLS 1.1 or 1.0 is sent away with an alert.
        for minor in [1, 2] {
            let answer = tokio::task::spawn_blocking(move || old_hello(address, minor)).await.unwrap();
            assert!(answer.is_empty() || answer[0] == 0x15, "{answer:?}");
        }
        server.end().await;
    }
}

/// Version and cipher of a handshake that offers these versions, the weakest ciphers first.
fn handshake(
    address: SocketAddr,
    root: CertificateDer<'static>,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> (rustls::ProtocolVersion, String) {
    let mut roots = RootCertStore::empty();
    roots.add(root).unwrap();
    let mut provider = rustls::crypto::ring::default_provider();
    provider.cipher_suites.reverse();
    let config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut connection = ClientConnection::new(Arc::new(config), ServerName::try_from("localhost").unwrap()).unwrap();
    let mut socket = TcpStream::connect(address).unwrap();
    connection.complete_io(&mut socket).unwrap();
    let suite = format!("{:?}", connection.negotiated_cipher_suite().unwrap().suite());
    (connection.protocol_version().unwrap(), suite)
}

/// What the server answers to the first message of a client of TLS 1.`minor - 1`.
fn old_hello(address: SocketAddr, minor: u8) -> Vec<u8> {
    let mut hello = vec![3, minor];
    hello.extend([7; 32]);
    // No session; AES-128 and AES-256 with CBC and SHA-1; no compression.
    hello.extend([0, 0, 4, 0, 0x2f, 0, 0x35, 1, 0]);
    let length = u8::try_from(hello.len()).unwrap();
    let mut record = vec![0x16, 3, 1, 0, length + 4, 1, 0, 0, length];
    record.extend(hello);
    let mut socket = TcpStream::connect(address).unwrap();
    socket.write_all(&record).unwrap();
    let mut answer = Vec::new();
    // The server may close before all of it is read.
    let _ = socket.read_to_end(&mut answer);
    answer
}

/// Where a certificate and its key are.
pub(super) fn files(folder: &Path) -> TlsArgs {
    TlsArgs { tls_cert: Some(folder.join("cert.pem")), tls_key: Some(folder.join("key.pem")) }
}

/// Puts a new certificate and its key into the folder.
pub(super) fn certificate(folder: &Path) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(folder.join("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    CertificateDer::from_pem_slice(made.cert.pem().as_bytes()).unwrap()
}

/// A client that trusts this certificate alone.
pub(super) fn client(root: CertificateDer<'static>) -> ClientConnection {
    let mut roots = RootCertStore::empty();
    roots.add(root).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    ClientConnection::new(Arc::new(config), ServerName::try_from("localhost").unwrap()).unwrap()
}

/// Asks for `/health/live`, trusting this certificate alone.
fn https(address: SocketAddr, root: CertificateDer<'static>) -> std::io::Result<String> {
    let mut connection = client(root);
    let mut socket = TcpStream::connect(address)?;
    let mut stream = Stream::new(&mut connection, &mut socket);
    stream.write_all(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

#[test]
fn a_key_that_is_missing_or_of_another_certificate_is_told() {
    let (one, other) = (scratch_folder(), scratch_folder());
    certificate(one.path());
    certificate(other.path());
    let args = |key: &Path| TlsArgs { tls_cert: Some(one.path().join("cert.pem")), tls_key: Some(key.join("key.pem")) };
    Tls::of(&args(one.path())).unwrap();
    assert_eq!(faults(Tls::of(&args(other.path()))), [("--tls-cert".to_owned(), "error-tls")]);
    assert_eq!(faults(Tls::of(&args(Path::new("/nowhere")))), [("--tls-key".to_owned(), "error-tls")]);
    assert!(Tls::of(&TlsArgs::default()).unwrap().is_none());
}
