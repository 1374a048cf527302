//! Sentences about port checks.

use crate::probe::kinds::port::PortReason;
use crate::wording::Language;

/// The reason in words.
pub fn reason(_lang: Language, reason: &PortReason) -> String {
    match *reason {}
}
