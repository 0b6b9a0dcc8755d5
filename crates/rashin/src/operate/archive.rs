//! The file of a backup: a tar whose last member tells what all others must be, and a last block that seals all of it.
//!
//! Any tar program can unpack it: what follows the end of a tar is not looked at. The seal is the SHA-256 of everything
//! before it, so a file that was cut off or in which any bit changed is recognised.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use platform::db::{Step, Table};
use platform::{Error, Message, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::files::Aside;

/// Name of the form, raised when it changes.
pub const FORMAT: &str = "rashin-backup-1";
/// The member that tells of all others.
pub const MANIFEST: &str = "manifest.json";
/// Size of tar's blocks, and of the seal.
const BLOCK: usize = 512;
/// A manifest is never larger, bytes.
const MANIFEST_LIMIT: u64 = 1024 * 1024 * 1024;

/// A member and what it must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Name in the tar.
    pub name: String,
    /// Size.
    pub bytes: u64,
    /// SHA-256 of the content.
    pub sha256: String,
    /// Rows, in a part of a table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
}

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: String,
    /// Version of the program that made it.
    pub version: String,
    /// When, milliseconds since 1970.
    pub made_at_ms: i64,
    /// `sqlite` or `postgresql`; either can take it up.
    pub database: String,
    /// Steps of the schema.
    pub schema: Vec<Step>,
    /// Tables with their columns.
    pub tables: Vec<Table>,
    /// All members in their order, but for the manifest.
    pub parts: Vec<Part>,
    /// Evidence whose content was already damaged when the backup was made.
    pub damaged: Vec<String>,
}

impl Manifest {
    /// Rows of all tables.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.parts.iter().filter_map(|part| part.rows).sum()
    }

    /// Number of evidence files.
    #[must_use]
    pub fn evidence(&self) -> usize {
        self.parts.iter().filter(|part| part.name.starts_with("evidence/")).count()
    }
}

fn hash(content: &[u8]) -> String {
    hex::encode(Sha256::digest(content))
}

fn seal(sha256: &str) -> [u8; BLOCK] {
    let mut block = [0_u8; BLOCK];
    let text = format!("{FORMAT} sha256 {sha256}\n");
    block.iter_mut().zip(text.bytes()).for_each(|(to, from)| *to = from);
    block
}

struct Hashing<W> {
    inner: W,
    sha256: Sha256,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.sha256.update(bytes.get(..written).unwrap_or(bytes));
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

/// A backup being written, beside its place until it is whole.
pub struct Writer {
    tar: tar::Builder<Hashing<BufWriter<File>>>,
    parts: Vec<Part>,
    aside: Aside,
    made_at_ms: i64,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").field("aside", &self.aside).finish_non_exhaustive()
    }
}

impl Writer {
    /// Begins a file that only its owner may read. Nothing that is there is overwritten.
    pub fn begin(to: &Path, made_at_ms: i64) -> Result<Self> {
        if to.exists() {
            return Err(Error::Conflict(Message::new("error-backup-there").with("file", to.display())));
        }
        let (aside, file) = Aside::begin(to)?;
        let tar = tar::Builder::new(Hashing { inner: BufWriter::new(file), sha256: Sha256::new() });
        Ok(Self { tar, parts: Vec::new(), aside, made_at_ms })
    }

    fn member(&mut self, name: &str, content: &[u8]) -> Result<()> {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_mode(0o600);
        header.set_mtime(u64::try_from(self.made_at_ms / 1000).unwrap_or(0));
        self.tar.append_data(&mut header, name, content).map_err(Error::internal)
    }

    /// Adds a part.
    pub fn add(&mut self, name: &str, content: &[u8], rows: Option<u64>) -> Result<()> {
        self.member(name, content)?;
        self.parts.push(Part { name: name.to_owned(), bytes: content.len() as u64, sha256: hash(content), rows });
        Ok(())
    }

    /// The hash of what was added last.
    #[must_use]
    pub fn last_hash(&self) -> Option<&str> {
        self.parts.last().map(|part| part.sha256.as_str())
    }

    /// Writes manifest and seal, syncs, and puts the file in its place. Gives the seal's hash.
    pub fn finish(mut self, mut manifest: Manifest) -> Result<(Manifest, String)> {
        manifest.parts = std::mem::take(&mut self.parts);
        let text = serde_json::to_vec_pretty(&manifest).map_err(Error::internal)?;
        self.member(MANIFEST, &text)?;
        self.tar.finish().map_err(Error::internal)?;
        let stream = self.tar.get_mut();
        let sha256 = hex::encode(std::mem::take(&mut stream.sha256).finalize());
        stream.inner.write_all(&seal(&sha256)).and_then(|()| stream.inner.flush()).map_err(Error::internal)?;
        self.aside.put(stream.inner.get_ref())?;
        Ok((manifest, sha256))
    }
}

