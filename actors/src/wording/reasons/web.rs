//! Sentences about web checks.

use crate::probe::kinds::web::WebReason;
use crate::wording::Language;

/// The reason in words.
pub fn reason(_lang: Language, reason: &WebReason) -> String {
    match *reason {}
}
