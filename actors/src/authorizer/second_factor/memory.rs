//! What is remembered of codes: `(memory, now, what was given) -> (memory, verdict)`. Pure.
//!
//! A newcomer's trap is the clock. A code is good for one step of 30 s, so "newer than the last" is
//! enough while time goes on; where the wall's clock was set back, it would either lock for as long
//! as that (nothing is newer), or, were the memory dropped, make used codes good again. So the steps
//! that were used are kept, and only those that are not in the future bar what is older. The lock
//! runs on the clock that cannot be set; on disk it has the wall's time, and is never longer than
//! its whole when it is read again.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::time::Now;

/// Wrong codes in a row before the lock.
pub(super) const WRONG_LIMIT: u32 = 5;
/// How long the lock holds.
pub(super) const LOCK: Duration = Duration::from_secs(15 * 60);
/// The step of RFC 6238.
const STEP: u64 = 30;
/// So many steps ahead a code may be: the phone's clock and this one's differ.
const AHEAD: u64 = 1;
/// So many used steps are kept: those of years, for people; those of a day and a half at the
/// fastest.
const KEPT: usize = 4_096;

/// What a code is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Factor {
    /// It is right, and now used up.
    Good,
    /// A code is needed and there was none.
    Missing,
    /// It is wrong or was used before.
    Wrong,
    /// Too many were wrong; the fifth is the one to tell the owner of.
    Locked {
        /// How long still.
        left: Duration,
        /// Whether this code brought the lock.
        just_now: bool,
    },
}

/// What was given in place of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Given {
    /// None.
    Nothing,
    /// None of those of now.
    Wrong,
    /// That of this step.
    Step(u64),
}

/// What is remembered while the program runs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Memory {
    /// The steps whose codes were used.
    used: BTreeSet<u64>,
    /// Codes of this step and before are refused whatever `used` holds.
    barred: Option<u64>,
    /// Wrong codes in a row.
    wrong: u32,
    /// On the clock that cannot be set.
    locked_until: Option<Duration>,
}

/// The same on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kept {
    used: BTreeSet<u64>,
    barred: Option<u64>,
    wrong: u32,
    /// Seconds since 1970.
    locked_until: Option<i64>,
}

/// The step of this time.
pub(super) fn step_of(wall: Timestamp) -> u64 {
    seconds(wall) / STEP
}

/// For the library that computes codes.
pub(super) fn seconds(wall: Timestamp) -> u64 {
    u64::try_from(wall.as_second()).unwrap_or_default()
}

impl Memory {
    /// Of one that knows nothing of what was used before now: all codes up to now are refused.
    pub(super) fn of_the_unknown(now: Now) -> Self {
        Self {
            barred: Some(step_of(now.wall) + AHEAD),
            ..Self::default()
        }
    }

    /// Judges what was given at `now`.
    pub(super) fn judge(mut self, given: Given, now: Now) -> (Self, Factor) {
        if let Some(until) = self.locked_until {
            if now.mono < until {
                let left = until.saturating_sub(now.mono);
                let just_now = false;
                return (self, Factor::Locked { left, just_now });
            }
            self.locked_until = None;
        }
        let verdict = match given {
            Given::Nothing => Factor::Missing,
            Given::Step(step) if self.is_fresh(step, step_of(now.wall)) => {
                self.use_up(step);
                Factor::Good
            }
            Given::Step(_) | Given::Wrong => self.count_wrong(now),
        };
        (self, verdict)
    }

    fn is_fresh(&mut self, step: u64, today: u64) -> bool {
        let newest = today.saturating_add(AHEAD);
        // Only where the clock was set back; else it would stay barred until that time comes again.
        self.barred = self.barred.map(|barred| barred.min(newest));
        let last = self.used.range(..=newest).next_back();
        self.barred.is_none_or(|barred| step > barred) && last.is_none_or(|last| step > *last)
    }

    fn use_up(&mut self, step: u64) {
        self.wrong = 0;
        self.used.insert(step);
        if self.used.len() > KEPT {
            self.barred = self.barred.max(self.used.pop_first());
        }
    }

    fn count_wrong(&mut self, now: Now) -> Factor {
        self.wrong = self.wrong.saturating_add(1);
        if self.wrong < WRONG_LIMIT {
            return Factor::Wrong;
        }
        self.wrong = 0;
        self.locked_until = Some(now.mono.saturating_add(LOCK));
        Factor::Locked {
            left: LOCK,
            just_now: true,
        }
    }

    /// For the disk.
    pub(super) fn kept(&self, now: Now) -> Kept {
        let wall = |until: Duration| {
            let left = until.saturating_sub(now.mono);
            let left = i64::try_from(left.as_secs()).unwrap_or(i64::MAX);
            now.wall.as_second().saturating_add(left)
        };
        Kept {
            used: self.used.clone(),
            barred: self.barred,
            wrong: self.wrong,
            locked_until: self.locked_until.map(wall),
        }
    }
}

impl Kept {
    /// What is remembered after a restart, and whether codes of later than now were used: the clock
    /// was set back, or the file is not what was written.
    pub(super) fn wake(self, now: Now) -> (Memory, bool) {
        let newest = step_of(now.wall).saturating_add(AHEAD);
        let of_later = self.used.range(newest + 1..).next().is_some()
            || self.barred.is_some_and(|barred| barred > newest);
        let left = |until: i64| {
            let left = until.saturating_sub(now.wall.as_second());
            Duration::from_secs(u64::try_from(left).unwrap_or_default()).min(LOCK)
        };
        let left = self.locked_until.map(left).filter(|left| !left.is_zero());
        let memory = Memory {
            // What was used between then and now cannot be told from what was not.
            barred: if of_later { Some(newest) } else { self.barred },
            used: self.used,
            wrong: self.wrong.min(WRONG_LIMIT - 1),
            locked_until: left.map(|left| now.mono.saturating_add(left)),
        };
        (memory, of_later)
    }
}

#[cfg(test)]
mod tests;
