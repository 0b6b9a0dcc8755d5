//! What every action gets: who asks, through which face, and the world (database, clock, randomness, gate).

use std::sync::Arc;

use crate::act::{Act, Actor, Gate, Object, Open, Via};
use crate::clock::{Clock, Entropy};
use crate::db::{Db, Row, Scope, Statement, Transaction, Value, View};
use crate::deed::Deed;
use crate::limit::Limit;
use crate::log::Keeper;
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
    scope: Scope,
    via: Via,
    proved_at_ms: Option<i64>,
    limit: Option<Arc<Limit>>,
}

/// So long a proof of being there counts for acts that need a fresh one.
const FRESH_MS: i64 = 5 * 60 * 1000;

impl Ctx {
    /// `actor` asking through `via`.
    #[must_use]
    pub fn new(ground: Ground, actor: Actor, via: Via) -> Self {
        let scope = actor.scope();
        Self { ground, actor, scope, via, proved_at_ms: None, limit: None }
    }

    /// The same asker, who proved to be there at that moment.
    #[must_use]
    pub fn proved_at(mut self, at_ms: i64) -> Self {
        self.proved_at_ms = Some(at_ms);
        self
    }

    /// Whether a proof is fresh enough for sensitive acts. Commands are run by whoever holds the data itself.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        let asked = matches!(self.actor, Actor::Account { .. }) && matches!(self.via, Via::Page | Via::Api);
        let age = |at_ms: i64| self.now_ms() - at_ms;
        !asked || self.proved_at_ms.is_some_and(|at_ms| (0..=FRESH_MS).contains(&age(at_ms)))
    }

    /// The same asker, who may do no more than the limit allows.
    #[must_use]
    pub fn within(mut self, limit: Limit) -> Self {
        self.limit = Some(Arc::new(limit));
        self
    }

    /// Whether a limit of the asker, if there is one, has the act inside.
    #[must_use]
    pub fn is_within(&self, act: &Act) -> bool {
        self.limit.as_ref().is_none_or(|limit| limit.allows(act))
    }

    /// Who asks.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    pub(crate) fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Through which face.
    #[must_use]
    pub fn via(&self) -> Via {
        self.via
    }

    /// The same world for another asker.
    #[must_use]
    pub fn as_actor(&self, actor: Actor) -> Self {
        let limit = self.limit.clone();
        let scope = actor.scope();
        Self { ground: self.ground.clone(), actor, scope, via: self.via, proved_at_ms: self.proved_at_ms, limit }
    }

    /// The same asker before what is there for everybody who signs in: for what is one thing for all tenants, such as
    /// mail addresses.
    #[must_use]
    pub fn at_entrance(&self) -> Self {
        let mut asker = self.clone();
        if asker.scope != Scope::Everything {
            asker.scope = Scope::Entrance;
        }
        asker
    }

    /// The same asker before the rows of a tenant: for somebody not signed in whom a link or a provider led there.
    #[must_use]
    pub fn led_to(&self, tenant_id: &str) -> Self {
        let mut led = self.clone();
        if led.scope == Scope::Entrance {
            led.scope = Scope::Tenant(tenant_id.to_owned());
        }
        led
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

    /// The database as the asker sees it, to read only.
    #[must_use]
    pub fn reader(&self) -> View<'_> {
        self.ground.db.seen_by(&self.scope)
    }

    /// All rows of an answer.
    pub async fn rows(&self, statement: &Statement, values: &[Value]) -> Result<Vec<Row>> {
        self.reader().rows(statement, values).await
    }

    /// The first row of an answer.
    pub async fn row(&self, statement: &Statement, values: &[Value]) -> Result<Option<Row>> {
        Ok(self.rows(statement, values).await?.into_iter().next())
    }

    /// Whether the asker may do the act to the object, without doing it.
    pub async fn may(&self, act: &'static Act, object: &Object) -> Result<bool> {
        if !self.is_within(act) {
            return Ok(false);
        }
        // The gate is the first wall and asks before the second, so that neither leans on the other.
        let mut reader = self.ground.db.seen_by(&Scope::Everything);
        permitted(&*self.ground.gate, &mut reader, &self.actor, act, object, self.now_ms()).await
    }

    /// Whether another account may do the act to the object, as the gate says it; for telling why. What limits the asker
    /// does not limit the other.
    pub async fn may_another(&self, other: &Actor, act: &'static Act, object: &Object) -> Result<bool> {
        let mut reader = self.ground.db.seen_by(&Scope::Everything);
        permitted(&*self.ground.gate, &mut reader, other, act, object, self.now_ms()).await
    }

    /// Refuses, and leaves a trace of it, unless the asker may do the act to the object.
    pub async fn require(&self, act: &'static Act, object: &Object) -> Result<()> {
        if self.may(act, object).await? { Ok(()) } else { Err(self.refusal(act, object).await) }
    }

    /// Refuses for a reason besides rights, such as a rule of the domain, and leaves the same trace.
    pub async fn refuse(&self, act: &'static Act, object: &Object, why: Message) -> Error {
        match self.refusal(act, object).await {
            Error::Forbidden(_) => Error::Forbidden(why),
            other => other,
        }
    }

    /// What the asker is told of a refusal. The trace it leaves is beyond any limit of the asker, or it would be refused
    /// in its turn.
    async fn refusal(&self, act: &'static Act, object: &Object) -> Error {
        let asker = Self { limit: None, ..self.clone() };
        self.ground.gate.refused(&asker, act, object).await
    }

    /// Checks the right and opens the transaction in which everything of this deed is written.
    pub async fn begin(&self, act: &'static Act, object: Object) -> Result<Deed> {
        if act.two_persons {
            return Err(Error::internal(format!("{} needs two people and was begun by one", act.id)));
        }
        self.open(act, object).await
    }

    /// As [`Ctx::begin`] for an act that needs two people: another one must have agreed to exactly this content, or is
    /// asked to. The installation itself asks nobody.
    pub async fn begin_as_agreed(
        &self,
        act: &'static Act,
        object: Object,
        content: &serde_json::Value,
        reason: &str,
    ) -> Result<Deed> {
        let mut deed = self.open(act, object.clone()).await?;
        let gate = &*self.ground.gate;
        if self.actor == Actor::System || gate.agreed(&mut deed, self, act, &object, content).await? {
            return Ok(deed);
        }
        drop(deed);
        Err(gate.ask(self, act, &object, content, reason).await)
    }

    async fn open(&self, act: &'static Act, object: Object) -> Result<Deed> {
        let mut transaction = self.ground.db.begin(&self.scope).await?;
        let now_ms = self.now_ms();
        let gate = &*self.ground.gate;
        let within = self.is_within(act);
        if within && permitted(gate, &mut transaction, &self.actor, act, &object, now_ms).await? {
            if act.fresh && !self.is_fresh() {
                drop(transaction);
                return Err(self.refuse(act, &object, Message::new("error-proof-needed")).await);
            }
            let entropy = Arc::clone(&self.ground.entropy);
            Ok(Deed::open(transaction, self, act, object, now_ms, entropy))
        } else {
            // The trace of the refusal is a deed of its own, which must not wait for this one.
            drop(transaction);
            Err(self.refusal(act, &object).await)
        }
    }

    /// Opens the upkeep of the log, waiting for whoever is at it; for the installation's own work only.
    pub async fn keep_log(&self) -> Result<Keeper> {
        Keeper::open(self.upkeep().await?).await
    }

    /// As [`Ctx::keep_log`]; none where somebody else is at it.
    pub async fn try_keep_log(&self) -> Result<Option<Keeper>> {
        Keeper::try_open(self.upkeep().await?).await
    }

    async fn upkeep(&self) -> Result<Transaction> {
        match self.actor {
            Actor::System => self.ground.db.begin(&self.scope).await,
            _ => Err(Error::internal("only the installation itself keeps the log")),
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
