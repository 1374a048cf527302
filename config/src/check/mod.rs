//! The validator: walks the tree with the list of keys and tells every mistake. What comes out is
//! a tree without them, in one form (lists where one element stood, defaults filled in), so that
//! the checks that need several keys can still be made of the rest.

mod leaf;
mod secret;
mod table;
#[cfg(test)]
mod tests;

pub(crate) use secret::holds_secret;

use std::path::Path;

use config::{Map, Value, ValueKind};

use crate::keys;
use crate::layer;
use crate::mistake::{Mistake, Place};
use crate::shape::{Default, Key, Shape};
use crate::yaml;

/// Checks the whole tree.
pub(crate) fn check(tree: &Value, file: &Path, mistakes: &mut Vec<Mistake>) -> Value {
    let mut checker = Checker { file, mistakes };
    let at = At {
        path: String::new(),
        place: Place::File,
    };
    checker
        .value(tree, &Shape::Table(keys::TOP), &at)
        .unwrap_or_else(|| checker.filled(keys::TOP))
}

struct Checker<'a> {
    file: &'a Path,
    mistakes: &'a mut Vec<Mistake>,
}

/// Where the checker is.
struct At {
    path: String,
    place: Place,
}

impl At {
    /// The place of a value below this one. What is inside a variable's value is at the variable.
    fn below(&self, path: String, value: &Value) -> Self {
        let place = match &self.place {
            Place::Variable(name) => Place::Variable(name.clone()),
            outer => match layer::place(value, &path) {
                Place::File => outer.clone(),
                place => place,
            },
        };
        Self { path, place }
    }

    fn key(&self, key: &str, value: &Value) -> Self {
        self.below(self.join(key), value)
    }

    fn element(&self, index: usize, value: &Value) -> Self {
        self.below(format!("{}[{index}]", self.path), value)
    }

    fn join(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }
}

impl Checker<'_> {
    /// Checks one value; `None`: it was a mistake.
    fn value(&mut self, value: &Value, shape: &Shape, at: &At) -> Option<Value> {
        let from_variable;
        let value = match &value.kind {
            ValueKind::String(text) if layer::is_variable(value) => {
                from_variable = typed(text, shape)
                    .or_else(|| self.wrong(value, shape, at, "is not such a list in YAML"))?;
                &from_variable
            }
            _ => value,
        };
        match shape {
            Shape::Table(keys) => {
                let map = self.map(value, shape, at)?;
                Some(self.table(&map, &keys.iter().collect::<Vec<_>>(), at))
            }
            Shape::Target => self.target(value, at),
            Shape::Headers => self.headers(value, at),
            Shape::Recipient if matches!(value.kind, ValueKind::Table(_)) => {
                self.value(value, &Shape::Table(keys::ROOM), at)
            }
            Shape::List { of, one } => self.list(value, shape, of, *one, at),
            leaf => self.leaf(value, leaf, at),
        }
    }

    fn list(
        &mut self,
        value: &Value,
        shape: &Shape,
        of: &Shape,
        one: bool,
        at: &At,
    ) -> Option<Value> {
        let elements = match &value.kind {
            ValueKind::Array(elements) => elements
                .iter()
                .enumerate()
                .filter_map(|(index, element)| self.value(element, of, &at.element(index, element)))
                .collect(),
            ValueKind::Nil => Vec::new(),
            ValueKind::Table(_) => return self.wrong_type(value, shape, at),
            _ if one => vec![self.value(value, of, at)?],
            _ => return self.wrong_type(value, shape, at),
        };
        Some(Value::new(None, ValueKind::Array(elements)))
    }

    /// The value as a table; nothing at all is an empty one.
    fn map(&mut self, value: &Value, shape: &Shape, at: &At) -> Option<Map<String, Value>> {
        match &value.kind {
            ValueKind::Table(map) => Some(map.clone()),
            ValueKind::Nil => Some(Map::new()),
            _ => self.wrong_type(value, shape, at),
        }
    }

    /// The value of a key that was not written.
    fn default(&mut self, key: &Key) -> Option<Value> {
        match (key.default, key.shape) {
            (Default::Text(text), shape) => typed(text, &shape),
            (Default::Filled, Shape::Table(keys)) => Some(self.filled(keys)),
            _ => None,
        }
    }

    /// A table with nothing but its defaults.
    fn filled(&mut self, keys: &'static [Key]) -> Value {
        let mut map = Map::new();
        for key in keys {
            if let Some(value) = self.default(key) {
                map.insert(key.name.to_owned(), value);
            }
        }
        Value::new(None, ValueKind::Table(map))
    }

    /// Tells a mistake about a value. Returns `None` for any type, to be used as the result.
    fn wrong<T>(&mut self, value: &Value, shape: &Shape, at: &At, problem: &str) -> Option<T> {
        let shown = match &value.kind {
            _ if shape.is_secret() => None,
            ValueKind::Nil | ValueKind::Table(_) | ValueKind::Array(_) => None,
            scalar => Some(scalar.to_string()).filter(|text| !has_user(text)),
        };
        let mistake = Mistake::new(self.file, at.place.clone(), &at.path, problem)
            .value(shown)
            .allowed(shape.allowed());
        self.mistakes.push(mistake);
        None
    }

    fn wrong_type<T>(&mut self, value: &Value, shape: &Shape, at: &At) -> Option<T> {
        let found = match &value.kind {
            ValueKind::Nil => "has no value",
            ValueKind::Boolean(_) => "is a truth value",
            ValueKind::String(_) => "is a text",
            ValueKind::Array(_) => "is a list",
            ValueKind::Table(_) => "is a table",
            _ => "is a number",
        };
        self.wrong(value, shape, at, found)
    }
}

/// Whether a text looks like a URL with a user, and so maybe a password, in it.
fn has_user(text: &str) -> bool {
    text.split_once("://")
        .is_some_and(|(_, rest)| rest.contains('@'))
}

/// A text from a variable, or a default of the list of keys, as the value that it would be in the
/// file. `None`: not even YAML.
fn typed(text: &str, shape: &Shape) -> Option<Value> {
    let as_text = |text: &str| Value::new(None, ValueKind::String(text.to_owned()));
    match shape {
        Shape::Bool | Shape::Number(..) => Some(parsed(text).unwrap_or_else(|| as_text(text))),
        Shape::Headers => parsed(text),
        Shape::List { of, .. } => {
            let is_yaml = text.trim_start().starts_with('[') || text.contains('\n');
            if is_yaml || matches!(of, Shape::Target) {
                return parsed(text);
            }
            let elements = text
                .split(',')
                .map(str::trim)
                .filter(|text| !text.is_empty());
            Some(Value::new(
                None,
                ValueKind::Array(elements.map(as_text).collect()),
            ))
        }
        _ => Some(as_text(text)),
    }
}

/// A piece of YAML without places.
fn parsed(text: &str) -> Option<Value> {
    let mut mistakes = Vec::new();
    let value = yaml::read(text, Path::new(""), &mut mistakes);
    value.filter(|_| mistakes.is_empty())
}
