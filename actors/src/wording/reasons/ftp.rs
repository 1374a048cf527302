//! Sentences about ftp checks.

use crate::probe::kinds::ftp::FtpReason;
use crate::wording::Language;

/// The reason in words.
pub fn reason(_lang: Language, reason: &FtpReason) -> String {
    match *reason {}
}
