//! All targets together: what becomes of a check, a mute, the link, the passing of time. Pure.
//!
//! What is told is never queued as it happens. Each target has a state and what was *told* of it;
//! when a batch is due the two are compared, and the difference is said ([`super::telling`]).
//! Mutes, dependencies, flapping and doubts about our own link only keep a target out of that
//! comparison, so that nothing is said twice, nothing is forgotten, and what came and went within
//! a batch is not said at all.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use hostmessenger_config::{AlertTo, Alerts, Language, Scope};
use jiff::Timestamp;

use super::health::{judge, pace};
use super::record::{TargetRecord, Told};
use super::{Change, HealthSummary, Link, Mute, State, TargetPolicy, TargetStatus};
use crate::probe::verdict::Outcome;
use crate::time::Now;

/// How long the answer of the link's verification is waited for, and how long it holds.
const VERIFY_PATIENCE: Duration = Duration::from_secs(10);
const VERIFIED_FOR: Duration = Duration::from_secs(30);

/// How long a telling waits at most for a fresh check of the target or its dependencies.
pub(super) const HOLD_LIMIT: Duration = Duration::from_secs(120);

/// A message to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Who gets it.
    pub to: Vec<AlertTo>,
    /// When what it tells happened.
    pub at: Timestamp,
    /// The text, a line a change.
    pub body: String,
}

/// What an event amounts to. The caller carries it out, in one transaction where it is stored.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Effects {
    /// The delay until the next check of the target that was checked.
    pub next_check: Option<Duration>,
    /// Changes of state, for log and history.
    pub changes: Vec<Change>,
    /// What is to be sent.
    pub messages: Vec<Outgoing>,
    /// Targets whose record is to be stored.
    pub save: BTreeSet<String>,
    /// Targets that are no more.
    pub forget: Vec<String>,
    /// Targets that are to be checked now.
    pub recheck: BTreeSet<String>,
    /// Whether the link is to be verified; [`Board::link_verified`] takes the answer.
    pub verify_link: bool,
}

/// One target: how it is judged, what is remembered, and what holds for this run of the program.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) policy: TargetPolicy,
    pub(super) record: TargetRecord,
    /// A telling waits for a check after the first of these moments, until the second.
    pub(super) fresh: Option<(Duration, Duration)>,
}

