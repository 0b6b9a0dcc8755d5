//! What a SCIM request wants changed: whole resources and PATCH operations, as Entra ID and Okta send them.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::scim_filter::{self, Path};

const MOST_OPERATIONS: usize = 100;
const MOST_MEMBERS: usize = 1000;

/// Why a body is not understood: the kind of fault as RFC 7644 names it.
pub(super) type Fault = &'static str;

/// What is wanted of a person; what is none stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct PersonChange {
    pub email: Option<String>,
    pub name: Option<String>,
    pub given: Option<String>,
    pub family: Option<String>,
    pub active: Option<bool>,
    pub external_id: Option<String>,
}

/// What is wanted of a group's members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Members {
    Set(BTreeSet<String>),
    Add(BTreeSet<String>),
    Remove(BTreeSet<String>),
}

/// What is wanted of a group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct GroupChange {
    pub name: Option<String>,
    pub external_id: Option<String>,
    pub members: Vec<Members>,
}

fn text(value: &Value) -> Result<Option<String>, Fault> {
    match value {
        Value::String(text) => Ok(Some(text.clone())),
        Value::Null => Ok(None),
        _ => Err("invalidValue"),
    }
}

/// Some systems write `"True"`.
fn yes(value: &Value) -> Result<Option<bool>, Fault> {
    match value {
        Value::Bool(yes) => Ok(Some(*yes)),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
        _ => Err("invalidValue"),
    }
}

impl PersonChange {
    fn set(&mut self, attribute: &str, inner: &str, value: &Value) -> Result<(), Fault> {
        match (attribute, inner) {
            ("username", "") => self.email = text(value)?,
            ("displayname", "") | ("name", "formatted") => self.name = text(value)?,
            ("name", "givenname") => self.given = text(value)?,
            ("name", "familyname") => self.family = text(value)?,
            ("active", "") => self.active = yes(value)?,
            ("externalid", "") => self.external_id = text(value)?,
            ("name", "") => {
                for (key, value) in value.as_object().ok_or("invalidValue")? {
                    self.set("name", &key.to_ascii_lowercase(), value)?;
                }
            }
            // Whatever else a system tells of a person is not kept.
            _ => {}
        }
        Ok(())
    }

    fn take(&mut self, values: &Map<String, Value>) -> Result<(), Fault> {
        for (key, value) in values {
            if let Some(Path { attribute, inner, .. }) = scim_filter::path(key) {
                self.set(&attribute, &inner, value)?;
            }
        }
        Ok(())
    }

    /// A whole resource.
    pub(super) fn of_resource(body: &Value) -> Result<Self, Fault> {
        let mut change = Self::default();
        change.take(body.as_object().ok_or("invalidSyntax")?)?;
        // What a whole name does not have is not there.
        if change.family.is_some() || change.given.is_some() {
            change.family.get_or_insert_default();
            change.given.get_or_insert_default();
        }
        Ok(change)
    }

    /// PATCH operations.
    pub(super) fn of_patch(body: &Value) -> Result<Self, Fault> {
        let mut change = Self::default();
        for (kind, path, value) in operations(body)? {
            match path {
                _ if kind == "remove" => {
                    let path = path.ok_or("noTarget")?;
                    if path.attribute == "externalid" {
                        change.external_id = Some(String::new());
                    }
                }
                Some(path) => change.set(&path.attribute, &path.inner, value)?,
                None => change.take(value.as_object().ok_or("invalidValue")?)?,
            }
        }
        Ok(change)
    }

    /// The name to show, as far as one was sent. Of a name in parts the part that was not sent stays as it was: names of
    /// parts are shown as the family name, a blank and the rest. Where that cannot be told of the name there was, one part
    /// alone changes nothing.
    pub(super) fn shown_name(&self, before: &str) -> Option<String> {
        if let Some(name) = self.name.clone().filter(|name| !name.trim().is_empty()) {
            return Some(name);
        }
        let parts = before.trim().split_once(char::is_whitespace);
        let (family, given) = match (self.family.as_deref(), self.given.as_deref()) {
            (None, None) => return None,
            (Some(family), Some(given)) => (family, given),
            (family, given) if before.trim().is_empty() => (family.unwrap_or(""), given.unwrap_or("")),
            (family, given) => (family.unwrap_or(parts?.0), given.unwrap_or(parts?.1)),
        };
        let name = [family.trim(), given.trim()].join(" ").trim().to_owned();
        Some(name).filter(|name| !name.is_empty())
    }
}

type Operation<'a> = (String, Option<Path>, &'a Value);

fn operations(body: &Value) -> Result<Vec<Operation<'_>>, Fault> {
    let all = body.get("Operations").or_else(|| body.get("operations")).and_then(Value::as_array);
    let all = all.filter(|all| all.len() <= MOST_OPERATIONS).ok_or("invalidSyntax")?;
    let read = |one: &'_ Value| -> Result<(String, Option<Path>), Fault> {
        let kind = one.get("op").and_then(Value::as_str).ok_or("invalidSyntax")?.to_ascii_lowercase();
        if !["add", "replace", "remove"].contains(&kind.as_str()) {
            return Err("invalidSyntax");
        }
        let path = match one.get("path") {
            None | Some(Value::Null) => None,
            Some(path) => Some(path.as_str().and_then(scim_filter::path).ok_or("invalidPath")?),
        };
        Ok((kind, path))
    };
    all.iter().map(|one| read(one).map(|(kind, path)| (kind, path, one.get("value").unwrap_or(&Value::Null)))).collect()
}

