//! People, signing in and sessions through actions and the front door, on both databases.

mod access;
mod passwords;
mod sessions;
mod set_up;
mod signing_in;

use platform::Error;

/// Fields and messages of a refusal.
#[track_caller]
fn faults<T: std::fmt::Debug>(outcome: platform::Result<T>) -> Vec<(String, &'static str)> {
    match outcome {
        Err(Error::Invalid(faults)) => faults.into_iter().map(|fault| (fault.field, fault.message.key)).collect(),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn conflict<T: std::fmt::Debug>(outcome: platform::Result<T>) -> &'static str {
    match outcome {
        Err(Error::Conflict(message)) => message.key,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn not_found<T: std::fmt::Debug>(outcome: platform::Result<T>) {
    match outcome {
        Err(Error::NotFound) => {}
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn forbidden<T: std::fmt::Debug>(outcome: platform::Result<T>) {
    match outcome {
        Err(Error::Forbidden(_)) => {}
        other => panic!("{other:?}"),
    }
}
