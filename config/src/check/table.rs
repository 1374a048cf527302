//! Tables: unknown and missing keys, a secret beside its file, and the two tables whose keys are
//! not fixed (targets, headers).

use config::{Map, Value, ValueKind};

use super::{At, Checker};
use crate::keys::{COMMON, KINDS, Kind};
use crate::layer;
use crate::mistake::Mistake;
use crate::nearest;
use crate::shape::{Key, Shape};
use crate::value::{HeaderName, Line, check};

impl Checker<'_> {
    /// Checks a table with these keys, and fills in their defaults.
    pub(super) fn table(
        &mut self,
        map: &Map<String, Value>,
        keys: &[&'static Key],
        at: &At,
    ) -> Value {
        self.unknown_keys(map, keys, at);
        let mut out = Map::new();
        for key in keys {
            let wrong_twin = self.loses_to_its_twin(key, map, keys, at);
            let written = map.get(key.name).filter(|_| !wrong_twin);
            if written.is_none() && key.required && !wrong_twin {
                self.missing(key, map, keys, at);
            }
            // A value that was a mistake has been told; its default keeps the rest checkable.
            let value = written
                .and_then(|value| self.value(value, &key.shape, &at.key(key.name, value)))
                .or_else(|| self.default(key));
            if let Some(value) = value {
                out.insert(key.name.to_owned(), value);
            }
        }
        Value::new(None, ValueKind::Table(out))
    }

    /// `password` and `password_file` are twins: only one may be written, but a variable for one
    /// overrides the other in the file. Whether this one is to be passed over.
    fn loses_to_its_twin(
        &mut self,
        key: &Key,
        map: &Map<String, Value>,
        keys: &[&'static Key],
        at: &At,
    ) -> bool {
        let twin = match key.name.strip_suffix("_file") {
            Some(secret) => keys
                .iter()
                .find(|key| key.name == secret && key.shape.is_secret()),
            None if key.shape.is_secret() => file_of(key, keys),
            None => None,
        };
        let Some((twin, value)) = twin.and_then(|twin| Some((twin, map.get(key.name)?))) else {
            return false;
        };
        let Some(other) = map.get(twin.name) else {
            return false;
        };
        match (layer::is_variable(value), layer::is_variable(other)) {
            (true, false) => false,
            (false, true) => true,
            _ if key.shape.is_secret() => {
                let at = at.key(key.name, value);
                let problem = format!("stands beside {}; write only one of them", twin.name);
                self.tell(&at, problem);
                true
            }
            _ => true,
        }
    }

    fn missing(&mut self, key: &Key, map: &Map<String, Value>, keys: &[&'static Key], at: &At) {
        let file = file_of(key, keys).filter(|_| key.shape.is_secret());
        if file.is_some_and(|file| map.contains_key(file.name)) {
            return;
        }
        let allowed = match file {
            Some(file) => format!("{} or {}", key.name, file.name),
            None => key.shape.allowed(),
        };
        let place = at.place.clone();
        let mistake = Mistake::new(self.file, place, &at.join(key.name), "is missing");
        self.mistakes.push(mistake.allowed(allowed));
    }

    fn unknown_keys(&mut self, map: &Map<String, Value>, keys: &[&'static Key], at: &At) {
        for (name, value) in map {
            if keys.iter().any(|key| key.name == name) {
                continue;
            }
            let names = || keys.iter().map(|key| key.name);
            let at = at.key(name, value);
            let near = nearest::is_worth_it(self.mistakes.len(), keys.len())
                .then(|| nearest::of(name, names()))
                .flatten();
            let problem = match near {
                Some(near) => format!("is no key; did you mean '{near}'?"),
                None => "is no key".to_owned(),
            };
            let mistake = Mistake::new(self.file, at.place, &at.path, problem);
            let allowed = names().collect::<Vec<_>>().join(", ");
            self.mistakes.push(mistake.allowed(allowed));
        }
    }

    fn tell(&mut self, at: &At, problem: String) {
        let mistake = Mistake::new(self.file, at.place.clone(), &at.path, problem);
        self.mistakes.push(mistake);
    }

    /// Checks a target. Where its kind is wrong, only what every target has is checked.
    pub(super) fn target(&mut self, value: &Value, at: &At) -> Option<Value> {
        let mut map = self.map(value, &Shape::Target, at)?;
        let kind = match map.get("kind").map(|kind| &kind.kind) {
            Some(ValueKind::String(text)) => KINDS.iter().find(|kind| kind.name == text),
            _ => None,
        };
        let mut keys: Vec<&'static Key> = COMMON.iter().collect();
        if let Some(kind) = kind {
            keys.extend(kind.keys);
            self.keys_of_other_kinds(&mut map, kind, &keys, at);
        } else {
            let of_a_kind = |name: &String| {
                KINDS
                    .iter()
                    .any(|kind| kind.keys.iter().any(|key| key.name == name))
            };
            map.retain(|name, _| !of_a_kind(name));
        }
        Some(self.table(&map, &keys, at))
    }

    fn keys_of_other_kinds(
        &mut self,
        map: &mut Map<String, Value>,
        kind: &Kind,
        keys: &[&'static Key],
        at: &At,
    ) {
        map.retain(|name, value| {
            let has = |kind: &&Kind| kind.keys.iter().any(|key| key.name == name);
            let is_mine = keys.iter().any(|key| key.name == name);
            let other = KINDS.iter().find(has).filter(|_| !is_mine);
            if let Some(other) = other {
                let problem = format!("is a key of kind {}, not of {}", other.name, kind.name);
                self.tell(&at.key(name, value), problem);
            }
            other.is_none()
        });
    }

    /// Checks headers: any name, a text each. Values are never shown.
    pub(super) fn headers(&mut self, value: &Value, at: &At) -> Option<Value> {
        let map = self.map(value, &Shape::Headers, at)?;
        let mut out: Map<String, Value> = Map::new();
        for (name, value) in &map {
            let at = at.key(name, value);
            if let Err(problem) = check::<HeaderName>(name) {
                self.tell(&at, problem);
            } else if out.keys().any(|other| other.eq_ignore_ascii_case(name)) {
                self.tell(&at, "is given twice, in another case".to_owned());
            } else if let ValueKind::String(text) = &value.kind {
                match check::<Line>(text) {
                    Ok(()) => drop(out.insert(name.clone(), value.clone())),
                    Err(problem) => self.tell(&at, problem),
                }
            } else {
                self.wrong_type::<Value>(value, &Shape::Headers, &at);
                if let Some(mistake) = self.mistakes.last_mut() {
                    mistake.allowed = Some("a text of one line (in quotes)".to_owned());
                }
            }
        }
        Some(Value::new(None, ValueKind::Table(out)))
    }
}

/// The key that names the file of a secret.
fn file_of<'a>(key: &Key, keys: &'a [&'static Key]) -> Option<&'a &'static Key> {
    keys.iter()
        .find(|other| other.name.strip_suffix("_file") == Some(key.name))
}
