//! Roles a person can hold in a unit and everything below it.

/// Manages units, people and grants. Cannot read assessments unless given another role too.
pub const ADMINISTRATOR: &str = "administrator";
/// Chief information security officer.
pub const CISO: &str = "ciso";
/// Member of the board or executive officer.
pub const EXECUTIVE: &str = "executive";
/// Head of a department.
pub const MANAGER: &str = "manager";
/// Answers the parts asked of them.
pub const STAFF: &str = "staff";
/// Corporate auditor: sees all of the scope, changes nothing.
pub const AUDITOR: &str = "auditor";

/// Internal auditor: sees all of the scope and checks it from within, changes nothing.
pub const INTERNAL_AUDITOR: &str = "internal-auditor";
/// Disclosure officer: sees results in order to tell interested parties of them.
pub const DISCLOSURE_OFFICER: &str = "disclosure-officer";
/// Incident commander: sees which measures stand in the unit that is hit.
pub const INCIDENT_COMMANDER: &str = "incident-commander";
/// Outside respondent: answers for an external party, and holds no other role.
pub const RESPONDENT: &str = "respondent";

/// Role of the machine that provisions people. No person can hold it, so it is none of those below.
pub const PROVISIONER: &str = "provisioner";

/// All roles, in the order shown.
pub const ALL: &[&str] = &[
    EXECUTIVE,
    CISO,
    MANAGER,
    STAFF,
    AUDITOR,
    INTERNAL_AUDITOR,
    DISCLOSURE_OFFICER,
    INCIDENT_COMMANDER,
    ADMINISTRATOR,
    RESPONDENT,
];

/// Every role: for what anybody with any grant on the unit may see.
pub const ANY: &[&str] = ALL;
