//! OS: what this machine is.

use std::time::Duration;

use futures_util::FutureExt;

use super::services::ask as ask_actor;
use super::{Answer, Ask};
use crate::host_info::AskOs;
use crate::wording::commands as say;

/// Each line has its own deadline of 5 s; this is only for an actor that hangs.
const PATIENCE: Duration = Duration::from_secs(8);

/// Answers with the eight lines.
pub(super) fn run(ask: Ask) -> Answer {
    async move {
        let lang = ask.lang;
        ask_actor(&ask.services.host_info, AskOs { lang }, PATIENCE)
            .await
            .unwrap_or_else(|| say::no_answer_from(lang, "host-info"))
    }
    .boxed_local()
}
