//! `rashin witness`: signs checkpoints of others' logs that continue what it signed before (C2SP tlog-witness).
//!
//! It belongs on another machine than the log, in other hands. It keeps one size and root per log, nothing else.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use clap::Args;
use platform::clock::{SystemClock, SystemEntropy};
use platform::{Clock, Error, Result};
use serde::{Deserialize, Serialize};
use tlog::{Checkpoint, Frontier, Hash, Note, Signer, Verifier, verify_consistency};

use super::hasty::Hasty;
use super::key::{read_secret, write_aside};

/// A checkpoint and a proof are far smaller.
const BODY_LIMIT: usize = 64 * 1024;
/// A connection has so long in all.
const PATIENCE: Duration = Duration::from_secs(30);

/// How the witness runs.
#[derive(Debug, Clone, Args)]
pub struct WitnessArgs {
    /// Folder of the witness's key and of what it saw
    #[arg(long, default_value = "witness")]
    pub folder: PathBuf,
    /// Address and port to listen on
    #[arg(long, default_value = "127.0.0.1:8651")]
    pub listen: SocketAddr,
    /// Name of the witness, part of its key when that is made
    #[arg(long, default_value = "rashin-witness")]
    pub name: String,
    /// Key of a log to watch, as `rashin log export` writes it; may be given several times
    #[arg(long = "trust", required = true)]
    pub trust: Vec<String>,
}

/// What was signed last of a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Seen {
    size: u64,
    root: String,
}

/// A witness.
#[derive(Clone)]
pub struct Witness {
    signer: Signer,
    trusted: Arc<BTreeMap<String, Verifier>>,
    seen: Arc<Mutex<BTreeMap<String, Seen>>>,
    file: PathBuf,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for Witness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Witness").field("signer", &self.signer).finish_non_exhaustive()
    }
}

/// Why a checkpoint is not signed.
#[derive(Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The request is not of the form it must have.
    Malformed,
    /// Not a log this witness watches.
    Unknown,
    /// Not signed by the log's key.
    NotSigned,
    /// The witness is at another size, or saw another root at this one.
    Elsewhere(u64),
    /// The proof does not hold: the log was rewritten.
    Inconsistent,
    /// The witness cannot keep what it saw.
    NotKept(String),
}

impl Witness {
    /// Opens key and memory; the key is made at the first start.
    pub fn open(args: &WitnessArgs, clock: Arc<dyn Clock>, entropy: &dyn platform::Entropy) -> Result<Self> {
        fs::create_dir_all(&args.folder).map_err(Error::internal)?;
        let make = |seed: &[u8; 32]| Signer::witness(&args.name, seed).map_err(Error::internal);
        let (signer, _) = read_secret(&args.folder, "witness-key", entropy, make)?;
        let keys = args.trust.iter().map(|text| Verifier::parse(text.trim()).map_err(Error::internal));
        let keys = keys.collect::<Result<Vec<_>>>()?;
        let trusted = keys.into_iter().map(|key| (key.name().to_owned(), key)).collect();
        let file = args.folder.join("seen.json");
        let seen = match fs::read(&file) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(Error::internal)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(Error::internal(format!("{}: {error}", file.display()))),
        };
        Ok(Self { signer, trusted: Arc::new(trusted), seen: Arc::new(Mutex::new(seen)), file, clock })
    }

    /// The key others check its signatures with.
    #[must_use]
    pub fn key(&self) -> String {
        self.signer.verifier().to_string()
    }

    /// The routes.
    pub fn routes(self) -> Router {
        Router::new().route("/add-checkpoint", post(add)).layer(DefaultBodyLimit::max(BODY_LIMIT)).with_state(self)
    }

    /// Looks at `old N`, the lines of a proof, an empty line and a checkpoint; gives the line of a signature.
    pub fn add_checkpoint(&self, request: &str) -> std::result::Result<String, Refusal> {
        let (head, note) = request.split_once("\n\n").ok_or(Refusal::Malformed)?;
        let (old, proof) = head.split_once('\n').unwrap_or((head, ""));
        let old = old.strip_prefix("old ").ok_or(Refusal::Malformed)?;
        let old: u64 = old.parse().ok().filter(|size: &u64| size.to_string() == old).ok_or(Refusal::Malformed)?;
        let proof = tlog::read_proof(proof).map_err(|_| Refusal::Malformed)?;
        let note = Note::parse(note).map_err(|_| Refusal::Malformed)?;
        let told = Checkpoint::parse(&note.text).map_err(|_| Refusal::Malformed)?;
        let key = self.trusted.get(&told.origin).ok_or(Refusal::Unknown)?;
        key.verify(&note).map_err(|_| Refusal::NotSigned)?;
        if old > told.size {
            return Err(Refusal::Malformed);
        }
        // Held until it is kept: of two requests at once the second sees the first.
        let mut seen = self.seen.lock().map_err(|error| Refusal::NotKept(error.to_string()))?;
        let last = seen.get(&told.origin).cloned();
        let last_size = last.as_ref().map_or(0, |last| last.size);
        if old != last_size {
            return Err(Refusal::Elsewhere(last_size));
        }
        if let Some(last) = last {
            let root = Hash::from_hex(&last.root).map_err(|error| Refusal::NotKept(error.to_string()))?;
            if old == told.size && root != told.root {
                return Err(Refusal::Elsewhere(last_size));
            }
            verify_consistency(old, told.size, &root, &told.root, &proof).map_err(|_| Refusal::Inconsistent)?;
        } else if !proof.is_empty() || (told.size == 0 && told.root != Frontier::default().root()) {
            return Err(Refusal::Inconsistent);
        }
        let mut next = seen.clone();
        next.insert(told.origin, Seen { size: told.size, root: told.root.to_hex() });
        let bytes = serde_json::to_vec(&next).map_err(|error| Refusal::NotKept(error.to_string()))?;
        write_aside(&self.file, &bytes).map_err(|error| Refusal::NotKept(error.to_string()))?;
        *seen = next;
        let time_s = u64::try_from(self.clock.now_ms() / 1000).unwrap_or(0);
        Ok(self.signer.sign(&note.text, time_s).to_string())
    }
}

