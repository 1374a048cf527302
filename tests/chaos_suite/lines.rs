//! What a message tells of targets, read as the owner's script would read it. Pure.
//!
//! English wording; times in UTC. A digest tells what is still true first and then what came and
//! went, so its lines are not in the order of their times.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Word {
    /// It went down, at this time.
    Down(Option<Timestamp>),
    /// It is back, after so long; in a digest also when.
    Up(Option<Duration>, Option<Timestamp>),
    /// It came and went while nobody could be told: from, to.
    WasDown(Option<Timestamp>, Option<Timestamp>),
    /// So many more came and went.
    More(usize),
    /// Anything else.
    Other,
}

/// A line about a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// Its name; empty where the line is about none.
    pub(crate) target: String,
    /// What is said.
    pub(crate) word: Word,
    /// The line as it came.
    pub(crate) text: String,
}

/// The lines of a message.
pub(crate) fn read(body: &str) -> Vec<Line> {
    body.lines().map(line).collect()
}

fn line(text: &str) -> Line {
    let told = |target: &str, word| Line {
        target: target.to_owned(),
        word,
        text: text.to_owned(),
    };
    if let Some(rest) = text.strip_prefix("… ") {
        let number = rest.split(' ').next().and_then(|word| word.parse().ok());
        return told("", number.map_or(Word::Other, Word::More));
    }
    let Some((head, rest)) = text.split_once(": ") else {
        return told("", Word::Other);
    };
    if let Some(target) = head.strip_prefix("was DOWN ") {
        return told(target, was(rest));
    }
    match head.split_once(' ') {
        Some(("DOWN", target)) => told(target, Word::Down(since(rest))),
        Some(("UP", target)) => told(target, up(rest)),
        _ => told("", Word::Other),
    }
}

/// `…, since 2026-11-23 14:03:05`
fn since(rest: &str) -> Option<Timestamp> {
    time(rest.rsplit_once(", since ")?.1)
}

/// `…, from 2026-11-23 14:03:05 to 2026-11-23 14:05:05 (2m)`
fn was(rest: &str) -> Word {
    let times = rest
        .rsplit_once(", from ")
        .and_then(|(_, text)| text.rsplit_once(" ("))
        .and_then(|(text, _)| text.split_once(" to "));
    match times {
        Some((from, to)) => Word::WasDown(time(from), time(to)),
        None => Word::WasDown(None, None),
    }
}

/// `…, after 12m 3s`, in a digest with ` (at 2026-11-23 14:03:05)` behind it.
fn up(rest: &str) -> Word {
    let Some((_, text)) = rest.rsplit_once(", after ") else {
        return Word::Up(None, None);
    };
    match text.split_once(" (at ") {
        Some((lasted, at)) => Word::Up(duration(lasted), time(at.trim_end_matches(')'))),
        None => Word::Up(duration(text), None),
    }
}

fn time(text: &str) -> Option<Timestamp> {
    let civil: DateTime = text.replacen(' ', "T", 1).parse().ok()?;
    Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

fn duration(text: &str) -> Option<Duration> {
    let mut sum = Duration::ZERO;
    for part in text.split_whitespace() {
        let digits = part.trim_end_matches(char::is_alphabetic);
        let number: u64 = digits.parse().ok()?;
        sum += match &part[digits.len()..] {
            "ms" => Duration::from_millis(number),
            "s" => Duration::from_secs(number),
            "m" => Duration::from_secs(60 * number),
            "h" => Duration::from_secs(3_600 * number),
            "d" => Duration::from_secs(86_400 * number),
            _ => return None,
        };
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> (String, Word) {
        let line = line(text);
        (line.target, line.word)
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn down_says_since_when() {
        let (target, word) = word("DOWN t07: asked to fail, since 2026-11-23 14:03:05");
        assert_eq!(target, "t07");
        assert_eq!(word, Word::Down(Some(at("2026-11-23T14:03:05Z"))));
    }

    #[test]
    fn up_says_after_how_long_and_in_a_digest_when() {
        let (target, up) = word("UP t07: quiet, after 12m 3s");
        let lasted = Some(Duration::from_secs(723));
        assert_eq!((target.as_str(), up), ("t07", Word::Up(lasted, None)));
        let (_, up) = word("UP t07: quiet, after 12m 3s (at 2026-11-23 14:03:05)");
        assert_eq!(up, Word::Up(lasted, Some(at("2026-11-23T14:03:05Z"))));
    }

    #[test]
    fn what_came_and_went_says_from_when_to_when() {
        let text = "was DOWN t1: x, from 2026-11-23 14:03:05 to 2026-11-23 14:03:09 (4s)";
        let (target, was) = word(text);
        let times = [at("2026-11-23T14:03:05Z"), at("2026-11-23T14:03:09Z")].map(Some);
        assert_eq!(
            (target.as_str(), was),
            ("t1", Word::WasDown(times[0], times[1]))
        );
    }

    #[test]
    fn what_a_digest_leaves_out_is_counted() {
        let text = "… 3 more came and went; HISTORY shows them";
        assert_eq!(word(text).1, Word::More(3));
    }

    #[test]
    fn what_is_about_no_target_is_something_else() {
        assert_eq!(word("pong").1, Word::Other);
        assert_eq!(word("still DOWN t07: asked to fail, for 6h").1, Word::Other);
        let head = "Waiting since 2026-11-23 14:03:05, there was no connection:";
        assert_eq!(word(head).1, Word::Other);
    }

    #[test]
    fn a_message_is_read_line_by_line() {
        let body = "DOWN a: x, since 2026-11-23 14:03:05\nUP b: y, after 1s";
        let targets: Vec<_> = read(body).into_iter().map(|line| line.target).collect();
        assert_eq!(targets, ["a", "b"]);
    }
}
