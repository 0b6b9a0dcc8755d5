//! Asking other systems over the network, within limits: only where one may, without following redirects, for a few
//! seconds and a few hundred kilobytes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use openidconnect::reqwest::dns::{Addrs, Name, Resolve, Resolving};
use openidconnect::reqwest::{Client, RequestBuilder, Response, redirect::Policy};
use openidconnect::url::{Host, Url};
use platform::{Error, Result};

const CONNECT_S: u64 = 3;
const WHOLE_S: u64 = 5;
const MOST_BYTES: usize = 256 * 1024;

/// Which addresses may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Reach {
    /// Public ones, over https.
    #[default]
    Outside,
    /// Those of one's own network too, over https.
    Private,
    /// This machine too, and there without https: for tests.
    Loopback,
}

impl Reach {
    /// Reads `outside`, `private` or `loopback`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "outside" => Some(Self::Outside),
            "private" => Some(Self::Private),
            "loopback" => Some(Self::Loopback),
            _ => None,
        }
    }

    fn allows(self, address: IpAddr) -> bool {
        match kind_of(address) {
            Place::Public => true,
            Place::Private => self >= Self::Private,
            Place::Loopback => self == Self::Loopback,
            Place::Never => false,
        }
    }
}

enum Place {
    Public,
    Private,
    Loopback,
    Never,
}

fn kind_of_v4(address: Ipv4Addr) -> Place {
    let [a, b, c, _] = address.octets();
    match (a, b, c) {
        (127, ..) => Place::Loopback,
        (10, ..) | (172, 16..=31, _) | (192, 168, _) => Place::Private,
        (0, ..) | (100, 64..=127, _) | (169, 254, _) | (192, 0, 0 | 2) | (192, 88, 99) | (198, 18..=19, _) => {
            Place::Never
        }
        (198, 51, 100) | (203, 0, 113) | (224.., ..) => Place::Never,
        _ => Place::Public,
    }
}

fn kind_of_v6(address: Ipv6Addr) -> Place {
    if let Some(inner) = address.to_ipv4_mapped() {
        return kind_of_v4(inner);
    }
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 1] => Place::Loopback,
        [0xfc00..=0xfdff, ..] => Place::Private,
        // Documentation and the tunnels, which hide an address inside.
        [0x2001, 0 | 0x0db8, ..] | [0x2002 | 0x3fff, ..] => Place::Never,
        // The internet's own addresses all lie here.
        [0x2000..=0x3fff, ..] => Place::Public,
        _ => Place::Never,
    }
}

fn kind_of(address: IpAddr) -> Place {
    match address {
        IpAddr::V4(address) => kind_of_v4(address),
        IpAddr::V6(address) => kind_of_v6(address),
    }
}

