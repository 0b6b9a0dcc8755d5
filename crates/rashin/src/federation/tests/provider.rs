//! A provider of single sign-on on this machine, honest until it is told to lie.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Form, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use openidconnect::core::{CoreEdDsaPrivateSigningKey, CoreHmacKey, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKeyId, PrivateSigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;
use tokio_util::io::ReaderStream;

pub(super) const CLIENT: &str = "rashin-client";
pub(super) const SECRET: &str = "the secret of the client";
const HUGE: usize = 2_000_000;

/// What was asked at the provider's sign-in page.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    pub nonce: String,
    pub challenge: String,
    pub redirect: String,
}

#[derive(Debug)]
struct Inside {
    base: String,
    /// How it lies; empty while it is honest.
    lie: String,
    asked: Asked,
    claims: Value,
    seconds: i64,
    /// What its answers say of how long they may be kept.
    keep: &'static str,
    /// Name of its key.
    key: &'static str,
    /// How often it was asked for what it says of itself, and for its keys.
    times: (usize, usize),
}

/// The provider.
#[derive(Debug, Clone)]
pub(super) struct Provider(Arc<Mutex<Inside>>);

fn key(seed: u8, name: &str) -> CoreEdDsaPrivateSigningKey {
    let mut der = hex::decode("302e020100300506032b657004220420").unwrap();
    der.extend([seed; 32]);
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(der));
    CoreEdDsaPrivateSigningKey::from_ed25519_pem(&pem, Some(JsonWebKeyId::new(name.to_owned()))).unwrap()
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn signed(header: &Value, claims: &Value, key: &CoreEdDsaPrivateSigningKey) -> String {
    let message = format!("{}.{}", part(header), part(claims));
    let signature = key.sign(&CoreJwsSigningAlgorithm::EdDsa, message.as_bytes()).unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn signed_by_secret(claims: &Value, secret: &[u8]) -> String {
    let message = format!("{}.{}", part(&json!({ "alg": "HS256", "kid": "k1" })), part(claims));
    let key = CoreHmacKey::new(secret.to_vec());
    let signature = key.sign(&CoreJwsSigningAlgorithm::HmacSha256, message.as_bytes()).unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// Lies in the claims, signed by the right key.
fn twist(lie: &str, claims: &mut Value, seconds: i64) {
    if lie == "groups elsewhere" {
        claims["_claim_names"] = json!({ "groups": "src1" });
    }
    let (name, value) = match lie {
        "issuer of another" => ("iss", json!("https://evil.example")),
        "issuer with a slash" => ("iss", json!(format!("{}/", claims["iss"].as_str().unwrap()))),
        "issuer missing" => ("iss", Value::Null),
        "audience of another" => ("aud", json!("another-client")),
        "audience of two" => ("aud", json!([CLIENT, "another-client"])),
        "audience empty" => ("aud", json!([])),
        "audience missing" => ("aud", Value::Null),
        "party of another" => ("azp", json!("another-client")),
        "party no text" => ("azp", json!(1)),
        "nonce of another" => ("nonce", json!("another nonce")),
        "nonce empty" => ("nonce", json!("")),
        "nonce missing" => ("nonce", Value::Null),
        "expired" => ("exp", json!(seconds - 61)),
        "expiry missing" => ("exp", Value::Null),
        "expiry as text" => ("exp", json!("2099")),
        "expiry beyond all numbers" => ("exp", json!(1e300)),
        "issued tomorrow" => ("iat", json!(seconds + 86_400)),
        "issued long ago" => ("iat", json!(seconds - 601)),
        "issue missing" => ("iat", Value::Null),
        "not before tomorrow" => ("nbf", json!(seconds + 86_400)),
        "not before as text" => ("nbf", json!("now")),
        "access token of another" => ("at_hash", json!("x".repeat(43))),
        "access token no text" => ("at_hash", json!(1)),
        "subject missing" => ("sub", Value::Null),
        "subject empty" => ("sub", json!("")),
        "subject endless" => ("sub", json!("x".repeat(256))),
        "subject as number" => ("sub", json!(1)),
        "address missing" | "userinfo unsigned" => ("email", Value::Null),
        "address not verified" => ("email_verified", json!(false)),
        "address not said to be verified" => ("email_verified", Value::Null),
        "address verified as text" => ("email_verified", json!("true")),
        "address of another domain" => ("email", json!("taro@evil.example")),
        "address of another tenant" => ("email", json!("gaibu@example.com")),
        "address of nobody" => ("email", json!("nobody@example.jp")),
        "groups as text" => ("groups", json!("everything")),
        "groups as an object" => ("groups", json!({ "administrators": true })),
        "groups missing" | "groups elsewhere" => ("groups", Value::Null),
        "groups without end" => ("groups", json!(vec!["staff"; 1001])),
        _ => return,
    };
    if value.is_null() {
        claims.as_object_mut().unwrap().remove(name);
    } else {
        claims[name] = value;
    }
}

/// Lies in how the claims are signed.
fn sealed(lie: &str, mut claims: Value, name: &str) -> String {
    let (own, header) = (key(1, name), json!({ "alg": "EdDSA", "kid": name, "typ": "JWT" }));
    let honest = signed(&header, &claims, &own);
    let public = serde_json::to_value(own.as_verification_key()).unwrap();
    let of = |header: Value| signed(&header, &claims, &own);
    match lie {
        "unsigned" => format!("{}.{}.", part(&json!({ "alg": "none" })), part(&claims)),
        "unsigned with a signature" => of(json!({ "alg": "None", "kid": "k1" })),
        "signed by the public key as secret" => {
            signed_by_secret(&claims, &URL_SAFE_NO_PAD.decode(public["x"].as_str().unwrap()).unwrap())
        }
        "signed by the client secret" => signed_by_secret(&claims, SECRET.as_bytes()),
        "signed by another key" => signed(&header, &claims, &key(2, "k1")),
        "signed by a key it brings" => {
            let brought = serde_json::to_value(key(2, "k1").as_verification_key()).unwrap();
            signed(&json!({ "alg": "EdDSA", "kid": "k1", "jwk": brought }), &claims, &key(2, "k1"))
        }
        "signed by a key it leads to" => {
            let leads = json!({ "alg": "EdDSA", "kid": "k1", "jku": "https://evil.example/keys" });
            signed(&leads, &claims, &key(2, "k1"))
        }
        "another algorithm named" => of(json!({ "alg": "RS256", "kid": "k1" })),
        "no key named" => of(json!({ "alg": "EdDSA" })),
        "unknown key named" => of(json!({ "alg": "EdDSA", "kid": "k9" })),
        "key named by a path" => of(json!({ "alg": "EdDSA", "kid": "../../../dev/null" })),
        "key names in a list" => of(json!({ "alg": "EdDSA", "kid": ["k1"] })),
        "something critical" => of(json!({ "alg": "EdDSA", "kid": "k1", "crit": ["b64"], "b64": false })),
        "a token of another kind" => of(json!({ "alg": "EdDSA", "kid": "k1", "typ": "at+jwt" })),
        "changed after signing" => {
            claims["email"] = json!("shacho@example.jp");
            let pieces: Vec<&str> = honest.split('.').collect();
            format!("{}.{}.{}", pieces[0], part(&claims), pieces[2])
        }
        "signature cut off" => honest.rsplit_once('.').unwrap().0.to_owned(),
        "signature empty" => format!("{}.", honest.rsplit_once('.').unwrap().0),
        "encrypted" => format!("{honest}.x.x"),
        "no token at all" => "nonsense".to_owned(),
        "token endless" => format!("{honest}{}", "A".repeat(70_000)),
        _ => honest,
    }
}

/// JSON that may be kept so long.
fn told(keep: &'static str, body: impl Into<Body>) -> Response {
    let kinds = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, keep)];
    (kinds, body.into()).into_response()
}

