//! Signed notes (C2SP signed-note) with Ed25519, keys as text, and cosignatures of witnesses (C2SP tlog-cosignature).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::Signer as _;
use ed25519_dalek::{SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::Error;

const ED25519: u8 = 1;
const COSIGNATURE: u8 = 4;
const SIGNATURES_LIMIT: usize = 100;

/// A key one checks signatures with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    kind: u8,
    key: VerifyingKey,
}

/// A key one signs with. Its text is a secret.
#[derive(Clone)]
pub struct Signer {
    name: String,
    kind: u8,
    key: SigningKey,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").field("name", &self.name).finish_non_exhaustive()
    }
}

/// One line of signature below a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Name of the key.
    pub name: String,
    /// First bytes of the hash of name and key.
    pub key_id: u32,
    /// What follows the key id.
    pub bytes: Vec<u8>,
}

/// A text with signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The text, with its last line break.
    pub text: String,
    /// Signatures, in order.
    pub signatures: Vec<Signature>,
}

fn check_name(name: &str) -> Result<String, Error> {
    let bad = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    if name.is_empty() || name.contains(bad) { Err(Error::Malformed("name of a key")) } else { Ok(name.to_owned()) }
}

fn key_id(name: &str, kind: u8, key: &VerifyingKey) -> u32 {
    let digest = Sha256::new().chain_update(name).chain_update([b'\n', kind]).chain_update(key.as_bytes()).finalize();
    u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]])
}

/// `name+id+key` taken apart: name, id, kind, 32 bytes.
fn read_key(text: &str, what: &'static str) -> Result<(String, u32, u8, [u8; 32]), Error> {
    let malformed = || Error::Malformed(what);
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(malformed());
    };
    let plain = id.len() == 8 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let id = u32::from_str_radix(id, 16).ok().filter(|_| plain).ok_or_else(malformed)?;
    let bytes = STANDARD.decode(key).map_err(|_| malformed())?;
    let (kind, key) = bytes.split_first().ok_or_else(malformed)?;
    if ![ED25519, COSIGNATURE].contains(kind) {
        return Err(malformed());
    }
    Ok((check_name(name)?, id, *kind, key.try_into().map_err(|_| malformed())?))
}

fn write_key(name: &str, id: u32, kind: u8, key: &[u8; 32]) -> String {
    format!("{name}+{id:08x}+{}", STANDARD.encode([&[kind], key.as_slice()].concat()))
}

/// What a witness signs: the moment and the note.
fn cosigned(time_s: u64, text: &str) -> Vec<u8> {
    format!("cosignature/v1\ntime {time_s}\n{text}").into_bytes()
}

impl Verifier {
    /// Reads `name+id+key`.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let (name, id, kind, key) = read_key(text, "key")?;
        let key = VerifyingKey::from_bytes(&key).map_err(|_| Error::Malformed("key"))?;
        let found = Self { name, kind, key };
        if found.id() == id { Ok(found) } else { Err(Error::Malformed("key")) }
    }

    /// The key under another name, as one installation signs several logs.
    pub fn named(&self, name: &str) -> Result<Self, Error> {
        Ok(Self { name: check_name(name)?, ..self.clone() })
    }

    /// Name of the key.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is the key of a witness, which signs the moment too.
    #[must_use]
    pub fn is_witness(&self) -> bool {
        self.kind == COSIGNATURE
    }

    /// The number that stands before its signatures.
    #[must_use]
    pub fn id(&self) -> u32 {
        key_id(&self.name, self.kind, &self.key)
    }

    /// Checks this key's signature below a note. For a witness, gives the second in which it signed; else 0.
    pub fn verify(&self, note: &Note) -> Result<u64, Error> {
        let own = |signature: &&Signature| signature.name == self.name && signature.key_id == self.id();
        let mut found = note.signatures.iter().filter(own).peekable();
        if found.peek().is_none() {
            return Err(Error::NotSigned(self.name.clone()));
        }
        let mut time_s = 0;
        for signature in found {
            time_s = self.check(&note.text, &signature.bytes).ok_or_else(|| Error::BadSignature(self.name.clone()))?;
        }
        Ok(time_s)
    }

    fn check(&self, text: &str, bytes: &[u8]) -> Option<u64> {
        let (time_s, message, signature) = if self.kind == COSIGNATURE {
            let (time, signature) = bytes.split_first_chunk::<8>()?;
            let time_s = u64::from_be_bytes(*time);
            (time_s, cosigned(time_s, text), signature)
        } else {
            (0, text.as_bytes().to_vec(), bytes)
        };
        let signature = ed25519_dalek::Signature::from_slice(signature).ok()?;
        self.key.verify_strict(&message, &signature).ok().map(|()| time_s)
    }
}

