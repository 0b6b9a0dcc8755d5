//! Mail, where it is set up. Without it, or when it fails, links are shown for the administrator to hand over.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use lettre::message::{Mailbox, header::ContentType};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use platform::{Error, Message, Result};

/// How mail is sent.
#[derive(Debug, Clone, Default, Args)]
pub struct MailArgs {
    /// Mail server as `smtps://user:password@host`; without it, links are shown to hand over
    #[arg(long, env = "RASHIN_SMTP", hide_env_values = true)]
    pub smtp: Option<String>,
    /// Send to a mail server of one's own network without TLS too: everybody on the way can read the links
    #[arg(long, env = "RASHIN_SMTP_WITHOUT_TLS")]
    pub smtp_without_tls: bool,
    /// Sender's address
    #[arg(long, env = "RASHIN_MAIL_FROM")]
    pub mail_from: Option<String>,
}

/// So long a mail server may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sends mail, if it is set up.
#[derive(Debug, Clone, Default)]
pub struct Mail(Option<Arc<Sender>>);

#[derive(Debug)]
struct Sender {
    server: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mail {
    /// As the arguments say. The server's address, which may hold a password, stands in no message.
    pub fn of(args: &MailArgs) -> Result<Self> {
        let Some(smtp) = args.smtp.as_deref().filter(|smtp| !smtp.is_empty()) else { return Ok(Self(None)) };
        let wrong = |field: &str, value: &str, key: &'static str| Error::field(field, value, Message::new(key));
        let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(smtp)
            .map_err(|_| wrong("--smtp", "", "error-smtp"))?
            .timeout(Some(PATIENCE))
            .build();
        if !args.smtp_without_tls && !is_kept_secret(smtp) {
            return Err(wrong("--smtp", "", "error-smtp-without-tls"));
        }
        let from = args.mail_from.clone().unwrap_or_default();
        let from = from.parse().map_err(|_| wrong("--mail-from", &from, "error-mail-from"))?;
        Ok(Self(Some(Arc::new(Sender { server, from }))))
    }

    /// Whether it is set up.
    #[must_use]
    pub fn is_set_up(&self) -> bool {
        self.0.is_some()
    }

    /// Whether the server answers; none where mail is not set up.
    pub async fn answers(&self) -> Option<bool> {
        let sender = self.0.as_ref()?;
        Some(sender.server.test_connection().await.unwrap_or(false))
    }

    /// Sends a text; false if mail is not set up or the server did not take it, which is logged without the text.
    pub async fn send(&self, to: &str, subject: &str, text: String) -> bool {
        let Some(sender) = &self.0 else { return false };
        match sender.send(to, subject, text).await {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(%error, "a mail was not sent");
                false
            }
        }
    }
}

/// Whether what is sent there can be read by nobody on the way: TLS from the beginning, TLS or nothing, or this machine.
/// `tls=opportunistic` goes without when somebody on the way says so.
fn is_kept_secret(smtp: &str) -> bool {
    let (scheme, rest) = smtp.split_once("://").unwrap_or_default();
    let (place, settings) = rest.split_once('?').unwrap_or((rest, ""));
    let place = place.split('/').next().unwrap_or(place);
    let host = place.rsplit_once('@').map_or(place, |(_, host)| host);
    let named = || host.rsplit_once(':').map_or(host, |(name, _)| name).eq_ignore_ascii_case("localhost");
    let ip = || host.parse().or_else(|_| host.parse::<SocketAddr>().map(|address| address.ip()));
    let bare = || host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    let loopback = || ip().or_else(|_| bare()).is_ok_and(|ip| ip.is_loopback());
    let settings: Vec<&str> = settings.split('&').filter(|setting| setting.starts_with("tls=")).collect();
    scheme.eq_ignore_ascii_case("smtps") || settings == ["tls=required"] || named() || loopback()
}

impl Sender {
    async fn send(&self, to: &str, subject: &str, text: String) -> Result<()> {
        let to: Mailbox = to.parse().map_err(Error::internal)?;
        let mail = lettre::Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(subject)
            .header(ContentType::TEXT_PLAIN)
            .body(text)
            .map_err(Error::internal)?;
        let sent = tokio::time::timeout(PATIENCE, self.server.send(mail)).await.map_err(Error::internal)?;
        sent.map(|_| ()).map_err(Error::internal)
    }
}
