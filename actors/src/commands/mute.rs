//! MUTE and UNMUTE: no alerts for a while; checks go on.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;

use super::services::{PATIENCE, ask as ask_actor};
use super::{Answer, Ask, grammar};
use crate::journal::{MuteTarget, UnmuteTarget};
use crate::text::clean;
use crate::wording::commands as say;

/// Without a duration.
const DEFAULT: Duration = Duration::from_secs(3_600);
/// A year; longer is a mistake.
const LONGEST: Duration = Duration::from_secs(366 * 86_400);

/// Which targets are meant, and the rest of the line.
enum Meant {
    All,
    One(String),
}

fn meant<'a>(line: &'a str, targets: &[Arc<str>]) -> Option<(Meant, &'a str)> {
    let one = grammar::split_target(line, targets.iter().map(|name| &**name));
    one.map(|(name, rest)| (Meant::One(name.to_owned()), rest))
        .or_else(|| {
            let all = grammar::split_target(line, ["all", "alle"].into_iter());
            all.map(|(_, rest)| (Meant::All, rest))
        })
}

impl Meant {
    fn target(self) -> Option<String> {
        match self {
            Self::All => None,
            Self::One(name) => Some(name),
        }
    }
}

/// Duration and reason: the first word is the duration if it reads as one.
fn duration_and_reason(rest: &str) -> (Duration, Option<String>) {
    let (first, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let (for_, reason) = match hostmessenger_config::parse_duration(first) {
        Ok(duration) => (duration.min(LONGEST), after.trim()),
        Err(_) => (DEFAULT, rest),
    };
    (for_, (!reason.is_empty()).then(|| clean(reason, 200)))
}

/// Mutes.
pub(super) fn mute(ask: Ask) -> Answer {
    async move {
        let lang = ask.lang;
        let targets = ask.services.targets.borrow().clone();
        let Some((meant, rest)) = meant(&ask.rest, &targets) else {
            return not_meant(&ask, "MUTE TARGET|ALL [2h] [REASON]", &targets);
        };
        let (for_, reason) = duration_and_reason(rest);
        let message = MuteTarget {
            target: meant.target(),
            for_,
            reason,
        };
        match ask_actor(&ask.services.journal, message, PATIENCE).await {
            Some(names) => {
                let until = ask.services.clock.now().wall.saturating_add(for_);
                say::muted_answer(lang, &names, until.unwrap_or(jiff::Timestamp::MAX))
            }
            None => say::no_answer_from(lang, "journal"),
        }
    }
    .boxed_local()
}

/// Ends mutes.
pub(super) fn unmute(ask: Ask) -> Answer {
    async move {
        let lang = ask.lang;
        let targets = ask.services.targets.borrow().clone();
        let Some((meant, "")) = meant(&ask.rest, &targets) else {
            return not_meant(&ask, "UNMUTE TARGET|ALL", &targets);
        };
        let message = UnmuteTarget {
            target: meant.target(),
        };
        match ask_actor(&ask.services.journal, message, PATIENCE).await {
            Some(names) => say::unmuted(lang, &names),
            None => say::no_answer_from(lang, "journal"),
        }
    }
    .boxed_local()
}

fn not_meant(ask: &Ask, usage: &str, targets: &[Arc<str>]) -> String {
    if ask.rest.is_empty() {
        say::usage(ask.lang, usage)
    } else {
        say::no_such_target(ask.lang, &ask.rest, targets.iter().map(|name| &**name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_is_the_duration_if_it_reads_as_one() {
        let hours = |n: u64| Duration::from_secs(n * 3_600);
        assert_eq!(duration_and_reason(""), (hours(1), None));
        assert_eq!(duration_and_reason("2h"), (hours(2), None));
        assert_eq!(
            duration_and_reason("2h moving house"),
            (hours(2), Some("moving house".into()))
        );
        assert_eq!(
            duration_and_reason("moving house"),
            (hours(1), Some("moving house".into()))
        );
    }

    #[test]
    fn a_target_called_all_is_meant_before_all_targets() {
        let targets = ["all".into(), "shop".into()];
        assert!(
            matches!(meant("all 2h", &targets), Some((Meant::One(name), "2h")) if name == "all")
        );
        assert!(matches!(
            meant("ALLE 2h", &targets[1..]),
            Some((Meant::All, "2h"))
        ));
        assert!(meant("shops", &targets).is_none());
    }
}
