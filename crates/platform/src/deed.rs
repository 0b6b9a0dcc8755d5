//! One transaction = permission checked + data written + audit entry appended.
//!
//! Architecture invariant: a [`Deed`] can only be had from [`crate::Ctx::begin`], which checks the right, and only
//! becomes durable by [`Deed::commit`], which appends the entry. Dropped, it leaves nothing.

use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};

use crate::act::{Act, Actor, Object, Via};
use crate::db::{Row, Statement, Transaction, Value};
use crate::{Result, statements};

statements! {
    NEXT_ENTRY = "INSERT INTO audit_heads (tenant_id, seq, hash) VALUES ($1, 1, '') \
        ON CONFLICT (tenant_id) DO UPDATE SET seq = audit_heads.seq + 1 RETURNING seq, hash";
    SET_HEAD = "UPDATE audit_heads SET hash = $2 WHERE tenant_id = $1";
    APPEND_ENTRY = "INSERT INTO audit_entries (tenant_id, seq, at_ms, actor_id, actor_name, via, act, object_kind, object_id, \
        unit_id, reason, details, previous_hash, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
}

/// The statements by which deeds append to the log.
pub const STATEMENTS: &[Statement] = ALL;

/// An act being done.
#[derive(Debug)]
pub struct Deed {
    transaction: Transaction,
    actor: Actor,
    via: Via,
    act: &'static Act,
    object: Object,
    tenant_id: String,
    now_ms: i64,
    details: Map<String, Json>,
}

impl Deed {
    pub(crate) fn open(
        transaction: Transaction,
        actor: Actor,
        via: Via,
        act: &'static Act,
        object: Object,
        now_ms: i64,
    ) -> Self {
        let tenant_id = actor.tenant_id().to_owned();
        Self { transaction, actor, via, act, object, tenant_id, now_ms, details: Map::new() }
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

    /// Puts a fact into the audit entry. Never a secret.
    pub fn note(&mut self, name: &str, value: impl Into<Json>) {
        self.details.insert(name.to_owned(), value.into());
    }

    /// Enters the deed in another tenant's log, for acts of the installation or of somebody not yet signed in.
    pub fn in_log_of(&mut self, tenant_id: &str) {
        tenant_id.clone_into(&mut self.tenant_id);
    }

    /// Appends the audit entry and makes everything durable. On return nothing of it can be lost.
    pub async fn commit(mut self, reason: &str) -> Result<()> {
        let head = self.transaction.rows(&NEXT_ENTRY, &[self.tenant_id.as_str().into()]).await?;
        let head = head.first().ok_or_else(|| crate::Error::internal("no head of the log"))?;
        let (seq, previous_hash) = (head.int("seq")?, head.text("hash")?);
        let (actor_id, actor_name) = match &self.actor {
            Actor::Account { id, name, .. } => (id.clone(), name.clone()),
            Actor::Anonymous { source } => (String::new(), source.clone()),
            Actor::System => (String::new(), "system".to_owned()),
        };
        let details = Json::Object(std::mem::take(&mut self.details)).to_string();
        let entry = json!({
            "tenant": self.tenant_id, "seq": seq, "at_ms": self.now_ms, "actor": actor_id, "actor_name": actor_name,
            "via": self.via.as_str(), "act": self.act.id, "kind": self.object.kind, "id": self.object.id,
            "unit": self.object.unit_id, "reason": reason, "details": details, "previous": previous_hash,
        });
        let hash = hex::encode(Sha256::digest(entry.to_string().as_bytes()));
        let values: [Value; 14] = [
            self.tenant_id.as_str().into(),
            seq.into(),
            self.now_ms.into(),
            actor_id.into(),
            actor_name.into(),
            self.via.as_str().into(),
            self.act.id.into(),
            self.object.kind.into(),
            self.object.id.as_str().into(),
            Value::Text(self.object.unit_id.clone()),
            reason.into(),
            details.into(),
            previous_hash.into(),
            hash.as_str().into(),
        ];
        self.transaction.execute(&APPEND_ENTRY, &values).await?;
        self.transaction.execute(&SET_HEAD, &[self.tenant_id.as_str().into(), hash.into()]).await?;
        self.transaction.commit().await
    }
}
