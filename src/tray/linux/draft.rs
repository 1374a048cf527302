//! Messages as they go (D-Bus specification, "Message Format"). Pure.

use zvariant::serialized::Context;
use zvariant::{Endian, Error, Result, StructureBuilder, Value, to_bytes};

use super::bus::Object;
use super::message::{Kind, Message, REPLY_TO, SIGNATURE, Text};

/// A message that is to go.
#[derive(Debug)]
pub(super) struct Draft {
    kind: Kind,
    texts: Vec<(Text, String)>,
    answers: Option<u32>,
    values: Vec<Value<'static>>,
}

impl Draft {
    /// A call.
    pub(super) fn call(whose: &Object, member: &str, values: Vec<Value<'static>>) -> Self {
        let mut draft = Self::signal((whose.path, whose.interface), member, values);
        draft.texts.push((Text::Destination, whose.name.to_owned()));
        draft.kind = Kind::Call;
        draft
    }

    /// A signal.
    pub(super) fn signal(
        (path, interface): (&str, &str),
        member: &str,
        values: Vec<Value<'static>>,
    ) -> Self {
        let texts = [
            (Text::Path, path),
            (Text::Interface, interface),
            (Text::Member, member),
        ];
        Self {
            kind: Kind::Signal,
            texts: texts.map(|(field, text)| (field, text.to_owned())).into(),
            answers: None,
            values,
        }
    }

    /// An answer, or an error by its name.
    pub(super) fn answer(call: &Message, error: Option<&str>, values: Vec<Value<'static>>) -> Self {
        let whose = call.text(Text::Sender).to_owned();
        let mut texts = vec![(Text::Destination, whose)];
        texts.extend(error.map(|name| (Text::ErrorName, name.to_owned())));
        Self {
            kind: if error.is_some() {
                Kind::Error
            } else {
                Kind::Answer
            },
            texts,
            answers: Some(call.number),
            values,
        }
    }

    /// As the bus hands it on.
    #[cfg(test)]
    pub(super) fn from(mut self, sender: &str) -> Self {
        self.texts.push((Text::Sender, sender.to_owned()));
        self
    }

    /// Its bytes, under a number that is not 0.
    pub(super) fn bytes(self, number: u32) -> Result<Vec<u8>> {
        let mut fields = Vec::new();
        for (field, text) in &self.texts {
            let kind = if let Text::Path = field { b'o' } else { b's' };
            begin(&mut fields, *field as u8, kind);
            fields.extend(length_of(text.as_bytes())?);
            fields.extend(text.bytes().chain([0]));
        }
        if let Some(call) = self.answers {
            begin(&mut fields, REPLY_TO, b'u');
            fields.extend(call.to_le_bytes());
        }
        let mut body = Vec::new();
        let values = self.values.into_iter();
        let values = values.fold(StructureBuilder::new(), StructureBuilder::append_field);
        // There is no structure without fields, and no body then.
        if let Ok(values) = values.build() {
            let signature = values.signature().to_string_no_parens();
            begin(&mut fields, SIGNATURE, b'g');
            fields.push(u8::try_from(signature.len()).map_err(|_| Error::OutOfBounds)?);
            fields.extend(signature.bytes().chain([0]));
            body = to_bytes(Context::new_dbus(Endian::Little, 0), &values)?.to_vec();
        }
        let mut bytes = vec![b'l', self.kind as u8, 0, 1];
        bytes.extend(length_of(&body)?);
        bytes.extend(number.to_le_bytes());
        bytes.extend(length_of(&fields)?);
        pad(&mut fields);
        bytes.extend(fields);
        bytes.extend(body);
        Ok(bytes)
    }
}

fn pad(bytes: &mut Vec<u8>) {
    bytes.resize(bytes.len().next_multiple_of(8), 0);
}

/// Code and type of a field.
fn begin(fields: &mut Vec<u8>, code: u8, kind: u8) {
    pad(fields);
    fields.extend([code, 1, kind, 0]);
}

fn length_of(bytes: &[u8]) -> Result<[u8; 4]> {
    let length = u32::try_from(bytes.len()).map_err(|_| Error::OutOfBounds)?;
    Ok(length.to_le_bytes())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::tray::linux::values::{by_name, text};

    /// A call as it comes.
    pub(in super::super) fn call() -> Vec<u8> {
        let whose = Object {
            name: "org.some.Name",
            path: "/MenuBar",
            interface: "com.canonical.dbusmenu",
        };
        let values = vec![Value::I32(7), by_name(vec![("label", text("Quit"))])];
        Draft::call(&whose, "Event", values)
            .from(":1.7")
            .bytes(9)
            .unwrap()
    }

    #[test]
    fn what_is_written_is_read() {
        let message = Message::read(call()).unwrap();
        assert_eq!((message.kind, message.wants_answer), (Kind::Call, true));
        let fields = [
            Text::Path,
            Text::Interface,
            Text::Member,
            Text::Destination,
            Text::Sender,
        ];
        let found = fields.map(|field| message.text(field));
        let expected = [
            "/MenuBar",
            "com.canonical.dbusmenu",
            "Event",
            "org.some.Name",
            ":1.7",
        ];
        assert_eq!(found, expected);
        let [Value::I32(7), Value::Dict(_)] = message.values()[..] else {
            panic!("{message:?}");
        };
        let refused = Draft::answer(&message, Some("some.Error"), Vec::new());
        let refused = Message::read(refused.bytes(1).unwrap()).unwrap();
        assert_eq!((refused.kind, refused.answers), (Kind::Error, Some(9)));
        assert_eq!(refused.text(Text::ErrorName), "some.Error");
        assert!(refused.values().is_empty());
    }
}
