//! What the checks make of a state.

use std::time::Duration;

use super::super::facts::{Facts, Seen, walk};
use super::super::trace::{Event, Trace, What};
use super::{Violation, broken};
use crate::alerts::{Link, State};
use crate::probe::verdict::Verdict;

/// How many of the last checks were such, where others do not interrupt them.
fn run(it: &Seen, such: &[Verdict], ignored: &[Verdict]) -> u32 {
    let last = it.checks.iter().rev().map(|check| check.1);
    let last = last.filter(|verdict| !ignored.contains(verdict));
    let run = last.take_while(|verdict| such.contains(verdict)).count();
    u32::try_from(run).unwrap_or(u32::MAX)
}

/// How many of the last checks were such, since then.
fn run_since(it: &Seen, such: Verdict, since: Duration) -> u32 {
    let last = it.checks.iter().rev();
    let run = last.take_while(|check| check.0 > since && check.1 == such);
    u32::try_from(run.count()).unwrap_or(u32::MAX)
}

/// "`fail_after` failures in a row make it DOWN". Whether a check that could not be made interrupts
/// them is left open.
pub(super) fn down_needs_failures_in_a_row(trace: &Trace) -> Vec<Violation> {
    let mut found = Vec::new();
    walk(trace, |facts, event| {
        let What::Became(target, from, State::Down) = event.what else {
            return;
        };
        let failures = run(
            &facts.targets[target],
            &[Verdict::Failed],
            &[Verdict::Unknown],
        );
        let needed = trace.policies[target].fail_after;
        if failures < needed {
            let what = format!("from {from:?} to DOWN after {failures} failures of {needed}");
            found.push(broken(event.at, target, what));
        }
    });
    found
}

/// "`fail_after` failures in a row make it DOWN", unless the link makes it UNKNOWN.
pub(super) fn failures_in_a_row_make_down(trace: &Trace) -> Vec<Violation> {
    judged(trace, |facts, target, at| {
        let it = &facts.targets[target];
        let failures = run_since(it, Verdict::Failed, facts.link_changed);
        let due = failures >= trace.policies[target].fail_after;
        let wrong = due && it.state != State::Down && !facts.in_doubt(target, at);
        wrong.then(|| format!("{:?} after {failures} failures", it.state))
    })
}

/// "successes in a row before UP". From PENDING and UNKNOWN it may be less, and whether a warning is a
/// success is left open.
pub(super) fn up_needs_successes_in_a_row(trace: &Trace) -> Vec<Violation> {
    let mut found = Vec::new();
    walk(trace, |facts, event| {
        let What::Became(target, from, State::Up) = event.what else {
            return;
        };
        let it = &facts.targets[target];
        let good = [Verdict::Ok, Verdict::Warning];
        let successes = run(it, &good, &[Verdict::Unknown]);
        let needed = match from {
            State::Down => trace.policies[target].recover_after,
            _ => 1,
        };
        if successes < needed {
            let what = format!("from {from:?} to UP after {successes} successes of {needed}");
            found.push(broken(event.at, target, what));
        }
    });
    found
}

/// "successes in a row before UP": with that many it is UP.
pub(super) fn successes_in_a_row_make_up(trace: &Trace) -> Vec<Violation> {
    judged(trace, |facts, target, _| {
        let it = &facts.targets[target];
        let successes = run_since(it, Verdict::Ok, facts.link_changed);
        let wrong = successes >= trace.policies[target].recover_after && it.state != State::Up;
        wrong.then(|| format!("{:?} after {successes} successes", it.state))
    })
}

