//! AUDIT: who did what, or tried to.

use futures_util::FutureExt;

use super::services::{PATIENCE, ask as ask_actor};
use super::{Answer, Ask};
use crate::journal::AskAudit;
use crate::wording::{audit as say_audit, commands as say};

/// Without a number.
const DEFAULT: usize = 20;
/// The most that is shown.
const MOST: usize = 500;

/// How many lines are asked for.
fn count(rest: &str) -> Option<usize> {
    match rest {
        "" => Some(DEFAULT),
        number => number
            .parse()
            .ok()
            .filter(|number| (1..=MOST).contains(number)),
    }
}

/// Answers with the newest first.
pub(super) fn run(ask: Ask) -> Answer {
    async move {
        let lang = ask.lang;
        let Some(limit) = count(&ask.rest) else {
            return say_audit::how_many(lang, MOST);
        };
        match ask_actor(&ask.services.journal, AskAudit { limit }, PATIENCE).await {
            Some(Ok(entries)) => say_audit::trail(lang, &entries),
            Some(Err(why)) => say_audit::unreadable(lang, why),
            None => say::no_answer_from(lang, "journal"),
        }
    }
    .boxed_local()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_from_one_to_five_hundred_or_none() {
        assert_eq!(
            [count(""), count("1"), count("500")],
            [Some(20), Some(1), Some(500)]
        );
        for bad in ["0", "501", "-1", "all", "1 2"] {
            assert_eq!(count(bad), None, "{bad}");
        }
    }
}
