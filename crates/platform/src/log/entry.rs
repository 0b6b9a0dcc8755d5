//! An entry as a leaf: one text that says everything, with commitments in place of values.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};
use tlog::{canonical, canonical_text};

use crate::db::Row;
use crate::{Entropy, Error, Message, Result};

/// Form of entries from before commitments: their facts are plain.
pub const WITHOUT_VALUES: i64 = 0;
pub(crate) const WITH_VALUES: i64 = 1;
/// An entry must fit into a bundle of the exported log.
const LENGTH_LIMIT: usize = 60_000;
/// Reasons up to here fit in any case.
const REASON_LIMIT: usize = 8_000;

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its identifier.
    pub id: String,
    /// Whose log.
    pub tenant_id: String,
    /// How `facts` are to be read: [`WITHOUT_VALUES`], or commitments.
    pub form: i64,
    /// Moment, milliseconds since 1970.
    pub at_ms: i64,
    /// Account that acted; empty for none.
    pub actor_id: String,
    /// Its name at that moment, or the address of somebody not signed in.
    pub actor_name: String,
    /// Through which face.
    pub via: String,
    /// Which act.
    pub act: String,
    /// Kind of object.
    pub object_kind: String,
    /// Object.
    pub object_id: String,
    /// Unit it belongs to.
    pub unit_id: Option<String>,
    /// Why, where one was given.
    pub reason: String,
    /// Commitments by name, as canonical JSON.
    pub facts: String,
}

/// A value and the salt of its commitment, by name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Facts(pub BTreeMap<String, Fact>);

/// A value and its salt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// Random, hexadecimal.
    pub salt: String,
    /// What was noted.
    pub value: Json,
}

/// Hash over salt and value. Without the salt nobody finds the value by trying.
pub fn commitment(fact: &Fact) -> Result<String> {
    let salt = hex::decode(&fact.salt).map_err(Error::internal)?;
    let value = canonical(&fact.value).map_err(Error::internal)?;
    Ok(hex::encode(Sha256::new().chain_update(salt).chain_update(value).finalize()))
}

impl Facts {
    /// Draws a salt for each value.
    pub(crate) fn salted(values: Map<String, Json>, entropy: &dyn Entropy) -> Result<Self> {
        let mut facts = BTreeMap::new();
        for (name, value) in values {
            let mut salt = [0; 16];
            entropy.fill(&mut salt).map_err(Error::Internal)?;
            facts.insert(name, Fact { salt: hex::encode(salt), value });
        }
        Ok(Self(facts))
    }

    /// Commitments by name, as canonical JSON.
    pub fn committed(&self) -> Result<String> {
        let pairs = self.0.iter().map(|(name, fact)| Ok((name.clone(), Json::String(commitment(fact)?))));
        canonical(&Json::Object(pairs.collect::<Result<Map<_, _>>>()?)).map_err(Error::internal)
    }

    /// As kept beside the log.
    pub fn to_json(&self) -> Result<String> {
        serde_json::to_string(self).map_err(Error::internal)
    }
}