/// Nothing is PENDING again, and each other state comes from a check that says so. Two exceptions: a remote
/// target goes UNKNOWN by the link; and what was UNKNOWN may be again what it was before it,
/// while the verdict is open.
pub(super) fn states_follow_from_checks(trace: &Trace) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut before = vec![State::Pending; trace.policies.len()];
    walk(trace, |facts, event| {
        let What::Became(target, from, to) = event.what else {
            return;
        };
        if to == State::Unknown {
            before[target] = from;
        }
        let it = &facts.targets[target];
        let last = it.checks.back().map(|check| check.1);
        let streak = |without: Verdict| {
            let mut streak = it
                .checks
                .iter()
                .rev()
                .map(|check| check.1)
                .take_while(|verdict| *verdict != without);
            streak.any(|verdict| verdict == Verdict::Warning)
        };
        let follows = match to {
            State::Pending => false,
            State::Up => last == Some(Verdict::Ok),
            // A streak of warnings and failures, or of warnings and successes, may make it too.
            State::Warning => streak(Verdict::Ok) || streak(Verdict::Failed),
            State::Down => run(it, &[Verdict::Failed], &[Verdict::Unknown]) > 0,
            State::Unknown => last == Some(Verdict::Unknown) || facts.remote(target),
        };
        let again = from == State::Unknown && to == before[target] && to != State::Pending;
        if !(follows || again) || from != it.state || from == to {
            let what = format!("from {from:?} ({:?}) to {to:?} after {last:?}", it.state);
            found.push(broken(event.at, target, what));
        }
    });
    found
}

/// "between the first and the verdict it is checked every `retry_every`"; otherwise every `every`, or
/// faster where a recovery is awaited.
pub(super) fn retries_keep_their_pace(trace: &Trace) -> Vec<Violation> {
    let mut found = Vec::new();
    walk(trace, |facts, event| {
        let What::Checked(target, verdict, pace) = event.what else {
            return;
        };
        let (it, policy) = (&facts.targets[target], &trace.policies[target]);
        let retry = policy.retry_every.min(policy.every);
        let failures = run(it, &[Verdict::Failed], &[Verdict::Unknown]) + 1;
        let open = verdict == Verdict::Failed
            && failures < policy.fail_after
            && it.state == State::Up
            && !facts.in_doubt(target, event.at);
        if pace != retry && (open || pace != policy.every) {
            let what = format!(
                "{pace:?} after {verdict:?} number {failures} while {:?}",
                it.state
            );
            found.push(broken(event.at, target, what));
        }
    });
    found
}

/// "Two or more remote targets, and at least half of them, failing while the XMPP link is gone too means
/// the trouble is here: remote targets go UNKNOWN, not DOWN".
pub(super) fn trouble_here_is_not_theirs(trace: &Trace) -> Vec<Violation> {
    let mut found = Vec::new();
    walk(trace, |facts, event| {
        let What::Became(target, from, State::Down) = event.what else {
            return;
        };
        let gone = facts.link == Link::Down || facts.dead;
        if facts.remote(target) && gone && facts.half_fail() {
            let what = format!("from {from:?} to DOWN, and the link is gone");
            found.push(broken(event.at, target, what));
        }
    });
    found
}

/// On return one line says for how long the host was cut off: then, and only then.
pub(super) fn being_cut_off_is_told_on_return(trace: &Trace) -> Vec<Violation> {
    let mut found = Vec::new();
    walk(trace, |facts, event| {
        let What::Said(said) = &event.what else {
            return;
        };
        let back = facts.link == Link::Up && !facts.dead;
        let just = event.at <= facts.link_changed + Duration::from_secs(1);
        if said.cut && !(back && just) {
            let what = "cut off, and not just back".to_owned();
            found.push(broken(event.at, 0, what));
        }
    });
    found
}

/// Looks at each target once all that a check brought is known: at the first event of a later time.
fn judged(
    trace: &Trace,
    wrong: impl Fn(&Facts<'_>, usize, Duration) -> Option<String>,
) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut open: Vec<(Duration, usize)> = Vec::new();
    walk(trace, |facts, event: &Event| {
        if open.first().is_some_and(|(at, _)| *at < event.at) {
            for (at, target) in open.drain(..) {
                found.extend(wrong(facts, target, at).map(|what| broken(at, target, what)));
            }
        }
        if let What::Checked(target, ..) = event.what {
            open.push((event.at, target));
        }
    });
    found
}