async fn add(State(witness): State<Witness>, body: String) -> Response {
    // It writes a file and syncs it.
    let outcome = tokio::task::spawn_blocking(move || witness.add_checkpoint(&body)).await;
    match outcome {
        Ok(Ok(line)) => line.into_response(),
        Ok(Err(refusal)) => refusal.into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST.into_response(),
            Self::Unknown => StatusCode::NOT_FOUND.into_response(),
            Self::NotSigned => StatusCode::FORBIDDEN.into_response(),
            Self::Elsewhere(size) => {
                (StatusCode::CONFLICT, [(header::CONTENT_TYPE, "text/x.tlog.size")], format!("{size}\n"))
                    .into_response()
            }
            Self::Inconsistent => StatusCode::UNPROCESSABLE_ENTITY.into_response(),
            Self::NotKept(cause) => {
                tracing::error!(cause, "the witness cannot keep what it saw");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

/// Holds the folder as long as the file is open: two that remember in one place would sign two histories.
fn hold(folder: &Path) -> Result<File> {
    fs::create_dir_all(folder).map_err(Error::internal)?;
    let path = folder.join("lock");
    let open = || -> std::result::Result<File, fs::TryLockError> {
        let file =
            File::options().create(true).truncate(false).write(true).open(&path).map_err(fs::TryLockError::Error)?;
        file.try_lock().map(|()| file)
    };
    open().map_err(|error| match error {
        fs::TryLockError::WouldBlock => {
            Error::internal(format!("{}: another witness is running in this folder", folder.display()))
        }
        fs::TryLockError::Error(error) => Error::internal(format!("{}: {error}", path.display())),
    })
}

/// Runs the witness until `stop` ends; requests under way are finished.
pub async fn run(args: WitnessArgs, stop: impl Future<Output = ()> + Send + 'static, say: impl Fn(&str)) -> Result<()> {
    let _held = hold(&args.folder)?;
    let witness = Witness::open(&args, Arc::new(SystemClock), &SystemEntropy)?;
    let listener = tokio::net::TcpListener::bind(args.listen).await.map_err(Error::internal)?;
    say(&witness.key());
    let listener = Hasty::new(listener, PATIENCE);
    axum::serve(listener, witness.routes()).with_graceful_shutdown(stop).await.map_err(Error::internal)
}
