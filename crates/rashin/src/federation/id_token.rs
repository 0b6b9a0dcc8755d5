//! Whether an ID token is what it says: OpenID Connect Core 1.0, section 3.1.3.7, and nothing more lenient.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{CoreJsonWebKey, CoreJsonWebKeySet, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKey, JsonWebKeyId};
use serde_json::{Map, Value};
use subtle::ConstantTimeEq;

/// Clocks may differ by so much.
const LEEWAY_S: i64 = 60;
/// An ID token comes straight after the sign-in; an older one was kept.
const OLDEST_S: i64 = 10 * 60;
const MOST_BYTES: usize = 64 * 1024;
const MOST_KEYS: usize = 50;

/// What a token must fit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub nonce: &'a str,
    pub now_s: i64,
}

/// What a token says, once it is proved.
pub(super) type Claims = Map<String, Value>;

/// Why a token is refused, as a word for the log.
pub(super) type Refusal = &'static str;

/// Signatures by a key that the provider alone has. None with a shared secret, and not "none".
fn algorithm(name: &str) -> Option<CoreJwsSigningAlgorithm> {
    Some(match name {
        "RS256" => CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
        "PS256" => CoreJwsSigningAlgorithm::RsaSsaPssSha256,
        "ES256" => CoreJwsSigningAlgorithm::EcdsaP256Sha256,
        "EdDSA" => CoreJwsSigningAlgorithm::EdDsa,
        _ => return None,
    })
}

fn object(part: &str) -> Result<Map<String, Value>, Refusal> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| "malformed")?;
    serde_json::from_slice(&bytes).map_err(|_| "malformed")
}

fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str)
}

/// The one key of this name.
fn key<'a>(keys: &'a CoreJsonWebKeySet, name: &str) -> Result<&'a CoreJsonWebKey, Refusal> {
    let name = JsonWebKeyId::new(name.to_owned());
    let mut named = keys.keys().iter().take(MOST_KEYS).filter(|key| key.key_id() == Some(&name));
    match (named.next(), named.next()) {
        (Some(key), None) => Ok(key),
        _ => Err("no-such-key"),
    }
}

fn check_times(claims: &Claims, now_s: i64) -> Result<(), Refusal> {
    let time = |name: &str| claims.get(name).and_then(Value::as_i64);
    let issued_s = time("iat").ok_or("no-time")?;
    let expires_s = time("exp").ok_or("no-time")?;
    if expires_s <= now_s - LEEWAY_S {
        return Err("expired");
    }
    if issued_s > now_s + LEEWAY_S
        || claims.contains_key("nbf") && time("nbf").is_none_or(|from| from > now_s + LEEWAY_S)
    {
        return Err("not-yet-valid");
    }
    if issued_s < now_s - OLDEST_S { Err("too-old") } else { Ok(()) }
}

fn check_audience(claims: &Claims, client_id: &str) -> Result<(), Refusal> {
    let alone = match claims.get("aud") {
        Some(Value::String(one)) => one == client_id,
        Some(Value::Array(all)) => matches!(all.as_slice(), [Value::String(one)] if one == client_id),
        _ => false,
    };
    if !alone {
        return Err("audience");
    }
    match claims.get("azp") {
        None => Ok(()),
        Some(Value::String(party)) if party == client_id => Ok(()),
        Some(_) => Err("authorized-party"),
    }
}

/// The claims of a token that fits; else why not.
pub(super) fn verify(token: &str, keys: &CoreJsonWebKeySet, expected: Expected<'_>) -> Result<Claims, Refusal> {
    if token.len() > MOST_BYTES {
        return Err("too-large");
    }
    let parts: Vec<&str> = token.split('.').collect();
    let [head, body, signature] = parts.as_slice() else { return Err("malformed") };
    let header = object(head)?;
    let algorithm = text(&header, "alg").and_then(algorithm).ok_or("algorithm")?;
    if header.contains_key("crit") || text(&header, "typ").is_some_and(|kind| !kind.eq_ignore_ascii_case("JWT")) {
        return Err("malformed");
    }
    let key = key(keys, text(&header, "kid").ok_or("no-key-named")?)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| "malformed")?;
    let signed = format!("{head}.{body}");
    key.verify_signature(&algorithm, signed.as_bytes(), &signature).map_err(|_| "signature")?;
    let claims = object(body)?;
    if text(&claims, "iss") != Some(expected.issuer) {
        return Err("issuer");
    }
    check_audience(&claims, expected.client_id)?;
    check_times(&claims, expected.now_s)?;
    let nonce = text(&claims, "nonce").ok_or("no-nonce")?;
    if !bool::from(nonce.as_bytes().ct_eq(expected.nonce.as_bytes())) {
        return Err("nonce");
    }
    if text(&claims, "sub").is_none_or(|subject| subject.is_empty() || subject.len() > 255) {
        return Err("subject");
    }
    Ok(claims)
}
