//! The key that signs checkpoints: a file beside the database, never in it.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use platform::log::ALL_CHECKPOINTS;
use platform::{Entropy, Error, Result};
use tlog::{Signer, Verifier};

/// Name of the file in the folder of data.
pub const FILE: &str = "log-key";

/// The key of this installation's logs.
#[derive(Debug, Clone)]
pub struct LogKey {
    signer: Signer,
    made_now: bool,
}

/// The name under which a log's checkpoints go.
fn origin(installation: &str, log: &str) -> String {
    match log {
        "" => format!("{installation}/installation"),
        ALL_CHECKPOINTS => format!("{installation}/all"),
        tenant => format!("{installation}/{tenant}"),
    }
}

impl LogKey {
    /// Reads the key, or makes it at the first start. A file that others may read is refused.
    pub fn open(data: &Path, entropy: &dyn Entropy) -> Result<Self> {
        let path = data.join(FILE);
        let made_now = match fs::metadata(&path) {
            Ok(_) => false,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => make(data, &path, entropy)?,
            Err(error) => return Err(named(&path, error)),
        };
        let mode = fs::metadata(&path).map_err(|error| named(&path, error))?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(named(
                &path,
                "others can read it; only its owner may: chmod 600, and think of it as known to them",
            ));
        }
        let text = fs::read_to_string(&path).map_err(|error| named(&path, error))?;
        let signer = Signer::parse(text.trim_end()).map_err(|_| named(&path, "not a key of this program"))?;
        Ok(Self { signer, made_now })
    }

    /// Whether there was none before.
    #[must_use]
    pub fn was_made_now(&self) -> bool {
        self.made_now
    }

    /// Signs for a log.
    pub fn signer(&self, log: &str) -> Result<Signer> {
        self.signer.named(&origin(self.installation(), log)).map_err(Error::internal)
    }

    /// Checks what was signed for a log.
    pub fn verifier(&self, log: &str) -> Result<Verifier> {
        Ok(self.signer(log)?.verifier())
    }

    fn installation(&self) -> &str {
        self.signer.name()
    }
}

fn named(path: &Path, what: impl std::fmt::Display) -> Error {
    Error::internal(format!("{}: {what}", path.display()))
}

/// Written aside and then named, so that of several programs starting at once all read the same whole key. False if
/// another was first.
fn make(data: &Path, path: &Path, entropy: &dyn Entropy) -> Result<bool> {
    let (mut seed, mut name) = ([0; 32], [0; 8]);
    entropy.fill(&mut seed).and_then(|()| entropy.fill(&mut name)).map_err(Error::Internal)?;
    let signer = Signer::log(&format!("rashin-{}", hex::encode(name)), &seed).map_err(Error::internal)?;
    let aside: PathBuf = data.join(format!("{FILE}.{}.{}", std::process::id(), hex::encode(name)));
    let write = || -> std::io::Result<bool> {
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&aside)?;
        file.write_all(format!("{}\n", signer.secret_text()).as_bytes())?;
        file.sync_all()?;
        let first = match fs::hard_link(&aside, path) {
            Ok(()) => true,
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => false,
            Err(error) => return Err(error),
        };
        fs::remove_file(&aside)?;
        fs::File::open(data)?.sync_all()?;
        Ok(first)
    };
    write().map_err(|error| named(path, error))
}
