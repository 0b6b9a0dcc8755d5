//! What can be asked, by whom, of what. The acts of all domains together are the permission matrix.

use std::future::Future;
use std::pin::Pin;

use crate::ctx::Ctx;
use crate::db::{Reader, Scope};
use crate::deed::Deed;
use crate::{Error, Result};

/// Something a person may ask for. Every domain declares its own as constants.
#[derive(Debug, PartialEq, Eq)]
pub struct Act {
    /// Stable name, `domain.verb`; stands in the log.
    pub id: &'static str,
    /// Roles that may do it within the scope they were granted for. Empty: see `open`.
    pub roles: &'static [&'static str],
    /// Who may do it without any grant.
    pub open: Open,
    /// Whether the person must have proved to be there in the last minutes.
    pub fresh: bool,
    /// Whether another person must have agreed; begun by [`Ctx::begin_as_agreed`] alone.
    pub two_persons: bool,
}

/// Who may do an act without a grant.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub enum Open {
    /// Nobody; a role is needed.
    Nobody,
    /// Anyone who is signed in, for their own things.
    SignedIn,
    /// Anyone at all, such as signing in.
    Anyone,
}

impl Act {
    /// An act that needs one of `roles`.
    #[must_use]
    pub const fn by(id: &'static str, roles: &'static [&'static str]) -> Self {
        Self { id, roles, open: Open::Nobody, fresh: false, two_persons: false }
    }

    /// An act that needs one of `roles`, and the consent of another person who has one too.
    #[must_use]
    pub const fn by_two(id: &'static str, roles: &'static [&'static str]) -> Self {
        Self { two_persons: true, ..Self::by(id, roles) }
    }

    /// What a grant may carry to allow the act, as one text `|a|b|act|` to be matched in SQL: one of its roles, or the
    /// act itself.
    #[must_use]
    pub fn powers(&self) -> String {
        let roles = self.roles.iter().flat_map(|role| [role, "|"]);
        let all: String = roles.chain([self.id]).collect();
        format!("|{all}|")
    }

    /// Whether a grant that carries this power allows the act.
    #[must_use]
    pub fn is_held_by(&self, power: &str) -> bool {
        power == self.id || self.roles.contains(&power)
    }

    /// An act that everyone signed in may do for themselves.
    #[must_use]
    pub const fn signed_in(id: &'static str) -> Self {
        Self { id, roles: &[], open: Open::SignedIn, fresh: false, two_persons: false }
    }

    /// An act that needs no account.
    #[must_use]
    pub const fn anyone(id: &'static str) -> Self {
        Self { id, roles: &[], open: Open::Anyone, fresh: false, two_persons: false }
    }

    /// The same act, for which the person must have proved to be there in the last minutes.
    #[must_use]
    pub const fn with_fresh_proof(self) -> Self {
        Self { fresh: true, ..self }
    }
}

/// What an act is done to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Kind of record, as in the log.
    pub kind: &'static str,
    /// Its identifier.
    pub id: String,
    /// The organisation unit it belongs to; grants on the unit or one above it count.
    pub unit_id: Option<String>,
}

impl Object {
    /// A record that belongs to an organisation unit.
    #[must_use]
    pub fn of_unit(kind: &'static str, id: impl Into<String>, unit_id: impl Into<String>) -> Self {
        Self { kind, id: id.into(), unit_id: Some(unit_id.into()) }
    }

    /// A record outside the organisation tree.
    #[must_use]
    pub fn free(kind: &'static str, id: impl Into<String>) -> Self {
        Self { kind, id: id.into(), unit_id: None }
    }
}

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Somebody who has not signed in, known by address only.
    Anonymous {
        /// Network address.
        source: String,
    },
    /// A signed-in person.
    Account {
        /// Account id.
        id: String,
        /// Tenant the account belongs to.
        tenant_id: String,
        /// Name at this moment, for the log.
        name: String,
    },
    /// The installation itself: start-up, sample data, housekeeping.
    System,
}

impl Actor {
    /// The account's id; none for anonymous and system.
    #[must_use]
    pub fn account_id(&self) -> Option<&str> {
        match self {
            Self::Account { id, .. } => Some(id),
            _ => None,
        }
    }

    /// Whose rows they see at all.
    pub(crate) fn scope(&self) -> Scope {
        match self {
            Self::Anonymous { .. } => Scope::Entrance,
            Self::Account { tenant_id, .. } => Scope::Tenant(tenant_id.clone()),
            Self::System => Scope::Everything,
        }
    }

    /// The tenant whose log takes the entry; the installation's own log is the empty name.
    #[must_use]
    pub fn tenant_id(&self) -> &str {
        match self {
            Self::Account { tenant_id, .. } => tenant_id,
            _ => "",
        }
    }
}

/// Through which face the act came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// A page.
    Page,
    /// The API.
    Api,
    /// The command line.
    Command,
    /// The installation's own work.
    Job,
}

impl Via {
    /// As written in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Api => "api",
            Self::Command => "command",
            Self::Job => "job",
        }
    }
}

/// A future that borrows.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Decides whether an account may do an act; the product supplies it, asking the database in one statement.
pub trait Gate: Send + Sync {
    /// Answers for `account_id`, `act` and the unit of `object`. Runs in the transaction of the deed, so that a grant
    /// withdrawn a moment ago counts.
    fn allows<'a>(
        &'a self,
        reader: &'a mut dyn Reader,
        account_id: &'a str,
        act: &'static Act,
        object: &'a Object,
        now_ms: i64,
    ) -> BoxFuture<'a, Result<bool>>;

    /// Whether another person agreed to exactly this content; uses that up within the deed.
    fn agreed<'a>(
        &'a self,
        deed: &'a mut Deed,
        ctx: &'a Ctx,
        act: &'static Act,
        object: &'a Object,
        content: &'a serde_json::Value,
    ) -> BoxFuture<'a, Result<bool>>;

    /// Asks another person to agree, and says so.
    fn ask<'a>(
        &'a self,
        ctx: &'a Ctx,
        act: &'static Act,
        object: &'a Object,
        content: &'a serde_json::Value,
        reason: &'a str,
    ) -> BoxFuture<'a, Error>;

    /// Leaves a trace of a refusal and says what the asker is told.
    fn refused<'a>(&'a self, ctx: &'a Ctx, act: &'static Act, object: &'a Object) -> BoxFuture<'a, Error>;
}
