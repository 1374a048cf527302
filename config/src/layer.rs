//! Layers: the file, and over it the variables `HOSTMESSENGER__A__B` (config-rs).
//!
//! A trap: config-rs takes any variable with the prefix, and a variable below a value that is no
//! table replaces that value in silence. So only variables that name a key get through, and a
//! value of the wrong type in the file stays to be told of. Another: its builder copies every
//! table, loses where it was written, and reads keys of the file as paths (`a.b`). So the
//! variables are laid over the file's tree in place.

use std::collections::HashMap;
use std::path::Path;

use config::{Environment, Map, Source, Value, ValueKind};

use crate::keys;
use crate::mistake::{Mistake, Place};
use crate::shape::{Key, Shape};
use crate::yaml;

/// What every variable that overrides a key begins with.
const PREFIX: &str = "HOSTMESSENGER";
const SEPARATOR: &str = "__";
/// The origin that config-rs gives to what it read from variables.
const ENVIRONMENT: &str = "the environment";

/// The variable that overrides the key at a path.
pub(crate) fn variable(path: &str) -> String {
    let path = path.replace('.', SEPARATOR).to_uppercase();
    format!("{PREFIX}{SEPARATOR}{path}")
}

/// Whether a value came from a variable.
pub(crate) fn is_variable(value: &Value) -> bool {
    value.origin() == Some(ENVIRONMENT)
}

/// Where a value was written; `path` is its key.
pub(crate) fn place(value: &Value, path: &str) -> Place {
    if is_variable(value) {
        Place::Variable(variable(path))
    } else {
        yaml::place(value)
    }
}

/// Lays the variables over the file's tree.
pub(crate) fn merge(
    mut tree: Value,
    env: impl Iterator<Item = (String, String)>,
    file: &Path,
    mistakes: &mut Vec<Mistake>,
) -> Value {
    let variables = accepted(&tree, env, file, mistakes);
    let environment = Environment::with_prefix(PREFIX)
        .separator(SEPARATOR)
        .source(Some(variables));
    // Its error could quote a value, and cannot happen to texts.
    if environment.collect_to(&mut tree).is_err() {
        let problem = "cannot be merged with the variables";
        mistakes.push(Mistake::new(file, Place::File, "", problem));
    }
    tree
}

/// The variables that name a key, each once.
fn accepted(
    tree: &Value,
    env: impl Iterator<Item = (String, String)>,
    file: &Path,
    mistakes: &mut Vec<Mistake>,
) -> Map<String, String> {
    let start = format!("{PREFIX}{SEPARATOR}").to_lowercase();
    let mut env: Vec<_> = env
        .filter(|(name, _)| name.to_lowercase().starts_with(&start))
        .collect();
    env.sort();
    let mut seen = HashMap::new();
    let mut variables = Map::new();
    for (name, value) in env {
        let lower = name.to_lowercase();
        let path: Vec<&str> = lower[start.len()..].split(SEPARATOR).collect();
        let mut bad = |problem: String| {
            let place = Place::Variable(name.clone());
            mistakes.push(Mistake::new(file, place, &path.join("."), problem));
        };
        if let Err(problem) = overridable(&path) {
            bad(problem);
        } else if let Some(other) = seen.insert(lower.clone(), name.clone()) {
            bad(format!("means the same key as {other}"));
        } else if value.contains('\u{fffd}') {
            bad("is not UTF-8".into());
        } else if !below_a_wrong_type(tree, &path) {
            variables.insert(name, value);
        }
    }
    variables
}

/// Whether a variable may set this path.
fn overridable(path: &[&str]) -> Result<(), String> {
    match keys::find(path).map(|key| (key, key.shape)) {
        None => Err(match nearest(path) {
            Some(name) => format!("names no key; did you mean {name}?"),
            None => "names no key; elements of lists have none".into(),
        }),
        Some((_, Shape::Table(keys))) => {
            let example = keys.first().map_or("", |key| key.name);
            let example = variable(&format!("{}.{example}", path.join(".")));
            Err(format!("names a table; set its keys, such as {example}"))
        }
        Some(_) => Ok(()),
    }
}

