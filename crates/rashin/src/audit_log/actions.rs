//! What may be asked of the log.

use platform::{Ctx, Object, Result};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{acts, store};

/// Entries one page shows.
pub const PAGE_SIZE: usize = 50;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Entry {
    /// Number within the tenant, from 1.
    pub seq: i64,
    /// Moment, milliseconds since 1970.
    pub at_ms: i64,
    /// Who did it.
    pub actor_name: String,
    /// Through which face.
    pub via: String,
    /// Which act.
    pub act: String,
    /// Kind of object.
    pub object_kind: String,
    /// Object.
    pub object_id: String,
    /// Why, where one was given.
    pub reason: String,
    /// Facts of the deed, as JSON.
    pub details: String,
    /// Hash of the entry before.
    pub previous_hash: String,
    /// Hash of this entry.
    pub hash: String,
}

/// Which entries, newest first.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
pub struct Filter {
    /// Only entries numbered below this.
    pub before: Option<i64>,
    /// Acts that begin so (`assessment.`).
    pub act: String,
    /// Entries on this object.
    pub object_id: String,
    /// Entries of people whose name contains this.
    pub actor: String,
}

/// A page of the tenant's log, newest first.
pub async fn entries(ctx: &Ctx, filter: &Filter) -> Result<Vec<Entry>> {
    let (_, tenant_id) = ctx.account()?;
    ctx.require(&acts::READ, &Object::of_unit("log", tenant_id, tenant_id)).await?;
    store::page(ctx, tenant_id, filter, i64::try_from(PAGE_SIZE).unwrap_or(50)).await
}
