//! What is known at each moment of a recorded run. Rules look at this and at the next event.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use super::trace::{Event, Line, Said, Trace, What, Word};
use crate::alerts::{Link, State};
use crate::probe::verdict::Verdict;

/// How late an alert may be: timers and the store are exact in simulation, an answer of the link is not.
pub(super) const SLACK: Duration = Duration::from_millis(500);
/// How long after the link came or went, or was asked about, remote targets may be without judgement.
const LINK_DOUBT: Duration = Duration::from_secs(10);

/// What the receivers of a target's alerts know of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    Nothing,
    Down,
    Warning,
    Up,
}

/// A check: when, what it found, and the state after it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Check(
    pub(super) Duration,
    pub(super) Verdict,
    pub(super) State,
    pub(super) Pace,
);

/// How a check was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// A verdict is open: again soon.
    Retry,
    Usual,
}

/// A target.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) state: State,
    pub(super) became: Duration,
    pub(super) flapping: bool,
    /// When it last began or ended to flap.
    pub(super) flapped: Duration,
    muted: Option<Duration>,
    /// Whether the last check agrees with its state, and was made since the program started.
    confirmed: bool,
    /// The last checks, oldest first.
    pub(super) checks: VecDeque<Check>,
    /// Of each receiver in `alert_to`: what it knows, since when, and whether it knows of the flapping.
    pub(super) told: Vec<(Told, Duration, bool)>,
}

/// Everything.
pub(super) struct Facts<'a> {
    pub(super) trace: &'a Trace,
    by_name: HashMap<&'a str, usize>,
    pub(super) running: bool,
    pub(super) link: Link,
    pub(super) link_changed: Duration,
    /// Whether it did not answer when it was asked, and nothing was heard of it since.
    pub(super) dead: bool,
    /// Since when the link has been asked whether it lives, without an answer.
    pub(super) asked: Option<Duration>,
    pub(super) targets: Vec<Seen>,
}

/// Shows a rule each event with what was known before it.
pub(super) fn walk<'a>(trace: &'a Trace, mut look: impl FnMut(&Facts<'a>, &Event)) {
    let mut facts = Facts::new(trace);
    for event in &trace.events {
        look(&facts, event);
        facts.learn(event);
    }
}

impl<'a> Facts<'a> {
    fn new(trace: &'a Trace) -> Self {
        let names = trace.policies.iter().enumerate();
        let targets = trace.policies.iter().map(|policy| Seen {
            state: State::Pending,
            became: Duration::ZERO,
            flapping: false,
            flapped: Duration::ZERO,
            muted: None,
            confirmed: false,
            checks: VecDeque::new(),
            told: vec![(Told::Nothing, Duration::ZERO, false); policy.alert_to.len()],
        });
        Self {
            trace,
            by_name: names.map(|(n, policy)| (&*policy.name, n)).collect(),
            running: false,
            link: Link::Down,
            link_changed: Duration::ZERO,
            dead: false,
            asked: None,
            targets: targets.collect(),
        }
    }

    fn learn(&mut self, event: &Event) {
        let at = event.at;
        match &event.what {
            What::Checked(target, verdict, pace) => self.check(*target, at, *verdict, *pace),
            What::Became(target, _, to) => {
                let it = &mut self.targets[*target];
                (it.state, it.became, it.confirmed) = (*to, at, true);
                if let Some(last) = it.checks.back_mut().filter(|last| last.0 == at) {
                    last.2 = *to;
                }
            }
            What::Flapping(target, on) => {
                let it = &mut self.targets[*target];
                (it.flapping, it.flapped) = (*on, at);
            }
            What::Muted(target, until) => self.targets[*target].muted = Some(*until),
            What::Unmuted(target) => self.targets[*target].muted = None,
            What::Link(link) => (self.link, self.link_changed, self.dead) = (*link, at, false),
            What::VerifyAsked => self.asked = Some(at),
            What::Verified(lives) => {
                (self.asked, self.link_changed, self.dead) = (None, at, !lives);
            }
            What::Stopped(_) => (self.running, self.asked) = (false, None),
            What::Started => {
                self.running = true;
                self.targets.iter_mut().for_each(|it| it.confirmed = false);
            }
            What::Said(said) => self.hear(said, at),
        }
    }

    fn check(&mut self, target: usize, at: Duration, verdict: Verdict, pace: Duration) {
        let usual = pace == self.trace.policies[target].every;
        let pace = if usual { Pace::Usual } else { Pace::Retry };
        let it = &mut self.targets[target];
        it.confirmed = matches!(
            (verdict, it.state),
            (Verdict::Ok, State::Up)
                | (Verdict::Warning, State::Warning)
                | (Verdict::Failed, State::Down)
        );
        it.checks.push_back(Check(at, verdict, it.state, pace));
        if it.checks.len() > 160 {
            it.checks.pop_front();
        }
    }

