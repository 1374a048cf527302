//! What OS and HD tell of this machine.

use actix::prelude::*;
use hostmessenger_config::Language;

/// Asks for the eight lines of OS, ready to be sent.
#[derive(Message, Debug, Clone, Copy)]
#[rtype(result = "String")]
pub struct AskOs {
    /// The language of the answer.
    pub lang: Language,
}

/// Asks for the lines of HD, ready to be sent.
#[derive(Message, Debug, Clone)]
#[rtype(result = "String")]
pub struct AskHd {
    /// The language of the answer.
    pub lang: Language,
    /// One path; `None`: all disks.
    pub path: Option<String>,
}
