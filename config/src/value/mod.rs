//! What can be written as one word or text: [`FromText`] reads it, and is the only place that
//! does, for the validator and for serde alike.
//!
//! A trap: an `Err` is shown to people after the quoted value ("'10' has no unit"), and is shown
//! for secrets as well, so it must not repeat the value.

mod amount;
mod net;
mod text;
mod viewer;
mod word;

pub(crate) use amount::*;
pub(crate) use net::*;
pub(crate) use text::*;
pub(crate) use viewer::*;
pub(crate) use word::*;

use serde::{Deserialize, Deserializer, de::Error as _};

/// Something that is written as a text.
pub(crate) trait FromText: Sized {
    /// Reads it; the error says what is wrong, without the value.
    fn from_text(text: &str) -> Result<Self, String>;
}

/// [`FromText`] as a check without a result, for the list of keys.
pub(crate) fn check<T: FromText>(text: &str) -> Result<(), String> {
    T::from_text(text).map(drop)
}

/// [`FromText`] for serde.
pub(crate) struct Written<T>(pub(crate) T);

impl<'de, T: FromText> Deserialize<'de> for Written<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        T::from_text(&text).map(Written).map_err(D::Error::custom)
    }
}

/// Reads a duration as the configuration writes it: `500ms`, `1h30m`, `14d`. Errors: what is wrong
/// with it, in words.
pub fn parse_duration(text: &str) -> Result<std::time::Duration, String> {
    FromText::from_text(text)
}

/// Reads a bare address with a name before the '@', as `account.jid` has it (RFC 7622). Errors: what
/// is wrong with it, in words.
pub fn parse_jid(text: &str) -> Result<jid::BareJid, String> {
    FromText::from_text(text)
}

/// Reads `HOST:PORT`, as `account.server` has it. Errors: what is wrong with it, in words.
pub fn parse_server(text: &str) -> Result<crate::HostPort, String> {
    FromText::from_text(text)
}
