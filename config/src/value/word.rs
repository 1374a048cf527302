//! Words of a fixed choice: one table a type says what may be written and what it means.

use super::FromText;
use crate::used::{AccountTls, FtpTls, Language, LogFormat, Scope, VncServer};

/// A type that is written as one of a few words.
pub(crate) trait Words {
    /// The words, in the order in which they are shown.
    const WORDS: &'static [&'static str];
}

/// `Type { "word" => Value, … }`.
macro_rules! words {
    ($($type:ty { $($word:literal => $value:expr),+ $(,)? })+) => {$(
        impl Words for $type {
            const WORDS: &'static [&'static str] = &[$($word),+];
        }
        impl FromText for $type {
            fn from_text(text: &str) -> Result<Self, String> {
                match text {
                    $($word => Ok($value),)+
                    _ => Err("is not known here".into()),
                }
            }
        }
    )+};
}

words! {
    Language { "en" => Self::En, "de" => Self::De }
    AccountTls { "starttls" => Self::StartTls, "direct" => Self::Direct, "none" => Self::None }
    FtpTls { "none" => Self::None, "explicit" => Self::Explicit, "implicit" => Self::Implicit }
    Scope { "local" => Self::Local, "remote" => Self::Remote }
    LogFormat { "pretty" => Self::Pretty, "json" => Self::Json }
    VncServer {
        "auto" => Self::Auto,
        "x11vnc" => Self::X11vnc,
        "tigervnc" => Self::Tigervnc,
        "wayvnc" => Self::Wayvnc,
        "ultravnc" => Self::Ultravnc,
        "tightvnc" => Self::Tightvnc,
        "realvnc" => Self::Realvnc,
        "custom" => Self::Custom,
    }
}

/// Words that stay words.
pub(crate) const METHODS: &[&str] = &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
/// Levels of the log.
pub(crate) const LEVELS: &[&str] = &["error", "warn", "info", "debug", "trace"];
/// How a check of kind `fault` misbehaves.
#[cfg(feature = "faults")]
pub(crate) const FAULTS: &[&str] = &["panic", "check-panic", "hang", "block", "fail"];