/// A backup whose every byte was found to be what it must be.
#[derive(Debug)]
pub struct Checked {
    /// What it says of itself.
    pub manifest: Manifest,
    /// The seal's hash.
    pub sha256: String,
    /// Size of the file.
    pub bytes: u64,
    file: File,
    /// Where each part begins.
    places: Vec<u64>,
}

fn damaged(path: &Path, what: &str) -> Error {
    Error::Conflict(Message::new("error-backup-damaged").with("file", path.display()).with("what", what))
}

/// Reads all of a backup and compares it with its seal and its manifest.
pub fn check(path: &Path) -> Result<Checked> {
    let mut file = File::open(path).map_err(|error| {
        Error::Conflict(Message::new("error-backup-unreadable").with("file", path.display()).with("cause", error))
    })?;
    let bytes = file.metadata().map_err(Error::internal)?.len();
    let block = BLOCK as u64;
    if bytes < 3 * block || bytes % block != 0 {
        return Err(damaged(path, "length"));
    }
    let sha256 = check_seal(&mut file, bytes - block)?.ok_or_else(|| damaged(path, "seal"))?;
    let (found, manifest) = members(&mut file, bytes - block).ok_or_else(|| damaged(path, "tar"))?;
    let manifest: Manifest = serde_json::from_slice(&manifest).map_err(|_| damaged(path, MANIFEST))?;
    if manifest.format != FORMAT {
        return Err(damaged(path, &manifest.format));
    }
    let (parts, places): (Vec<Part>, Vec<u64>) = found.into_iter().unzip();
    let same = |(found, told): (&Part, &Part)| {
        found.name == told.name && found.bytes == told.bytes && found.sha256 == told.sha256
    };
    if parts.len() != manifest.parts.len() || !parts.iter().zip(&manifest.parts).all(same) {
        return Err(damaged(path, MANIFEST));
    }
    Ok(Checked { manifest, sha256, bytes, file, places })
}

/// The hash of the first `length` bytes, if the block after them seals it.
fn check_seal(file: &mut File, length: u64) -> Result<Option<String>> {
    let mut sha256 = Sha256::new();
    let mut reader = BufReader::with_capacity(1 << 20, &mut *file).take(length);
    let mut buffer = vec![0_u8; 1 << 16];
    loop {
        let read = reader.read(&mut buffer).map_err(Error::internal)?;
        if read == 0 {
            break;
        }
        sha256.update(buffer.get(..read).unwrap_or(&buffer));
    }
    let mut last = [0_u8; BLOCK];
    file.seek(SeekFrom::Start(length)).and_then(|_| file.read_exact(&mut last)).map_err(Error::internal)?;
    let found = hex::encode(sha256.finalize());
    Ok((last == seal(&found)).then_some(found))
}

type Found = (Vec<(Part, u64)>, Vec<u8>);

/// All parts with their places, and the manifest, which comes last.
fn members(file: &mut File, length: u64) -> Option<Found> {
    file.seek(SeekFrom::Start(0)).ok()?;
    let mut archive = tar::Archive::new(BufReader::new(file).take(length));
    let mut parts = Vec::new();
    for entry in archive.entries().ok()? {
        let mut entry = entry.ok()?;
        let (name, bytes, place) = (entry.path().ok()?.to_str()?.to_owned(), entry.size(), entry.raw_file_position());
        if name == MANIFEST {
            let mut text = Vec::new();
            entry.take(MANIFEST_LIMIT).read_to_end(&mut text).ok()?;
            return Some((parts, text));
        }
        let mut sha256 = Hashing { inner: std::io::sink(), sha256: Sha256::new() };
        std::io::copy(&mut entry, &mut sha256).ok()?;
        let sha256 = hex::encode(sha256.sha256.finalize());
        parts.push((Part { name, bytes, sha256, rows: None }, place));
    }
    None
}

impl Checked {
    /// The content of a part, checked once more.
    pub fn content(&mut self, index: usize) -> Result<Vec<u8>> {
        let lost = || Error::internal("a part that is not there");
        let (part, place) = self.manifest.parts.get(index).zip(self.places.get(index)).ok_or_else(lost)?;
        let mut content = vec![0_u8; usize::try_from(part.bytes).map_err(Error::internal)?];
        self.file.seek(SeekFrom::Start(*place)).map_err(Error::internal)?;
        self.file.read_exact(&mut content).map_err(Error::internal)?;
        if hash(&content) == part.sha256 {
            Ok(content)
        } else {
            Err(Error::internal(format!("{} changed while it was read", part.name)))
        }
    }
}
