//! All targets together: what becomes of a check, a mute, the link, the passing of time. Pure.
//!
//! What is told is never queued as it happens. Each target has a state and what was *told* of it;
//! when a batch is due the two are compared, and the difference is said ([`super::telling`]).
//! Mutes, dependencies, flapping and doubts about our own link only keep a target out of that
//! comparison, so that nothing is said twice, nothing is forgotten, and what came and went within
//! a batch is not said at all.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use hostmessenger_config::{Alerts, Language};
use jiff::Timestamp;

use super::health::pace;
use super::record::TargetRecord;
use super::{Change, Link, State, TargetPolicy};
use crate::probe::verdict::Outcome;
use crate::time::Now;

mod clock;
mod due;
mod effects;
mod index;
mod link;
mod quiet;
mod targets;
mod view;

pub use effects::{Effects, Outgoing};
use index::Index;

/// A state that was seen so lately is true enough to be told after a restart.
const STALE_AFTER: Duration = Duration::from_secs(30);
/// How long a telling waits at most for a fresh check of the target or its dependencies.
pub(super) const HOLD_LIMIT: Duration = Duration::from_secs(120);

/// One target: how it is judged, what is remembered, and what holds for this run of the program.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) policy: TargetPolicy,
    pub(super) record: TargetRecord,
    /// A telling waits for a check after the first of these moments, until the second.
    pub(super) fresh: Option<Box<(Duration, Duration)>>,
}

impl Entry {
    /// As the last run left it.
    fn remembered(policy: TargetPolicy, record: Option<TargetRecord>, now: Now) -> Self {
        let record = match record {
            Some(record) => record.plausible(now.wall),
            None => TargetRecord::new(now.wall),
        };
        // What was not told when the program ended is told at once, before anything newer; after a
        // longer pause once a check has confirmed it.
        let known = record.last.as_ref().is_some_and(|last| {
            let age = Duration::try_from(now.wall.duration_since(last.at));
            age.unwrap_or_default() < STALE_AFTER
        });
        let fresh = (!known).then(|| Box::new((now.mono, now.mono + HOLD_LIMIT)));
        Self {
            policy,
            record,
            fresh,
        }
    }
}

/// All targets.
#[derive(Debug, Clone)]
pub struct Board {
    pub(super) entries: Vec<Entry>,
    index: Index,
    pub(super) alerts: Alerts,
    pub(super) lang: Language,
    /// Who depends directly on a target, by places; on most nobody does.
    dependents: HashMap<usize, Vec<usize>>,
    link: Link,
    failing_remote: usize,
    remote: usize,
    verified: Option<Duration>,
    verifying: Option<Duration>,
    /// The link counts as up, but did not answer.
    suspect: bool,
    /// When it is asked again.
    verify_again: Option<Duration>,
    /// When the link was lost, while it is; `None` where it never was there.
    link_lost: Option<Timestamp>,
    /// Since when the trouble is ours.
    cut_since: Option<Timestamp>,
    /// The latest reading of both clocks.
    latest: Now,
    /// When the open batch is told.
    flush_at: Option<Duration>,
    /// Targets that the open batch looks at.
    pub(super) dirty: BTreeSet<usize>,
    due: due::Due,
    /// How often a state has changed, or the list of targets.
    moves: u64,
}

impl Board {
    /// A board with what was remembered.
    pub fn new(
        policies: Vec<TargetPolicy>,
        mut remembered: HashMap<String, TargetRecord>,
        alerts: Alerts,
        lang: Language,
        link: Link,
        now: Now,
    ) -> Self {
        let entries: Vec<Entry> = policies
            .into_iter()
            .map(|policy| {
                let record = remembered.remove(&*policy.name);
                Entry::remembered(policy, record, now)
            })
            .collect();
        let mut board = Self {
            entries,
            index: Index::default(),
            dependents: HashMap::new(),
            alerts,
            lang,
            link,
            failing_remote: 0,
            remote: 0,
            verified: None,
            verifying: None,
            suspect: false,
            verify_again: None,
            link_lost: None,
            cut_since: None,
            latest: now,
            flush_at: None,
            dirty: BTreeSet::new(),
            due: due::Due::default(),
            moves: 0,
        };
        board.reindex();
        board.dirty = (0..board.entries.len())
            .filter(|&n| board.entries[n].has_something_to_say())
            .collect();
        if !board.dirty.is_empty() {
            board.flush_at = Some(now.mono);
        }
        board
    }

