//! `rashin health`: asks a running server whether it is ready, for whatever watches a container.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use platform::{Error, Message, Result};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme, Stream};

/// So long the answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Asks a running server whether it is ready
#[derive(Debug, Args)]
pub struct HealthArgs {
    /// Where it listens
    #[arg(long, default_value = "127.0.0.1:8650")]
    connect: SocketAddr,
    /// The server's certificate, if it speaks TLS by itself
    #[arg(long, env = "RASHIN_TLS_CERT")]
    tls_cert: Option<PathBuf>,
}

/// Runs the command; a server that is not ready, or does not answer, is a failure.
pub async fn run(args: HealthArgs) -> Result<()> {
    ready(args.connect, args.tls_cert.is_some()).await
}

/// Whether the server at the address is ready.
pub async fn ready(address: SocketAddr, tls: bool) -> Result<()> {
    let not = || Error::Conflict(Message::new("error-not-ready").with("address", address));
    match tokio::task::spawn_blocking(move || status_line(address, tls)).await {
        Ok(Ok(line)) if line.starts_with("HTTP/1.1 200") => Ok(()),
        _ => Err(not()),
    }
}

fn status_line(address: SocketAddr, tls: bool) -> std::io::Result<String> {
    let mut socket = TcpStream::connect_timeout(&address, PATIENCE)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    if !tls {
        return ask(socket);
    }
    let mut connection = client().map_err(std::io::Error::other)?;
    ask(Stream::new(&mut connection, &mut socket))
}

fn ask(mut stream: impl Read + Write) -> std::io::Result<String> {
    stream.write_all(b"GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    stream.flush()?;
    let mut line = [0; 12];
    stream.read_exact(&mut line)?;
    Ok(String::from_utf8_lossy(&line).into_owned())
}

fn client() -> std::result::Result<ClientConnection, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let whoever = Arc::new(Whoever(provider.signature_verification_algorithms));
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(whoever)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").map_err(|_| rustls::Error::UnsupportedNameType)?;
    ClientConnection::new(Arc::new(config), name)
}

/// Takes any certificate: the question holds no secret, the answer is believed only so far as to leave the server alone,
/// and a certificate that is being replaced is no reason to end a server that answers.
#[derive(Debug)]
struct Whoever(WebPkiSupportedAlgorithms);

impl ServerCertVerifier for Whoever {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}
