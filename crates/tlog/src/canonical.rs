//! Canonical JSON (RFC 8785) of what entries are made of: texts, whole numbers, truth values, null, lists, objects.

use serde_json::Value;

use crate::Error;

/// Whole numbers from here on are not the same to every reader.
const EXACT: u64 = 1 << 53;

/// The one text of a value. Numbers with a fraction and beyond 2^53 are refused.
pub fn canonical(value: &Value) -> Result<String, Error> {
    let mut text = String::new();
    write(value, &mut text)?;
    Ok(text)
}

fn write(value: &Value, out: &mut String) -> Result<(), Error> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Value::Number(number) => {
            let small = number.as_i64().is_some_and(|number| number.unsigned_abs() < EXACT);
            if !small {
                return Err(Error::Number(number.to_string()));
            }
            out.push_str(&number.to_string());
        }
        Value::String(text) => canonical_text(text, out),
        Value::Array(values) => {
            out.push('[');
            for (index, value) in values.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(value, out)?;
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16()));
            out.push('{');
            for (index, (key, value)) in members.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                canonical_text(key, out);
                out.push(':');
                write(value, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

/// Writes a text as it stands in canonical JSON, with its quotes.
pub fn canonical_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            c if c < ' ' => {
                const DIGITS: [char; 16] =
                    ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
                let code = c as usize;
                out.push_str("\\u00");
                out.push(DIGITS[code >> 4]);
                out.push(DIGITS[code & 15]);
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
