//! Raising the wall: on PostgreSQL its policies are put in place, for SQLite it becomes what each connection runs first.

use sha2::{Digest, Sha256};

use super::line::Line;
use super::wall::{self, Walled};
use crate::{Error, Result};

const SQLITE_TABLES: &str =
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
const SQLITE_VIEWS: &str = "SELECT sql FROM sqlite_master WHERE type = 'view' ORDER BY name";
/// Tables with what their policy says of itself; nothing where there is none or it would not be kept to.
const POSTGRES_TABLES: &str = "SELECT CAST(c.relname AS TEXT) AS name, CAST(CAST(c.relrowsecurity AS INTEGER) AS BIGINT) AS closed, \
    CASE WHEN c.relrowsecurity AND c.relforcerowsecurity THEN obj_description(p.oid, 'pg_policy') END AS said FROM pg_class c \
    LEFT JOIN pg_policy p ON p.polrelid = c.oid AND p.polname = 'wall' \
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace = CAST(current_schema() AS regnamespace) ORDER BY c.relname";

/// What connections of SQLite run first.
pub(super) struct Scripts {
    /// Those that read.
    pub reads: String,
    /// The one that writes.
    pub writes: String,
}

/// Puts the wall of the list in place within the open transaction. A table that the list lacks is refused: nobody knows
/// whose its rows are.
pub(super) async fn raise(line: &mut Line, list: &[Walled]) -> Result<Option<Scripts>> {
    if let Line::Postgres(_) = line {
        return raise_postgres(line, list).await.map(|()| None);
    }
    for row in line.rows(SQLITE_TABLES, &[]).await? {
        place_of(list, &row.text("name")?)?;
    }
    let views = line.rows(SQLITE_VIEWS, &[]).await?;
    let views = views.iter().map(|row| row.text("sql")).collect::<Result<Vec<_>>>()?;
    let script = |writes| wall::sqlite_script(list, &views, writes);
    Ok(Some(Scripts { reads: script(false), writes: script(true) }))
}

fn place_of<'a>(list: &'a [Walled], table: &str) -> Result<&'a Walled> {
    let found = list.iter().find(|walled| walled.table == table);
    found.ok_or_else(|| Error::internal(format!("the wall does not know whose the rows of {table} are")))
}

async fn raise_postgres(line: &mut Line, list: &[Walled]) -> Result<()> {
    for row in line.rows(POSTGRES_TABLES, &[]).await? {
        let table = row.text("name")?;
        let Some(policy) = wall::policy(place_of(list, &table)?) else {
            if row.int("closed")? > 0 {
                line.run(format!(
                    "DROP POLICY IF EXISTS wall ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"
                ))
                .await?;
            }
            continue;
        };
        // The table is only touched where something changes, since that waits for everybody who reads it.
        let mark = hex::encode(Sha256::digest(policy.as_bytes()));
        if row.opt_text("said")?.as_ref() != Some(&mark) {
            let sql = format!(
                "DROP POLICY IF EXISTS wall ON {table}; CREATE POLICY wall ON {table} {policy}; \
                COMMENT ON POLICY wall ON {table} IS '{mark}'; \
                ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
            );
            line.run(sql).await?;
        }
    }
    Ok(())
}

/// Takes down what stands, within the open transaction.
pub(super) async fn take_down(line: &mut Line) -> Result<()> {
    if let Line::Sqlite(_) = line {
        return Ok(());
    }
    for row in line.rows(POSTGRES_TABLES, &[]).await? {
        if row.int("closed")? > 0 {
            let table = row.text("name")?;
            line.run(format!("DROP POLICY IF EXISTS wall ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"))
                .await?;
        }
    }
    Ok(())
}
