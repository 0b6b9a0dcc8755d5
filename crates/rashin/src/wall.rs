//! Whose the rows of each table are: the one list both walls between tenants are made of.

use platform::db::Walled;

const SIGNING_IN: &str = "who signs in is found by it";
const LINKS: &str = "who follows a link is not signed in yet";
const SIGN_ON: &str = "single sign-on begins before anybody is known";

/// All tables of the schema.
pub const ALL: &[Walled] = &[
    Walled::common("migrations", "steps of the schema"),
    // Entries without a tenant are the installation's own log, which refusals at the entrance are entered in.
    Walled::own("audit_entries"),
    Walled::own("audit_values"),
    Walled::own("audit_heads"),
    Walled::own("audit_nodes"),
    Walled::own("audit_checkpoints"),
    Walled::own("audit_halts"),
    Walled::own("units"),
    Walled::through("unit_closures", "unit_id", "units"),
    Walled::through("external_parties", "unit_id", "units"),
    Walled::own("accounts").at_entrance(SIGNING_IN),
    Walled::through("account_suspensions", "account_id", "accounts").at_entrance(SIGNING_IN),
    Walled::own("grants"),
    Walled::own("custom_roles"),
    Walled::through("custom_role_closures", "role_id", "custom_roles"),
    Walled::through("custom_role_acts", "role_id", "custom_roles"),
    Walled::own("consents"),
    Walled::through("consent_decisions", "consent_id", "consents"),
    Walled::through("consent_uses", "consent_id", "consents"),
    Walled::through("sessions", "account_id", "accounts").at_entrance(SIGNING_IN),
    Walled::through("devices", "account_id", "accounts").at_entrance(SIGNING_IN),
    Walled::through("totp_factors", "account_id", "accounts").at_entrance(SIGNING_IN),
    Walled::through("used_codes", "account_id", "accounts").at_entrance(SIGNING_IN),
    Walled::through("recovery_codes", "account_id", "accounts").at_entrance(SIGNING_IN),
    Walled::through("passkeys", "account_id", "accounts").at_entrance(SIGNING_IN),
    Walled::through("tickets", "account_id", "accounts")
        .at_entrance(SIGNING_IN)
        .or_nobodys("a passkey says who it is only when the ticket is used"),
    Walled::own("factor_demands").at_entrance(SIGNING_IN),
    Walled::through("password_resets", "account_id", "accounts").at_entrance(LINKS),
    Walled::own("links").at_entrance(LINKS),
    Walled::common("sign_in_failures", "counted by address and source, of people who may not exist"),
    Walled::own("machine_tokens").at_entrance("a machine is known by its token"),
    Walled::own("sign_on_providers").at_entrance(SIGN_ON),
    Walled::through("sign_on_attempts", "provider_id", "sign_on_providers").at_entrance(SIGN_ON),
    Walled::through("sign_on_identities", "provider_id", "sign_on_providers").at_entrance(SIGN_ON),
    Walled::own("group_roles"),
    Walled::through("federated_grants", "account_id", "accounts"),
    Walled::own("provisioned_people"),
    Walled::own("provisioned_groups"),
    Walled::through("provisioned_members", "account_id", "accounts"),
    Walled::own("assessments"),
    Walled::through("profile_answers", "assessment_id", "assessments"),
    Walled::through("item_answers", "assessment_id", "assessments"),
    Walled::through("exclusion_approvals", "assessment_id", "assessments"),
    Walled::through("evidence_files", "assessment_id", "assessments"),
    Walled::through("parts", "assessment_id", "assessments"),
    Walled::through("submissions", "assessment_id", "assessments"),
    Walled::through("approvals", "assessment_id", "assessments"),
    Walled::common("releases", "frozen populations, the same for everybody"),
];
