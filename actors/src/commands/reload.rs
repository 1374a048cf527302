//! RELOAD: reads the configuration again; the same as SIGHUP.

use super::{Answer, Ask};

/// Says what changed, or what is wrong with the file.
pub(super) fn run(ask: Ask) -> Answer {
    (ask.services.reload)(ask.lang, ask.sender)
}
