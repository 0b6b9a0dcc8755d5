//! Taking connections, with TLS or without: not too many, not all from one place, and none from somebody who says nothing.
//!
//! The time limit of a request begins when its head is there. What comes before it, and an answer that nobody takes, are
//! limited here.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr, TcpListener};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use axum_server::accept::Accept;
use axum_server::tls_rustls::RustlsAcceptor;
use hyper_util::rt::TokioTimer;
use platform::{Error, Result};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

use super::front::Front;
use super::tls::Tls;

/// So long requests under way may take when the server stops.
const LAST_WORDS: Duration = Duration::from_secs(30);
/// Requests at a time on one connection of HTTP/2.
const STREAMS: u32 = 100;
/// Files the process may have open: connections, and what works behind them.
const FILES: u64 = 4096;
/// How every connection of HTTP/2 begins; until another byte came, it is not known which version is spoken.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// How much patience there is, and with how many.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Until the head of a request is there, also of the next one on the same connection.
    pub head: Duration,
    /// Until somebody takes more of an answer.
    pub stalled: Duration,
    /// Connections in all.
    pub all: usize,
    /// Connections from one address; an address of this machine or of a trusted proxy speaks for many.
    pub of_one: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { head: Duration::from_secs(10), stalled: Duration::from_mins(1), all: 1024, of_one: 256 }
    }
}

/// Where connections are taken, and how.
#[derive(Debug)]
pub struct Entry {
    /// Where.
    pub listener: TcpListener,
    /// With TLS, if wanted.
    pub tls: Option<Tls>,
    /// Patience.
    pub limits: Limits,
    /// Which addresses are proxies.
    pub front: Arc<Front>,
}

impl Entry {
    /// Serves until `stop` ends; requests under way are finished. A server that ends by itself is an error.
    pub async fn serve(self, router: Router, stop: impl Future<Output = ()>) -> Result<()> {
        self.listener.set_nonblocking(true).map_err(Error::internal)?;
        // Where it may not be raised, the connections that find no file wait.
        let _ = rlimit::increase_nofile_limit(FILES);
        let places = Places { taken: Arc::default(), limits: self.limits, front: self.front };
        let tls = self.tls.as_ref().map(|tls| tls.acceptor().handshake_timeout(self.limits.head));
        let watching = self.tls.map(|tls| tokio::spawn(tls.watch()));
        let mut server = axum_server::from_tcp(self.listener).map_err(Error::internal)?.acceptor(Gate { tls, places });
        let builder = server.http_builder();
        builder.http1().timer(TokioTimer::new()).header_read_timeout(self.limits.head);
        let mut http2 = builder.http2();
        http2.timer(TokioTimer::new()).keep_alive_interval(self.limits.head).keep_alive_timeout(self.limits.head);
        http2.max_concurrent_streams(STREAMS);
        let handle = Handle::new();
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let serving = server.handle(handle.clone()).serve(service);
        let outcome = until(stop, serving, || handle.graceful_shutdown(Some(LAST_WORDS))).await;
        if let Some(watching) = watching {
            watching.abort();
        }
        outcome
    }
}

/// Lets the server run until it is told to stop, then waits for its end. One that ends by itself would leave a process
/// that answers nobody.
async fn until(
    stop: impl Future<Output = ()>,
    serving: impl Future<Output = io::Result<()>>,
    tell: impl FnOnce(),
) -> Result<()> {
    let mut serving = std::pin::pin!(serving);
    tokio::select! {
        () = stop => {
            tell();
            serving.await.map_err(Error::internal)
        }
        ended = &mut serving => Err(ended.map_or_else(Error::internal, |()| Error::internal("no longer listening"))),
    }
}

/// The places for connections, and who has taken how many.
#[derive(Debug, Clone)]
struct Places {
    taken: Arc<Mutex<BTreeMap<IpAddr, usize>>>,
    limits: Limits,
    front: Arc<Front>,
}

/// One taken place; given back when dropped.
#[derive(Debug)]
struct Place {
    taken: Arc<Mutex<BTreeMap<IpAddr, usize>>>,
    source: IpAddr,
}

/// One source: of IPv6 the network, of which anybody has as many addresses as they like.
fn source(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        address @ IpAddr::V4(_) => address,
    }
}

impl Places {
    /// A place for a connection from there; none where all are taken, or too many by the same.
    fn take(&self, address: IpAddr) -> Option<Place> {
        let one = address.to_canonical();
        let for_many = one.is_loopback() || self.front.trusts(one);
        let source = source(address);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.values().sum::<usize>() >= self.limits.all {
            return None;
        }
        let own = taken.entry(source).or_default();
        if !for_many && *own >= self.limits.of_one {
            return None;
        }
        *own += 1;
        Some(Place { taken: Arc::clone(&self.taken), source })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = taken.get_mut(&self.source) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.source);
            }
        }
    }
}

/// Takes a connection if there is a place for it. Where there is none it is closed at once.
#[derive(Debug, Clone)]
struct Gate {
    tls: Option<RustlsAcceptor>,
    places: Places,
}

impl<S: Send + 'static> Accept<TcpStream, S> for Gate {
    type Stream = Paced;
    type Service = S;
    type Future = Pin<Box<dyn Future<Output = io::Result<(Paced, S)>> + Send>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let place = stream.peer_addr().ok().and_then(|peer| self.places.take(peer.ip()));
        let (tls, limits) = (self.tls.clone(), self.places.limits);
        Box::pin(async move {
            let place = place.ok_or(io::ErrorKind::ConnectionRefused)?;
            let (stream, service): (Box<dyn Stream>, S) = match tls {
                None => (Box::new(stream), service),
                Some(tls) => {
                    let (stream, service) = tls.accept(stream, service).await?;
                    (Box::new(stream), service)
                }
            };
            let greeting = Some(Greeting { heard: 0, patience: Box::pin(sleep(limits.head)) });
            Ok((Paced { stream, greeting, stalled: None, limits, _place: place }, service))
        })
    }
}