/// A body that goes on without ever ending.
fn endless() -> Response {
    let (mut pen, page) = tokio::io::duplex(16);
    tokio::spawn(async move {
        while pen.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    });
    told("", Body::from_stream(ReaderStream::new(page)))
}

async fn discovery(State(Provider(inside)): State<Provider>) -> Response {
    let (base, lie, keep) = {
        let mut inside = inside.lock().unwrap();
        inside.times.0 += 1;
        (inside.base.clone(), inside.lie.clone(), inside.keep)
    };
    let mut said = json!({
        "issuer": base, "authorization_endpoint": format!("{base}/authorize"), "token_endpoint": format!("{base}/token"),
        "jwks_uri": format!("{base}/jwks"), "userinfo_endpoint": format!("{base}/userinfo"),
        "code_challenge_methods_supported": ["S256"], "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        "authorization_response_iss_parameter_supported": true,
    });
    match lie.as_str() {
        "discovery of another issuer" => said["issuer"] = json!("https://evil.example"),
        "discovery without https" => said["token_endpoint"] = json!("http://evil.example/token"),
        "discovery that leads inside" => said["jwks_uri"] = json!("https://169.254.169.254/latest"),
        "discovery that sends the code inside" => said["token_endpoint"] = json!("https://169.254.169.254/token"),
        "discovery without PKCE" => said["code_challenge_methods_supported"] = json!(["plain"]),
        "discovery that is no JSON" => return told(keep, "<html>"),
        "discovery as a page" => return said.to_string().into_response(),
        "discovery huge" => return told(keep, "x".repeat(HUGE)),
        "discovery slow" => tokio::time::sleep(Duration::from_secs(20)).await,
        "discovery leads on" => {
            return (StatusCode::FOUND, [(header::LOCATION, "http://127.0.0.1:9/")]).into_response();
        }
        _ => {}
    }
    told(keep, said.to_string())
}

