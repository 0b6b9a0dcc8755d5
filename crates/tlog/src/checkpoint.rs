//! What a log says of itself at one moment (C2SP tlog-checkpoint).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::proof::hash_of_base64;
use crate::{Error, Hash, Note, Signer, Verifier};

/// Origin, size and root of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log.
    pub origin: String,
    /// Number of its entries.
    pub size: u64,
    /// Root of its tree.
    pub root: Hash,
}

impl Checkpoint {
    /// Reads the text of a note. Lines behind the root are allowed and not kept.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let malformed = || Error::Malformed("checkpoint");
        let mut lines = text.strip_suffix('\n').ok_or_else(malformed)?.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(malformed());
        };
        let plain = size == "0" || (!size.starts_with('0') && size.bytes().all(|byte| byte.is_ascii_digit()));
        let size: u64 = size.parse().ok().filter(|_| plain).ok_or_else(malformed)?;
        if origin.is_empty() || size > 1 << 62 || lines.any(str::is_empty) {
            return Err(malformed());
        }
        Ok(Self { origin: origin.to_owned(), size, root: hash_of_base64(root)? })
    }

    /// The checkpoint of a note that this key signed, if it is of the log of that name.
    pub fn open(note: &Note, key: &Verifier) -> Result<Self, Error> {
        key.verify(note)?;
        let found = Self::parse(&note.text)?;
        if found.origin == key.name() { Ok(found) } else { Err(Error::Malformed("origin")) }
    }

    /// The text that is signed.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root.0))
    }

    /// As a note signed by the log.
    #[must_use]
    pub fn sign(&self, by: &Signer) -> Note {
        Note::signed(&self.text(), by)
    }
}
