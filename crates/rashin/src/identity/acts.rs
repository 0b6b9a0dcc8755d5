//! What may be asked about people and access.

use platform::Act;

use crate::organisation::roles::{ADMINISTRATOR, AUDITOR, CISO, INTERNAL_AUDITOR};

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
/// End sessions of one's own.
pub const END_SESSIONS: Act = Act::signed_in("identity.end-sessions");
/// Prove to be there, for acts that ask for it.
pub const PROVE: Act = Act::signed_in("identity.prove");
/// Begin with an authenticator app.
pub const BEGIN_TOTP: Act = Act::signed_in("identity.begin-totp").with_fresh_proof();
/// Confirm the authenticator app by a code of it.
pub const CONFIRM_TOTP: Act = Act::signed_in("identity.confirm-totp").with_fresh_proof();
/// Take the authenticator app away.
pub const REMOVE_TOTP: Act = Act::signed_in("identity.remove-totp").with_fresh_proof();
/// Make new recovery codes.
pub const RENEW_RECOVERY_CODES: Act = Act::signed_in("identity.renew-recovery-codes").with_fresh_proof();
/// Begin to register a passkey.
pub const BEGIN_PASSKEY: Act = Act::signed_in("identity.begin-passkey").with_fresh_proof();
/// Register a passkey.
pub const ADD_PASSKEY: Act = Act::signed_in("identity.add-passkey").with_fresh_proof();
/// Take a passkey away.
pub const REMOVE_PASSKEY: Act = Act::signed_in("identity.remove-passkey").with_fresh_proof();
/// Begin to sign in, or to prove to be there, with a passkey.
pub const BEGIN_PASSKEY_SIGN_IN: Act = Act::anyone("identity.begin-passkey-sign-in");
/// Make a link for somebody's new password.
pub const OFFER_RESET: Act = Act::by("identity.offer-reset", &[ADMINISTRATOR]).with_fresh_proof();
/// Take away the second factors of somebody who lost them.
pub const TAKE_FACTORS: Act = Act::by("identity.take-factors", &[ADMINISTRATOR]).with_fresh_proof();
/// Say who must sign in with a second factor.
pub const DEMAND_FACTORS: Act = Act::by("identity.demand-factors", &[ADMINISTRATOR]).with_fresh_proof();
/// Choose a new password with that link.
pub const TAKE_RESET: Act = Act::anyone("identity.take-reset");
/// Take up an invitation.
pub const ACCEPT_INVITATION: Act = Act::anyone("identity.accept-invitation");
/// See people and what they were granted.
pub const READ: Act = Act::by("identity.read", &[ADMINISTRATOR, CISO, AUDITOR, INTERNAL_AUDITOR]);
/// Invite a person into a unit with a role.
pub const INVITE: Act = Act::by("identity.invite", &[ADMINISTRATOR]).with_fresh_proof();
/// Withdraw a link that nobody has used yet. It takes nothing away but what an administrator gave, so no fresh proof.
pub const WITHDRAW_LINK: Act = Act::by("identity.withdraw-link", &[ADMINISTRATOR]);
/// Suspend a person, or end the suspension.
pub const SUSPEND: Act = Act::by("identity.suspend", &[ADMINISTRATOR]).with_fresh_proof();

/// All acts of this domain.
pub const ALL: &[&Act] = &[
    &SET_UP,
    &OFFER_SET_UP,
    &SIGN_IN,
    &SIGN_OUT,
    &ROTATE_SESSION,
    &CHANGE_PASSWORD,
    &END_SESSIONS,
    &PROVE,
    &BEGIN_TOTP,
    &CONFIRM_TOTP,
    &REMOVE_TOTP,
    &RENEW_RECOVERY_CODES,
    &BEGIN_PASSKEY,
    &ADD_PASSKEY,
    &REMOVE_PASSKEY,
    &BEGIN_PASSKEY_SIGN_IN,
    &OFFER_RESET,
    &TAKE_FACTORS,
    &DEMAND_FACTORS,
    &TAKE_RESET,
    &ACCEPT_INVITATION,
    &READ,
    &INVITE,
    &WITHDRAW_LINK,
    &SUSPEND,
];
