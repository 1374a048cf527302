//! When the next check is due. Pure.
//!
//! Waking up costs more than many a check, so checks start on ticks that all probes share: those of
//! thousands of targets wake the program ten times a second, not thousands of times. A newcomer's trap:
//! the pace is kept from due time to due time, not from start to start, or each tick would add to it.

use std::time::Duration;

/// The distance of two ticks.
const TICK: Duration = Duration::from_millis(100);

/// The moment (monotonic) after one that a check was due at, at this pace; never in the past. What was
/// missed is not made up for.
pub(super) fn next_due(due: Duration, pace: Duration, now: Duration) -> Duration {
    due.saturating_add(pace).max(now)
}

/// How long until the tick at or after a moment (monotonic).
pub(super) fn until_tick(due: Duration, now: Duration) -> Duration {
    let tick = TICK.as_nanos();
    let at = due.as_nanos().div_ceil(tick).saturating_mul(tick);
    let at = u64::try_from(at).map_or(Duration::MAX, Duration::from_nanos);
    at.saturating_sub(now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_pace_is_kept_although_every_check_waits_for_its_tick() {
        let pace = Duration::from_millis(1_030);
        let (mut due, mut now) = (Duration::ZERO, Duration::ZERO);
        for _ in 0..1_000 {
            due = next_due(due, pace, now);
            // A check that takes 7 ms, begun at its tick.
            now += until_tick(due, now) + Duration::from_millis(7);
        }
        assert_eq!(due, pace * 1_000);
        assert!(now.saturating_sub(due) <= TICK + Duration::from_millis(7));
    }

    #[test]
    fn what_was_missed_is_not_made_up_for() {
        let now = Duration::from_secs(100);
        let due = next_due(Duration::from_secs(1), Duration::from_secs(5), now);
        assert_eq!((due, until_tick(due, now)), (now, Duration::ZERO));
    }

    proptest! {
        #[test]
        fn a_check_is_never_early_and_at_most_a_tick_late(due in 0u64..10_000_000_000, ago in 0u64..10_000_000_000) {
            let due = Duration::from_nanos(due);
            let now = due.saturating_sub(Duration::from_nanos(ago));
            let begins = now + until_tick(due, now);
            prop_assert!(begins >= due && begins < due + TICK);
        }
    }
}
