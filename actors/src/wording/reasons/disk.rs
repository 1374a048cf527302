//! Sentences about disk checks.

use crate::probe::kinds::disk::DiskReason;
use crate::wording::Language;

/// The reason in words.
pub fn reason(_lang: Language, reason: &DiskReason) -> String {
    match *reason {}
}
