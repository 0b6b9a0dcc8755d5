//! The key that signs checkpoints: a file beside the database, never in it.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use platform::log::ALL_CHECKPOINTS;
use platform::{Entropy, Error, Result};
use tlog::{Note, Signer, Verifier};

/// Name of the file in the folder of data.
pub const FILE: &str = "log-key";

/// The key of this installation's logs.
#[derive(Debug, Clone)]
pub struct LogKey {
    signer: Signer,
    made_now: bool,
    file: PathBuf,
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
        let mut name = [0; 8];
        entropy.fill(&mut name).map_err(Error::Internal)?;
        let make =
            |seed: &[u8; 32]| Signer::log(&format!("rashin-{}", hex::encode(name)), seed).map_err(Error::internal);
        let (signer, made_now) = read_secret(data, FILE, entropy, make)?;
        Ok(Self { signer, made_now, file: data.join(FILE) })
    }

    /// Whether there was none before.
    #[must_use]
    pub fn was_made_now(&self) -> bool {
        self.made_now
    }

    /// Takes back a key that was made now: where an old one is missing, the next start must not find a new one.
    pub(super) fn discard(&self) -> Result<()> {
        if self.made_now {
            fs::remove_file(&self.file).map_err(|error| named(&self.file, error))?;
            sync_folder(&self.file).map_err(|error| named(&self.file, error))?;
        }
        Ok(())
    }

    /// Whether a note names this key among those it was signed with. A note that cannot be read says nothing of keys; the
    /// verifier tells of it.
    pub(super) fn is_named_in(&self, note: &str, log: &str) -> Result<bool> {
        let verifier = self.verifier(log)?;
        let own =
            |note: Note| note.signatures.iter().any(|one| one.name == verifier.name() && one.key_id == verifier.id());
        Ok(Note::parse(note).map_or(true, own))
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

/// Reads a signing key that only its owner may read, or makes it; says whether it was made now.
pub(super) fn read_secret(
    folder: &Path,
    file: &str,
    entropy: &dyn Entropy,
    make: impl Fn(&[u8; 32]) -> Result<Signer>,
) -> Result<(Signer, bool)> {
    let path = folder.join(file);
    let made_now = match fs::metadata(&path) {
        Ok(_) => false,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let mut seed = [0; 32];
            entropy.fill(&mut seed).map_err(Error::Internal)?;
            keep_secret(&path, &make(&seed)?, entropy)?
        }
        Err(error) => return Err(named(&path, error)),
    };
    let mode = fs::metadata(&path).map_err(|error| named(&path, error))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(named(&path, "others can read this key; only its owner may (chmod 600)"));
    }
    let text = fs::read_to_string(&path).map_err(|error| named(&path, error))?;
    let signer = Signer::parse(text.trim_end()).map_err(|_| named(&path, "not a key of this program"))?;
    Ok((signer, made_now))
}

/// Written aside and then named, so that of several programs starting at once all read the same whole key. False if
/// another was first.
fn keep_secret(path: &Path, signer: &Signer, entropy: &dyn Entropy) -> Result<bool> {
    let mut random = [0; 8];
    entropy.fill(&mut random).map_err(Error::Internal)?;
    let aside = path.with_extension(format!("{}.{}", std::process::id(), hex::encode(random)));
    let write = || -> std::io::Result<bool> {
        write_synced(&aside, format!("{}\n", signer.secret_text()).as_bytes())?;
        let first = match fs::hard_link(&aside, path) {
            Ok(()) => true,
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => false,
            Err(error) => return Err(error),
        };
        fs::remove_file(&aside)?;
        sync_folder(path)?;
        Ok(first)
    };
    write().map_err(|error| named(path, error))
}

fn write_synced(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn sync_folder(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::File::open(folder)?.sync_all()
}

/// Replaces a small file as a whole, durably.
pub(super) fn write_aside(path: &Path, bytes: &[u8]) -> Result<()> {
    let aside = path.with_extension("new");
    let write = || -> std::io::Result<()> {
        match fs::remove_file(&aside) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        write_synced(&aside, bytes)?;
        fs::rename(&aside, path)?;
        sync_folder(path)
    };
    write().map_err(|error| named(path, error))
}
