//! HD: the disks of this machine, or the one under a path.

use std::time::Duration;

use futures_util::FutureExt;

use super::services::ask as ask_actor;
use super::{Answer, Ask};
use crate::authorizer::policy::Role;
use crate::host_info::AskHd;
use crate::wording::commands as say;

/// Each disk has its own deadline; this is only for an actor that hangs.
const PATIENCE: Duration = Duration::from_secs(8);

/// Answers with a line a disk.
pub(super) fn run(ask: Ask) -> Answer {
    async move {
        let lang = ask.lang;
        let question = AskHd {
            lang,
            path: (!ask.rest.is_empty()).then_some(ask.rest),
            anywhere: ask.role == Role::Owner,
        };
        ask_actor(&ask.services.host_info, question, PATIENCE)
            .await
            .unwrap_or_else(|| say::no_answer_from(lang, "host-info"))
    }
    .boxed_local()
}
