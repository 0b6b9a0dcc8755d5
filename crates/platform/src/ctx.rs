//! What every action gets: who asks, through which face, and the world (database, clock, randomness, gate).

use std::sync::Arc;

use crate::act::{Act, Actor, Gate, Object, Open, Via};
use crate::clock::{Clock, Entropy};
use crate::db::{Db, Row, Statement, Value};
use crate::deed::Deed;
use crate::limit::Limit;
use crate::{Error, Message, Result};

/// The world that all requests share.
#[derive(Clone)]
pub struct Ground {
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The source of randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Who may do what.
    pub gate: Arc<dyn Gate>,
}

impl std::fmt::Debug for Ground {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ground").field("db", &self.db).finish_non_exhaustive()
    }
}

/// One asker in the world.
#[derive(Debug, Clone)]
pub struct Ctx {
    ground: Ground,
    actor: Actor,
    via: Via,
    limit: Option<Arc<Limit>>,
}

impl Ctx {
    /// `actor` asking through `via`.
    #[must_use]
    pub fn new(ground: Ground, actor: Actor, via: Via) -> Self {
        Self { ground, actor, via, limit: None }
    }

    /// The same asker, who may do no more than the limit allows.
    #[must_use]
    pub fn within(mut self, limit: Limit) -> Self {
        self.limit = Some(Arc::new(limit));
        self
    }

    fn is_within(&self, act: &Act) -> bool {
        self.limit.as_ref().is_none_or(|limit| limit.allows(act))
    }

    /// Who asks.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Through which face.
    #[must_use]
    pub fn via(&self) -> Via {
        self.via
    }

    /// The same world for another asker.
    #[must_use]
    pub fn as_actor(&self, actor: Actor) -> Self {
        Self { ground: self.ground.clone(), actor, via: self.via, limit: self.limit.clone() }
    }

    /// The signed-in account and its tenant; for others the answer is that they must sign in.
    pub fn account(&self) -> Result<(&str, &str)> {
        match &self.actor {
            Actor::Account { id, tenant_id, .. } => Ok((id, tenant_id)),
            _ => Err(Error::Forbidden(Message::new("error-sign-in-first"))),
        }
    }

    /// Milliseconds since 1970, UTC.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.ground.clock.now_ms()
    }

    /// Fills with random bytes.
    pub fn fill_random(&self, buffer: &mut [u8]) -> Result<()> {
        self.ground.entropy.fill(buffer).map_err(Error::Internal)
    }

    /// All rows of an answer.
    pub async fn rows(&self, statement: &Statement, values: &[Value]) -> Result<Vec<Row>> {
        self.ground.db.rows(statement, values).await
    }

    /// The first row of an answer.
    pub async fn row(&self, statement: &Statement, values: &[Value]) -> Result<Option<Row>> {
        self.ground.db.row(statement, values).await
    }

    /// Whether the asker may do the act to the object, without doing it.
    pub async fn may(&self, act: &'static Act, object: &Object) -> Result<bool> {
        if !self.is_within(act) {
            return Ok(false);
        }
        let mut db = &self.ground.db;
        permitted(&*self.ground.gate, &mut db, &self.actor, act, object, self.now_ms()).await
    }

    /// Checks the right and opens the transaction in which everything of this deed is written.
    pub async fn begin(&self, act: &'static Act, object: Object) -> Result<Deed> {
        let mut transaction = self.ground.db.begin().await?;
        let now_ms = self.now_ms();
        let gate = &*self.ground.gate;
        let within = self.is_within(act);
        if within && permitted(gate, &mut transaction, &self.actor, act, &object, now_ms).await? {
            Ok(Deed::open(transaction, self.actor.clone(), self.via, act, object, now_ms))
        } else {
            tracing::warn!(act = act.id, object = object.id, actor = ?self.actor.account_id(), "refused");
            Err(Error::Forbidden(Message::new("error-not-allowed").with("roles", act.roles.join(" "))))
        }
    }
}

async fn permitted(
    gate: &dyn Gate,
    reader: &mut dyn crate::db::Reader,
    actor: &Actor,
    act: &'static Act,
    object: &Object,
    now_ms: i64,
) -> Result<bool> {
    match (actor, act.open) {
        (Actor::System, _) | (_, Open::Anyone) | (Actor::Account { .. }, Open::SignedIn) => Ok(true),
        (Actor::Anonymous { .. }, _) => Ok(false),
        (Actor::Account { id, .. }, Open::Nobody) => gate.allows(reader, id, act, object, now_ms).await,
    }
}
