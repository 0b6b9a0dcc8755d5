//! What a provider says of itself: `OpenID` Connect Discovery 1.0.

use openidconnect::core::CoreJsonWebKeySet;
use serde::Deserialize;

use super::fetch::{Fetched, Fetcher, Trouble};

/// Where a provider is asked.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Discovered {
    pub issuer: String,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    pub jwks_uri: String,
    #[serde(default)]
    pub code_challenge_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    pub token_endpoint_auth_methods_supported: Option<Vec<String>>,
    /// Whether it names itself in its answers (RFC 9207), so that none is taken for that of another.
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
}

impl Discovered {
    /// Whether name and secret go into the header, as they do unless the provider knows the form only.
    pub(super) fn by_header(&self) -> bool {
        self.token_endpoint_auth_methods_supported
            .as_ref()
            .is_none_or(|methods| methods.iter().any(|method| method == "client_secret_basic"))
    }
}

/// Asks a provider for what it says of itself, and whether one can work with that; and how many seconds it may be kept.
pub(super) async fn discover(fetcher: &Fetcher, issuer: &str) -> Result<(Discovered, i64), Trouble> {
    let address = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let Fetched { body, keep_s } = fetcher.get(&address).await?;
    let found: Discovered = serde_json::from_slice(&body).map_err(|_| "discovery-malformed")?;
    if found.issuer != issuer {
        return Err("discovery-issuer");
    }
    for endpoint in [&found.authorization_endpoint, &found.token_endpoint, &found.jwks_uri] {
        fetcher.checked(endpoint)?;
    }
    let methods = found.code_challenge_methods_supported.as_ref();
    if methods.is_some_and(|methods| methods.iter().all(|method| method != "S256")) {
        return Err("no-pkce");
    }
    Ok((found, keep_s))
}

/// The keys a provider signs with, and how many seconds they may be kept.
pub(super) async fn keys(fetcher: &Fetcher, found: &Discovered) -> Result<(CoreJsonWebKeySet, i64), Trouble> {
    let Fetched { body, keep_s } = fetcher.get(&found.jwks_uri).await?;
    Ok((serde_json::from_slice(&body).map_err(|_| "keys-malformed")?, keep_s))
}
