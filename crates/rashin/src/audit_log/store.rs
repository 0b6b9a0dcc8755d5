//! Reads `audit_entries`, which deeds write.

use platform::db::like_literally;
use platform::{Ctx, Result, Row, statements};

use super::actions::{Entry, Filter};

statements! {
    PAGE = "SELECT seq, at_ms, actor_name, via, act, object_kind, object_id, reason, details, previous_hash, hash FROM audit_entries \
        WHERE tenant_id = $1 AND seq < $2 AND (act LIKE $3 || '%' ESCAPE '!' OR $3 = '') AND (object_id = $4 OR $4 = '') \
        AND (LOWER(actor_name) LIKE '%' || LOWER($5) || '%' ESCAPE '!' OR $5 = '') ORDER BY seq DESC LIMIT $6";
}

fn entry_of(row: &Row) -> Result<Entry> {
    Ok(Entry {
        seq: row.int("seq")?,
        at_ms: row.int("at_ms")?,
        actor_name: row.text("actor_name")?,
        via: row.text("via")?,
        act: row.text("act")?,
        object_kind: row.text("object_kind")?,
        object_id: row.text("object_id")?,
        reason: row.text("reason")?,
        details: row.text("details")?,
        previous_hash: row.text("previous_hash")?,
        hash: row.text("hash")?,
    })
}

pub(super) async fn page(ctx: &Ctx, tenant_id: &str, filter: &Filter, limit: i64) -> Result<Vec<Entry>> {
    // Nothing kept is longer, and SQLite takes no pattern of any length.
    if filter.act.chars().count() > 100 || filter.actor.chars().count() > 100 {
        return Ok(Vec::new());
    }
    let values = [
        tenant_id.into(),
        filter.before.unwrap_or(i64::MAX).into(),
        like_literally(&filter.act).into(),
        filter.object_id.as_str().into(),
        like_literally(&filter.actor).into(),
        limit.into(),
    ];
    ctx.rows(&PAGE, &values).await?.iter().map(entry_of).collect()
}