/// What goes to and fro, encrypted or not.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// The first bytes, by which the version is told.
#[derive(Debug)]
struct Greeting {
    heard: usize,
    patience: Pin<Box<Sleep>>,
}

impl Greeting {
    /// Whether after these bytes the version is still open.
    fn hear(&mut self, bytes: &[u8]) -> bool {
        let rest = PREFACE.get(self.heard..).unwrap_or_default();
        self.heard += bytes.len();
        rest.len() > bytes.len() && rest.starts_with(bytes)
    }
}

/// A connection that ends when nobody says what they want, or nobody takes what they asked for.
struct Paced {
    /// Given back before the connection is closed.
    _place: Place,
    stream: Box<dyn Stream>,
    greeting: Option<Greeting>,
    stalled: Option<Pin<Box<Sleep>>>,
    limits: Limits,
}

impl Paced {
    /// A step of writing: one that waits too long is the end.
    fn step<T>(
        &mut self,
        cx: &mut Context<'_>,
        step: impl FnOnce(Pin<&mut (dyn Stream + 'static)>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        let outcome = step(Pin::new(&mut *self.stream), cx);
        if outcome.is_ready() {
            self.stalled = None;
            return outcome;
        }
        let patience = self.stalled.get_or_insert_with(|| Box::pin(sleep(self.limits.stalled)));
        patience.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Paced {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut this.stream).poll_read(cx, buffer);
        let Some(greeting) = &mut this.greeting else { return outcome };
        if outcome.is_pending() {
            return greeting.patience.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()));
        }
        if !greeting.hear(buffer.filled().get(before..).unwrap_or_default()) {
            this.greeting = None;
        }
        outcome
    }
}

impl AsyncWrite for Paced {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.get_mut().step(cx, |stream, cx| stream.poll_write(cx, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().step(cx, AsyncWrite::poll_flush)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().step(cx, AsyncWrite::poll_shutdown)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.get_mut().step(cx, |stream, cx| stream.poll_write_vectored(cx, slices))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(all: usize, of_one: usize) -> Places {
        let front = Front { trusted: vec!["10.0.0.5".parse().unwrap()], metrics_token: None };
        Places { taken: Arc::default(), limits: Limits { all, of_one, ..Limits::default() }, front: Arc::new(front) }
    }

    #[test]
    fn one_source_takes_its_own_places_and_not_those_of_others() {
        let places = places(6, 2);
        let take = |address: &str| places.take(address.parse().unwrap());
        let held: Vec<_> = ["203.0.113.9", "::ffff:203.0.113.9"].iter().map(|address| take(address).unwrap()).collect();
        assert!(take("203.0.113.9").is_none());
        let network: Vec<_> =
            ["2001:db8::1", "2001:db8::ffff:2"].iter().map(|address| take(address).unwrap()).collect();
        assert!(take("2001:db8::3").is_none());
        // A proxy, and whoever is on this machine, speak for many; the places in all are the end for them too.
        let many: Vec<_> = ["10.0.0.5", "10.0.0.5"].iter().map(|address| take(address).unwrap()).collect();
        assert!(take("10.0.0.5").is_none() && take("127.0.0.1").is_none() && take("198.51.100.1").is_none());
        drop(held);
        assert!(take("203.0.113.9").is_some());
        drop((network, many));
        assert!(places.taken.lock().unwrap().is_empty());
    }

    #[test]
    fn the_version_is_open_until_a_byte_tells_it() {
        let hear = |pieces: &[&[u8]]| {
            let mut greeting = Greeting { heard: 0, patience: Box::pin(sleep(Duration::ZERO)) };
            pieces.iter().map(|piece| greeting.hear(piece)).collect::<Vec<_>>()
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let _inside = runtime.enter();
        assert_eq!(hear(&[b"", b"PRI * HTTP/2.0\r\n\r\n", b"SM\r\n\r", b"\n"]), [true, true, true, false]);
        assert_eq!(hear(&[b"P", b"OST / HTTP/1.1\r\n"]), [true, false]);
        assert_eq!(hear(&[b"GET / HTTP/1.1\r\n\r\n"]), [false]);
        assert_eq!(hear(&[&[PREFACE, b"more"].concat()]), [false]);
    }

    #[tokio::test]
    async fn a_server_that_ends_by_itself_is_an_error() {
        let never = std::future::pending::<()>;
        until(never(), async { Ok(()) }, || {}).await.unwrap_err();
        until(never(), async { Err(io::ErrorKind::Other.into()) }, || {}).await.unwrap_err();
        let (tell, told) = tokio::sync::oneshot::channel::<()>();
        let serving = async { told.await.map_err(io::Error::other) };
        until(async {}, serving, || tell.send(()).unwrap()).await.unwrap();
    }

    #[tokio::test]
    async fn an_answer_that_nobody_takes_ends_the_connection() {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let (here, mut there) = tokio::io::duplex(8);
        let place = places(1, 1).take("203.0.113.9".parse().unwrap()).unwrap();
        let limits = Limits { stalled: Duration::from_millis(20), ..Limits::default() };
        let mut paced = Paced { stream: Box::new(here), greeting: None, stalled: None, limits, _place: place };
        paced.write_all(&[7; 8]).await.unwrap();
        assert_eq!(paced.write_all(&[7; 8]).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
        // Whoever takes some of it gets the rest.
        let mut taken = [0; 8];
        there.read_exact(&mut taken).await.unwrap();
        paced.write_all(&[7; 8]).await.unwrap();
    }
}