    fn hear(&mut self, said: &Said, at: Duration) {
        for Line { target, word } in &said.lines {
            let Some(place) = self.receiver(*target, said) else {
                continue;
            };
            let (told, when, flaps) = &mut self.targets[*target].told[place];
            match word {
                Word::Down(_) => (*told, *when, *flaps) = (Told::Down, at, false),
                Word::Warning(_) => (*told, *when, *flaps) = (Told::Warning, at, false),
                Word::Up(_) => (*told, *when, *flaps) = (Told::Up, at, false),
                Word::StillDown(_) => *when = at,
                Word::Flapping => *flaps = true,
                Word::Steady => *flaps = false,
            }
        }
    }

    /// The place of a message's receiver in the target's `alert_to`.
    pub(super) fn receiver(&self, target: usize, said: &Said) -> Option<usize> {
        let alert_to = &self.trace.policies[target].alert_to;
        alert_to.iter().position(|to| *to == said.to)
    }

    pub(super) fn muted(&self, target: usize, at: Duration) -> bool {
        self.targets[target].muted.is_some_and(|until| at < until)
    }

    /// Whether one of those that it depends on directly is DOWN.
    pub(super) fn shadowed(&self, target: usize) -> bool {
        let down = |n: usize| self.targets[n].state == State::Down;
        self.needs(target).any(down)
    }

    /// Whether none of those behind which it stands, however far, is anything but in order, with no
    /// failure whose verdict is open: then nobody can say that it is shadowed.
    pub(super) fn in_the_open(&self, target: usize) -> bool {
        self.needs(target).all(|n| {
            let it = &self.targets[n];
            let failing = it
                .checks
                .back()
                .is_some_and(|last| last.1 == Verdict::Failed);
            let fine = matches!(it.state, State::Up | State::Warning) && !failing;
            fine && self.in_the_open(n)
        })
    }

    fn needs(&self, target: usize) -> impl Iterator<Item = usize> {
        let names = &self.trace.policies[target].depends_on;
        names.iter().map(|name| self.by_name[name.as_str()])
    }

    pub(super) fn remote(&self, target: usize) -> bool {
        self.trace.policies[target].is_remote()
    }

    /// Whether two or more remote targets, and at least half of them, fail.
    pub(super) fn half_fail(&self) -> bool {
        let remote = (0..self.targets.len()).filter(|n| self.remote(*n));
        let (mut all, mut failing) = (0, 0);
        for target in remote {
            let last = self.targets[target].checks.back();
            all += 1;
            failing += usize::from(last.is_some_and(|last| last.1 == Verdict::Failed));
        }
        failing >= 2 && failing * 2 >= all
    }

    /// Whether the link gives a reason not to judge this target now.
    pub(super) fn in_doubt(&self, target: usize, at: Duration) -> bool {
        let settled = at.saturating_sub(self.link_changed) > LINK_DOUBT;
        self.remote(target) && (self.link != Link::Up || self.asked.is_some() || !settled)
    }

    /// Whether nothing holds its alerts back. What was true when a program ended, or a mute, may be looked
    /// at first, and told when it is seen to be true still.
    pub(super) fn may_be_told(&self, target: usize, at: Duration) -> bool {
        let held = self.muted(target, at) || self.targets[target].flapping;
        self.running
            && !held
            && self.targets[target].confirmed
            && self.in_the_open(target)
            && !self.in_doubt(target, at)
    }

    /// How long a change may wait until it is told.
    pub(super) fn patience(&self) -> Duration {
        self.trace.alerts.batch_window + SLACK
    }

    /// The same for what may have to wait until those that it depends on were looked at.
    pub(super) fn patience_for(&self, target: usize) -> Duration {
        let behind = !self.trace.policies[target].depends_on.is_empty();
        self.patience() * if behind { 2 } else { 1 }
    }
}

/// A thing that may only last so long: it is late when it was true at every event for longer.
#[derive(Default, Clone)]
pub(super) struct Deadline(Option<Duration>);

impl Deadline {
    /// Says once that it is late.
    pub(super) fn late(&mut self, still: bool, at: Duration, patience: Duration) -> bool {
        if !still {
            self.0 = None;
            return false;
        }
        let since = *self.0.get_or_insert(at);
        let late = at > since + patience;
        if late {
            self.0 = Some(Duration::MAX / 2);
        }
        late
    }
}
