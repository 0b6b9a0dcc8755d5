//! The second wall between tenants: the database itself shows and takes only rows of the tenant that asks.
//!
//! One list of all tables says how their rows belong to a tenant; the walls of both databases are made of it. On
//! PostgreSQL they are policies of row-level security. On SQLite, views and triggers of each connection's own: a view
//! hides the table of its name from everything that reads, and a write, which names the table itself, meets triggers.

use std::fmt::Write as _;

/// Whose rows are shown and may be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Everybody's: the installation's own work.
    Everything,
    /// What somebody who is not signed in needs for signing in, and the installation's own log.
    Entrance,
    /// One tenant's.
    Tenant(String),
}

impl Scope {
    /// As the databases know it.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Everything => "everything",
            Self::Entrance => "entrance",
            Self::Tenant(_) => "tenant",
        }
    }

    /// The tenant; the installation itself has the empty name, as in the log.
    pub(super) fn tenant(&self) -> &str {
        match self {
            Self::Tenant(id) => id,
            _ => "",
        }
    }
}

/// How the rows of a table belong to a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Belongs {
    /// They name it in the column `tenant_id`.
    Itself,
    /// This column names a row, by its `id`, of another table of the list.
    Through(&'static str, &'static str),
    /// They belong to nobody, for this reason.
    ToAll(&'static str),
}

/// A table and its place in the wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Walled {
    /// The table.
    pub table: &'static str,
    /// How its rows belong to a tenant.
    pub belongs: Belongs,
    /// Why they are needed before anybody is signed in; none where they are not.
    pub entrance: Option<&'static str>,
    /// Why rows that name nobody are there, which then are anybody's; none where there are none.
    pub nobodys: Option<&'static str>,
}

impl Walled {
    /// A table whose rows name their tenant.
    #[must_use]
    pub const fn own(table: &'static str) -> Self {
        Self { table, belongs: Belongs::Itself, entrance: None, nobodys: None }
    }

    /// A table whose rows belong to a row of another: by a column of theirs, which holds the `id` there.
    #[must_use]
    pub const fn through(table: &'static str, column: &'static str, parent: &'static str) -> Self {
        Self { table, belongs: Belongs::Through(column, parent), entrance: None, nobodys: None }
    }

    /// A table of no tenant.
    #[must_use]
    pub const fn common(table: &'static str, why: &'static str) -> Self {
        Self { table, belongs: Belongs::ToAll(why), entrance: None, nobodys: None }
    }

    /// The same, needed before anybody is signed in.
    #[must_use]
    pub const fn at_entrance(self, why: &'static str) -> Self {
        Self { entrance: Some(why), ..self }
    }

    /// The same, with rows that name nobody.
    #[must_use]
    pub const fn or_nobodys(self, why: &'static str) -> Self {
        Self { nobodys: Some(why), ..self }
    }

    /// Which rows a scope may touch; `row` stands before the column, as in `NEW.`. None: all.
    fn condition(&self, words: &Words, row: &str) -> Option<String> {
        let Words { schema, tenant, everything, entrance } = words;
        let own = match self.belongs {
            Belongs::ToAll(_) => return None,
            Belongs::Itself => format!("{row}tenant_id = {tenant}"),
            Belongs::Through(column, parent) => format!(
                "EXISTS (SELECT 1 FROM {schema}{parent} walled WHERE walled.id = {row}{column} AND walled.tenant_id = {tenant})"
            ),
        };
        let beyond = if self.entrance.is_some() { entrance } else { everything };
        let nobodys = match (self.nobodys, self.belongs) {
            (Some(_), Belongs::Through(column, _)) => format!(" OR {row}{column} IS NULL"),
            _ => String::new(),
        };
        Some(format!("{beyond}{nobodys} OR {own}"))
    }
}

/// How a database is asked for the scope that was set.
struct Words {
    schema: &'static str,
    tenant: &'static str,
    everything: &'static str,
    /// Everything, or the entrance.
    entrance: &'static str,
}

const POSTGRES: Words = Words {
    schema: "",
    tenant: "(SELECT current_setting('rashin.tenant', true))",
    everything: "(SELECT current_setting('rashin.scope', true) = 'everything')",
    entrance: "(SELECT current_setting('rashin.scope', true) IN ('everything', 'entrance'))",
};

const SQLITE: Words = Words {
    schema: "main.",
    tenant: "(SELECT tenant FROM temp.wall_scope)",
    everything: "(SELECT name = 'everything' FROM temp.wall_scope)",
    entrance: "(SELECT name <> 'tenant' FROM temp.wall_scope)",
};

/// Sets the scope of a connection of SQLite.
pub(super) const SET_SQLITE: &str = "UPDATE temp.wall_scope SET name = $1, tenant = $2";
/// Sets the scope of a session of PostgreSQL, or of its transaction alone.
pub(super) const SET_POSTGRES: &str = "SELECT set_config('rashin.scope', $1, $3), set_config('rashin.tenant', $2, $3)";

/// The policy of a table on PostgreSQL; none where everybody sees all of it.
pub(super) fn policy(walled: &Walled) -> Option<String> {
    let column = format!("{}.", walled.table);
    walled.condition(&POSTGRES, &column).map(|condition| format!("USING ({condition}) WITH CHECK ({condition})"))
}

/// What a connection of SQLite runs to stand behind the wall: `views` are the schema's own, by their texts. The scope
/// is that of nobody until it is set.
pub(super) fn sqlite_script(list: &[Walled], views: &[String], writes: bool) -> String {
    let mut script = "CREATE TEMP TABLE wall_scope (name TEXT NOT NULL, tenant TEXT);\n\
        INSERT INTO temp.wall_scope (name, tenant) VALUES ('tenant', NULL);\n"
        .to_owned();
    for walled in list {
        let table = walled.table;
        let Some(condition) = walled.condition(&SQLITE, &format!("{table}.")) else { continue };
        let _ = writeln!(script, "CREATE TEMP VIEW {table} AS SELECT * FROM main.{table} WHERE {condition};");
        if writes {
            triggers(&mut script, walled);
        }
    }
    for view in views {
        // Made anew here, it stands upon the views that hide the tables.
        let _ = writeln!(script, "{};", view.replacen("CREATE VIEW", "CREATE TEMP VIEW", 1));
    }
    script
}

/// As PostgreSQL does: a row one does not see is passed over by changes, and one that would not be seen is refused.
fn triggers(script: &mut String, walled: &Walled) {
    let table = walled.table;
    let of = |row: &str| walled.condition(&SQLITE, row).unwrap_or_default();
    let (old, new) = (of("OLD."), of("NEW."));
    let refuse = format!("SELECT RAISE(ABORT, 'new row violates the wall of {table}') WHERE ({new}) IS NOT TRUE;");
    let pass = format!("SELECT RAISE(IGNORE) WHERE ({old}) IS NOT TRUE;");
    for (verb, what) in [("INSERT", refuse.clone()), ("UPDATE", format!("{pass} {refuse}")), ("DELETE", pass)] {
        let name = format!("wall_{}_{table}", verb.to_lowercase());
        let _ = writeln!(script, "CREATE TEMP TRIGGER {name} BEFORE {verb} ON main.{table} BEGIN {what} END;");
    }
}

/// A statement as the writing connection of SQLite runs it: what it writes is the table, not the view that hides it.
pub(super) fn to_table(sql: &str) -> String {
    for verb in ["INSERT INTO ", "UPDATE ", "DELETE FROM "] {
        if let Some(rest) = sql.strip_prefix(verb) {
            return format!("{verb}main.{rest}");
        }
    }
    sql.to_owned()
}