fn members(value: &Value) -> Result<BTreeSet<String>, Fault> {
    let all = match value {
        Value::Null => return Ok(BTreeSet::new()),
        Value::Array(all) => all.as_slice(),
        one => std::slice::from_ref(one),
    };
    if all.len() > MOST_MEMBERS {
        return Err("tooMany");
    }
    let id = |one: &Value| one.get("value").and_then(Value::as_str).map(str::to_owned).ok_or("invalidValue");
    all.iter().map(id).collect()
}

impl GroupChange {
    fn set(&mut self, kind: &str, attribute: &str, value: &Value) -> Result<(), Fault> {
        match attribute {
            "displayname" => self.name = text(value)?,
            "externalid" => self.external_id = text(value)?,
            "members" if kind == "add" => self.members.push(Members::Add(members(value)?)),
            "members" => self.members.push(Members::Set(members(value)?)),
            _ => {}
        }
        Ok(())
    }

    fn take(&mut self, kind: &str, values: &Map<String, Value>) -> Result<(), Fault> {
        values.iter().try_for_each(|(key, value)| self.set(kind, &key.to_ascii_lowercase(), value))
    }

    /// A whole resource.
    pub(super) fn of_resource(body: &Value) -> Result<Self, Fault> {
        let mut change = Self::default();
        change.take("replace", body.as_object().ok_or("invalidSyntax")?)?;
        if change.members.is_empty() {
            change.members.push(Members::Set(BTreeSet::new()));
        }
        Ok(change)
    }

    /// PATCH operations.
    pub(super) fn of_patch(body: &Value) -> Result<Self, Fault> {
        let mut change = Self::default();
        for (kind, path, value) in operations(body)? {
            match path {
                Some(path) if kind == "remove" && path.attribute == "members" => {
                    change.members.push(removed(&path, value)?);
                }
                Some(_) if kind == "remove" => {}
                None if kind == "remove" => return Err("noTarget"),
                Some(path) => change.set(&kind, &path.attribute, value)?,
                None => change.take(&kind, value.as_object().ok_or("invalidValue")?)?,
            }
        }
        Ok(change)
    }
}

/// Members to be removed: those of the filter, those of the value, or all.
fn removed(path: &Path, value: &Value) -> Result<Members, Fault> {
    if !path.chosen.is_empty() {
        let chosen =
            path.chosen.iter().map(|(attribute, id)| (attribute == "value").then(|| id.clone()).ok_or("invalidPath"));
        return Ok(Members::Remove(chosen.collect::<Result<_, _>>()?));
    }
    Ok(if value.is_null() { Members::Set(BTreeSet::new()) } else { Members::Remove(members(value)?) })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn changes_of_entra_id_and_okta_are_understood() {
        let entra = json!({ "Operations": [
            { "op": "Replace", "path": "active", "value": "False" },
            { "op": "Add", "path": "name.familyName", "value": "山田" },
            { "op": "Replace", "path": "emails[type eq \"work\"].value", "value": "x@example.jp" },
            { "op": "Remove", "path": "title" },
        ] });
        let change = PersonChange::of_patch(&entra).unwrap();
        assert_eq!((change.active, change.shown_name("鈴木 一")), (Some(false), Some("山田 一".to_owned())));
        let okta =
            json!({ "Operations": [{ "op": "replace", "value": { "active": true, "userName": "a@example.jp" } }] });
        let change = PersonChange::of_patch(&okta).unwrap();
        assert_eq!((change.active, change.email.as_deref()), (Some(true), Some("a@example.jp")));
        let group = json!({ "Operations": [
            { "op": "Add", "path": "members", "value": [{ "value": "1" }] },
            { "op": "Remove", "path": "members[value eq \"2\"]" },
            { "op": "Remove", "path": "members", "value": [{ "value": "3" }] },
        ] });
        let one = |id: &str| BTreeSet::from([id.to_owned()]);
        let wanted = [Members::Add(one("1")), Members::Remove(one("2")), Members::Remove(one("3"))];
        assert_eq!(GroupChange::of_patch(&group).unwrap().members, wanted);
    }

    #[test]
    fn a_part_of_a_name_leaves_the_other_part() {
        let part = |family: Option<&str>, given: Option<&str>| PersonChange {
            family: family.map(str::to_owned),
            given: given.map(str::to_owned),
            ..PersonChange::default()
        };
        for (family, given, before, shown) in [
            (Some("佐藤"), None, "山田 太郎", Some("佐藤 太郎")),
            (None, Some("花子"), "山田 太郎", Some("山田 花子")),
            (None, Some("花子"), "山田\u{3000}太郎", Some("山田 花子")),
            (Some("佐藤"), Some("花子"), "山田太郎", Some("佐藤 花子")),
            (Some("佐藤"), None, "山田太郎", None),
            (Some("佐藤"), None, "", Some("佐藤")),
            (None, None, "山田 太郎", None),
        ] {
            assert_eq!(part(family, given).shown_name(before).as_deref(), shown, "{family:?} {given:?} {before}");
        }
        let whole = PersonChange::of_resource(&json!({ "name": { "familyName": "佐藤" } })).unwrap();
        assert_eq!(whole.shown_name("山田 太郎").as_deref(), Some("佐藤"));
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (body, fault) in [
            (json!({}), "invalidSyntax"),
            (json!({ "Operations": [{ "op": "move" }] }), "invalidSyntax"),
            (json!({ "Operations": [{ "op": "add", "path": "a[" }] }), "invalidPath"),
            (json!({ "Operations": [{ "op": "remove" }] }), "noTarget"),
            (json!({ "Operations": [{ "op": "replace", "path": "active", "value": "perhaps" }] }), "invalidValue"),
        ] {
            assert_eq!(PersonChange::of_patch(&body), Err(fault), "{body}");
        }
    }
}
