//! What can be wrong with a log, a proof or a note.

/// Why something was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A text or number is not of the form it must have.
    #[error("{0} is malformed")]
    Malformed(&'static str),
    /// The proof does not lead to the root.
    #[error("the proof does not lead to the root")]
    WrongRoot,
    /// The proof has too many or too few hashes, or the sizes do not fit each other.
    #[error("the proof does not fit the sizes")]
    WrongShape,
    /// No signature by a known key.
    #[error("no signature by the key {0}")]
    NotSigned(String),
    /// A signature by a known key is wrong.
    #[error("the signature by the key {0} is wrong")]
    BadSignature(String),
    /// Canonical JSON holds whole numbers only, those that any reader keeps exactly.
    #[error("{0} is not a whole number below 2^53")]
    Number(String),
    /// An entry is too long for a bundle.
    #[error("an entry of {0} bytes is longer than 65535")]
    TooLong(usize),
}