impl std::fmt::Display for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&write_key(&self.name, self.id(), self.kind, self.key.as_bytes()))
    }
}

impl Signer {
    /// The signing key of a log, from 32 random bytes.
    pub fn log(name: &str, seed: &[u8; 32]) -> Result<Self, Error> {
        Ok(Self { name: check_name(name)?, kind: ED25519, key: SigningKey::from_bytes(seed) })
    }

    /// Name of the key.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The signing key of a witness, from 32 random bytes.
    pub fn witness(name: &str, seed: &[u8; 32]) -> Result<Self, Error> {
        Ok(Self { name: check_name(name)?, kind: COSIGNATURE, key: SigningKey::from_bytes(seed) })
    }

    /// Reads `PRIVATE+KEY+name+id+key`.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = text.strip_prefix("PRIVATE+KEY+").ok_or(Error::Malformed("private key"))?;
        let (name, id, kind, seed) = read_key(text, "private key")?;
        let found = Self { name, kind, key: SigningKey::from_bytes(&seed) };
        if found.verifier().id() == id { Ok(found) } else { Err(Error::Malformed("private key")) }
    }

    /// `PRIVATE+KEY+name+id+key`: a secret.
    #[must_use]
    pub fn secret_text(&self) -> String {
        format!("PRIVATE+KEY+{}", write_key(&self.name, self.verifier().id(), self.kind, self.key.as_bytes()))
    }

    /// The key under another name.
    pub fn named(&self, name: &str) -> Result<Self, Error> {
        Ok(Self { name: check_name(name)?, ..self.clone() })
    }

    /// The public half.
    #[must_use]
    pub fn verifier(&self) -> Verifier {
        Verifier { name: self.name.clone(), kind: self.kind, key: self.key.verifying_key() }
    }

    /// A signature of the note's text; `time_s` stands in that of a witness only.
    #[must_use]
    pub fn sign(&self, text: &str, time_s: u64) -> Signature {
        let bytes = if self.kind == COSIGNATURE {
            [&time_s.to_be_bytes()[..], &self.key.sign(&cosigned(time_s, text)).to_bytes()].concat()
        } else {
            self.key.sign(text.as_bytes()).to_bytes().to_vec()
        };
        Signature { name: self.name.clone(), key_id: self.verifier().id(), bytes }
    }
}

impl std::fmt::Display for Signature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bytes = [&self.key_id.to_be_bytes()[..], &self.bytes].concat();
        writeln!(f, "— {} {}", self.name, STANDARD.encode(bytes))
    }
}

impl Signature {
    /// Reads one line without its line break.
    pub fn parse(line: &str) -> Result<Self, Error> {
        let malformed = || Error::Malformed("signature");
        let (name, bytes) = line.strip_prefix("— ").and_then(|rest| rest.split_once(' ')).ok_or_else(malformed)?;
        let bytes = STANDARD.decode(bytes).map_err(|_| malformed())?;
        let (id, bytes) = bytes.split_first_chunk::<4>().ok_or_else(malformed)?;
        if bytes.is_empty() {
            return Err(malformed());
        }
        Ok(Self { name: check_name(name)?, key_id: u32::from_be_bytes(*id), bytes: bytes.to_vec() })
    }
}

impl Note {
    /// A text signed by one key.
    #[must_use]
    pub fn signed(text: &str, by: &Signer) -> Self {
        Self { text: text.to_owned(), signatures: vec![by.sign(text, 0)] }
    }

    /// Reads a note; nothing is said yet about its signatures being right.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let malformed = || Error::Malformed("note");
        if text.contains(|c: char| c != '\n' && (c < ' ' || c == '\u{fffd}')) {
            return Err(malformed());
        }
        let at = text.rfind("\n\n").ok_or_else(malformed)?;
        let (body, below) = (&text[..=at], &text[at + 2..]);
        let below = below.strip_suffix('\n').ok_or_else(malformed)?;
        let signatures = below.split('\n').map(Signature::parse).collect::<Result<Vec<_>, _>>()?;
        if body == "\n" || signatures.len() > SIGNATURES_LIMIT {
            return Err(malformed());
        }
        Ok(Self { text: body.to_owned(), signatures })
    }
}

impl std::fmt::Display for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| write!(f, "{signature}"))
    }
}
