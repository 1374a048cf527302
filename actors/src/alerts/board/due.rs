//! Who has something to say because time passes, and when the board is to be asked again.
//!
//! Most checks change nothing, and thousands may come in a second: they must not look at all targets.
//! Nor may a change, since thousands may change together. So those that wait for a moment (a mute's
//! end, a reminder, an escalation) stand in the order of their moments, and a change puts its own
//! targets elsewhere in it. A newcomer's trap: whatever changes a mute, a telling or a reading must
//! name its target in [`Effects::save`], and a state that changes stands in [`Effects::changes`] for
//! those behind it, or a moment is never looked at again; debug builds compare with a look at
//! everyone.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;

use super::{Board, Effects};
use crate::alerts::State;
use crate::time::Now;

/// See the module. A target that waits for nothing takes no room here.
#[derive(Debug, Clone, Default)]
pub(super) struct Due {
    /// The next moment of a target, by its place.
    moments: BTreeMap<usize, Timestamp>,
    /// The same, the first moment first.
    order: BTreeSet<(Timestamp, usize)>,
}

impl Due {
    fn set(&mut self, n: usize, moment: Option<Timestamp>) {
        let before = match moment {
            Some(at) => self.moments.insert(n, at),
            None => self.moments.remove(&n),
        };
        if let Some(at) = before {
            self.order.remove(&(at, n));
        }
        if let Some(at) = moment {
            self.order.insert((at, n));
        }
    }
}

impl Board {
    /// The moment (monotonic) of the next [`Board::tick`] that may do something.
    pub fn next_tick(&self, now: Now) -> Option<Duration> {
        debug_assert_eq!(self.due.order, self.look_at_everyone());
        let first = self.due.order.first().map(|(at, _)| {
            let left: Duration = at.duration_since(now.wall).try_into().unwrap_or_default();
            now.mono + left
        });
        let all = [first, self.flush_at, self.verifying, self.verify_again];
        all.into_iter().flatten().min()
    }

    /// Places of those whose moment has come, in the order of the configuration.
    pub(super) fn whose_moment_has_come(&self, now: Now) -> Vec<usize> {
        let come = self.due.order.range(..=(now.wall, usize::MAX));
        let mut places: Vec<usize> = come.map(|&(_, n)| n).collect();
        places.sort_unstable();
        places
    }

    /// What an event changed is looked at again. Every event ends here.
    pub(in crate::alerts) fn note(&mut self, mut effects: Effects) -> Effects {
        for name in &effects.save {
            if let Some(n) = self.place(name) {
                self.note_moment(n);
            }
        }
        // Nobody is asked next about a target while one that it depends on is down.
        for change in &effects.changes {
            if (change.from == State::Down || change.to == State::Down)
                && let Some(n) = self.place(&change.target)
            {
                self.behind(n).into_iter().for_each(|n| self.note_moment(n));
            }
        }
        effects.put_worst_first();
        effects
    }

    /// The moments of all have changed.
    pub(super) fn note_all(&mut self) {
        self.due = Due::default();
        (0..self.entries.len()).for_each(|n| self.note_moment(n));
    }

    /// The moment of this one may have changed.
    pub(super) fn note_moment(&mut self, n: usize) {
        self.due.set(n, self.moment(n));
    }

    /// What [`Due`] is to know.
    fn look_at_everyone(&self) -> BTreeSet<(Timestamp, usize)> {
        let all = (0..self.entries.len()).filter_map(|n| Some((self.moment(n)?, n)));
        all.collect()
    }

    /// When this target has something to say because time passes.
    fn moment(&self, n: usize) -> Option<Timestamp> {
        let entry = &self.entries[n];
        let mute = entry.record.mute.as_ref().map(|mute| mute.until);
        let moments = [mute, entry.reminder_due(), self.escalation_due(entry)];
        moments.into_iter().flatten().min()
    }
}
