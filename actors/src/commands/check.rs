//! CHECK: looks now, and says what it found.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::join_all;

use super::services::ask as ask_actor;
use super::{Answer, Ask, grammar};
use crate::probe::{PROBE_PATIENCE, ProbeNow};
use crate::wording::commands as say;

/// Checks one target or all.
pub(super) fn run(ask: Ask) -> Answer {
    async move {
        let lang = ask.lang;
        let targets = ask.services.targets.borrow().clone();
        if ask.rest.is_empty() {
            return say::usage(lang, "CHECK TARGET|ALL");
        }
        let all = grammar::same(&ask.rest, "all") || grammar::same(&ask.rest, "alle");
        let wanted: Vec<&Arc<str>> = targets
            .iter()
            .filter(|name| all || grammar::same(name, &ask.rest))
            .collect();
        if wanted.is_empty() {
            let names = targets.iter().map(|name| &**name);
            return say::no_such_target(lang, &ask.rest, names);
        }
        let lines = wanted.into_iter().map(|name| check_one(&ask, name));
        join_all(lines).await.join("\n")
    }
    .boxed_local()
}

async fn check_one(ask: &Ask, name: &str) -> String {
    let lang = ask.lang;
    let Some(probe) = ask.services.probe(name) else {
        return say::no_answer_from(lang, name);
    };
    match ask_actor(&probe, ProbeNow, PROBE_PATIENCE).await {
        Some(Some(outcome)) => say::outcome_line(lang, name, &outcome),
        Some(None) | None => say::no_answer_from(lang, name),
    }
}
