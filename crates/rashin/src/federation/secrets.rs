//! Client secrets in files of their own, readable by the server's user alone. A copy of the database holds none.

use std::io::Write;
use std::path::{Path, PathBuf};

use platform::{Ctx, Error, Result, new_id};

/// The folder of the files.
#[derive(Debug, Clone)]
pub struct SecretFolder(PathBuf);

impl SecretFolder {
    /// The folder below that of data.
    #[must_use]
    pub fn below(data: &Path) -> Self {
        Self(data.join("secrets"))
    }

    fn file(&self, id: &str) -> Result<PathBuf> {
        let fine = id.len() == 32 && id.bytes().all(|letter| letter.is_ascii_hexdigit());
        if fine { Ok(self.0.join(id)) } else { Err(Error::internal("no name of a secret")) }
    }

    /// Keeps a secret; gives the name of its file.
    pub fn keep(&self, ctx: &Ctx, secret: &str) -> Result<String> {
        use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
        let id = new_id(ctx)?;
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.0).map_err(Error::internal)?;
        let mut options = std::fs::OpenOptions::new();
        let mut file =
            options.write(true).create_new(true).mode(0o600).open(self.file(&id)?).map_err(Error::internal)?;
        file.write_all(secret.as_bytes()).and_then(|()| file.sync_all()).map_err(Error::internal)?;
        Ok(id)
    }

    /// A secret by the name of its file.
    pub fn read(&self, id: &str) -> Result<String> {
        std::fs::read_to_string(self.file(id)?).map_err(|error| Error::internal(format!("a client secret: {error}")))
    }

    /// Forgets a secret. One that is gone already is no trouble.
    pub fn forget(&self, id: &str) -> Result<()> {
        match std::fs::remove_file(self.file(id)?) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::internal(error)),
            _ => Ok(()),
        }
    }
}
