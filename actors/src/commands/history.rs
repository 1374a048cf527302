//! HISTORY: the last changes, and the share of time up.

use futures_util::FutureExt;

use super::services::{PATIENCE, ask as ask_actor};
use super::{Answer, Ask, grammar};
use crate::journal::AskHistory;
use crate::wording::commands as say;

/// Changes shown: a first screen or two, and MORE of them than a digest leaves out.
const LIMIT: usize = 500;

/// Answers for one target or all.
pub(super) fn run(ask: Ask) -> Answer {
    async move {
        let lang = ask.lang;
        let targets = ask.services.targets.borrow().clone();
        let target = targets.iter().find(|name| grammar::same(name, &ask.rest));
        if !ask.rest.is_empty() && target.is_none() {
            let names = targets.iter().map(|name| &**name);
            return say::no_such_target(lang, &ask.rest, names);
        }
        let message = AskHistory {
            target: target.map(ToString::to_string),
            limit: LIMIT,
        };
        match ask_actor(&ask.services.journal, message, PATIENCE).await {
            Some(Ok(history)) => say::history(lang, &history),
            Some(Err(why)) => say::history_unreadable(lang, why),
            None => say::no_answer_from(lang, "journal"),
        }
    }
    .boxed_local()
}
