//! Files and folders for their owner alone. A file is whole or not there: written aside, synced, renamed.

use std::fs::{DirBuilder, File};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use platform::{Error, Result};

fn named(path: &Path, error: &std::io::Error) -> Error {
    Error::internal(format!("{}: {error}", path.display()))
}

/// Makes a folder, and those above it that are missing.
pub fn make_folder(path: &Path) -> Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|error| named(path, &error))
}

/// Makes an empty file where there is none.
pub fn make_file(path: &Path) -> Result<()> {
    match new(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(named(path, &error)),
        _ => Ok(()),
    }
}

/// A file that was not there: nobody else has it open, and no link leads elsewhere.
fn new(path: &Path) -> std::io::Result<File> {
    File::options().read(true).write(true).create_new(true).mode(0o600).open(path)
}

/// A file that nobody can find: what is not held open any more is gone, however the program ends.
pub(super) fn nameless(path: &Path) -> Result<File> {
    let make = || new(path).and_then(|file| std::fs::remove_file(path).map(|()| file));
    make().map_err(|error| named(path, &error))
}

/// The place beside a file where it is written; what is left of it goes when this is dropped.
#[derive(Debug)]
pub(super) struct Aside {
    to: PathBuf,
    aside: PathBuf,
}

impl Aside {
    /// Begins to write a file. What an earlier try left behind is removed, never written to.
    pub(super) fn begin(to: &Path) -> Result<(Self, File)> {
        let mut aside = to.as_os_str().to_owned();
        aside.push(".part");
        let aside = PathBuf::from(aside);
        let begin = || match std::fs::remove_file(&aside) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => new(&aside),
        };
        let file = begin().map_err(|error| named(&aside, &error))?;
        Ok((Self { to: to.to_owned(), aside }, file))
    }

    /// Puts the file in its place.
    pub(super) fn put(self, file: &File) -> Result<()> {
        let put = || {
            file.sync_all()?;
            std::fs::rename(&self.aside, &self.to)?;
            let folder = self.to.parent().filter(|folder| !folder.as_os_str().is_empty());
            File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
        };
        put().map_err(|error| named(&self.to, &error))
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        // Gone already where the file was put in its place.
        let _ = std::fs::remove_file(&self.aside);
    }
}

/// Puts a whole file in its place.
pub(super) fn put(to: &Path, content: &[u8]) -> Result<()> {
    let (aside, mut file) = Aside::begin(to)?;
    file.write_all(content).map_err(|error| named(to, &error))?;
    aside.put(&file)
}
