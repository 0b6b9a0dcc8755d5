//! Rows as JSON lines: one array a row. Fractions are texts, bytes are base64, so that every value comes back the same.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use platform::db::{Kind, Table};
use platform::{Error, Result, Value};
use serde_json::Value as Json;

/// One row as a line.
pub(super) fn line(row: &[Value]) -> String {
    let cell = |value: &Value| match value {
        Value::Int(value) => value.map_or(Json::Null, Json::from),
        Value::Text(value) => value.clone().map_or(Json::Null, Json::from),
        Value::Real(value) => value.map_or(Json::Null, |value| Json::from(value.to_string())),
        Value::Bytes(value) => value.as_ref().map_or(Json::Null, |bytes| Json::from(STANDARD.encode(bytes))),
    };
    Json::Array(row.iter().map(cell).collect()).to_string()
}

/// A line as the row of a table.
pub(super) fn row(table: &Table, line: &str) -> Result<Vec<Value>> {
    let wrong = || Error::internal(format!("a row of {} cannot be read", table.name));
    let cells: Vec<Json> = serde_json::from_str(line).map_err(|_| wrong())?;
    if cells.len() != table.columns.len() {
        return Err(wrong());
    }
    let value = |(kind, cell): (Kind, &Json)| match (kind, cell) {
        (Kind::Int, Json::Null) => Some(Value::Int(None)),
        (Kind::Text, Json::Null) => Some(Value::Text(None)),
        (Kind::Real, Json::Null) => Some(Value::Real(None)),
        (Kind::Bytes, Json::Null) => Some(Value::Bytes(None)),
        (Kind::Int, cell) => cell.as_i64().map(Value::from),
        (Kind::Text, cell) => cell.as_str().map(Value::from),
        (Kind::Real, cell) => cell.as_str().and_then(|text| text.parse::<f64>().ok()).map(Value::from),
        (Kind::Bytes, cell) => cell.as_str().and_then(|text| STANDARD.decode(text).ok()).map(Value::from),
    };
    let kinds = table.columns.iter().map(|column| column.kind);
    kinds.zip(&cells).map(|pair| value(pair).ok_or_else(wrong)).collect()
}

#[cfg(test)]
mod tests {
    use platform::db::Column;

    use super::*;

    #[test]
    fn every_value_comes_back_the_same() {
        let kinds = [Kind::Int, Kind::Text, Kind::Real, Kind::Real, Kind::Bytes, Kind::Int, Kind::Bytes];
        let columns = kinds.map(|kind| Column { name: "x".into(), kind, key: false }).to_vec();
        let table = Table { name: "t".into(), columns };
        let given: Vec<Value> = vec![
            i64::MIN.into(),
            "改行\n\"引用\"\u{1f9ed}".into(),
            0.1_f64.into(),
            f64::MIN_POSITIVE.into(),
            vec![0_u8, 255, 10].into(),
            Value::Int(None),
            Value::Bytes(Some(Vec::new())),
        ];
        let line = line(&given);
        assert!(!line.contains('\n'));
        assert_eq!(row(&table, &line).unwrap(), given);
    }

    #[test]
    fn a_row_of_another_shape_is_refused() {
        let columns = vec![Column { name: "x".into(), kind: Kind::Int, key: true }];
        let table = Table { name: "t".into(), columns };
        for line in ["[\"1\"]", "[1,2]", "{}", "[1.5]", ""] {
            row(&table, line).unwrap_err();
        }
    }
}
