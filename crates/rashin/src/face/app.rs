//! What all requests share.

use std::path::PathBuf;
use std::sync::Arc;

use platform::{Actor, Ctx, Ground, Texts, Via};

use crate::access::Refusals;
use crate::assessment::evidence::EvidenceFolder;
use crate::audit_log::{LogKey, Turns, Witnesses};
use crate::federation::Means;
use crate::operate::export_all::Exports;
use crate::operate::front::Front;
use crate::operate::mail::Mail;
use crate::operate::metrics::Metrics;

/// The running product.
#[derive(Debug, Clone)]
pub struct App {
    /// Database, clock, randomness, gate.
    pub ground: Ground,
    /// All messages.
    pub texts: Arc<Texts>,
    /// Refusals of unknown people, until they are entered in the log.
    pub refusals: Arc<Refusals>,
    /// Where evidence is kept.
    pub evidence: EvidenceFolder,
    /// Address under which people reach it, without a slash at the end.
    pub public_url: Arc<str>,
    /// Folder of data.
    pub data: Arc<PathBuf>,
    /// Signs checkpoints of the log.
    pub log_key: LogKey,
    /// Whose turn it is to go through a whole log.
    pub log_turns: Turns,
    /// Who signs them outside.
    pub witnesses: Witnesses,
    /// What single sign-on needs.
    pub sign_on: Means,
    /// Reads files from outside.
    pub sandbox: super::sandbox::Sandbox,
    /// Sends mail, where it is set up.
    pub mail: Mail,
    /// Whose word counts before the server.
    pub front: Arc<Front>,
    /// What is counted while the server runs.
    pub metrics: Metrics,
    /// The one export that is written at a time.
    pub exports: Exports,
    /// Makes PDFs.
    pub renderer: super::render::Renderer,
}

impl App {
    /// A context for an asker.
    #[must_use]
    pub fn ctx(&self, actor: Actor, via: Via) -> Ctx {
        Ctx::new(self.ground.clone(), actor, via)
    }

    /// A context for the installation's own work.
    #[must_use]
    pub fn system(&self) -> Ctx {
        self.ctx(Actor::System, Via::Job)
    }

    /// Whether the address is https, so that cookies may say so.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}
