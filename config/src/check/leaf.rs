//! Single values: words, numbers, durations, texts.

use std::time::Duration;

use config::{Value, ValueKind};

use super::{At, Checker};
use crate::keys;
use crate::shape::{Shape, TextType};
use crate::value::{DurationOrOff, FromText};

impl Checker<'_> {
    /// Checks a value that holds no others.
    pub(super) fn leaf(&mut self, value: &Value, shape: &Shape, at: &At) -> Option<Value> {
        match shape {
            Shape::Text(rule) => self.text(value, rule, shape, at),
            Shape::Recipient => self.text(value, &keys::RECIPIENT, shape, at),
            Shape::Words(words) => match &value.kind {
                ValueKind::String(text) if words.contains(&text.as_str()) => Some(value.clone()),
                ValueKind::String(_) => self.wrong(value, shape, at, "is not known here"),
                _ => self.wrong_type(value, shape, at),
            },
            Shape::Bool => match value.kind {
                ValueKind::Boolean(_) => Some(value.clone()),
                _ => self.wrong_type(value, shape, at),
            },
            Shape::Number(min, max) => match value.kind {
                ValueKind::I64(number) if number < *min => {
                    self.wrong(value, shape, at, "is too small")
                }
                ValueKind::I64(number) if number > *max => {
                    self.wrong(value, shape, at, "is too large")
                }
                ValueKind::I64(_) => Some(value.clone()),
                ValueKind::Float(_) => self.wrong(value, shape, at, "is not a whole number"),
                _ => self.wrong_type(value, shape, at),
            },
            Shape::Duration(min, max, off) => self.duration(value, shape, (*min, *max, *off), at),
            _ => self.wrong_type(value, shape, at),
        }
    }

    fn text(&mut self, value: &Value, rule: &TextType, shape: &Shape, at: &At) -> Option<Value> {
        let text = match &value.kind {
            ValueKind::String(text) => text.clone(),
            ValueKind::I64(number) if rule.number => number.to_string(),
            ValueKind::I64(_) | ValueKind::Float(_) | ValueKind::Boolean(_) if !rule.number => {
                self.wrong_type::<Value>(value, shape, at);
                if let Some(mistake) = self.mistakes.last_mut() {
                    let allowed = mistake.allowed.get_or_insert_default();
                    allowed.push_str(" (in quotes)");
                }
                return None;
            }
            _ => return self.wrong_type(value, shape, at),
        };
        match (rule.check)(&text) {
            Ok(()) => Some(Value::new(None, ValueKind::String(text))),
            // Quoting nothing helps nobody.
            Err(problem) if text.is_empty() => self.wrong(&Value::default(), shape, at, &problem),
            Err(problem) => self.wrong(value, shape, at, &problem),
        }
    }

    fn duration(
        &mut self,
        value: &Value,
        shape: &Shape,
        (min, max, off): (Duration, Duration, bool),
        at: &At,
    ) -> Option<Value> {
        let text = match &value.kind {
            ValueKind::String(text) => text.clone(),
            ValueKind::I64(number) => number.to_string(),
            _ => return self.wrong_type(value, shape, at),
        };
        let problem = match DurationOrOff::from_text(&text) {
            Ok(DurationOrOff(None)) if !off => "is not a duration".to_owned(),
            Ok(DurationOrOff(Some(duration))) if duration < min => "is too short".to_owned(),
            Ok(DurationOrOff(Some(duration))) if duration > max => "is too long".to_owned(),
            Ok(_) => return Some(Value::new(None, ValueKind::String(text))),
            Err(problem) => problem,
        };
        self.wrong(value, shape, at, &problem)
    }
}
