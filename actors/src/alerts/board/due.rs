//! Who has something to say because time passes, and when the board is to be asked again.
//!
//! Most checks change nothing, and thousands may come in a second: they must not look at all targets.
//! So those that wait for a moment (a mute's end, a reminder, an escalation) are kept apart, and the
//! first of the moments is remembered until something changes. A newcomer's trap: whatever changes a
//! mute, a telling or a reading must name its target in [`Effects::save`], or nobody looks there
//! again; debug builds compare with a look at everyone.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;

use super::{Board, Effects, Entry};
use crate::alerts::record::Told;
use crate::time::Now;

/// See the module.
#[derive(Debug, Clone, Default)]
pub(super) struct Due {
    /// Places of the targets that may wait for a moment; some of them wait for none.
    waiting: BTreeSet<usize>,
    first: First,
}

/// The first moment of all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum First {
    /// Something changed since it was looked for.
    #[default]
    Unknown,
    Never,
    At(Timestamp),
}

impl Entry {
    fn may_wait(&self) -> bool {
        let record = &self.record;
        record.mute.is_some()
            || record.trouble.told != Told::Fine
            || record.trouble.unread.is_some()
    }
}

impl Board {
    /// The moment (monotonic) of the next [`Board::tick`] that may do something.
    pub fn next_tick(&mut self, now: Now) -> Option<Duration> {
        if self.due.first == First::Unknown {
            self.due.first = self.first_moment(self.due.waiting.iter().copied());
        }
        let first = self.due.first;
        debug_assert_eq!(first, self.first_moment(0..self.entries.len()));
        let first = match first {
            First::At(at) => {
                let left: Duration = at.duration_since(now.wall).try_into().unwrap_or_default();
                Some(now.mono + left)
            }
            First::Unknown | First::Never => None,
        };
        let all = [first, self.flush_at, self.verifying, self.verify_again];
        all.into_iter().flatten().min()
    }

    /// Places of those that may wait for a moment, where one of the moments has come.
    pub(super) fn whose_moment_may_have_come(&mut self, now: Now) -> Vec<usize> {
        match self.due.first {
            First::Never => Vec::new(),
            First::At(first) if first > now.wall => Vec::new(),
            _ => self.due.waiting.iter().copied().collect(),
        }
    }

    /// What an event changed is looked at again. Every event ends here.
    pub(in crate::alerts) fn note(&mut self, effects: Effects) -> Effects {
        if !effects.save.is_empty() || !effects.changes.is_empty() {
            self.due.first = First::Unknown;
        }
        for name in &effects.save {
            let Some(&n) = self.index.get(name.as_str()) else {
                continue;
            };
            if self.entries[n].may_wait() {
                self.due.waiting.insert(n);
            } else {
                self.due.waiting.remove(&n);
            }
        }
        effects
    }

    /// The moments of all have changed.
    pub(super) fn note_all(&mut self) {
        let may_wait = |n: &usize| self.entries[*n].may_wait();
        let waiting = (0..self.entries.len()).filter(may_wait).collect();
        self.due = Due {
            waiting,
            first: First::Unknown,
        };
    }

    fn first_moment(&self, places: impl Iterator<Item = usize>) -> First {
        let of_one = |n: usize| {
            let entry = &self.entries[n];
            let mute = entry.record.mute.as_ref().map(|mute| mute.until);
            let moments = [mute, entry.reminder_due(), self.escalation_due(entry)];
            moments.into_iter().flatten().min()
        };
        places
            .filter_map(of_one)
            .min()
            .map_or(First::Never, First::At)
    }
}
