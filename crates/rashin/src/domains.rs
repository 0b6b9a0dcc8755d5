//! All domains, in dependency order: a domain uses only those before it.

use platform::{Act, Statement};

use crate::{access, assessment, audit_log, federation, identity, operate, organisation, population};

/// Where objects of a kind lie, so that one can ask about the rights to any of them.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Kind of the object, as in the log.
    pub kind: &'static str,
    /// Finds the `unit_id` of the one with the identifier `$1`.
    pub unit_of: Statement,
}

/// Finds what a machine, by its account `$1`, may do at most at `$2`, and on whom it leans; nothing if its token ended.
pub const TOKEN_OF: Statement = federation::store::TOKEN_OF;

/// One domain as the rest of the program sees it.
#[derive(Debug, Clone, Copy)]
pub struct Domain {
    /// Folder name.
    pub name: &'static str,
    /// Acts one may ask for.
    pub acts: &'static [&'static Act],
    /// Statements of its store.
    pub statements: &'static [Statement],
}

/// The domains.
pub const ALL: &[Domain] = &[
    Domain { name: "catalog", acts: &[], statements: &[] },
    Domain { name: "organisation", acts: organisation::acts::ALL, statements: organisation::store::ALL },
    Domain { name: "access", acts: access::acts::ALL, statements: access::store::ALL },
    Domain { name: "identity", acts: identity::acts::ALL, statements: identity::store::ALL },
    Domain { name: "federation", acts: federation::acts::ALL, statements: federation::store::ALL },
    Domain { name: "audit_log", acts: audit_log::acts::ALL, statements: audit_log::store::ALL },
    Domain { name: "assessment", acts: assessment::acts::ALL, statements: assessment::store::ALL },
    Domain { name: "population", acts: population::acts::ALL, statements: population::store::ALL },
    Domain { name: "benchmark", acts: &[], statements: &[] },
    // No domain of its own, but it acts and asks: after all others.
    Domain { name: "operate", acts: operate::acts::ALL, statements: operate::store::ALL },
];

/// Where the objects of all domains lie.
pub const PLACES: &[&[Place]] = &[
    organisation::store::PLACES,
    access::store::PLACES,
    identity::store::PLACES,
    federation::store::PLACES,
    audit_log::store::PLACES,
    assessment::store::PLACES,
];

/// What one must be allowed on the unit of an entry, besides reading the log, to see what it tells, by area of acts. What
/// an area tells that is not named here is seen by nobody.
pub const VALUES_OF: &[(&str, Option<&Act>)] = &[
    ("organisation.", None),
    ("access.", None),
    ("identity.", None),
    ("federation.", None),
    ("audit-log.", None),
    ("assessment.", Some(&assessment::acts::READ)),
    ("population.", None),
    ("operate.", None),
];

/// The act of this name.
#[must_use]
pub fn act(id: &str) -> Option<&'static Act> {
    ALL.iter().flat_map(|domain| domain.acts).copied().find(|act| act.id == id)
}
