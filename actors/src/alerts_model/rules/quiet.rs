//! What holds alerts back: mutes, dependencies, flapping.

use super::super::facts::{Check, Deadline, Pace, Seen, walk};
use super::super::trace::{Trace, What, Word};
use super::telling::{lines, standing};
use super::{Violation, broken};
use crate::alerts::State;
use crate::probe::verdict::Verdict;

/// "Muting … hold[s] back alerts": nothing is said of what is muted.
pub(super) fn muted_is_silent(trace: &Trace) -> Vec<Violation> {
    lines(trace, |facts, at, _, _, line| {
        let wrong = facts.muted(line.target, at);
        wrong.then(|| format!("{:?} said while muted", line.word))
    })
}

/// "no alarm of its own while the router is down".
pub(super) fn shadowed_is_silent(trace: &Trace) -> Vec<Violation> {
    lines(trace, |facts, _, _, _, line| {
        let wrong = facts.shadowed(line.target);
        wrong.then(|| format!("{:?} said while what it depends on is DOWN", line.word))
    })
}

/// "flapping hold[s] back alerts": between FLAPPING and calm nothing else is said. What was in a batch
/// when it began may still go out with it.
pub(super) fn flapping_is_held_back(trace: &Trace) -> Vec<Violation> {
    lines(trace, |facts, at, _, _, line| {
        let it = &facts.targets[line.target];
        let wrong = it.flapping
            && at > it.flapped + facts.patience()
            && !matches!(line.word, Word::Flapping);
        wrong.then(|| format!("{:?} said while flapping since {:?}", line.word, it.flapped))
    })
}

/// "what is still true is told once": FLAPPING once while it flaps and nothing else holds it back, and
/// once, in whatever words, that it is over.
pub(super) fn flapping_is_told_once(trace: &Trace) -> Vec<Violation> {
    lines(trace, |facts, at, _, place, line| {
        let it = &facts.targets[line.target];
        let known = it.told[place].2;
        let recent = it.flapping || at <= it.flapped + facts.patience();
        match line.word {
            Word::Flapping if known => Some("FLAPPING said twice".to_owned()),
            Word::Flapping if !recent => Some("FLAPPING said, and it does not".to_owned()),
            Word::Steady if !known => Some("STEADY said, and FLAPPING was not".to_owned()),
            _ => None,
        }
    })
}

/// The same: it is told as soon as anything is.
pub(super) fn flapping_is_told_soon(trace: &Trace) -> Vec<Violation> {
    let mut found = standing(trace, |facts, target, place, _| {
        let it = &facts.targets[target];
        let wrong = it.told[place].2;
        wrong.then(|| format!("calm since {:?}, and nobody told", it.flapped))
    });
    let mut open = vec![Deadline::default(); trace.policies.len()];
    walk(trace, |facts, event| {
        for (target, deadline) in open.iter_mut().enumerate() {
            let it = &facts.targets[target];
            let free = facts.running && !facts.muted(target, event.at) && facts.in_the_open(target);
            let untold = it.told.iter().any(|told| !told.2);
            let wrong = it.flapping && untold && free && !facts.in_doubt(target, event.at);
            if deadline.late(wrong, event.at, facts.patience_for(target)) {
                let what = format!("flaps since {:?}, and nobody told", it.flapped);
                found.push(broken(event.at, target, what));
            }
        }
    });
    found
}

/// "share of changes among the last checks": flapping starts at `high` and ends at or below `low`. Whether
/// changes are those of verdicts or of states is left open, and so is whether a retry counts, and one check
/// more or less.
pub(super) fn flapping_follows_the_shares(trace: &Trace) -> Vec<Violation> {
    let flapping = trace.alerts.flapping;
    let window = flapping.window as usize;
    let mut found = Vec::new();
    walk(trace, |facts, event| match event.what {
        What::Flapping(target, on) => {
            let it = &facts.targets[target];
            let (least, most) = shares(it, window);
            let right = window > 0
                && if on {
                    most >= u32::from(flapping.high_percent)
                } else {
                    least <= u32::from(flapping.low_percent)
                };
            if !right {
                let what = format!("flapping {on} at a share of {least} to {most} %");
                found.push(broken(event.at, target, what));
            }
        }
        What::Checked(target, ..) if window > 0 => {
            let it = &facts.targets[target];
            let (least, most) = shares(it, window);
            let flaps = it.checks.len() > window && least >= u32::from(flapping.high_percent);
            let is_calm = it.checks.len() > window && most <= u32::from(flapping.low_percent);
            if (flaps && !it.flapping) || (is_calm && it.flapping) {
                let what = format!("flapping {} at a share of {least} to {most} %", it.flapping);
                found.push(broken(event.at, target, what));
            }
        }
        _ => {}
    });
    found
}

/// The least and the most that the share of changes can be said to be, in percent.
fn shares(it: &Seen, window: usize) -> (u32, u32) {
    let percent = |part: usize, whole: usize| u32::try_from(part * 100 / whole.max(1)).unwrap_or(0);
    let least = readings(it, window).into_iter().min().unwrap_or(0);
    let most = readings(it, window + 1).into_iter().max().unwrap_or(0);
    let seen = it.checks.len().min(window);
    (
        percent(least, window),
        percent(most, seen.saturating_sub(1)),
    )
}

/// How many changes there were among so many checks: of verdicts and of states, with and without
/// those that could not be judged; and the same of those checks alone that left no verdict open.
fn readings(it: &Seen, count: usize) -> Vec<usize> {
    let last = |of: &[Check]| {
        let of = &of[of.len().saturating_sub(count)..];
        let verdicts = of.iter().map(|check| check.1);
        let states = of.iter().map(|check| check.2);
        [
            changes(verdicts.clone()),
            changes(verdicts.filter(|verdict| *verdict != Verdict::Unknown)),
            changes(states.clone()),
            changes(states.filter(|state| *state != State::Unknown)),
        ]
    };
    let all: Vec<_> = it.checks.iter().copied().collect();
    let closed = all.iter().filter(|check| check.3 == Pace::Usual);
    let closed: Vec<_> = closed.copied().collect();
    // Or a check that could not be made is none of the last checks at all.
    let judged = all.iter().filter(|check| check.1 != Verdict::Unknown);
    let judged: Vec<_> = judged.copied().collect();
    [last(&all), last(&closed), last(&judged)].concat()
}

fn changes<T: PartialEq>(all: impl Iterator<Item = T> + Clone) -> usize {
    all.clone()
        .zip(all.skip(1))
        .filter(|(one, next)| one != next)
        .count()
}