impl Entry {
    /// Reads the columns of a row.
    pub fn of(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.text("id")?,
            tenant_id: row.text("tenant_id")?,
            form: row.int("form")?,
            at_ms: row.int("at_ms")?,
            actor_id: row.text("actor_id")?,
            actor_name: row.text("actor_name")?,
            via: row.text("via")?,
            act: row.text("act")?,
            object_kind: row.text("object_kind")?,
            object_id: row.text("object_id")?,
            unit_id: row.opt_text("unit_id")?,
            reason: row.text("reason")?,
            facts: row.text("facts")?,
        })
    }

    /// The leaf: canonical JSON, its keys in order. Facts with commitments are such JSON already.
    #[must_use]
    pub fn leaf(&self) -> String {
        let mut leaf = String::with_capacity(512);
        let mut member = |key: &str, text: &str| {
            leaf.push_str(key);
            canonical_text(text, &mut leaf);
        };
        member("{\"act\":", &self.act);
        member(",\"actor\":", &self.actor_id);
        member(",\"actor_name\":", &self.actor_name);
        leaf.push_str(",\"at_ms\":");
        leaf.push_str(&self.at_ms.to_string());
        leaf.push_str(",\"facts\":");
        if self.form == WITHOUT_VALUES {
            canonical_text(&self.facts, &mut leaf);
        } else {
            leaf.push_str(&self.facts);
        }
        leaf.push_str(",\"form\":");
        leaf.push_str(&self.form.to_string());
        let mut member = |key: &str, text: &str| {
            leaf.push_str(key);
            canonical_text(text, &mut leaf);
        };
        member(",\"id\":", &self.id);
        member(",\"kind\":", &self.object_kind);
        member(",\"object\":", &self.object_id);
        member(",\"reason\":", &self.reason);
        member(",\"tenant\":", &self.tenant_id);
        match &self.unit_id {
            Some(unit) => member(",\"unit\":", unit),
            None => leaf.push_str(",\"unit\":null"),
        }
        leaf.push_str(",\"via\":");
        canonical_text(&self.via, &mut leaf);
        leaf.push('}');
        leaf
    }

    /// The leaf of an entry that is about to be written; one that is too long is refused, naming what makes it so.
    pub(crate) fn fitting_leaf(&self) -> Result<String> {
        let leaf = self.leaf();
        if leaf.len() <= LENGTH_LIMIT {
            return Ok(leaf);
        }
        if self.reason.chars().count() > REASON_LIMIT {
            let message = Message::new("error-too-long").with("most", REASON_LIMIT.to_string());
            return Err(Error::field("reason", &self.reason, message));
        }
        Err(Error::conflict("error-deed-too-large"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry(unit_id: Option<&str>, form: i64, facts: &str) -> Entry {
        let text = |text: &str| text.to_owned();
        Entry {
            id: text("i\"d"),
            tenant_id: text("t"),
            form,
            at_ms: -5,
            actor_id: text("a"),
            actor_name: text("羅針\n花子"),
            via: text("page"),
            act: text("x.y"),
            object_kind: text("k"),
            object_id: text("o\\"),
            unit_id: unit_id.map(text),
            reason: text("r\u{1}"),
            facts: text(facts),
        }
    }

    #[test]
    fn a_leaf_is_canonical_json_of_everything() {
        for (unit, form, facts) in
            [(None, 1, r#"{"a":"c0"}"#), (Some("u"), 1, "{}"), (Some(""), WITHOUT_VALUES, r#"{"level":1.5}"#)]
        {
            let entry = entry(unit, form, facts);
            let told = if form == WITHOUT_VALUES { json!(facts) } else { serde_json::from_str(facts).unwrap() };
            let expected = json!({
                "act": "x.y", "actor": "a", "actor_name": "羅針\n花子", "at_ms": -5, "facts": told, "form": form, "id": "i\"d",
                "kind": "k", "object": "o\\", "reason": "r\u{1}", "tenant": "t", "unit": unit, "via": "page",
            });
            assert_eq!(entry.leaf(), canonical(&expected).unwrap());
        }
    }

    #[test]
    fn an_entry_fits_up_to_the_length_that_a_bundle_takes() {
        let mut fitting = entry(None, 1, "{}");
        let room = LENGTH_LIMIT - fitting.leaf().len();
        fitting.reason.push_str(&"x".repeat(room));
        assert_eq!(fitting.leaf().len(), LENGTH_LIMIT);
        assert_eq!(fitting.fitting_leaf().unwrap(), fitting.leaf());
        fitting.reason.push('x');
        assert!(matches!(fitting.fitting_leaf(), Err(Error::Invalid(_))));
        // Without a reason, the reason is not to blame.
        let many = entry(None, 1, &"x".repeat(LENGTH_LIMIT));
        assert!(matches!(many.fitting_leaf(), Err(Error::Conflict(message)) if message.key == "error-deed-too-large"));
    }

    #[test]
    fn commitments_hide_values_and_bind_them() {
        let one = Fact { salt: "00".repeat(16), value: json!("x") };
        let salted = Fact { salt: "01".repeat(16), ..one.clone() };
        let changed = Fact { value: json!("y"), ..one.clone() };
        let all: std::collections::BTreeSet<_> =
            [&one, &salted, &changed].iter().map(|fact| commitment(fact).unwrap()).collect();
        assert_eq!(all.len(), 3);
        assert!(commitment(&Fact { value: json!(0.5), ..one }).is_err());
    }
}
