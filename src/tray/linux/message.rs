//! Messages as they come (D-Bus specification, "Message Format"). Pure.
//!
//! Of what others send nothing is believed: whatever the bytes are, they are a message or an error.

use zvariant::serialized::{Context, Data};
use zvariant::{Endian, Error, Result, Signature, Structure, Value};

/// What a message begins with: it tells how long the rest is.
pub(super) const PREFIX: usize = 16;
/// The flag of a call that wants no answer.
const NO_REPLY_EXPECTED: u8 = 1;
/// The fields that are no text, by their codes.
pub(super) const REPLY_TO: u8 = 5;
pub(super) const SIGNATURE: u8 = 8;

/// Byte order, type, flags, version; length of the body, number; fields, each with its code.
static HEADER: Signature = Signature::static_structure(&[
    &Signature::U8,
    &Signature::U8,
    &Signature::U8,
    &Signature::U8,
    &Signature::U32,
    &Signature::U32,
    &FIELDS,
]);
static FIELDS: Signature = Signature::static_array(&FIELD);
static FIELD: Signature = Signature::static_structure(&[&Signature::U8, &Signature::Variant]);

/// What kind of message; each has the number of the specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Call = 1,
    Answer = 2,
    Error = 3,
    Signal = 4,
}

/// Those that are.
#[derive(Debug, Clone, Copy)]
pub(super) enum Text {
    Path = 1,
    Interface = 2,
    Member = 3,
    ErrorName = 4,
    Destination = 6,
    Sender = 7,
}

/// A message that came.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) kind: Kind,
    pub(super) wants_answer: bool,
    /// Of the call that it answers.
    pub(super) answers: Option<u32>,
    /// Its own.
    pub(super) number: u32,
    texts: [String; SIGNATURE as usize],
    signature: Signature,
    body: Data<'static, 'static>,
}

impl Message {
    /// Reads a whole one.
    pub(super) fn read(bytes: Vec<u8>) -> Result<Self> {
        let whole = length(&bytes) == Some(bytes.len());
        let begins = endian(&bytes).zip(body_at(&bytes)).filter(|_| whole);
        let (endian, body) = begins.ok_or(Error::OutOfBounds)?;
        let all = Data::new(bytes, Context::new_dbus(endian, 0));
        let (header, _): (Structure<'_>, _) =
            all.deserialize_for_dynamic_signature(HEADER.clone())?;
        let [
            _,
            Value::U8(kind),
            Value::U8(flags),
            _,
            _,
            Value::U32(number),
            Value::Array(fields),
        ] = header.fields()
        else {
            return Err(Error::IncorrectType);
        };
        let mut message = Self {
            kind: kind_of(*kind)?,
            wants_answer: flags & NO_REPLY_EXPECTED == 0,
            answers: None,
            number: *number,
            texts: Default::default(),
            signature: Signature::Unit,
            body: all.slice(body..),
        };
        fields.inner().iter().for_each(|field| message.note(field));
        Ok(message)
    }

    /// Fields that are unknown, or of another type than theirs, are none.
    fn note(&mut self, field: &Value<'_>) {
        let Value::Structure(field) = field else {
            return;
        };
        let [Value::U8(code), Value::Value(value)] = field.fields() else {
            return;
        };
        let text = match (*code, &**value) {
            (REPLY_TO, Value::U32(number)) => return self.answers = Some(*number),
            (SIGNATURE, Value::Signature(signature)) => return self.signature = signature.clone(),
            (_, Value::Str(text)) => text.as_str(),
            (_, Value::ObjectPath(path)) => path.as_str(),
            _ => return,
        };
        if let Some(known) = self.texts.get_mut(usize::from(*code)) {
            text.clone_into(known);
        }
    }

    /// A field; empty where it is not there.
    pub(super) fn text(&self, field: Text) -> &str {
        &self.texts[field as usize]
    }

    /// What it says; nothing where that is malformed.
    pub(super) fn values(&self) -> Vec<Value<'_>> {
        if self.signature == Signature::Unit {
            return Vec::new();
        }
        let signature = self.signature.clone();
        let read = self.body.deserialize_for_dynamic_signature(signature);
        read.map(|(body, _): (Structure<'_>, _)| body.into_fields())
            .unwrap_or_default()
    }
}

fn kind_of(number: u8) -> Result<Kind> {
    let kinds = [Kind::Call, Kind::Answer, Kind::Error, Kind::Signal];
    let kind = kinds.into_iter().find(|kind| *kind as u8 == number);
    kind.ok_or(Error::IncorrectType)
}

fn endian(prefix: &[u8]) -> Option<Endian> {
    match prefix.first()? {
        b'l' => Some(Endian::Little),
        b'B' => Some(Endian::Big),
        _ => None,
    }
}

fn number(prefix: &[u8], at: usize) -> Option<usize> {
    let bytes = prefix.get(at..at + 4)?.try_into().ok()?;
    let number = match endian(prefix)? {
        Endian::Little => u32::from_le_bytes(bytes),
        Endian::Big => u32::from_be_bytes(bytes),
    };
    usize::try_from(number).ok()
}

fn body_at(prefix: &[u8]) -> Option<usize> {
    let fields = number(prefix, 12)?;
    PREFIX.checked_add(fields)?.checked_next_multiple_of(8)
}

/// How long a message is that begins like this.
pub(super) fn length(prefix: &[u8]) -> Option<usize> {
    body_at(prefix)?.checked_add(number(prefix, 4)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tray::linux::draft::tests::call;

    #[test]
    fn no_mutilated_message_does_harm() {
        let mut random = fastrand::Rng::with_seed(7);
        let mut read = [0, 0];
        for _ in 0..20_000 {
            let mut bytes = call();
            for _ in 0..random.usize(1..4) {
                let place = random.usize(..bytes.len());
                bytes[place] = random.u8(..);
            }
            let message = Message::read(bytes);
            read[usize::from(message.is_ok_and(|message| !message.values().is_empty()))] += 1;
        }
        assert!(read.iter().all(|count| *count > 1_000), "{read:?}");
    }
}
