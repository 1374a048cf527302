//! What is told, and when.

use std::collections::HashMap;
use std::time::Duration;

use super::super::facts::{Deadline, Facts, SLACK, Told, walk};
use super::super::trace::{Line, Said, Trace, What, Word};
use super::{Violation, broken};
use crate::alerts::State;
use crate::wording::numbers;

/// Looks at each line with what its receiver knew before it.
pub(super) fn lines<'a>(
    trace: &'a Trace,
    mut look: impl FnMut(&Facts<'a>, Duration, &Said, usize, &Line) -> Option<String>,
) -> Vec<Violation> {
    let mut found = Vec::new();
    walk(trace, |facts, event| {
        let What::Said(said) = &event.what else {
            return;
        };
        for line in &said.lines {
            let Some(place) = facts.receiver(line.target, said) else {
                continue;
            };
            let wrong = look(facts, event.at, said, place, line);
            found.extend(wrong.map(|what| broken(event.at, line.target, what)));
        }
    });
    found
}

/// "UP only ever follows a DOWN or WARNING that was sent."
pub(super) fn up_only_follows_what_was_sent(trace: &Trace) -> Vec<Violation> {
    lines(trace, |facts, _, _, place, line| {
        let told = facts.targets[line.target].told[place].0;
        let wrong = matches!(line.word, Word::Up(_)) && !matches!(told, Told::Down | Told::Warning);
        wrong.then(|| format!("UP said, and {told:?} was told"))
    })
}

/// "Nothing says 'DOWN' twice."
pub(super) fn nothing_says_down_twice(trace: &Trace) -> Vec<Violation> {
    lines(trace, |facts, _, _, place, line| {
        let (told, when, _) = facts.targets[line.target].told[place];
        let wrong = matches!(line.word, Word::Down(_)) && told == Told::Down;
        wrong.then(|| format!("DOWN said, as at {when:?}"))
    })
}

/// "A reminder says 'still DOWN'": only while it is DOWN and was told so, and every `remind_every`.
pub(super) fn reminders_are_paced(trace: &Trace) -> Vec<Violation> {
    lines(trace, |facts, at, _, place, line| {
        let Word::StillDown(_) = line.word else {
            return None;
        };
        let it = &facts.targets[line.target];
        let (told, when, _) = it.told[place];
        let Some(pace) = trace.policies[line.target].remind_every else {
            return Some("reminded, and reminders are off".to_owned());
        };
        if told != Told::Down || it.state != State::Down {
            return Some(format!("reminded while {:?}, {told:?} told", it.state));
        }
        // Both pass through a batch, and the first may have waited longer in it.
        let early = at + trace.alerts.batch_window < when + pace;
        early.then(|| format!("reminded at {at:?}, after {when:?}, pace {pace:?}"))
    })
}

/// `remind_every`: what is DOWN, with nothing to hold its alerts back for all that time, is said again.
pub(super) fn reminders_come(trace: &Trace) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut open = HashMap::new();
    walk(trace, |facts, event| {
        for (target, policy) in trace.policies.iter().enumerate() {
            let Some(pace) = policy.remind_every else {
                continue;
            };
            let it = &facts.targets[target];
            let down = it.state == State::Down && facts.may_be_told(target, event.at);
            for (place, (told, when, _)) in it.told.iter().enumerate() {
                // Each time that it is said, the time begins anew.
                let deadline: &mut Deadline = open.entry((target, place, *when)).or_default();
                let still = down && *told == Told::Down;
                if deadline.late(still, event.at, pace + facts.patience_for(target)) {
                    let what = format!("no reminder since {when:?}, pace {pace:?}");
                    found.push(broken(event.at, target, what));
                }
            }
        }
    });
    found
}

/// What is true for longer than the batch window, with nothing to hold it back, has been told: DOWN,
/// WARNING, and UP where DOWN or WARNING was told.
pub(super) fn what_stands_has_been_told(trace: &Trace) -> Vec<Violation> {
    standing(trace, |facts, target, place, _| {
        let it = &facts.targets[target];
        let told = it.told[place].0;
        let wrong = match it.state {
            State::Down => told != Told::Down,
            // After a DOWN it may be said as the recovery that it is.
            State::Warning => {
                told != Told::Warning && !(told == Told::Up && it.told[place].1 >= it.became)
            }
            State::Up => matches!(told, Told::Down | Told::Warning),
            State::Pending | State::Unknown => false,
        };
        wrong.then(|| format!("{:?} since {:?}, and {told:?} told", it.state, it.became))
    })
}

