//! The JSON Schema of the configuration (draft 2020-12), for editors: completion, descriptions,
//! and most mistakes while typing. Made from the list of keys.
//!
//! A trap: editors know `unevaluatedProperties` badly. So a kind's `then` has all keys of such a
//! target, the common ones as well, and closes the table itself.

use serde_json::{Map, Value, json};

use crate::keys::{COMMON, KINDS, RECIPIENT, ROOM, TOP};
use crate::shape::{Default, Key, Shape};

/// Durations as `value/amount.rs` reads them: largest unit first.
const DURATION: &str = "^(?=.)([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$";

/// The JSON Schema of the configuration.
pub fn schema() -> Value {
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "HostMessenger",
        "description": "The configuration of HostMessenger",
    });
    merge(&mut schema, table(&TOP.iter(), true));
    schema
}

/// A table of these keys. It may be empty in YAML, as may a list: then it is null.
fn table<'a>(keys: &(impl Iterator<Item = &'a Key> + Clone), nullable: bool) -> Value {
    let properties: Map<String, Value> = keys
        .clone()
        .map(|key| (key.name.to_owned(), property(key)))
        .collect();
    let mut required = Vec::new();
    let mut all_of = Vec::new();
    for key in keys.clone() {
        let file = format!("{}_file", key.name);
        let has_file = key.shape.is_secret() && keys.clone().any(|other| other.name == file);
        match (key.required, has_file) {
            (true, false) => required.push(key.name),
            (true, true) => all_of.push(json!({
                "oneOf": [{ "required": [key.name] }, { "required": [file] }]
            })),
            (false, true) => all_of.push(json!({ "not": { "required": [key.name, file] } })),
            (false, false) => {}
        }
    }
    let kind = if nullable {
        json!(["object", "null"])
    } else {
        json!("object")
    };
    let mut schema = json!({
        "type": kind,
        "properties": properties,
        "additionalProperties": false,
    });
    if !required.is_empty() {
        merge(&mut schema, json!({ "required": required }));
    }
    if !all_of.is_empty() {
        merge(&mut schema, json!({ "allOf": all_of }));
    }
    schema
}

fn property(key: &Key) -> Value {
    let mut schema = shape(&key.shape);
    let default = match key.default {
        Default::Text(text) => format!("; default: {text}"),
        Default::Said(said) => format!("; default: {said}"),
        Default::None | Default::Filled => String::new(),
    };
    let allowed = match key.shape {
        Shape::Table(_)
        | Shape::Words(_)
        | Shape::Bool
        | Shape::List {
            of: Shape::Target, ..
        } => String::new(),
        shape => format!("; allowed: {}", shape.allowed()),
    };
    let description = format!("{}{default}{allowed}", key.doc);
    merge(&mut schema, json!({ "description": description }));
    schema
}

fn shape(shape: &Shape) -> Value {
    match shape {
        Shape::Text(text) => {
            let types = if text.number {
                json!(["string", "integer"])
            } else {
                json!("string")
            };
            let mut schema = json!({ "type": types });
            if let Some(pattern) = text.pattern {
                merge(&mut schema, json!({ "pattern": pattern }));
            }
            schema
        }
        Shape::Words(words) => json!({ "enum": words }),
        Shape::Bool => json!({ "type": "boolean" }),
        Shape::Number(min, max) => json!({ "type": "integer", "minimum": min, "maximum": max }),
        Shape::Duration(_, _, false) => json!({ "type": "string", "pattern": DURATION }),
        Shape::Duration(_, _, true) => json!({
            "anyOf": [{ "const": "off" }, { "type": "string", "pattern": DURATION }]
        }),
        Shape::List { of, one: false } => {
            json!({ "type": ["array", "null"], "items": self::shape(of) })
        }
        Shape::List { of, one: true } => json!({
            "anyOf": [self::shape(of), { "type": ["array", "null"], "items": self::shape(of) }]
        }),
        Shape::Table(keys) => table(&keys.iter(), keys.iter().all(|key| !key.required)),
        Shape::Headers => json!({
            "type": ["object", "null"],
            "additionalProperties": { "type": "string" },
        }),
        Shape::Recipient => json!({
            "anyOf": [
                { "enum": ["owner", "support"] },
                { "type": "string", "description": RECIPIENT.allowed },
                table(&ROOM.iter(), false),
            ]
        }),
        Shape::Target => target(),
    }
}

/// A target: name and kind first, then what the kind says.
fn target() -> Value {
    let by_kind: Vec<_> = KINDS
        .iter()
        .map(|kind| {
            let mut then = table(&COMMON.iter().chain(kind.keys), false);
            merge(&mut then, json!({ "description": kind.doc }));
            json!({
                "if": { "properties": { "kind": { "const": kind.name } }, "required": ["kind"] },
                "then": then,
            })
        })
        .collect();
    let properties: Map<String, Value> = COMMON
        .iter()
        .map(|key| (key.name.to_owned(), property(key)))
        .collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": ["name", "kind"],
        "allOf": by_kind,
    })
}

/// Adds the members of the second object to the first.
fn merge(schema: &mut Value, more: Value) {
    if let (Value::Object(schema), Value::Object(more)) = (schema, more) {
        schema.extend(more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_closes_its_table_and_demands_its_keys() {
        let schema = schema();
        let kinds = schema["properties"]["targets"]["items"]["allOf"].as_array();
        let kinds = kinds.expect("kinds");
        assert_eq!(kinds.len(), KINDS.len());
        let web = kinds
            .iter()
            .find(|kind| kind["if"]["properties"]["kind"]["const"] == "web");
        let then = &web.expect("web")["then"];
        assert_eq!(then["additionalProperties"], false);
        assert_eq!(then["required"], json!(["name", "kind", "url"]));
        assert_eq!(
            then["properties"]["expect"]["properties"]["max_time"]["pattern"],
            DURATION
        );
    }

    #[test]
    fn a_secret_is_written_or_its_file_is_named_but_not_both() {
        let account = &schema()["properties"]["account"];
        let either = json!([{ "required": ["password"] }, { "required": ["password_file"] }]);
        assert_eq!(account["allOf"][0]["oneOf"], either);
        assert_eq!(account["required"], json!(["jid"]));
    }

    #[test]
    fn every_key_has_a_description_with_its_default() {
        let schema = schema();
        let every = &schema["properties"]["defaults"]["properties"]["every"];
        assert_eq!(
            every["description"],
            "pace of the checks; default: 60s; allowed: a duration of at least 1s, such as 30s or 5m"
        );
    }
}
