//! The population's table: releases. Rows are only ever added.

use platform::{Ctx, Deed, Error, Result, Row, statements};

use super::Release;

statements! {
    NEXT_NUMBER = "SELECT COALESCE(MAX(number), 0) + 1 AS number FROM releases";
    FREEZE = "INSERT INTO releases (id, number, item_set_id, synthetic, hash, content, frozen_by, frozen_at_ms) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    ENTRIES = "SELECT id, number, hash, frozen_at_ms FROM releases ORDER BY number LIMIT 200";
    OF_SET = "SELECT id, number, hash, frozen_at_ms FROM releases WHERE item_set_id = $1 ORDER BY number LIMIT 200";
    ENTRY = "SELECT id, number, hash, frozen_at_ms FROM releases WHERE id = $1";
    CONTENT = "SELECT content FROM releases WHERE id = $1";
}

/// A row without its content.
pub(super) struct Entry {
    pub(super) id: String,
    pub(super) number: i64,
    pub(super) hash: String,
    pub(super) frozen_at_ms: i64,
}

fn entry_of(row: &Row) -> Result<Entry> {
    Ok(Entry {
        id: row.text("id")?,
        number: row.int("number")?,
        hash: row.text("hash")?,
        frozen_at_ms: row.int("frozen_at_ms")?,
    })
}

/// A conflict if a release with this id was frozen meanwhile.
pub(super) async fn freeze(deed: &mut Deed, release: &Release, by: &str) -> Result<()> {
    let row = deed.row(&NEXT_NUMBER, &[]).await?.ok_or_else(|| Error::internal("no next number"))?;
    let (head, now_ms) = (release.head(), deed.now_ms());
    let values = [
        head.id.as_str().into(),
        row.int("number")?.into(),
        head.item_set.as_str().into(),
        i64::from(head.synthetic).into(),
        head.hash.as_str().into(),
        release.to_bytes().into(),
        by.into(),
        now_ms.into(),
    ];
    deed.write(&FREEZE, &values).await.map(|_| ())
}

pub(super) async fn entries(ctx: &Ctx) -> Result<Vec<Entry>> {
    ctx.rows(&ENTRIES, &[]).await?.iter().map(entry_of).collect()
}

/// Those for an item set.
pub(super) async fn entries_of(ctx: &Ctx, item_set_id: &str) -> Result<Vec<Entry>> {
    ctx.rows(&OF_SET, &[item_set_id.into()]).await?.iter().map(entry_of).collect()
}

pub(super) async fn entry(ctx: &Ctx, id: &str) -> Result<Option<Entry>> {
    ctx.row(&ENTRY, &[id.into()]).await?.as_ref().map(entry_of).transpose()
}

pub(super) async fn content(ctx: &Ctx, id: &str) -> Result<Vec<u8>> {
    ctx.row(&CONTENT, &[id.into()]).await?.ok_or(Error::NotFound)?.bytes("content")
}
