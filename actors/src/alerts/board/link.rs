//! Whether the trouble may be ours: what our own link says about failing remote targets.

use std::time::Duration;

use jiff::Timestamp;

use super::{Board, Effects};
use crate::alerts::health::{Streaks, judge};
use crate::alerts::{Link, State};
use crate::time::Now;

/// How long the answer of the link's verification is waited for, and how long it holds.
const VERIFY_PATIENCE: Duration = Duration::from_secs(10);
const VERIFIED_FOR: Duration = Duration::from_secs(30);
/// When a link that did not answer is asked again.
pub(super) const VERIFY_AGAIN: Duration = Duration::from_secs(15);

impl Board {
    /// Lets the streaks of a target become its state, unless the trouble may be ours.
    pub(super) fn settle(&mut self, n: usize, now: Now, effects: &mut Effects) {
        let entry = &self.entries[n];
        let mut to = judge(entry.record.state, &entry.record.streaks, &entry.policy);
        if entry.policy.is_remote() && entry.record.is_failing() && self.may_be_us() {
            to = match self.seen_link() {
                Link::Down => {
                    // One that was down before says nothing about our own line.
                    if !matches!(entry.record.state, State::Down | State::Unknown) {
                        self.cut_since = self.cut_since.or(self.link_lost);
                    }
                    State::Unknown
                }
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
    pub(super) fn may_be_us(&self) -> bool {
        self.link != Link::None
            && self.failing_remote >= 2
            && self.failing_remote * 2 >= self.remote
    }

    pub(super) fn is_verified(&self, now: Now) -> bool {
        self.verified
            .is_some_and(|at| now.mono.saturating_sub(at) < VERIFIED_FOR)
    }

    pub(super) fn ask_to_verify(&mut self, now: Now, effects: &mut Effects) {
        if self.verifying.is_none() {
            self.verifying = Some(now.mono + VERIFY_PATIENCE);
            effects.verify_link = true;
        }
    }

    /// The link as it must be taken: one that does not answer is as good as gone, until it does or
    /// the connection has noticed too.
    fn seen_link(&self) -> Link {
        if self.suspect { Link::Down } else { self.link }
    }

    /// The answer to [`Effects::verify_link`]. A dead link is reported by the connection as well,
    /// but later; one that only was slow is asked again until it answers.
    pub fn link_verified(&mut self, alive: bool, now: Now) -> Effects {
        self.follow_clock(now);
        self.verifying = None;
        if alive {
            self.verified = Some(now.mono);
            if std::mem::take(&mut self.suspect) {
                return self.judge_anew(now);
            }
        } else if self.link == Link::Up {
            self.verify_again = Some(now.mono + VERIFY_AGAIN);
            if !std::mem::replace(&mut self.suspect, true) {
                self.link_lost = Some(now.wall);
            }
        }
        self.settle_all(now)
    }

    pub(super) fn settle_all(&mut self, now: Now) -> Effects {
        let mut effects = Effects::default();
        for n in 0..self.entries.len() {
            // Only checks make a state; here the same checks are seen in another light.
            if self.entries[n].record.is_failing() {
                self.settle(n, now, &mut effects);
            }
        }
        self.tick_into(now, &mut effects);
        self.note(effects)
    }

    /// The link came or went. When it is back, what went UNKNOWN is judged anew.
    pub fn link_changed(&mut self, link: Link, now: Now) -> Effects {
        self.follow_clock(now);
        let was = self.seen_link();
        self.link = link;
        self.suspect = false;
        if was == link {
            return Effects::default();
        }
        self.verified = None;
        self.verifying = None;
        if link == Link::Down {
            self.link_lost = Some(now.wall);
            return self.settle_all(now);
        }
        self.judge_anew(now)
    }

    fn judge_anew(&mut self, now: Now) -> Effects {
        let mut effects = Effects::default();
        for entry in &mut self.entries {
            if entry.policy.is_remote() && entry.record.state == State::Unknown {
                entry.record.streaks = Streaks::default();
                entry.record.trouble.trouble_since = None;
                effects.recheck.insert(entry.policy.name.to_string());
                effects.save.insert(entry.policy.name.to_string());
            }
        }
        self.link_lost = None;
        if let Some(since) = self.cut_since.take() {
            self.tell_cut(since, now, &mut effects);
        }
        self.reindex();
        self.tick_into(now, &mut effects);
        self.note(effects)
    }

    /// Since when this host is cut off, as it was remembered from an earlier run.
    pub fn remember_cut(&mut self, since: Option<Timestamp>) {
        self.cut_since = since;
    }

    /// Since when this host is cut off: link and remote targets failed together.
    pub fn cut_since(&self) -> Option<Timestamp> {
        self.cut_since
    }
}