/// All targets.
#[derive(Debug, Clone)]
pub struct Board {
    pub(super) entries: Vec<Entry>,
    pub(super) index: HashMap<String, usize>,
    pub(super) alerts: Alerts,
    pub(super) lang: Language,
    link: Link,
    failing_remote: usize,
    remote: usize,
    verified: Option<Duration>,
    verifying: Option<Duration>,
    /// When the open batch is told.
    flush_at: Option<Duration>,
    /// Targets that the open batch looks at.
    pub(super) dirty: BTreeSet<usize>,
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
                let record = remembered.remove(&policy.name);
                let record = record.unwrap_or_else(|| TargetRecord::new(now.wall));
                // What was not told when the program ended is told once a check has confirmed it.
                let fresh = Some((now.mono, now.mono + HOLD_LIMIT));
                Entry {
                    policy,
                    record,
                    fresh,
                }
            })
            .collect();
        let mut board = Self {
            entries,
            index: HashMap::new(),
            alerts,
            lang,
            link,
            failing_remote: 0,
            remote: 0,
            verified: None,
            verifying: None,
            flush_at: None,
            dirty: BTreeSet::new(),
        };
        board.reindex();
        board
    }

    fn reindex(&mut self) {
        self.index = self
            .entries
            .iter()
            .enumerate()
            .map(|(n, entry)| (entry.policy.name.clone(), n))
            .collect();
        let remote = || {
            self.entries
                .iter()
                .filter(|entry| entry.policy.scope == Scope::Remote)
        };
        self.remote = remote().count();
        self.failing_remote = remote().filter(|entry| entry.record.is_failing()).count();
    }

    /// A check was made. Unknown names (a target just removed) are passed over.
    pub fn checked(&mut self, name: &str, outcome: &Outcome, now: Now) -> Effects {
        let mut effects = Effects::default();
        let Some(&n) = self.index.get(name) else {
            return effects;
        };
        let flapping = self.alerts.flapping;
        let entry = &mut self.entries[n];
        let was_failing = entry.record.is_failing();
        let before = (entry.record.streaks, entry.record.flips.flapping);
        entry.record.count(outcome);
        entry.record.flips.count(outcome.finding.verdict, flapping);
        // A check that began before the moment in question says nothing about what came after it.
        let began = now.mono.saturating_sub(outcome.took);
        if entry.fresh.is_some_and(|(after, _)| began >= after) {
            entry.fresh = None;
        }
        let failing = entry.record.is_failing();
        let remote = entry.policy.scope == Scope::Remote;
        let moved = before != (entry.record.streaks, entry.record.flips.flapping);
        if remote {
            self.failing_remote =
                self.failing_remote + usize::from(failing) - usize::from(was_failing);
        }
        self.settle(n, now, &mut effects);
        // A steady target is not written at every check; what it would say is known.
        if moved && self.is_worth_storing(n) {
            effects.save.insert(name.to_owned());
        }
        self.look_at(n, now);
        let entry = &self.entries[n];
        let pace = pace(entry.record.state, &entry.record.streaks, &entry.policy);
        effects.next_check = Some(match entry.fresh {
            Some(_) => pace.min(entry.policy.retry_every),
            None => pace,
        });
        effects
    }

    /// Whether the record says more than "all is well, as before".
    fn is_worth_storing(&self, n: usize) -> bool {
        let record = &self.entries[n].record;
        record.state != State::Up || record.streaks.not_ok > 0 || record.streaks.ok <= 1
    }

    /// Lets the streaks of a target become its state, unless the trouble may be ours.
    fn settle(&mut self, n: usize, now: Now, effects: &mut Effects) {
        let entry = &self.entries[n];
        let mut to = judge(entry.record.state, &entry.record.streaks, &entry.policy);
        if entry.policy.scope == Scope::Remote && entry.record.is_failing() && self.may_be_us() {
            to = match self.link {
                Link::Down => State::Unknown,
                Link::Up if to == State::Down && !self.is_verified(now) => {
                    self.ask_to_verify(now, effects);
                    self.entries[n].record.state
                }
                Link::Up | Link::None => to,
            };
        }
        self.change(n, to, now, effects);
    }

    /// Two or more remote targets, and at least half of them, failing at once (contract, section 4).
    fn may_be_us(&self) -> bool {
        self.link != Link::None
            && self.failing_remote >= 2
            && self.failing_remote * 2 >= self.remote
    }

    fn is_verified(&self, now: Now) -> bool {
        self.verified
            .is_some_and(|at| now.mono.saturating_sub(at) < VERIFIED_FOR)
    }

    fn ask_to_verify(&mut self, now: Now, effects: &mut Effects) {
        if self.verifying.is_none() {
            self.verifying = Some(now.mono + VERIFY_PATIENCE);
            effects.verify_link = true;
        }
    }

    /// The answer to [`Effects::verify_link`]. A dead link is reported by the connection as well.
    pub fn link_verified(&mut self, alive: bool, now: Now) -> Effects {
        self.verifying = None;
        if alive {
            self.verified = Some(now.mono);
        } else if self.link == Link::Up {
            return self.link_changed(Link::Down, now);
        }
        self.settle_all(now)
    }

    fn settle_all(&mut self, now: Now) -> Effects {
        let mut effects = Effects::default();
        for n in 0..self.entries.len() {
            // Only checks make a state; here the same checks are seen in another light.
            if self.entries[n].record.is_failing() {
                self.settle(n, now, &mut effects);
            }
        }
        self.tick_into(now, &mut effects);
        effects
    }

    /// The link came or went. When it is back, what went UNKNOWN is judged anew.
    pub fn link_changed(&mut self, link: Link, now: Now) -> Effects {
        let was = std::mem::replace(&mut self.link, link);
        if was == link {
            return Effects::default();
        }
        self.verified = None;
        self.verifying = None;
        if link == Link::Down {
            return self.settle_all(now);
        }
        let mut effects = Effects::default();
        for entry in &mut self.entries {
            if entry.policy.scope == Scope::Remote && entry.record.state == State::Unknown {
                entry.record.streaks = super::health::Streaks::default();
                entry.record.trouble_since = None;
                effects.recheck.insert(entry.policy.name.clone());
                effects.save.insert(entry.policy.name.clone());
            }
        }
        self.reindex();
        self.tick_into(now, &mut effects);
        effects
    }

    fn change(&mut self, n: usize, to: State, now: Now, effects: &mut Effects) {
        let entry = &mut self.entries[n];
        let from = entry.record.state;
        if from == to {
            return;
        }
        entry.record.state = to;
        entry.record.since = now.wall;
        let name = entry.policy.name.clone();
        effects.changes.push(Change {
            target: name.clone(),
            from,
            to,
            outcome: entry.record.last.clone(),
            at: now.wall,
        });
        effects.save.insert(name.clone());
        self.look_at(n, now);
        self.dependents_wait(&name, from, to, now, effects);
    }

    /// When a dependency is back, who waited for it is looked at anew: by a check, for its last
    /// one was made while the way to it was cut.
    fn dependents_wait(
        &mut self,
        name: &str,
        from: State,
        to: State,
        now: Now,
        effects: &mut Effects,
    ) {
        for n in 0..self.entries.len() {
            if !self.entries[n]
                .policy
                .depends_on
                .iter()
                .any(|dependency| dependency == name)
            {
                continue;
            }
            if from == State::Down {
                self.wait_for_check(n, now, effects);
            }
            if from == State::Down || to == State::Down {
                self.look_at(n, now);
                let dependent = self.entries[n].policy.name.clone();
                // Whoever depends on the dependent is shadowed by the same.
                self.dependents_wait(&dependent, from, to, now, effects);
            }
        }
    }

    /// Asks for a check of the target, and tells nothing of it before.
    pub(super) fn wait_for_check(&mut self, n: usize, now: Now, effects: &mut Effects) {
        let entry = &mut self.entries[n];
        if entry.fresh.is_none() {
            entry.fresh = Some((now.mono, now.mono + HOLD_LIMIT));
        }
        if entry.record.state != State::Up || entry.record.told != Told::Fine {
            effects.recheck.insert(entry.policy.name.clone());
        }
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
        let mut effects = Effects::default();
        self.tick_into(now, &mut effects);
        effects
    }

    /// The program ends: what the open batch holds is said now.
    pub fn flush_now(&mut self, now: Now) -> Effects {
        let mut effects = Effects::default();
        self.flush_at = None;
        self.flush(now, &mut effects);
        effects
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
        self.end_mutes(now, effects);
        self.remind(now, effects);
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

    fn end_mutes(&mut self, now: Now, effects: &mut Effects) {
        for n in 0..self.entries.len() {
            let over = |mute: &Mute| mute.until <= now.wall;
            if self.entries[n].record.mute.as_ref().is_some_and(over) {
                self.entries[n].record.mute = None;
                self.wait_for_check(n, now, effects);
                effects.save.insert(self.entries[n].policy.name.clone());
                self.look_at(n, now);
            }
        }
    }

    /// The moment (monotonic) of the next [`Board::tick`] that may do something.
    pub fn next_tick(&self, now: Now) -> Option<Duration> {
        let wall = |at: Timestamp| {
            let left: Duration = at.duration_since(now.wall).try_into().unwrap_or_default();
            now.mono + left
        };
        let of_entries = self.entries.iter().flat_map(|entry| {
            let mute = entry.record.mute.as_ref().map(|mute| wall(mute.until));
            let reminder = entry.reminder_due().map(wall);
            mute.into_iter().chain(reminder)
        });
        of_entries.chain(self.flush_at).chain(self.verifying).min()
    }

    /// Mutes one target or all. Returns the names.
    pub fn mute(
        &mut self,
        target: Option<&str>,
        until: Timestamp,
        reason: Option<String>,
    ) -> (Vec<String>, Effects) {
        let mut effects = Effects::default();
        let mut names = Vec::new();
        for entry in self
            .entries
            .iter_mut()
            .filter(|entry| target.is_none_or(|name| entry.policy.name == name))
        {
            entry.record.mute = Some(Mute {
                until,
                reason: reason.clone(),
            });
            names.push(entry.policy.name.clone());
            effects.save.insert(entry.policy.name.clone());
        }
        (names, effects)
    }

    /// Ends mutes. Returns the names of those that were muted.
    pub fn unmute(&mut self, target: Option<&str>, now: Now) -> (Vec<String>, Effects) {
        let mut names = Vec::new();
        for entry in &mut self.entries {
            let meant = target.is_none_or(|name| entry.policy.name == name);
            if let Some(mute) = entry.record.mute.as_mut().filter(|_| meant) {
                mute.until = now.wall;
                names.push(entry.policy.name.clone());
            }
        }
        (names, self.tick(now))
    }

    /// Other targets, policies, or ways to tell. Who stays keeps what is remembered.
    pub fn retarget(&mut self, policies: Vec<TargetPolicy>, now: Now) -> Effects {
        let mut effects = Effects::default();
        let mut old: HashMap<String, Entry> = self
            .entries
            .drain(..)
            .map(|entry| (entry.policy.name.clone(), entry))
            .collect();
        self.entries = policies
            .into_iter()
            .map(|policy| match old.remove(&policy.name) {
                Some(entry) => Entry { policy, ..entry },
                None => Entry {
                    record: TargetRecord::new(now.wall),
                    policy,
                    fresh: None,
                },
            })
            .collect();
        effects.forget = old.into_keys().collect();
        self.reindex();
        self.dirty = (0..self.entries.len())
            .filter(|&n| self.entries[n].has_something_to_say())
            .collect();
        if !self.dirty.is_empty() {
            self.flush_at
                .get_or_insert(now.mono + self.alerts.batch_window);
        }
        effects
    }

    /// All targets at a glance.
    pub fn summary(&self) -> HealthSummary {
        let names = |state: State| {
            let those = self
                .entries
                .iter()
                .filter(move |entry| entry.record.state == state);
            those
                .map(|entry| entry.policy.name.clone())
                .collect::<Vec<_>>()
        };
        HealthSummary {
            total: self.entries.len(),
            down: names(State::Down),
            warning: names(State::Warning),
            unjudged: names(State::Pending).len() + names(State::Unknown).len(),
        }
    }

    /// A line of STATUS for each target, in the order of the configuration.
    pub fn status(&self) -> Vec<TargetStatus> {
        let line = |entry: &Entry| TargetStatus {
            name: entry.policy.name.clone(),
            state: entry.record.state,
            since: entry.record.since,
            last: entry.record.last.clone(),
            failures: entry.record.streaks.failed,
            flapping: entry.record.flips.flapping,
            muted: entry.record.mute.clone(),
            shadowed_by: self.shadow_of(entry),
        };
        self.entries.iter().map(line).collect()
    }

    /// What is remembered of a target, to be stored.
    pub fn record(&self, name: &str) -> Option<&TargetRecord> {
        Some(&self.entries[*self.index.get(name)?].record)
    }
}

impl Effects {
    fn absorb(&mut self, other: Self) {
        self.changes.extend(other.changes);
        self.messages.extend(other.messages);
        self.save.extend(other.save);
        self.forget.extend(other.forget);
        self.recheck.extend(other.recheck);
        self.verify_link |= other.verify_link;
    }
}
