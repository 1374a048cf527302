//! ACTORS: the supervision tree as it is now.

use futures_util::FutureExt;

use super::{Answer, Ask};
use crate::wording::commands as say;

/// Answers with a line an actor.
pub(super) fn run(ask: Ask) -> Answer {
    async move {
        let statuses = ask.services.supervisor.statuses();
        let lines: Vec<String> = statuses
            .iter()
            .map(|status| say::actor_line(ask.lang, status))
            .collect();
        lines.join("\n")
    }
    .boxed_local()
}
