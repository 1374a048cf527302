//! One target: verdicts in a row become a state. Pure.
//!
//! ```text
//!              ok                    fail_after × not ok, one of them a warning
//!  PENDING ─────────▶ UP ───────────────────────────────▶ WARNING
//!     │               │ ▲                                   │  ▲
//!     │ fail_after    │ │ recover_after × ok                │  │ recover_after × not failed
//!     │  × failed     │ └────────────┬──────────────────────┘  │
//!     ▼               ▼ fail_after   │      fail_after × failed │
//!    DOWN ◀───────────┴──────────────┴────────▶ DOWN ───────────┘
//!
//!  any ── fail_after × unknown, or the trouble is ours ──▶ UNKNOWN ── judged as from PENDING ──▶
//! ```
//!
//! A single bad check never changes a state; it only quickens the pace to `retry_every` until the
//! verdict is clear. An `unknown` check neither makes nor breaks a streak of the others.

use std::time::Duration;

use hostmessenger_config::{Flapping, Judging};
use serde::{Deserialize, Serialize};

use super::State;
use crate::probe::verdict::Verdict;

/// Verdicts in a row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Streaks {
    /// `failed`, one after the other.
    pub failed: u32,
    /// `failed` or `warning`.
    pub not_ok: u32,
    /// `ok` or `warning`.
    pub not_failed: u32,
    /// `ok`.
    pub ok: u32,
    /// `unknown`.
    pub unknown: u32,
}

impl Streaks {
    /// Counts one more verdict.
    pub fn count(&mut self, verdict: Verdict) {
        let next = |n: u32, goes_on: bool| if goes_on { n.saturating_add(1) } else { 0 };
        if verdict == Verdict::Unknown {
            self.unknown = next(self.unknown, true);
            return;
        }
        self.unknown = 0;
        self.failed = next(self.failed, verdict == Verdict::Failed);
        self.not_ok = next(self.not_ok, verdict != Verdict::Ok);
        self.not_failed = next(self.not_failed, verdict != Verdict::Failed);
        self.ok = next(self.ok, verdict == Verdict::Ok);
    }

    /// As far as they count: beyond what a policy asks for, more of the same changes nothing.
    #[must_use]
    pub fn as_judged(&self, policy: &Judging) -> Self {
        let enough = policy.fail_after.max(policy.recover_after).max(1);
        Self {
            failed: self.failed.min(enough),
            not_ok: self.not_ok.min(enough),
            not_failed: self.not_failed.min(enough),
            ok: self.ok.min(enough),
            unknown: self.unknown.min(enough),
        }
    }
}

/// The state that the streaks amount to, from the one that was.
pub fn judge(state: State, streaks: &Streaks, policy: &Judging) -> State {
    let fail_after = policy.fail_after.max(1);
    let recover_after = match state {
        // Nobody was told of anything: one good check is as good as many.
        State::Pending => 1,
        _ => policy.recover_after.max(1),
    };
    if streaks.unknown >= fail_after {
        return State::Unknown;
    }
    if streaks.failed >= fail_after {
        return State::Down;
    }
    match state {
        State::Down if streaks.ok >= recover_after => State::Up,
        State::Down if streaks.not_failed >= recover_after => State::Warning,
        State::Down => State::Down,
        _ if streaks.ok >= recover_after => State::Up,
        // From WARNING a streak of not-ok goes on to be one; elsewhere it must be long enough.
        _ if streaks.not_ok >= fail_after => State::Warning,
        unchanged => unchanged,
    }
}

/// Whether the last verdicts point elsewhere than the state, so that the next check is wanted
/// soon.
fn is_open(state: State, streaks: &Streaks, policy: &Judging) -> bool {
    match state {
        State::Up => streaks.not_ok > 0 || streaks.unknown > 0,
        State::Warning => streaks.failed > 0 || streaks.ok > 0 || streaks.unknown > 0,
        State::Down => streaks.not_failed > 0 || streaks.unknown > 0,
        State::Pending => true,
        // Failed often enough, and yet UNKNOWN: the trouble is ours, and haste does not mend it.
        State::Unknown => streaks.unknown == 0 && streaks.failed < policy.fail_after,
    }
}

/// The delay until the next check.
pub fn pace(state: State, streaks: &Streaks, policy: &Judging) -> Duration {
    if is_open(state, streaks, policy) {
        policy.retry_every.min(policy.every)
    } else {
        policy.every
    }
}

/// Which of the last checks found another verdict than the one before; for flapping, as Nagios
/// counts it, but without its weights.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flips {
    /// From the first change on, newest last.
    changed: Vec<bool>,
    last: Option<Verdict>,
    /// Whether the target counts as flapping.
    pub flapping: bool,
}

impl Flips {
    /// Whether anything changed among the checks that are looked at.
    pub fn is_moving(&self) -> bool {
        self.flapping || self.changed.contains(&true)
    }

