//! TLS without a proxy: certificate and key from files, taken up anew when they change.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use clap::Args;
use platform::{Error, Message, Result};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::signal::unix::{SignalKind, signal};

/// So often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// Certificate and key.
#[derive(Debug, Clone, Default, Args)]
pub struct TlsArgs {
    /// Certificate with its chain, PEM; read again when it changes or on SIGHUP
    #[arg(long, env = "RASHIN_TLS_CERT", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// Private key, PEM
    #[arg(long, env = "RASHIN_TLS_KEY", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
}

/// When certificate and key were changed last.
type Changed = [Option<std::time::SystemTime>; 2];

/// Certificate and key in use.
#[derive(Clone)]
pub struct Tls {
    certificate: PathBuf,
    key: PathBuf,
    config: RustlsConfig,
    /// When the files were changed that were read at the start.
    read_of: Changed,
    look_every: Duration,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").field("certificate", &self.certificate).finish_non_exhaustive()
    }
}

impl Tls {
    /// As the arguments say; none where TLS is not wanted.
    pub fn of(args: &TlsArgs) -> Result<Option<Self>> {
        let (Some(certificate), Some(key)) = (args.tls_cert.clone(), args.tls_key.clone()) else { return Ok(None) };
        // Before they are read: what comes in between is seen by the first look.
        let read_of = changed_at(&certificate, &key);
        let config = RustlsConfig::from_config(read(&certificate, &key)?);
        Ok(Some(Self { certificate, key, config, read_of, look_every: LOOK_EVERY }))
    }

    /// The same, looking at the files as often as a test has patience for.
    #[cfg(test)]
    pub(crate) fn looking_every(self, look_every: Duration) -> Self {
        Self { look_every, ..self }
    }

    /// Reads the files again. What cannot be used is told, and what was in use stays.
    pub fn renew(&self) -> Result<()> {
        self.config.reload_from_config(read(&self.certificate, &self.key)?);
        Ok(())
    }

    /// Takes the files up anew whenever they change, or on SIGHUP. What cannot be used may be half written: it is looked
    /// at again, and told once.
    pub(super) async fn watch(self) {
        let Ok(mut hangup) = signal(SignalKind::hangup()) else { return };
        let (mut known, mut told) = (self.read_of, String::new());
        loop {
            let asked = tokio::select! {
                _ = hangup.recv() => true,
                () = tokio::time::sleep(self.look_every) => false,
            };
            let now = changed_at(&self.certificate, &self.key);
            if !asked && now == known {
                continue;
            }
            match self.renew().map_err(|error| cause_of(&error)) {
                Ok(()) => {
                    tracing::warn!("the certificate was taken up anew");
                    (known, told) = (now, String::new());
                }
                Err(error) if error == told => {}
                Err(error) => {
                    tracing::error!(error, "the new certificate cannot be used; the one before stays");
                    told = error;
                }
            }
        }
    }

    /// What speaks TLS with whoever comes.
    #[must_use]
    pub(super) fn acceptor(&self) -> RustlsAcceptor {
        RustlsAcceptor::new(self.config.clone())
    }
}

/// What is wrong with which file, for the log.
fn cause_of(error: &Error) -> String {
    let Error::Invalid(faults) = error else { return error.to_string() };
    let cause = |fault: &platform::Fault| {
        format!("{}: {}", fault.value, fault.message.args.get("cause").map_or("", String::as_str))
    };
    faults.iter().map(cause).collect::<Vec<_>>().join("; ")
}

fn changed_at(certificate: &Path, key: &Path) -> Changed {
    [certificate, key].map(|path| std::fs::metadata(path).and_then(|facts| facts.modified()).ok())
}

fn read(certificate: &PathBuf, key: &PathBuf) -> Result<Arc<ServerConfig>> {
    let wrong = |field: &str, path: &PathBuf, cause: String| {
        Error::field(field, &path.display().to_string(), Message::new("error-tls").with("cause", cause))
    };
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<std::result::Result<Vec<_>, _>>)
        .map_err(|error| wrong("--tls-cert", certificate, error.to_string()))?;
    let secret = PrivateKeyDer::from_pem_file(key).map_err(|error| wrong("--tls-key", key, error.to_string()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(Error::internal)?
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .map_err(|error| wrong("--tls-cert", certificate, error.to_string()))?;
    // The strongest that both speak, whatever the client would rather.
    config.ignore_client_order = true;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