/// The variable that was probably meant.
fn nearest(path: &[&str]) -> Option<String> {
    fn walk(keys: &[Key], prefix: &str, all: &mut Vec<String>) {
        for key in keys {
            let path = format!("{prefix}{}", key.name);
            if let Shape::Table(inner) = key.shape {
                walk(inner, &format!("{path}."), all);
            } else {
                all.push(path);
            }
        }
    }
    let mut all = Vec::new();
    walk(keys::TOP, "", &mut all);
    let wanted = path.join(".");
    crate::nearest::of(&wanted, all.iter().map(String::as_str)).map(variable)
}

/// Whether a part of the path is, in the file, something that can hold no key.
fn below_a_wrong_type(tree: &Value, path: &[&str]) -> bool {
    let mut value = tree;
    for name in path {
        match &value.kind {
            ValueKind::Table(map) => match map.get(*name) {
                Some(inner) => value = inner,
                None => return false,
            },
            ValueKind::Nil => return false,
            _ => return true,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(text: &str, env: &[(&str, &str)]) -> (Value, Vec<String>) {
        let file = Path::new("f");
        let mut mistakes = Vec::new();
        let tree = yaml::read(text, file, &mut mistakes).unwrap_or_default();
        let env = env.iter().map(|(k, v)| ((*k).into(), (*v).into()));
        let merged = merge(tree, env, file, &mut mistakes);
        (merged, mistakes.iter().map(ToString::to_string).collect())
    }

    fn at<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
        path.iter()
            .try_fold(value, |value, name| match &value.kind {
                ValueKind::Table(map) => map.get(*name),
                _ => None,
            })
    }

    #[test]
    fn a_variable_overrides_the_file_and_knows_its_name() {
        let (tree, mistakes) = merged(
            "account: {jid: a@b.example}\n",
            &[
                ("HOSTMESSENGER__ACCOUNT__JID", "c@d.example"),
                ("HOSTMESSENGER_CONFIG", "x"),
            ],
        );
        assert!(mistakes.is_empty(), "{mistakes:?}");
        let jid = at(&tree, &["account", "jid"]);
        assert_eq!(jid.map(ToString::to_string).as_deref(), Some("c@d.example"));
        assert_eq!(
            jid.map(|jid| place(jid, "account.jid")),
            Some(Place::Variable("HOSTMESSENGER__ACCOUNT__JID".into()))
        );
        assert_eq!(
            at(&tree, &["account"]).map(yaml::place),
            Some(Place::Line(1))
        );
    }

    #[test]
    fn a_variable_that_names_no_key_is_a_mistake_and_its_value_is_not_shown() {
        let (_, mistakes) = merged(
            "",
            &[
                ("HOSTMESSENGER__ACCOUNT__PASWORD", "hunter2"),
                ("HOSTMESSENGER__ACCOUNT", "hunter2"),
                ("HOSTMESSENGER__TARGETS__0__NAME", "hunter2"),
                ("HOSTMESSENGER__LOG__LEVEL", "info"),
                ("hostmessenger__log__level", "info"),
            ],
        );
        assert_eq!(
            mistakes,
            [
                "variable HOSTMESSENGER__ACCOUNT: names a table; set its keys, such as \
                 HOSTMESSENGER__ACCOUNT__JID",
                "variable HOSTMESSENGER__ACCOUNT__PASWORD: names no key; did you mean \
                 HOSTMESSENGER__ACCOUNT__PASSWORD?",
                "variable HOSTMESSENGER__TARGETS__0__NAME: names no key; elements of lists have none",
                "variable hostmessenger__log__level: means the same key as HOSTMESSENGER__LOG__LEVEL",
            ]
        );
    }

    #[test]
    fn a_wrong_type_in_the_file_is_not_covered_up_by_a_variable() {
        let (tree, _) = merged(
            "account: 5\n",
            &[("HOSTMESSENGER__ACCOUNT__JID", "a@b.example")],
        );
        assert_eq!(
            at(&tree, &["account"]).map(ToString::to_string).as_deref(),
            Some("5")
        );
    }
}
