//! One transaction = permission checked + data written + audit entry appended.
//!
//! Architecture invariant: a [`Deed`] can only be had from [`crate::Ctx::begin`], which checks the right, and only
//! becomes durable by [`Deed::commit`], which appends the entry. Dropped, it leaves nothing.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use crate::act::{Act, Actor, Object, Via};
use crate::ctx::Ctx;
use crate::db::{Row, Scope, Statement, Transaction, Value};
use crate::ids::id_at;
use crate::log::{Entry, Facts, WITH_VALUES, store};
use crate::{Entropy, Error, Result};

/// An act being done.
pub struct Deed {
    transaction: Transaction,
    scope: Scope,
    actor: Actor,
    via: Via,
    act: &'static Act,
    object: Object,
    tenant_id: String,
    now_ms: i64,
    details: Map<String, Json>,
    entropy: Arc<dyn Entropy>,
}

impl std::fmt::Debug for Deed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Deed").field("act", &self.act.id).field("object", &self.object).finish_non_exhaustive()
    }
}

impl Deed {
    pub(crate) fn open(
        transaction: Transaction,
        ctx: &Ctx,
        act: &'static Act,
        object: Object,
        now_ms: i64,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        let (actor, via, scope) = (ctx.actor().clone(), ctx.via(), ctx.scope().clone());
        let tenant_id = actor.tenant_id().to_owned();
        Self { transaction, scope, actor, via, act, object, tenant_id, now_ms, details: Map::new(), entropy }
    }

    /// The moment of the deed, milliseconds since 1970, UTC.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.now_ms
    }

    /// Reads inside the transaction.
    pub async fn rows(&mut self, statement: &Statement, values: &[Value]) -> Result<Vec<Row>> {
        self.transaction.rows(statement, values).await
    }

    /// Reads the first row inside the transaction.
    pub async fn row(&mut self, statement: &Statement, values: &[Value]) -> Result<Option<Row>> {
        Ok(self.transaction.rows(statement, values).await?.into_iter().next())
    }

    /// Writes; gives the number of rows changed. A broken uniqueness is a conflict.
    pub async fn write(&mut self, statement: &Statement, values: &[Value]) -> Result<u64> {
        self.transaction.execute(statement, values).await
    }

    /// Notes a fact: the entry commits to it, the value lies beside the log and can be erased. Never a secret, and no
    /// fraction: whole numbers, texts, lists and objects only.
    pub fn note(&mut self, name: &str, value: impl Into<Json>) {
        self.details.insert(name.to_owned(), value.into());
    }

    /// Notes one more of several things under one name. Together they are one fact, so that the entry does not grow with
    /// their number.
    pub fn note_one_more(&mut self, name: &str, value: impl Into<Json>) {
        match self.details.entry(name).or_insert_with(|| Json::Array(Vec::new())) {
            Json::Array(several) => several.push(value.into()),
            other => *other = Json::Array(vec![other.take(), value.into()]),
        }
    }

    /// Enters the deed in a tenant's log, for acts of the installation or of somebody not yet signed in, who from here
    /// on sees and writes rows of that tenant alone.
    pub async fn in_log_of(&mut self, tenant_id: &str) -> Result<()> {
        match &self.scope {
            Scope::Everything => {}
            Scope::Entrance => {
                self.scope = Scope::Tenant(tenant_id.to_owned());
                self.transaction.set_scope(&self.scope).await?;
            }
            Scope::Tenant(own) if own == tenant_id => {}
            Scope::Tenant(_) => return Err(Error::internal("a deed of one tenant in the log of another")),
        }
        tenant_id.clone_into(&mut self.tenant_id);
        Ok(())
    }

    /// Appends the audit entry and makes everything durable. On return nothing of it can be lost.
    pub async fn commit(mut self, reason: &str) -> Result<()> {
        let (actor_id, actor_name) = match &self.actor {
            Actor::Account { id, name, .. } => (id.clone(), name.clone()),
            Actor::Anonymous { source } => (String::new(), source.clone()),
            Actor::System => (String::new(), "system".to_owned()),
        };
        let facts = Facts::salted(std::mem::take(&mut self.details), &*self.entropy)?;
        let entry = Entry {
            id: id_at(self.now_ms, &*self.entropy)?,
            tenant_id: self.tenant_id,
            form: WITH_VALUES,
            at_ms: self.now_ms,
            actor_id,
            actor_name,
            via: self.via.as_str().to_owned(),
            act: self.act.id.to_owned(),
            object_kind: self.object.kind.to_owned(),
            object_id: self.object.id,
            unit_id: self.object.unit_id,
            reason: reason.to_owned(),
            facts: facts.committed()?,
        };
        store::append(&mut self.transaction, &entry, &facts).await?;
        self.transaction.commit().await
    }
}
