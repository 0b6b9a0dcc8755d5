//! Connections on which little is said.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use super::ways_in::{certificate, client, files};
use crate::face::serve;
use crate::operate::connections::{Entry, Limits};
use crate::operate::tls::Tls;
use crate::testing::scratch::scratch_folder;
use crate::testing::{TestApp, on_both};

/// A server that listens.
pub(super) struct Listening {
    pub(super) address: SocketAddr,
    stop: tokio::sync::oneshot::Sender<()>,
    serving: tokio::task::JoinHandle<platform::Result<()>>,
}

pub(super) fn listen(app: &TestApp, tls: Option<Tls>, limits: Limits) -> Listening {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let entry = Entry { listener, tls, limits, front: app.app.front.clone() };
    let router = serve::router(app.app.clone());
    let serving = tokio::spawn(entry.serve(router, async { stopped.await.unwrap_or(()) }));
    Listening { address, stop, serving }
}

impl Listening {
    pub(super) async fn end(self) {
        self.stop.send(()).unwrap();
        self.serving.await.unwrap().unwrap();
    }
}

/// A server has this much patience in these stories.
const HASTY: Limits = Limits { head: Duration::from_secs(1), stalled: Duration::from_secs(1), all: 64, of_one: 64 };
const ASK: &str = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n";

fn connect(address: SocketAddr) -> TcpStream {
    let socket = TcpStream::connect(address).unwrap();
    // Far more patience than the server has.
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    socket
}

/// Everything that comes until the other side ends the connection.
fn until_ended(mut from: impl Read) -> String {
    let (mut heard, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => heard.extend_from_slice(&buffer[..count]),
            Err(error) => {
                assert!(![ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&error.kind()), "left open: {error}");
                break;
            }
        }
    }
    String::from_utf8_lossy(&heard).into_owned()
}

on_both! {
    async fn whoever_does_not_finish_asking_is_not_waited_for(app: TestApp) {
        let server = listen(&app, None, HASTY);
        let address = server.address;
        let ask = |said: &'static [&'static str]| tokio::task::spawn_blocking(move || {
            let mut socket = connect(address);
            for piece in said {
                socket.write_all(piece.as_bytes()).unwrap();
            }
            until_ended(socket)
        });
        let asked = [&[][..], &["GET /hea"], &[ASK], &[ASK, "X-Slow: "], &["PRI * HTTP/2.0\r\n\r\n"]].map(ask);
        for answer in asked {
            let answer = answer.await.unwrap();
            assert!(!answer.starts_with("HTTP/1.1 200"), "{answer}");
        }
        // One who asked and then says nothing more is not kept either.
        let answer = ask(&[ASK, "\r\n"]).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        server.end().await;
    }

    async fn nor_is_whoever_says_nothing_through_tls(app: TestApp) {
        let folder = scratch_folder();
        let root = certificate(folder.path());
        let server = listen(&app, Tls::of(&files(folder.path())).unwrap(), HASTY);
        let address = server.address;
        let silent = tokio::task::spawn_blocking(move || until_ended(connect(address)));
        let asked = ["", "GET /hea", ASK, "PRI * HTTP/2.0\r\n\r\n"].map(|said| {
            let root = root.clone();
            tokio::task::spawn_blocking(move || {
                let (mut connection, mut socket) = (client(root), connect(address));
                let mut stream = rustls::Stream::new(&mut connection, &mut socket);
                stream.write_all(said.as_bytes()).unwrap();
                stream.flush().unwrap();
                until_ended(stream)
            })
        });
        assert_eq!(silent.await.unwrap(), "");
        for answer in asked {
            let answer = answer.await.unwrap();
            assert!(!answer.starts_with("HTTP/1.1 200"), "{answer}");
        }
        server.end().await;
    }

    async fn many_idle_ones_do_not_keep_others_out(app: TestApp) {
        let few = Limits { all: 4, ..HASTY };
        let server = listen(&app, None, few);
        let address = server.address;
        let crowd = tokio::task::spawn_blocking(move || {
            for _ in 0..3 {
                let idle: Vec<TcpStream> = (0..4 * few.all).map(|_| connect(address)).collect();
                for socket in idle {
                    assert_eq!(until_ended(socket), "");
                }
            }
            let mut socket = connect(address);
            socket.write_all(format!("{ASK}Connection: close\r\n\r\n").as_bytes()).unwrap();
            until_ended(socket)
        });
        assert!(crowd.await.unwrap().starts_with("HTTP/1.1 200"));
        server.end().await;
    }
}