/// What may not be so for longer than a batch takes while nothing holds alerts back.
pub(super) fn standing<'a>(
    trace: &'a Trace,
    wrong: impl Fn(&Facts<'a>, usize, usize, Duration) -> Option<String>,
) -> Vec<Violation> {
    let mut found = Vec::new();
    let deadlines =
        |policy: &crate::alerts::TargetPolicy| vec![Deadline::default(); policy.alert_to.len()];
    let mut open: Vec<_> = trace.policies.iter().map(deadlines).collect();
    walk(trace, |facts, event| {
        for (target, receivers) in open.iter_mut().enumerate() {
            let may = facts.may_be_told(target, event.at);
            for (place, deadline) in receivers.iter_mut().enumerate() {
                let so = may.then(|| wrong(facts, target, place, event.at)).flatten();
                if deadline.late(so.is_some(), event.at, facts.patience_for(target)) {
                    found.push(broken(event.at, target, so.unwrap_or_default()));
                }
            }
        }
    });
    found
}

/// "`UP shop: … after 12m 3s`": the time from when it was said to be in trouble, to when it was up. Where
/// more was said of it meanwhile, it may be counted from either.
pub(super) fn after_is_the_time_between(trace: &Trace) -> Vec<Violation> {
    let mut since = vec![vec![Vec::new(); 4]; trace.policies.len()];
    lines(trace, |facts, at, _, place, line| {
        let (it, since) = (&facts.targets[line.target], &mut since[line.target][place]);
        let (word, until) = match &line.word {
            Word::Down(from) | Word::Warning(from) => {
                since.push(*from);
                return None;
            }
            Word::StillDown(word) => (word, at),
            Word::Up(word) => (word, it.became),
            Word::Flapping | Word::Steady => return None,
        };
        // It was said to the second, and a reminder waits in its batch.
        let more = Duration::from_secs(1) + facts.patience();
        let fits = since.iter().any(|began| {
            let longest = until.saturating_sub(*began);
            span(longest.saturating_sub(more), longest).any(|lasted| lasted == *word)
        });
        let wrong = format!("{:?}, and it was from {since:?} to {until:?}", line.word);
        if matches!(line.word, Word::Up(_)) {
            since.clear();
        }
        (!fits).then_some(wrong)
    })
}

/// "since when": not later than when it became so. That it may be earlier, from when the trouble began, is
/// left open.
pub(super) fn since_is_when_it_became_so(trace: &Trace) -> Vec<Violation> {
    lines(trace, |facts, _, _, _, line| {
        let it = &facts.targets[line.target];
        let (since, state) = match line.word {
            Word::Down(since) => (since, State::Down),
            Word::Warning(since) => (since, State::Warning),
            _ => return None,
        };
        let wrong = it.state == state && since > it.became;
        wrong.then(|| {
            format!(
                "{:?} said, and it is {state:?} since {:?}",
                line.word, it.became
            )
        })
    })
}

/// All the words for a time between these two.
fn span(from: Duration, to: Duration) -> impl Iterator<Item = String> {
    let steps = (to.saturating_sub(from)).as_millis() / 100 + 1;
    let steps = u32::try_from(steps).unwrap_or(u32::MAX);
    let times = (0..=steps).map(move |n| (from + Duration::from_millis(100) * n).min(to));
    times.map(numbers::duration)
}

/// `alert_to`: who is not in it hears nothing of the target.
pub(super) fn only_who_should_hears(trace: &Trace) -> Vec<Violation> {
    let mut found = Vec::new();
    walk(trace, |facts, event| {
        let What::Said(said) = &event.what else {
            return;
        };
        for line in &said.lines {
            if facts.receiver(line.target, said).is_none() {
                found.push(broken(
                    event.at,
                    line.target,
                    format!("said to {:?}", said.to),
                ));
            }
        }
    });
    found
}

/// An alert tells a state that the target is in, or was in no longer ago than a batch takes.
pub(super) fn what_is_said_is_true(trace: &Trace) -> Vec<Violation> {
    let mut was = vec![Vec::new(); trace.policies.len()];
    let mut events = trace.events.iter().peekable();
    lines(trace, |facts, at, _, _, line| {
        while let Some(event) = events.next_if(|event| event.at <= at) {
            if let What::Became(target, from, _) = event.what {
                was[target].push((event.at, from));
            }
        }
        let it = &facts.targets[line.target];
        let recent = was[line.target].iter().rev();
        let recent = recent.take_while(|(until, _)| *until + facts.patience() + SLACK >= at);
        let near: Vec<_> = recent.map(|(_, from)| *from).chain([it.state]).collect();
        let fits = match line.word {
            Word::Down(_) | Word::StillDown(_) => near.contains(&State::Down),
            Word::Warning(_) => near.contains(&State::Warning),
            Word::Up(_) => near.contains(&State::Up) || near.contains(&State::Warning),
            Word::Flapping | Word::Steady => true,
        };
        (!fits).then(|| format!("{:?} said, and it is {near:?}", line.word))
    })
}
