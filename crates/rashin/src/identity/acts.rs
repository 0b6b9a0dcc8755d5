//! What may be asked about people and access.

use platform::Act;

use crate::organisation::roles::{ADMINISTRATOR, AUDITOR, CISO};

/// Make the first account with the one-time link.
pub const SET_UP: Act = Act::anyone("identity.set-up");
/// Offer the one-time link; only the installation does.
pub const OFFER_SET_UP: Act = Act::by("identity.offer-set-up", &[]);
/// Sign in.
pub const SIGN_IN: Act = Act::anyone("identity.sign-in");
/// Sign out.
pub const SIGN_OUT: Act = Act::signed_in("identity.sign-out");
/// Get a fresh session token for the one held.
pub const ROTATE_SESSION: Act = Act::signed_in("identity.rotate-session");
/// Change one's own password.
pub const CHANGE_PASSWORD: Act = Act::signed_in("identity.change-password");
/// Take up an invitation.
pub const ACCEPT_INVITATION: Act = Act::anyone("identity.accept-invitation");
/// See people and what they were granted.
pub const READ: Act = Act::by("identity.read", &[ADMINISTRATOR, CISO, AUDITOR]);
/// Invite a person into a unit with a role.
pub const INVITE: Act = Act::by("identity.invite", &[ADMINISTRATOR]);
/// Suspend a person, or end the suspension.
pub const SUSPEND: Act = Act::by("identity.suspend", &[ADMINISTRATOR]);

/// All acts of this domain.
pub const ALL: &[&Act] = &[
    &SET_UP,
    &OFFER_SET_UP,
    &SIGN_IN,
    &SIGN_OUT,
    &ROTATE_SESSION,
    &CHANGE_PASSWORD,
    &ACCEPT_INVITATION,
    &READ,
    &INVITE,
    &SUSPEND,
];
