//! What may be asked about other systems.

use platform::Act;

use crate::organisation::roles::{ADMINISTRATOR, AUDITOR, CISO, PROVISIONER};

/// See the tenant's machine tokens, providers and group roles.
pub const READ: Act = Act::by("federation.read", &[ADMINISTRATOR, CISO, AUDITOR]);
/// Make a machine token with any role.
pub const MAKE_TOKEN: Act = Act::by("federation.make-token", &[ADMINISTRATOR]).with_fresh_proof();
/// Make a machine token with a role one holds oneself.
pub const MAKE_OWN_TOKEN: Act = Act::signed_in("federation.make-own-token").with_fresh_proof();
/// Revoke anybody's machine token.
pub const REVOKE_TOKEN: Act = Act::by("federation.revoke-token", &[ADMINISTRATOR]);
/// Revoke one's own machine token.
pub const REVOKE_OWN_TOKEN: Act = Act::signed_in("federation.revoke-own-token");
/// Come with a machine token.
pub const USE_TOKEN: Act = Act::signed_in("federation.use-token");

/// Add or end a provider of single sign-on.
pub const MANAGE_SIGN_ON: Act = Act::by("federation.manage-sign-on", &[ADMINISTRATOR]).with_fresh_proof();
/// Say which role members of a group get.
pub const MAP_GROUP: Act = Act::by("federation.map-group", &[ADMINISTRATOR]).with_fresh_proof();
/// Begin to sign in at a provider.
pub const BEGIN_SIGN_ON: Act = Act::anyone("federation.begin-sign-on");
/// Come back from a provider.
pub const SIGN_ON: Act = Act::anyone("federation.sign-on");
/// Link one's own account with what a provider calls one.
pub const LINK: Act = Act::signed_in("federation.link").with_fresh_proof();

/// Make, change and suspend people and groups of the tenant.
pub const PROVISION: Act = Act::by("federation.provision", &[PROVISIONER]);

/// All acts of this domain.
pub const ALL: &[&Act] = &[
    &READ,
    &MAKE_TOKEN,
    &MAKE_OWN_TOKEN,
    &REVOKE_TOKEN,
    &REVOKE_OWN_TOKEN,
    &USE_TOKEN,
    &MANAGE_SIGN_ON,
    &MAP_GROUP,
    &BEGIN_SIGN_ON,
    &SIGN_ON,
    &LINK,
    &PROVISION,
];
