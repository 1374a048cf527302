//! When a child is started again. Pure: no clock, no dice; both are arguments.
//!
//! Delays double from `base` to `max`. A life of at least `settle` forgives all that was before.
//! More than `intensity` restarts within `period` (OTP's restart intensity) means that quick
//! restarts do not help: it is said once, and from then on `max` is the pace.

use std::collections::VecDeque;
use std::time::Duration;

/// How a child is restarted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RestartPolicy {
    /// The first delay.
    pub base: Duration,
    /// The longest delay, jitter included.
    pub max: Duration,
    /// A life this long counts as a success.
    pub settle: Duration,
    /// So many restarts are taken as they come …
    pub intensity: usize,
    /// … within this time.
    pub period: Duration,
}

/// What is remembered between lives.
#[derive(Debug, Clone, Default)]
pub struct RestartHistory {
    restarts: u64,
    streak: u32,
    recent: VecDeque<Duration>,
    given_up_on_haste: bool,
}

/// What to do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restart {
    /// Wait this long.
    pub delay: Duration,
    /// How many restarts there were, this one included.
    pub restarts: u64,
    /// Whether this is the moment to tell that the child keeps failing.
    pub say_so: bool,
}

impl RestartHistory {
    /// A life has ended at `now` after `lived`. `jitter` is between 0 and 1 and takes up to a
    /// quarter off the delay, so that many that fell together do not rise together. `at_least` is
    /// a delay that the child itself knows to be needed.
    pub fn ended(
        &mut self,
        policy: &RestartPolicy,
        lived: Duration,
        now: Duration,
        jitter: f64,
        at_least: Option<Duration>,
    ) -> Restart {
        if lived >= policy.settle {
            self.streak = 0;
            self.recent.clear();
            self.given_up_on_haste = false;
        }
        self.restarts += 1;
        self.recent.push_back(now);
        while self
            .recent
            .front()
            .is_some_and(|&at| now.saturating_sub(at) > policy.period)
        {
            self.recent.pop_front();
        }
        let too_many = self.recent.len() > policy.intensity;
        let say_so = too_many && !self.given_up_on_haste;
        self.given_up_on_haste |= too_many;
        // The list only has to show that the limit is passed.
        self.recent.truncate(policy.intensity + 1);

        let full = if self.given_up_on_haste {
            policy.max
        } else {
            let factor = 1u32.checked_shl(self.streak).unwrap_or(u32::MAX);
            policy.base.saturating_mul(factor).min(policy.max)
        };
        self.streak = self.streak.saturating_add(1).min(31);
        let delay = full.mul_f64(1.0 - 0.25 * jitter.clamp(0.0, 1.0));
        Restart {
            delay: delay.max(at_least.unwrap_or_default()),
            restarts: self.restarts,
            say_so,
        }
    }

    /// How many restarts there were.
    pub fn restarts(&self) -> u64 {
        self.restarts
    }

    /// Whether the child keeps failing.
    pub fn keeps_failing(&self) -> bool {
        self.given_up_on_haste
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const POLICY: RestartPolicy = RestartPolicy {
        base: Duration::from_millis(200),
        max: Duration::from_secs(60),
        settle: Duration::from_secs(120),
        intensity: 5,
        period: Duration::from_secs(60),
    };

    #[test]
    fn delays_double_and_then_stay_at_the_limit() {
        let mut history = RestartHistory::default();
        let delays: Vec<u64> = (0..7)
            .map(|i| {
                let now = Duration::from_secs(i);
                let restart = history.ended(&POLICY, Duration::ZERO, now, 0.0, None);
                u64::try_from(restart.delay.as_millis()).unwrap()
            })
            .collect();
        assert_eq!(delays, [200, 400, 800, 1_600, 3_200, 60_000, 60_000]);
    }

    #[test]
    fn a_child_that_keeps_failing_is_told_of_once() {
        let mut history = RestartHistory::default();
        let told = (0..100)
            .filter(|&i| {
                let now = Duration::from_secs(i);
                history
                    .ended(&POLICY, Duration::ZERO, now, 0.5, None)
                    .say_so
            })
            .count();
        assert_eq!(told, 1);
        assert!(history.keeps_failing());
    }

    #[test]
    fn a_long_life_forgives() {
        let mut history = RestartHistory::default();
        for i in 0..20 {
            history.ended(&POLICY, Duration::ZERO, Duration::from_secs(i), 0.0, None);
        }
        let after = history.ended(&POLICY, POLICY.settle, Duration::from_secs(900), 0.0, None);
        assert_eq!(after.delay, POLICY.base);
        assert!(!history.keeps_failing());
        assert_eq!(after.restarts, 21);
    }

    #[test]
    fn a_child_may_ask_for_a_longer_delay() {
        let long = Duration::from_secs(300);
        let restart = RestartHistory::default().ended(
            &POLICY,
            Duration::ZERO,
            Duration::ZERO,
            1.0,
            Some(long),
        );
        assert_eq!(restart.delay, long);
    }

    proptest! {
        #[test]
        fn a_delay_is_never_over_the_limit_nor_under_three_quarters_of_the_base(
            lives in prop::collection::vec((0u64..200_000, 0.0f64..=1.0), 1..200)
        ) {
            let mut history = RestartHistory::default();
            let mut now = Duration::ZERO;
            for (n, (lived, jitter)) in lives.into_iter().enumerate() {
                let lived = Duration::from_millis(lived);
                now += lived;
                let restart = history.ended(&POLICY, lived, now, jitter, None);
                prop_assert!(restart.delay <= POLICY.max);
                prop_assert!(restart.delay >= POLICY.base.mul_f64(0.75));
                prop_assert_eq!(restart.restarts, n as u64 + 1);
                now += restart.delay;
            }
        }
    }
}
