//! What keeps a target out of the telling: dependencies that are down, mutes; and what happens when
//! that ends.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Board, Effects, HOLD_LIMIT};
use crate::alerts::record::Told;
use crate::alerts::{Mute, State};
use crate::time::Now;

impl Board {
    /// When a dependency is back, who waited for it is looked at anew: by a check, for its last
    /// one was made while the way to it was cut.
    pub(super) fn dependents_wait(
        &mut self,
        n: usize,
        from: State,
        to: State,
        now: Now,
        effects: &mut Effects,
    ) {
        if from != State::Down && to != State::Down {
            return;
        }
        for dependent in self.behind(n) {
            if from == State::Down {
                self.wait_for_check(dependent, now, effects);
            }
            self.look_at(dependent, now);
        }
    }

    /// Places of all that depend on this one, directly or not.
    pub(super) fn behind(&self, n: usize) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let mut open = vec![n];
        while let Some(n) = open.pop() {
            let directly = self.dependents.get(&n).into_iter().flatten().copied();
            open.extend(directly.filter(|&dependent| found.insert(dependent)));
        }
        found
    }

    /// Asks for a check of the target, and tells nothing of it before.
    pub(super) fn wait_for_check(&mut self, n: usize, now: Now, effects: &mut Effects) {
        let entry = &mut self.entries[n];
        if entry.fresh.is_none() {
            entry.fresh = Some(Box::new((now.mono, now.mono + HOLD_LIMIT)));
        }
        let record = &entry.record;
        let of_flapping = record.trouble.told_flapping || record.flips.flapping;
        if record.state != State::Up || record.trouble.told != Told::Fine || of_flapping {
            effects.recheck.insert(entry.policy.name.to_string());
        }
    }

    pub(super) fn end_mutes(&mut self, places: &[usize], now: Now, effects: &mut Effects) {
        for &n in places {
            let over = |mute: &Mute| mute.until <= now.wall;
            if self.entries[n].record.mute.as_deref().is_some_and(over) {
                self.entries[n].record.mute = None;
                self.wait_for_check(n, now, effects);
                effects.save.insert(self.entries[n].policy.name.to_string());
                self.look_at(n, now);
            }
        }
    }

    /// Mutes one target or all. Returns the names.
    pub fn mute(
        &mut self,
        target: Option<&str>,
        until: Timestamp,
        reason: Option<String>,
        now: Now,
    ) -> (Vec<String>, Effects) {
        let mut effects = Effects::default();
        let mut names = Vec::new();
        for entry in self
            .entries
            .iter_mut()
            .filter(|entry| target.is_none_or(|name| *entry.policy.name == *name))
        {
            let reason = reason.clone();
            entry.record.mute = Some(Box::new(Mute {
                until,
                begun: now.wall,
                reason,
            }));
            names.push(entry.policy.name.to_string());
            effects.save.insert(entry.policy.name.to_string());
        }
        (names, self.note(effects))
    }

    /// Ends mutes. Returns the names of those that were muted.
    pub fn unmute(&mut self, target: Option<&str>, now: Now) -> (Vec<String>, Effects) {
        let mut names = Vec::new();
        for n in 0..self.entries.len() {
            let entry = &mut self.entries[n];
            let meant = target.is_none_or(|name| *entry.policy.name == *name);
            if let Some(mute) = entry.record.mute.as_mut().filter(|_| meant) {
                mute.until = now.wall;
                names.push(entry.policy.name.to_string());
                self.note_moment(n);
            }
        }
        (names, self.tick(now))
    }
}
