//! STATUS: a line a target.

use futures_util::FutureExt;

use super::services::{PATIENCE, ask as ask_actor};
use super::{Answer, Ask, grammar};
use crate::journal::AskStatus;
use crate::wording::commands as say;

/// Answers with all targets, or one.
pub(super) fn run(ask: Ask) -> Answer {
    async move {
        let (lang, now) = (ask.lang, ask.services.clock.now());
        let Some(all) = ask_actor(&ask.services.journal, AskStatus, PATIENCE).await else {
            return say::no_answer_from(lang, "journal");
        };
        let wanted = |name: &str| ask.rest.is_empty() || grammar::same(name, &ask.rest);
        let lines: Vec<String> = all
            .iter()
            .filter(|status| wanted(&status.name))
            .map(|status| say::status_line(lang, status, now.wall))
            .collect();
        if !lines.is_empty() {
            lines.join("\n")
        } else if all.is_empty() {
            say::no_targets(lang)
        } else {
            say::no_such_target(
                lang,
                &ask.rest,
                all.iter().map(|status| status.name.as_str()),
            )
        }
    }
    .boxed_local()
}
