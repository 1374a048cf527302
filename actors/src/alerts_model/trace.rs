//! What was seen of a run from outside: checks, commands, the link, and every word that was said.
//!
//! A newcomer's trap: [`What::Became`] and [`What::Flapping`] are what STATUS shows after an event,
//! so they stand behind their cause with the same time.

use std::time::Duration;

use hostmessenger_config::{AlertTo, Alerts};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::alerts::{Link, State, TargetPolicy};
use crate::probe::verdict::Verdict;

/// A recorded run.
pub(super) struct Trace {
    pub(super) policies: Vec<TargetPolicy>,
    pub(super) alerts: Alerts,
    pub(super) events: Vec<Event>,
}

/// Something that happened, so long after the simulation began.
#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) at: Duration,
    pub(super) what: What,
}

/// Targets are named by their place in [`Trace::policies`].
#[derive(Debug, Clone)]
pub(super) enum What {
    /// A check, and the pace that it was answered with.
    Checked(usize, Verdict, Duration),
    /// STATUS shows another state.
    Became(usize, State, State),
    /// STATUS shows that it flaps, or no longer.
    Flapping(usize, bool),
    /// Muted until then.
    Muted(usize, Duration),
    Unmuted(usize),
    Link(Link),
    /// The link was asked whether it lives.
    VerifyAsked,
    /// And this is what it answered.
    Verified(bool),
    /// The program ended: killed, or asked to.
    Stopped(End),
    Started,
    Said(Said),
}

/// How a program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Asked,
    Killed,
}

/// A message in the outbox, from the moment that it is there.
#[derive(Debug, Clone)]
pub(super) struct Said {
    pub(super) seq: i64,
    pub(super) to: AlertTo,
    /// The time that it is stamped with.
    pub(super) stamp: Duration,
    pub(super) lines: Vec<Line>,
    /// Whether it says for how long this host was cut off.
    pub(super) cut: bool,
}

/// A line of a message.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub(super) target: usize,
    pub(super) word: Word,
}

/// What a line says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Word {
    /// Since when, to the second.
    Down(Duration),
    Warning(Duration),
    /// After how long, as written.
    Up(String),
    StillDown(String),
    Flapping,
    Steady,
}

/// Whether a line is about this host, not about a target.
pub(super) fn is_own(line: &str) -> bool {
    line.starts_with("This host was cut off for ")
}

/// Reads a message about targets named `t0`, `t1`, …; an error is a line that nobody understands.
pub(super) fn read(body: &str, base: Timestamp, targets: usize) -> Result<Vec<Line>, String> {
    let read = |line: &str| {
        self::line(line, base)
            .filter(|line| line.target < targets)
            .ok_or_else(|| format!("not an alert line: {line:?}"))
    };
    let lines = body.lines().filter(|line| !is_own(line));
    lines.map(read).collect()
}

fn line(line: &str, base: Timestamp) -> Option<Line> {
    let (head, rest) = line.split_once(": ")?;
    let (word, name) = head.rsplit_once(' ')?;
    let after = |mark: &str| rest.rsplit_once(mark).map(|(_, text)| text);
    let since = || moment(after(", since ")?, base);
    let word = match word {
        "DOWN" => Word::Down(since()?),
        "WARNING" => Word::Warning(since()?),
        "UP" => Word::Up(after(", after ")?.to_owned()),
        "still DOWN" => Word::StillDown(after(", for ")?.to_owned()),
        "FLAPPING" => Word::Flapping,
        "STEADY" => Word::Steady,
        _ => return None,
    };
    let target = name.strip_prefix('t')?.parse().ok()?;
    Some(Line { target, word })
}

/// `2026-11-23 14:03:05` as time since the simulation began.
fn moment(text: &str, base: Timestamp) -> Option<Duration> {
    let civil = DateTime::strptime("%Y-%m-%d %H:%M:%S", text).ok()?;
    let at = civil.to_zoned(TimeZone::system()).ok()?.timestamp();
    Duration::try_from(at.duration_since(base)).ok()
}