/// Looks names up and leaves out addresses that may not be asked, so that no name leads inside, not even one that
/// changes between two looks.
struct Guarded(Reach);

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|address| reach.allows(address.ip())).collect();
            if allowed.is_empty() {
                return Err("no address that may be asked".into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// Asks other systems.
#[derive(Debug, Clone)]
pub struct Fetcher {
    client: Client,
    reach: Reach,
}

/// What came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// JSON, as far as its kind says.
    pub body: Vec<u8>,
    /// How many seconds it may be kept; very long where nothing is said.
    pub keep_s: i64,
}

/// How many seconds an answer may be kept (RFC 9111, section 5.2.2).
fn keep_s(said: &str) -> i64 {
    let mut longest_s = i64::MAX;
    for word in said.to_ascii_lowercase().split(',').map(str::trim) {
        match word.split_once('=') {
            None if ["no-store", "no-cache"].contains(&word) => return 0,
            Some(("max-age", seconds)) => longest_s = seconds.trim_matches('"').parse().unwrap_or(0),
            _ => {}
        }
    }
    longest_s.max(0)
}

fn is_json(kind: &str) -> bool {
    let kind = kind.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    kind == "application/json" || kind.starts_with("application/") && kind.ends_with("+json")
}

/// Why nothing came, as a word for the log.
pub type Trouble = &'static str;

fn failed(error: &openidconnect::reqwest::Error) -> Trouble {
    if error.is_timeout() { "too-slow" } else { "unreachable" }
}

impl Fetcher {
    /// One that reaches so far.
    pub fn new(reach: Reach) -> Result<Self> {
        let client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .https_only(reach != Reach::Loopback)
            .connect_timeout(Duration::from_secs(CONNECT_S))
            .timeout(Duration::from_secs(WHOLE_S))
            .dns_resolver(Arc::new(Guarded(reach)))
            .user_agent(concat!("rashin/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(Error::internal)?;
        Ok(Self { client, reach })
    }

    /// An address as one may ask it: https, without name and password.
    pub fn checked(&self, address: &str) -> Result<Url, Trouble> {
        let url = Url::parse(address).map_err(|_| "address")?;
        let inside = match url.host().ok_or("address")? {
            Host::Ipv4(address) => Some(IpAddr::V4(address)),
            Host::Ipv6(address) => Some(IpAddr::V6(address)),
            Host::Domain(_) => None,
        };
        if inside.is_some_and(|address| !self.reach.allows(address)) {
            return Err("address-inside");
        }
        let local = inside.is_some_and(|address| address.is_loopback());
        let fine = url.scheme() == "https" || (url.scheme() == "http" && local);
        let bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        if fine && bare { Ok(url) } else { Err("address-not-https") }
    }

    async fn answer(request: RequestBuilder) -> Result<Fetched, Trouble> {
        let response = request.header("accept", "application/json").send().await.map_err(|error| failed(&error))?;
        if !response.status().is_success() {
            return Err(if response.status().is_redirection() { "redirected" } else { "answered-with-error" });
        }
        let said = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or("");
        if !is_json(said("content-type")) {
            return Err("not-json");
        }
        let keep_s = keep_s(said("cache-control"));
        Ok(Fetched { body: Self::body(response).await?, keep_s })
    }

    async fn body(mut response: Response) -> Result<Vec<u8>, Trouble> {
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(|error| failed(&error))? {
            if body.len() + piece.len() > MOST_BYTES {
                return Err("too-large");
            }
            body.extend_from_slice(&piece);
        }
        Ok(body)
    }

    /// What stands at an address.
    pub async fn get(&self, address: &str) -> Result<Fetched, Trouble> {
        Self::answer(self.client.get(self.checked(address)?)).await
    }

    /// Status and body of the answer to a text, whatever the status.
    pub async fn send(&self, address: &str, text: String) -> Result<(u16, Vec<u8>), Trouble> {
        let request = self.client.post(self.checked(address)?).header("content-type", "text/plain; charset=utf-8");
        let response = request.body(text).send().await.map_err(|error| failed(&error))?;
        Ok((response.status().as_u16(), Self::body(response).await?))
    }

    /// The answer to a form; name and secret go into the header where `basic` says so.
    pub async fn post(
        &self,
        address: &str,
        form: &[(&str, &str)],
        basic: Option<(&str, &str)>,
    ) -> Result<Fetched, Trouble> {
        let mut request = self.client.post(self.checked(address)?).form(form);
        if let Some((name, secret)) = basic {
            request = request.basic_auth(name, Some(secret));
        }
        Self::answer(request).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(reach: Reach, address: &str) -> Option<Trouble> {
        Fetcher::new(reach).unwrap().checked(address).err()
    }

    #[test]
    fn addresses_inside_are_not_asked() {
        for address in [
            "127.0.0.1",
            "10.0.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "192.0.2.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.9",
            "224.0.0.1",
            "255.255.255.255",
            "[::1]",
            "[::]",
            "[fc00::1]",
            "[fe80::1]",
            "[ff02::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:10.0.0.1]",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
            "[2001::1]",
            "[2001:db8::1]",
            "[::127.0.0.1]",
            "2130706433",
            "0x7f.1",
            "0177.0.0.1",
        ] {
            assert!(refusal(Reach::Outside, &format!("https://{address}/")).is_some(), "{address}");
        }
        for address in ["1.1.1.1", "[2606:4700::1111]", "172.32.0.1", "login.example.com"] {
            assert_eq!(refusal(Reach::Outside, &format!("https://{address}/")), None, "{address}");
        }
    }

    #[test]
    fn each_reach_goes_as_far_as_it_says() {
        assert_eq!(refusal(Reach::Private, "https://10.0.0.1/"), None);
        assert_eq!(refusal(Reach::Private, "https://127.0.0.1/"), Some("address-inside"));
        assert_eq!(refusal(Reach::Private, "https://169.254.169.254/"), Some("address-inside"));
        assert_eq!(refusal(Reach::Loopback, "http://127.0.0.1:80/"), None);
        assert_eq!(refusal(Reach::Loopback, "http://10.0.0.1/"), Some("address-not-https"));
    }

    #[test]
    fn what_may_be_kept_is_read_as_it_was_written() {
        for (said, seconds) in [
            ("", i64::MAX),
            ("public, max-age=300", 300),
            ("Max-Age=0", 0),
            ("max-age=9999999999999999999999", 0),
            ("max-age=-5", 0),
            ("max-age=60, no-store", 0),
            ("no-cache", 0),
            ("s-maxage=5", i64::MAX),
        ] {
            assert_eq!(keep_s(said), seconds, "{said}");
        }
    }

    #[test]
    fn only_json_is_read() {
        for kind in ["application/json", "application/json; charset=utf-8", "Application/JWK-Set+JSON"] {
            assert!(is_json(kind), "{kind}");
        }
        for kind in ["", "text/html", "text/json", "application/jsonp", "text/html; application/json"] {
            assert!(!is_json(kind), "{kind}");
        }
    }

    #[test]
    fn only_https_without_names_and_fragments() {
        for address in [
            "http://example.com/",
            "ftp://example.com/",
            "https://a:b@example.com/",
            "https://example.com/#x",
            "file:///etc/passwd",
            "//x",
            "",
        ] {
            assert!(refusal(Reach::Outside, address).is_some(), "{address}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_not_asked() {
        let fetcher = Fetcher::new(Reach::Outside).unwrap();
        assert_eq!(fetcher.get("https://localhost:9/").await, Err("unreachable"));
    }
}
