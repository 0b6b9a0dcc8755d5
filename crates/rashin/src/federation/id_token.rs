//! Whether an ID token is what it says: `OpenID` Connect Core 1.0, section 3.1.3.7, and nothing more lenient.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{CoreJsonWebKey, CoreJsonWebKeySet, CoreJwsSigningAlgorithm};
use openidconnect::{AccessToken, AccessTokenHash, JsonWebKey, JsonWebKeyId};
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
    /// What came with it, where something did.
    pub access_token: &'a str,
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

/// Whether a token names one of these keys; so it does where it names none.
pub(super) fn names_one_of(token: &str, keys: &CoreJsonWebKeySet) -> bool {
    let header = token.split('.').next().and_then(|head| object(head).ok());
    header.as_ref().and_then(|header| text(header, "kid")).is_none_or(|name| key(keys, name).is_ok())
}

/// A token that tells of an access token tells of the one that came with it.
fn check_access_token(
    claims: &Claims,
    token: &str,
    algorithm: &CoreJwsSigningAlgorithm,
    key: &CoreJsonWebKey,
) -> Result<(), Refusal> {
    let Some(told) = claims.get("at_hash") else { return Ok(()) };
    let wanted = AccessTokenHash::from_token(&AccessToken::new(token.to_owned()), algorithm, key);
    let fits = wanted.is_ok_and(|wanted| told.as_str() == Some(wanted.as_str()));
    if fits { Ok(()) } else { Err("access-token") }
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
    check_access_token(&claims, expected.access_token, &algorithm, key)?;
    if text(&claims, "sub").is_none_or(|subject| subject.is_empty() || subject.len() > 255) {
        return Err("subject");
    }
    Ok(claims)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Public keys; the private ones were thrown away once the tokens below were signed with OpenSSL.
    const KEYS: &str = r#"{"keys":[{"kty":"RSA","kid":"r","use":"sig","n":"sg9Lahs6YSW-qeQYXibto8kFltf69L9iFRZBoV2rBvjS-HYFm6BhM-ARzYGODNlD16ksiGbWBlnqkILSic66_IbmK893ImMoY1X7U4glIQ6me9tO7_u8tMxIa3_SD6xcWhRW-VDrz-4RqSNT81uBFtR0_-RNt-kjQlVNrKexTGQLMbY4z_Mf3__XSclfqVFOJPbQ5HNxgadM-olvUo-3EEkbubYtAQbAqAdPqTDCqpQUerYmTDkbfJ9bptZZGL_v0sd5ouB_VZfwH3xHGS-Cz8txcl3XR9yXmoEM5MHxuP0u9skWQr1Pu__RMtM7zeK4blblgwbuYItOpwpchs67kQ","e":"AQAB"},{"kty":"EC","crv":"P-256","kid":"e","use":"sig","x":"Ix5T7m2dCkTxSHmmS2G6YiCTdeStBQTj4wyLUz5FbVE","y":"1Y-Z9SG3gQBglVB1uq9zST6IzeJdvyMV83fFDUtKThU"}]}"#;
    const TOKENS: &[(&str, &str)] = &[
        (
            "RS256",
            "eyJhbGciOiJSUzI1NiIsImtpZCI6InIifQ.eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJjIiwic3ViIjoicyIsIm5vbmNlIjoibiIsImlhdCI6MTc5NTEzMjgwMCwiZXhwIjoxNzk1MTMzMTAwfQ.gMG-SS0ghuNq3b7uOq0ZjXnZ88jy5wBgHnoRyvSNdSRbm7l8_sKcryMcyazrLSMQKBSfyVnwX_rS61imobZth6gQKxnduzkuRh0XtJIEU-tCiwV4MYAiNjOUMykxO6BcMmqtJ6NQjcR5HHB--sTiEMqOpBFpVJBsVUL49dvLDWKNfYj951QLVVOhZxJJz-VlhrvKhNd96UvEfG6Cg_Y8dnhlusKQpW0zALdYM7Jz-lmEZFvFuSCSavJTo9Lc3Bbz2v1zzutOI9K-s8a0j7hMnu-Fs-8rNGfgG4jslV1nz2VlGQxRVlxTpL5Ebwvr1JBCdl6_90JxFYi8jynWn1J7eQ",
        ),
        (
            "PS256",
            "eyJhbGciOiJQUzI1NiIsImtpZCI6InIifQ.eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJjIiwic3ViIjoicyIsIm5vbmNlIjoibiIsImlhdCI6MTc5NTEzMjgwMCwiZXhwIjoxNzk1MTMzMTAwfQ.TjESdl-XtFOqAdcP8E8l3Yqvz_wkbFr4lf3dLJr4Q3JI_Sah0x-Y0wAYCIPavPf7-HPiSHq8vpHU5tyYVSKicbskz6BZ301RIKph9DMHB50qOxtPu1PaLt1e2mtl3Tfr6S4pPdTh--Dcy9pCGRzQiYPofIFQc_om8OYcFx_fGHuKl8-SGAaBUlB5BJmzq7nS17ihHk0X6Wqo9oPl0eB3zVWt5GqgnESSe6OUaLwXuRy0pNxrwcH0yor9iMmoumkjn-S9Ghzb7V-hJ9VExH3nHwWfq8HBMkAWnmc7njlxiB9cYoGFhOsBBr0pxXO6hHX3mjefWp1AUamJ3PFeEMisbg",
        ),
        (
            "ES256",
            "eyJhbGciOiJFUzI1NiIsImtpZCI6ImUifQ.eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJjIiwic3ViIjoicyIsIm5vbmNlIjoibiIsImlhdCI6MTc5NTEzMjgwMCwiZXhwIjoxNzk1MTMzMTAwfQ.JSBEUyLYY8GnRKDu4xuYHkybG2ULlMsq4tIWSY0B2vWTUzg26fi5bctuqM1Vkv7Ghn8HPaOh4t1KerqnUY-UpQ",
        ),
    ];
    const NOW_S: i64 = 1_795_132_800;

    fn outcome(token: &str, nonce: &str, now_s: i64) -> Result<Claims, Refusal> {
        let keys: CoreJsonWebKeySet = serde_json::from_str(KEYS).unwrap();
        verify(
            token,
            &keys,
            Expected { issuer: "https://login.example", client_id: "c", nonce, access_token: "", now_s },
        )
    }

    #[test]
    fn signatures_of_each_kind_are_checked_as_another_program_made_them() {
        for (kind, token) in TOKENS {
            assert_eq!(outcome(token, "n", NOW_S).map(|claims| claims["sub"].clone()), Ok("s".into()), "{kind}");
            assert_eq!(outcome(token, "m", NOW_S), Err("nonce"), "{kind}");
            assert_eq!(outcome(token, "n", NOW_S + 361), Err("expired"), "{kind}");
            let (head, signature) = token.rsplit_once('.').unwrap();
            let first = if signature.starts_with('A') { "B" } else { "A" };
            let changed = format!("{head}.{first}{}", &signature[1..]);
            assert_eq!(outcome(&changed, "n", NOW_S), Err("signature"), "{kind}");
            assert_eq!(outcome(&format!("{head}."), "n", NOW_S), Err("signature"), "{kind}");
        }
    }

    #[test]
    fn clocks_may_differ_by_a_minute_and_no_more() {
        let (_, token) = TOKENS[0];
        assert!(outcome(token, "n", NOW_S - 60).is_ok() && outcome(token, "n", NOW_S + 359).is_ok());
        assert_eq!(outcome(token, "n", NOW_S - 61), Err("not-yet-valid"));
        assert_eq!(outcome(token, "n", NOW_S + 360), Err("expired"));
    }
}