async fn jwks(State(Provider(inside)): State<Provider>) -> Response {
    let (lie, keep, name) = {
        let mut inside = inside.lock().unwrap();
        inside.times.1 += 1;
        (inside.lie.clone(), inside.keep, inside.key)
    };
    let own = key(1, name).as_verification_key();
    let keys = match lie.as_str() {
        "keys huge" => return told(keep, "x".repeat(HUGE)),
        "keys lead on" => return (StatusCode::FOUND, [(header::LOCATION, "http://127.0.0.1:9/")]).into_response(),
        "keys without end" => return endless(),
        "keys that are none" => json!("none"),
        "keys of one name" => json!([own, key(2, name).as_verification_key()]),
        "no keys" => json!([]),
        _ => json!([own]),
    };
    let keys = json!({ "keys": keys }).to_string();
    if lie == "keys as a page" { keys.into_response() } else { told(keep, keys) }
}

async fn token(State(Provider(inside)): State<Provider>, Form(form): Form<BTreeMap<String, String>>) -> Response {
    let (lie, asked, mut claims, seconds, name) = {
        let inside = inside.lock().unwrap();
        (inside.lie.clone(), inside.asked.clone(), inside.claims.clone(), inside.seconds, inside.key)
    };
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(form["code_verifier"].as_bytes()));
    if challenge != asked.challenge || form["redirect_uri"] != asked.redirect || form["code"] != "the-code" {
        return StatusCode::BAD_REQUEST.into_response();
    }
    match lie.as_str() {
        "exchange refused" => return StatusCode::BAD_REQUEST.into_response(),
        "exchange leads on" => return (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, "/token")]).into_response(),
        "exchange huge" => return told("", "x".repeat(HUGE)),
        "exchange slow" => tokio::time::sleep(Duration::from_secs(20)).await,
        "exchange without token" => return told("", json!({ "access_token": "x" }).to_string()),
        "exchange that is no JSON" => return told("", "<html>"),
        _ => {}
    }
    claims["nonce"] = json!(asked.nonce);
    twist(&lie, &mut claims, seconds);
    let mut said = json!({ "access_token": "x", "token_type": "Bearer", "id_token": sealed(&lie, claims, name) });
    match lie.as_str() {
        "exchange as a page" => return said.to_string().into_response(),
        "token of another type" => said["token_type"] = json!("mac"),
        "token of no type" => said["token_type"] = json!(""),
        _ => {}
    }
    told("", said.to_string())
}

async fn userinfo() -> Json<Value> {
    Json(json!({ "sub": "s-1", "email": "taro@example.jp", "email_verified": true }))
}

impl Provider {
    /// Starts one that listens on this machine until the test ends.
    pub(super) async fn start(now_ms: i64) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let seconds = now_ms / 1000;
        let inside = Inside {
            base,
            lie: String::new(),
            asked: Asked::default(),
            claims: json!({}),
            seconds,
            keep: "no-store",
            key: "k1",
            times: (0, 0),
        };
        let provider = Self(Arc::new(Mutex::new(inside)));
        let routes = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/jwks", get(jwks))
            .route("/token", post(token))
            .route("/userinfo", get(userinfo))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        provider
    }

    pub(super) fn base(&self) -> String {
        self.0.lock().unwrap().base.clone()
    }

    /// Lies in this way from now on; honest where it is empty.
    pub(super) fn lie(&self, how: &str) {
        how.clone_into(&mut self.0.lock().unwrap().lie);
    }

    /// Says from now on how long its answers may be kept.
    pub(super) fn keep(&self, how: &'static str) {
        self.0.lock().unwrap().keep = how;
    }

    /// Signs with a key of this name from now on.
    pub(super) fn sign_with(&self, name: &'static str) {
        self.0.lock().unwrap().key = name;
    }

    /// The time it believes it is.
    pub(super) fn set_clock(&self, now_ms: i64) {
        self.0.lock().unwrap().seconds = now_ms / 1000;
    }

    /// How often it was asked for what it says of itself, and for its keys.
    pub(super) fn times(&self) -> (usize, usize) {
        self.0.lock().unwrap().times
    }

    /// Vouches for this person from now on.
    pub(super) fn vouch(&self, asked: Asked, subject: &str, email: &str, groups: &[&str]) {
        let mut inside = self.0.lock().unwrap();
        let (iss, seconds) = (inside.base.clone(), inside.seconds);
        inside.asked = asked;
        inside.claims = json!({
            "iss": iss, "aud": CLIENT, "sub": subject, "email": email, "email_verified": true, "name": "山田 太郎",
            "iat": seconds, "exp": seconds + 300, "groups": groups,
        });
    }
}
