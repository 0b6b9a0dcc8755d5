//! Values that go in and rows that come out, the same for both databases.

use sqlx::Row as _;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Postgres, Sqlite};

use crate::{Error, Message, Result};

/// A bound value. `None` is NULL of that type, since PostgreSQL wants to know the type of a NULL.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// BIGINT.
    Int(Option<i64>),
    /// TEXT.
    Text(Option<String>),
    /// DOUBLE PRECISION.
    Real(Option<f64>),
    /// BYTEA.
    Bytes(Option<Vec<u8>>),
}

macro_rules! value_from {
    ($($type:ty => $variant:ident, $convert:expr;)*) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Self { Self::$variant(Some($convert(value))) }
        }
        impl From<Option<$type>> for Value {
            fn from(value: Option<$type>) -> Self { Self::$variant(value.map($convert)) }
        }
    )*};
}

value_from! {
    i64 => Int, |value| value;
    i32 => Int, i64::from;
    u32 => Int, i64::from;
    u8 => Int, i64::from;
    &str => Text, str::to_owned;
    &String => Text, String::clone;
    String => Text, |value| value;
    f64 => Real, |value| value;
    Vec<u8> => Bytes, |value| value;
    &[u8] => Bytes, <[u8]>::to_vec;
}

/// A text as a LIKE pattern that finds nothing but the text itself; the statement says `ESCAPE '!'`.
#[must_use]
pub fn like_literally(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for letter in text.chars() {
        if "!%_".contains(letter) {
            pattern.push('!');
        }
        pattern.push(letter);
    }
    pattern
}

/// PostgreSQL keeps no NUL characters in texts, so they are refused on both databases.
pub(super) fn check(values: &[Value]) -> Result<()> {
    let bad = values.iter().any(|value| matches!(value, Value::Text(Some(text)) if text.contains('\0')));
    if bad { Err(Error::field("text", "", Message::new("error-character"))) } else { Ok(()) }
}

macro_rules! bind {
    ($($name:ident of $database:ty, $arguments:ty;)*) => {$(
        pub(super) fn $name<'q>(
            query: Query<'q, $database, $arguments>,
            values: &[Value],
        ) -> Query<'q, $database, $arguments> {
            values.iter().fold(query, |query, value| match value.clone() {
                Value::Int(value) => query.bind(value),
                Value::Text(value) => query.bind(value),
                Value::Real(value) => query.bind(value),
                Value::Bytes(value) => query.bind(value),
            })
        }
    )*};
}

bind! {
    bind_sqlite of Sqlite, SqliteArguments;
    bind_postgres of Postgres, PgArguments;
}

/// A row of an answer; columns are read by name.
#[derive(Debug)]
pub enum Row {
    /// From SQLite.
    Sqlite(SqliteRow),
    /// From PostgreSQL.
    Postgres(PgRow),
}

macro_rules! getters {
    ($($name:ident, $opt:ident, $type:ty, $doc:literal;)*) => {$(
        #[doc = concat!($doc, " that is never NULL.")]
        pub fn $name(&self, column: &str) -> Result<$type> {
            // SQLite would give 0 or an empty text for NULL.
            self.$opt(column)?.ok_or_else(|| Error::internal(format!("{column} is NULL")))
        }
        #[doc = concat!($doc, " that may be NULL.")]
        pub fn $opt(&self, column: &str) -> Result<Option<$type>> {
            match self {
                Self::Sqlite(row) => row.try_get::<Option<$type>, _>(column),
                Self::Postgres(row) => row.try_get::<Option<$type>, _>(column),
            }
            .map_err(Error::internal)
        }
    )*};
}

impl Row {
    getters! {
        int, opt_int, i64, "A BIGINT column";
        text, opt_text, String, "A TEXT column";
        real, opt_real, f64, "A DOUBLE PRECISION column";
        bytes, opt_bytes, Vec<u8>, "A BYTEA column";
    }
}
