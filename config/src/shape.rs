//! What a value may look like. The lists in `keys` are made of these; the
//! validator, the JSON Schema and the list of keys for people all walk them.

use std::time::Duration;

/// What may stand at a key.
#[derive(Clone, Copy)]
pub(crate) enum Shape {
    /// One text with a rule.
    Text(&'static TextType),
    /// One of a few words.
    Words(&'static [&'static str]),
    /// `true` or `false`.
    Bool,
    /// A whole number, both ends included.
    Number(i64, i64),
    /// A duration, both ends included; and `off` where the last is true.
    Duration(Duration, Duration, bool),
    /// A list; where `one` is true a single element may stand for it.
    List { of: &'static Shape, one: bool },
    /// Keys with values.
    Table(&'static [Key]),
    /// Header names, whose case is kept, with values, which may be secrets.
    Headers,
    /// A text ([`crate::keys::RECIPIENT`]), or a room with a nickname.
    Recipient,
    /// A target: its keys depend on its kind.
    Target,
}

/// A text with a rule.
pub(crate) struct TextType {
    /// What is allowed, for people: "an XMPP address, name@domain".
    pub(crate) allowed: &'static str,
    /// What is wrong with a text, without repeating it.
    pub(crate) check: fn(&str) -> Result<(), String>,
    /// Never shown.
    pub(crate) secret: bool,
    /// A bare number is taken for the text that it was written as (`status: [304]`).
    pub(crate) number: bool,
    /// For the JSON Schema (ECMA 262); looser than `check`, never stricter.
    pub(crate) pattern: Option<&'static str>,
}

/// One key: everything that is said about it is said here.
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    pub(crate) default: Default,
    pub(crate) required: bool,
    /// One line, no full stop.
    pub(crate) doc: &'static str,
}

/// What holds where a key is not written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Default {
    /// Nothing.
    None,
    /// This value, as it would be written.
    Text(&'static str),
    /// Something that is worked out; the words are for people.
    Said(&'static str),
    /// A table with its defaults.
    Filled,
}

impl Key {
    /// A key that may be left out and has no default.
    pub(crate) const fn new(name: &'static str, shape: Shape, doc: &'static str) -> Self {
        Self {
            name,
            shape,
            default: Default::None,
            required: false,
            doc,
        }
    }

    /// With a default.
    pub(crate) const fn or(mut self, default: &'static str) -> Self {
        self.default = Default::Text(default);
        self
    }

    /// With a default that is worked out.
    pub(crate) const fn or_said(mut self, said: &'static str) -> Self {
        self.default = Default::Said(said);
        self
    }

    /// A table that is always there.
    pub(crate) const fn filled(mut self) -> Self {
        self.default = Default::Filled;
        self
    }

    /// Must be written; for a secret `NAME`, `NAME_file` will do.
    pub(crate) const fn required(mut self) -> Self {
        self.required = true;
        self
    }
}

impl Shape {
    /// Whether a value here may be, or hold, a secret, so that it is never shown.
    pub(crate) fn is_secret(&self) -> bool {
        match self {
            Self::Text(text) => text.secret,
            Self::List { of, .. } => of.is_secret(),
            Self::Table(keys) => keys.iter().any(|key| key.shape.is_secret()),
            Self::Headers | Self::Target => true,
            _ => false,
        }
    }

    /// What is allowed, for people.
    pub(crate) fn allowed(&self) -> String {
        use crate::value::{LONGEST, duration_text as text};
        match self {
            Self::Text(text) => text.allowed.to_owned(),
            Self::Words(words) => words.join(", "),
            Self::Bool => "true, false".to_owned(),
            Self::Number(min, max) => format!("a whole number from {min} to {max}"),
            Self::Duration(min, max, off) => {
                let off = if *off { "off, or " } else { "" };
                let range = if *max == LONGEST {
                    format!("of at least {}", text(*min))
                } else {
                    format!("from {} to {}", text(*min), text(*max))
                };
                format!("{off}a duration {range}, such as 30s or 5m")
            }
            Self::List { of, one: false } => format!("a list, each: {}", of.allowed()),
            Self::List { of, one: true } => format!("{}, or a list of such", of.allowed()),
            Self::Table(keys) => {
                let names: Vec<_> = keys.iter().map(|key| key.name).collect();
                format!("a table with the keys {}", names.join(", "))
            }
            Self::Headers => "a table of header names with texts".to_owned(),
            Self::Recipient => format!("{}, or {{room, nick}}", crate::keys::RECIPIENT.allowed),
            Self::Target => "a table with name, kind and the keys of its kind".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::LONGEST;

    #[test]
    fn what_is_allowed_reads_well() {
        let second = Duration::from_secs(1);
        assert_eq!(
            Shape::Duration(second, LONGEST, false).allowed(),
            "a duration of at least 1s, such as 30s or 5m"
        );
        assert_eq!(
            Shape::Duration(second, second * 60, true).allowed(),
            "off, or a duration from 1s to 1m, such as 30s or 5m"
        );
    }

    #[test]
    fn a_table_that_can_hold_a_secret_is_secret_itself() {
        let shape_of = |name: &str| {
            let key = crate::keys::TOP.iter().find(|key| key.name == name);
            key.is_some_and(|key| key.shape.is_secret())
        };
        assert!(shape_of("account") && shape_of("access") && shape_of("targets"));
        assert!(!shape_of("log") && !shape_of("alerts"));
    }
}
