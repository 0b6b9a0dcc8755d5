//! What an action failed with, for comparing.

use platform::Error;

/// Fields and messages of a refusal.
#[track_caller]
pub(crate) fn faults<T: std::fmt::Debug>(outcome: platform::Result<T>) -> Vec<(String, &'static str)> {
    match outcome {
        Err(Error::Invalid(faults)) => faults.into_iter().map(|fault| (fault.field, fault.message.key)).collect(),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
pub(crate) fn conflict<T: std::fmt::Debug>(outcome: platform::Result<T>) -> &'static str {
    match outcome {
        Err(Error::Conflict(message)) => message.key,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
pub(crate) fn not_found<T: std::fmt::Debug>(outcome: platform::Result<T>) {
    match outcome {
        Err(Error::NotFound) => {}
        other => panic!("{other:?}"),
    }
}

#[track_caller]
pub(crate) fn forbidden<T: std::fmt::Debug>(outcome: platform::Result<T>) -> &'static str {
    match outcome {
        Err(Error::Forbidden(message)) => message.key,
        other => panic!("{other:?}"),
    }
}
