//! Batches, order, and restarts.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use hostmessenger_config::AlertTo;

use super::super::facts::{Facts, SLACK, walk};
use super::super::trace::{End, Line, Said, Trace, What, Word};
use super::{Violation, broken};
use crate::alerts::State;

/// "Changes within `batch_window` come as one message": what goes to the same list of receivers comes in
/// messages that are further apart.
pub(super) fn changes_together_are_one_message(trace: &Trace) -> Vec<Violation> {
    apart(trace, |said| {
        let target = said.lines[0].target;
        trace.policies[target].alert_to.clone()
    })
}

/// The same for a receiver who is in more than one such list.
pub(super) fn changes_together_are_one_message_for_each(trace: &Trace) -> Vec<Violation> {
    apart(trace, |_| Vec::new())
}

/// Messages to one receiver, of one kind, that are less than a window apart. The end of a program sends what
/// waits, the next one may have something to say at once, and a reminder is no change.
fn apart(trace: &Trace, kind: impl Fn(&Said) -> Vec<AlertTo>) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut last = HashMap::new();
    let stops = trace.events.iter();
    let stops = stops.filter(|event| matches!(event.what, What::Stopped(End::Asked)));
    let stops: HashSet<_> = stops.map(|event| event.at).collect();
    for event in &trace.events {
        match &event.what {
            What::Stopped(_) | What::Started => last.clear(),
            What::Said(said) if said.lines.iter().any(is_change) && !stops.contains(&event.at) => {
                let before = last.insert((said.to.clone(), kind(said)), event.at);
                if before.is_some_and(|before| event.at < before + trace.alerts.batch_window) {
                    let what = format!("message {} at {before:?} and {:?}", said.seq, event.at);
                    found.push(broken(event.at, said.lines[0].target, what));
                }
            }
            _ => {}
        }
    }
    found
}

fn is_change(line: &Line) -> bool {
    !matches!(line.word, Word::StillDown(_))
}

/// "in order, once, stamped with the time it happened": numbers rise, stamps do not go back, and none is of
/// the future or older than a batch while the program ran all the time.
pub(super) fn messages_are_in_order(trace: &Trace) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut last = (0, Duration::ZERO);
    let mut ran = Duration::ZERO;
    for event in &trace.events {
        if matches!(event.what, What::Started) {
            ran = event.at;
        }
        let What::Said(said) = &event.what else {
            continue;
        };
        let target = said.lines.first().map_or(0, |line| line.target);
        let now = (said.seq, said.stamp);
        let window = trace.alerts.batch_window + SLACK;
        // A wall shows whole milliseconds, the simulation may be between two.
        let future = said.stamp > event.at + Duration::from_millis(1);
        let old = said.stamp + window < event.at && event.at > ran + window;
        if now.0 <= last.0
            || now.1 < last.1
            || future
            || old
            || (said.lines.is_empty() && !said.cut)
        {
            let what = format!("{now:?} said at {:?} after {last:?}", event.at);
            found.push(broken(event.at, target, what));
        }
        last = now;
    }
    found
}

/// "State, streaks, mutes and history survive a restart": STATUS shows the same states. Only what the link
/// makes of remote targets may differ, since a program that starts has none yet.
pub(super) fn a_restart_changes_nothing(trace: &Trace) -> Vec<Violation> {
    at_the_start(trace, |facts, what| match what {
        What::Became(target, _, to) if *to != State::Unknown || !facts.remote(*target) => {
            Some(*target)
        }
        _ => None,
    })
}

/// The same for what flaps.
pub(super) fn a_restart_keeps_what_flaps(trace: &Trace) -> Vec<Violation> {
    at_the_start(trace, |_, what| match what {
        What::Flapping(target, _) => Some(*target),
        _ => None,
    })
}

/// What STATUS shows otherwise when the program has started, before anything was checked.
fn at_the_start(
    trace: &Trace,
    wrong: impl Fn(&Facts<'_>, &What) -> Option<usize>,
) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut started = None;
    walk(trace, |facts, event| {
        match event.what {
            What::Started => started = Some(event.at),
            What::Checked(..) | What::Link(_) => started = None,
            _ => {}
        }
        if started == Some(event.at) {
            let target = wrong(facts, &event.what);
            found
                .extend(target.map(|target| broken(event.at, target, format!("{:?}", event.what))));
        }
    });
    found
}
