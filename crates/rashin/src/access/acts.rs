//! What may be asked about access.

use platform::Act;

use crate::organisation::roles::{ADMINISTRATOR, AUDITOR, CISO, INTERNAL_AUDITOR};

/// Give a person a role in a unit.
pub const GRANT: Act = Act::by("access.grant", &[ADMINISTRATOR]).with_fresh_proof();
/// Take a role back.
pub const END_GRANT: Act = Act::by("access.end-grant", &[ADMINISTRATOR]).with_fresh_proof();
/// Make, change and close the tenant's own roles.
pub const MANAGE_ROLES: Act = Act::by("access.manage-roles", &[ADMINISTRATOR]).with_fresh_proof();
/// See why a person may or may not do something, and what the tenant's own roles hold.
pub const EXPLAIN: Act = Act::by("access.explain", &[ADMINISTRATOR, AUDITOR, INTERNAL_AUDITOR, CISO]);
/// Say that a unit is that of a party outside the group.
pub const ENTER_PARTY: Act = Act::by("access.enter-party", &[ADMINISTRATOR]);
/// Leave the trace of a refusal; whoever is refused does so, knowing or not.
pub const REFUSED: Act = Act::signed_in("access.refused");
/// Enter the gathered refusals of somebody who was not signed in; only the installation does.
pub const REFUSED_UNKNOWN: Act = Act::by("access.refused-unknown", &[]);
/// Ask another person to agree to an act; whoever may do the act does so by trying.
pub const ASK_CONSENT: Act = Act::signed_in("access.ask-consent");
/// Agree or not; the right is that to the act itself.
pub const DECIDE_CONSENT: Act = Act::signed_in("access.decide-consent").with_fresh_proof();

/// All acts of this domain.
pub const ALL: &[&Act] = &[
    &GRANT,
    &END_GRANT,
    &MANAGE_ROLES,
    &EXPLAIN,
    &ENTER_PARTY,
    &REFUSED,
    &REFUSED_UNKNOWN,
    &ASK_CONSENT,
    &DECIDE_CONSENT,
];