    /// Counts one more verdict; says whether flapping began or ended with it.
    pub fn count(&mut self, verdict: Verdict, limits: Flapping) -> bool {
        let was = self.flapping;
        let window = usize::try_from(limits.window).unwrap_or(usize::MAX);
        if window == 0 {
            *self = Self::default();
            return was;
        }
        if verdict == Verdict::Unknown {
            return false;
        }
        let is_change = self.last.is_some_and(|last| last != verdict);
        self.last = Some(verdict);
        // What lies before the first change says nothing: a steady target holds nothing here.
        if is_change || !self.changed.is_empty() {
            self.changed.push(is_change);
        }
        let surplus = self.changed.len().saturating_sub(window);
        let oldest = self
            .changed
            .iter()
            .skip(surplus)
            .position(|&changed| changed);
        match oldest {
            Some(steady) => _ = self.changed.drain(..surplus + steady),
            None => self.changed = Vec::new(),
        }
        // A window that is not full yet says little: the share is of the whole window.
        let changes = self.changed.iter().filter(|&&changed| changed).count();
        let percent = changes * 100 / window;
        self.flapping = if was {
            percent > usize::from(limits.low_percent)
        } else {
            percent >= usize::from(limits.high_percent)
        };
        was != self.flapping
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hostmessenger_config::Scope;
    use proptest::prelude::*;

    fn policy(fail_after: u32, recover_after: u32) -> Judging {
        Judging {
            every: Duration::from_secs(60),
            fail_after,
            recover_after,
            retry_every: Duration::from_secs(5),
            remind_every: None,
            depends_on: Vec::new(),
            alert_to: Vec::new(),
            scope: Some(Scope::Remote),
        }
    }

    /// The states after each verdict: `o`k, `w`arning, `f`ailed, `u`nknown.
    fn run(policy: &Judging, verdicts: &str) -> String {
        let (mut state, mut streaks) = (State::Pending, Streaks::default());
        let letter = |state: State| state.as_str().chars().next().unwrap();
        let mut states = String::new();
        for c in verdicts.chars() {
            streaks.count(match c {
                'o' => Verdict::Ok,
                'w' => Verdict::Warning,
                'f' => Verdict::Failed,
                _ => Verdict::Unknown,
            });
            let next = judge(state, &streaks, policy);
            state = next;
            states.push(if state == State::Unknown {
                '?'
            } else {
                letter(state)
            });
        }
        states
    }

    #[test]
    fn so_many_failures_in_a_row_make_it_down_and_not_one_less() {
        assert_eq!(run(&policy(3, 1), "offoffff"), "UUUUUUDD");
        assert_eq!(run(&policy(1, 1), "of"), "UD");
        assert_eq!(run(&policy(3, 1), "fff"), "PPD");
    }

    #[test]
    fn so_many_successes_in_a_row_bring_it_back() {
        assert_eq!(run(&policy(1, 3), "ofoofooo"), "UDDDDDDU");
    }

    #[test]
    fn a_warning_needs_its_streak_too_and_does_not_hide_a_failure() {
        assert_eq!(run(&policy(3, 1), "owwowww"), "UUUUUUW");
        assert_eq!(run(&policy(3, 1), "owff"), "UUUW");
        assert_eq!(run(&policy(3, 1), "owfff"), "UUUWD");
        assert_eq!(run(&policy(2, 1), "offwo"), "UUDWU");
    }

    #[test]
    fn unknown_neither_makes_nor_breaks_a_streak() {
        assert_eq!(run(&policy(3, 1), "ofufuf"), "UUUUUD");
        assert_eq!(run(&policy(2, 1), "ouuo"), "UU?U");
    }

    #[test]
    fn the_pace_quickens_only_while_the_verdict_is_open() {
        let policy = policy(3, 1);
        let mut streaks = Streaks::default();
        streaks.count(Verdict::Ok);
        assert_eq!(pace(State::Up, &streaks, &policy), policy.every);
        streaks.count(Verdict::Failed);
        assert_eq!(pace(State::Up, &streaks, &policy), policy.retry_every);
        streaks.count(Verdict::Failed);
        streaks.count(Verdict::Failed);
        assert_eq!(pace(State::Down, &streaks, &policy), policy.every);
    }

    #[test]
    fn half_of_the_window_changing_is_flapping_and_a_quarter_ends_it() {
        let limits = Flapping {
            window: 20,
            high_percent: 50,
            low_percent: 25,
        };
        let mut flips = Flips::default();
        let mut began = None;
        for n in 0..30 {
            let verdict = if n % 2 == 0 {
                Verdict::Ok
            } else {
                Verdict::Failed
            };
            if flips.count(verdict, limits) {
                began.get_or_insert(n);
            }
        }
        assert_eq!(began, Some(10));
        let quiet = (0..30)
            .position(|_| flips.count(Verdict::Ok, limits))
            .unwrap();
        assert!((10..=15).contains(&quiet), "{quiet}");
        assert!(!flips.flapping);
    }

    proptest! {
        #[test]
        fn a_change_for_the_worse_always_has_its_streak(
            verdicts in "[owfu]{0,60}", fail_after in 1u32..5, recover_after in 1u32..4
        ) {
            let states = run(&policy(fail_after, recover_after), &verdicts);
            let verdicts: Vec<char> = verdicts.chars().collect();
            let states: Vec<char> = states.chars().collect();
            for (n, &state) in states.iter().enumerate() {
                let before = if n == 0 { 'P' } else { states[n - 1] };
                if state == 'D' && before != 'D' {
                    let failed = verdicts[..=n].iter().rev().filter(|&&v| v != 'u').take_while(|&&v| v == 'f').count();
                    prop_assert!(failed >= fail_after as usize);
                }
                if state == 'U' && before == 'D' {
                    let ok = verdicts[..=n].iter().rev().filter(|&&v| v != 'u').take_while(|&&v| v == 'o').count();
                    prop_assert!(ok >= recover_after as usize);
                }
            }
        }
    }
}
