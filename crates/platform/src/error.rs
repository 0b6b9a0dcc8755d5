//! The seven kinds of failure every action answers with. Each face shows them in one place.

use crate::text::Message;

/// Result of actions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an action was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is not there, or the asker may not know that it is.
    #[error("not found")]
    NotFound,
    /// The asker sees the object but may not do this; the message says who can.
    #[error("forbidden: {}", .0.key)]
    Forbidden(Message),
    /// The input is wrong; every fault at once.
    #[error("invalid input: {} faults", .0.len())]
    Invalid(Vec<Fault>),
    /// It was changed meanwhile, or its state does not allow the act.
    #[error("conflict: {}", .0.key)]
    Conflict(Message),
    /// Too many tries; the message says until when.
    #[error("too many tries")]
    TooMany(Message),
    /// There is more to do than can be done at once; the message says when to come again.
    #[error("busy")]
    Busy(Message),
    /// Our own fault; shown as a reference number, logged once.
    #[error("internal: {0}")]
    Internal(String),
}

impl Error {
    /// One fault in one field.
    #[must_use]
    pub fn field(field: &str, value: &str, message: Message) -> Self {
        Self::Invalid(vec![Fault::new(field, value, message)])
    }

    /// A conflict with this message key.
    #[must_use]
    pub fn conflict(key: &'static str) -> Self {
        Self::Conflict(Message::new(key))
    }

    /// An internal failure from anything that can be shown.
    pub fn internal(error: impl std::fmt::Display) -> Self {
        Self::Internal(error.to_string())
    }
}

/// One thing wrong with an input: where, what stands there, what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Field, as the user knows it (`answers.1-1`, `email`).
    pub field: String,
    /// Line or row in a file, from 1; none for forms.
    pub line: Option<u32>,
    /// The value that stood there, shortened to 80 characters.
    pub value: String,
    /// What is allowed instead.
    pub message: Message,
}

impl Fault {
    /// A fault without a line.
    #[must_use]
    pub fn new(field: &str, value: &str, message: Message) -> Self {
        Self { field: field.to_owned(), line: None, value: value.chars().take(80).collect(), message }
    }

    /// The same with the line it stands on, from 1.
    #[must_use]
    pub fn at_line(mut self, line: u32) -> Self {
        self.line = Some(line);
        self
    }
}