    /// A check was made. Unknown names (a target just removed) are passed over.
    pub fn checked(&mut self, name: &str, outcome: &Outcome, now: Now) -> Effects {
        self.follow_clock(now);
        let mut effects = Effects::default();
        let Some(n) = self.place(name) else {
            return effects;
        };
        let flapping = self.alerts.flapping;
        let entry = &mut self.entries[n];
        let was_failing = entry.record.is_failing();
        let judged = |entry: &Entry| {
            let streaks = entry.record.streaks.as_judged(&entry.policy);
            (streaks, entry.record.flips.flapping)
        };
        let before = judged(entry);
        let was_moving = entry.record.flips.is_moving();
        entry.record.count(outcome);
        entry.record.flips.count(outcome.finding.verdict, flapping);
        // A check that began before the moment in question says nothing about what came after it.
        let began = now.mono.saturating_sub(outcome.took);
        if entry.fresh.as_ref().is_some_and(|fresh| began >= fresh.0) {
            entry.fresh = None;
        }
        let failing = entry.record.is_failing();
        let remote = entry.policy.is_remote();
        let moved = before != judged(entry);
        if remote {
            self.failing_remote =
                self.failing_remote + usize::from(failing) - usize::from(was_failing);
        }
        self.settle(n, now, &mut effects);
        // A steady target is not written at every check, one that stays down neither.
        if was_moving || moved && self.is_worth_storing(n) {
            effects.save.insert(name.to_owned());
        }
        self.look_at(n, now);
        let entry = &self.entries[n];
        let pace = pace(entry.record.state, &entry.record.streaks, &entry.policy);
        effects.next_check = Some(match entry.fresh {
            Some(_) => pace.min(entry.policy.retry_every),
            None => pace,
        });
        self.note(effects)
    }

    /// Whether the record says more than "all is well, as before".
    fn is_worth_storing(&self, n: usize) -> bool {
        let record = &self.entries[n].record;
        record.state != State::Up
            || record.streaks.not_ok > 0
            || record.streaks.ok <= 1
            || record.flips.is_moving()
    }

    fn change(&mut self, n: usize, to: State, now: Now, effects: &mut Effects) {
        let entry = &mut self.entries[n];
        let from = entry.record.state;
        if from == to {
            return;
        }
        self.moves += 1;
        entry.record.state = to;
        entry.record.since = now.wall;
        let name = entry.policy.name.to_string();
        effects.changes.push(Change {
            target: name.clone(),
            from,
            to,
            outcome: entry.record.last.clone(),
            at: now.wall,
        });
        effects.save.insert(name);
        self.look_at(n, now);
        self.dependents_wait(n, from, to, now, effects);
    }

    /// Opens a batch for this target, where none is open.
    pub(super) fn look_at(&mut self, n: usize, now: Now) {
        if self.entries[n].has_something_to_say() {
            self.dirty.insert(n);
            self.flush_at
                .get_or_insert(now.mono + self.alerts.batch_window);
        }
    }

    /// Time passes: batches are told, mutes end, reminders fall due.
    pub fn tick(&mut self, now: Now) -> Effects {
        self.follow_clock(now);
        let mut effects = Effects::default();
        self.tick_into(now, &mut effects);
        self.note(effects)
    }

    /// The program ends: what the open batch holds is said now.
    pub fn flush_now(&mut self, now: Now) -> Effects {
        let mut effects = Effects::default();
        self.flush_at = None;
        self.flush(now, &mut effects);
        self.note(effects)
    }

    fn tick_into(&mut self, now: Now, effects: &mut Effects) {
        if self.verifying.is_some_and(|until| now.mono >= until) {
            // No answer is no proof that the link is dead: what the checks say counts.
            self.verifying = None;
            self.verified = Some(now.mono);
            let later = self.settle_all(now);
            effects.absorb(later);
            return;
        }
        if self.verify_again.is_some_and(|at| now.mono >= at) {
            self.verify_again = None;
            if self.suspect {
                self.ask_to_verify(now, effects);
            }
        }
        let places = self.whose_moment_has_come(now);
        self.end_mutes(&places, now, effects);
        self.remind(&places, now, effects);
        self.escalate(&places, now, effects);
        if self.flush_at.is_some_and(|at| now.mono >= at) {
            self.flush_at = None;
            self.flush(now, effects);
            if !self.dirty.is_empty() {
                // Held for a check that is under way; looked at again soon.
                self.flush_at =
                    Some(now.mono + self.alerts.batch_window.max(Duration::from_secs(1)));
            }
        }
    }
}
