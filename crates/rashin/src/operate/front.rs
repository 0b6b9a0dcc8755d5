//! Who stands before the server: the proxy whose word counts, and whose word does not.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::sync::Once;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use crate::face::App;

/// What proxies add to say whom they speak for.
const SAYS_WHO: [&str; 4] = ["x-forwarded-for", "x-forwarded-proto", "forwarded", "x-real-ip"];

/// A request that came through a trusted proxy.
#[derive(Debug, Clone, Copy)]
struct SpeaksForOthers;

/// Whether a proxy that does not say for whom it speaks was told of in the log.
static WARNED: Once = Once::new();

/// What is asked by machines beside the server, for nobody.
fn is_for_machines(path: &str) -> bool {
    path == "/metrics" || path.starts_with("/health/")
}

/// Settings of the way in.
#[derive(Debug, Clone, Default)]
pub struct Front {
    /// Proxies whose word counts.
    pub trusted: Vec<Network>,
    /// Who holds this may read the figures from anywhere.
    pub metrics_token: Option<String>,
}

/// An address, or all that share its first bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    base: IpAddr,
    prefix: u32,
}

fn bits(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()) << 96, 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("{text}: write an address or a network, such as 10.0.0.5 or 10.0.0.0/24");
        let (base, prefix) = text.split_once('/').map_or((text, None), |(base, prefix)| (base, Some(prefix)));
        let base: IpAddr = base.parse().map_err(|_| wrong())?;
        let (_, most) = bits(base);
        let prefix = prefix.map_or(Ok(most), str::parse).map_err(|_| wrong())?;
        if prefix > most {
            return Err(wrong());
        }
        Ok(Self { base, prefix })
    }
}

impl Network {
    /// Whether the address belongs to it.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let ((own, kind), (other, other_kind)) = (bits(self.base), bits(address));
        kind == other_kind && (own ^ other).checked_shr(128 - self.prefix).unwrap_or(0) == 0
    }
}

impl Front {
    /// Whether it is the address of a proxy whose word counts.
    #[must_use]
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(address))
    }

    /// The address a trusted proxy speaks for: the last one named that is no trusted proxy itself.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let named = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
        let named: Vec<&str> = named.flat_map(|value| value.split(',')).map(str::trim).collect();
        let mut client = peer;
        for name in named.into_iter().rev() {
            let Some(address) = address_of(name) else { break };
            client = address;
            if !self.trusts(address) {
                break;
            }
        }
        client
    }
}

/// An address, with or without a port.
fn address_of(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    bare.parse()
        .ok()
        .or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
        .map(|ip: IpAddr| ip.to_canonical())
}

/// Middleware: puts the client's address in the place of a trusted proxy's. What others say of themselves is left as
/// it is and counts for nothing.
pub async fn find_client(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0);
    if let Some(peer) = peer.filter(|peer| app.front.trusts(peer.ip())) {
        let client = app.front.client(peer.ip(), request.headers());
        if !request.headers().contains_key(SAYS_WHO[0]) && !is_for_machines(request.uri().path()) {
            WARNED.call_once(|| {
                tracing::warn!(proxy = %peer.ip(), "the proxy sends no X-Forwarded-For: all its people count as one");
            });
        }
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(client, 0)));
        request.extensions_mut().insert(SpeaksForOthers);
        let plain = request.headers().get("x-forwarded-proto").is_some_and(|proto| proto.as_bytes() == b"http");
        let reads = [Method::GET, Method::HEAD].contains(request.method());
        if plain && reads && app.is_secure() && !request.uri().path().starts_with("/health/") {
            let path = request.uri().path_and_query().map_or("/", axum::http::uri::PathAndQuery::as_str);
            return Redirect::permanent(&format!("{}{path}", app.public_url)).into_response();
        }
        for name in SAYS_WHO {
            request.headers_mut().remove(name);
        }
    }
    next.run(request).await
}

/// Whether somebody on this machine asks, and not for somebody else. A proxy that is trusted always asks for others,
/// whatever it says of them.
#[must_use]
pub fn is_local(request: &Request) -> bool {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0);
    let speaks_for_others = request.extensions().get::<SpeaksForOthers>().is_some()
        || SAYS_WHO.iter().any(|name| request.headers().contains_key(*name));
    peer.is_some_and(|peer| peer.ip().to_canonical().is_loopback()) && !speaks_for_others
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn network(text: &str) -> Network {
        text.parse().unwrap()
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_network_has_its_addresses_and_no_others() {
        for (name, inside, outside) in [
            ("10.0.0.5", "10.0.0.5", "10.0.0.6"),
            ("10.0.0.0/24", "10.0.0.255", "10.0.1.0"),
            ("0.0.0.0/0", "203.0.113.9", "::1"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::1"),
            ("10.0.0.0/8", "::ffff:10.1.2.3", "::10.1.2.3"),
        ] {
            assert!(network(name).contains(ip(inside)), "{name} {inside}");
            assert!(!network(name).contains(ip(outside)), "{name} {outside}");
        }
        for wrong in ["", "10.0.0", "10.0.0.0/33", "10.0.0.0/-1", "proxy", "::/129"] {
            wrong.parse::<Network>().unwrap_err();
        }
    }

    #[test]
    fn the_last_address_that_is_no_proxy_is_the_client() {
        let front = Front { trusted: vec![network("10.0.0.0/24")], metrics_token: None };
        for (said, client) in [
            ("203.0.113.9", "203.0.113.9"),
            ("198.51.100.1, 203.0.113.9", "203.0.113.9"),
            ("203.0.113.9, 10.0.0.7", "203.0.113.9"),
            ("203.0.113.9:4711", "203.0.113.9"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("198.51.100.1, nonsense, 10.0.0.7", "10.0.0.7"),
            ("nonsense", "10.0.0.5"),
            ("", "10.0.0.5"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-for", HeaderValue::from_str(said).unwrap());
            assert_eq!(front.client(ip("10.0.0.5"), &headers), ip(client), "{said}");
        }
    }
}
