//! When the next check is due. Pure.
//!
//! Waking up costs more than many a check, so checks start on ticks that all probes share: those of
//! thousands of targets wake the program ten times a second, not thousands of times. A newcomer's trap:
//! the pace is kept from due time to due time, not from start to start, or each tick would add to it.

use std::time::Duration;

/// The distance of two ticks.
pub(super) const TICK: Duration = Duration::from_millis(100);

/// The same among first checks, which may be early by less than that.
const FIRST_TICK: Duration = Duration::from_millis(10);

/// The moment (monotonic) after one that a check was due at, at this pace; never in the past. What was
/// missed is not made up for.
pub(super) fn next_due(due: Duration, pace: Duration, now: Duration) -> Duration {
    due.saturating_add(pace).max(now)
}

/// The tick at or after a moment (monotonic).
pub(super) fn tick_for(due: Duration) -> Duration {
    let tick = TICK.as_nanos();
    let at = due.as_nanos().div_ceil(tick).saturating_mul(tick);
    u64::try_from(at).map_or(Duration::MAX, Duration::from_nanos)
}

/// When a first check begins: not on a tick, since who starts the program waits for it.
pub(super) fn first_tick(due: Duration) -> Duration {
    let early = due.as_nanos() % FIRST_TICK.as_nanos();
    due.saturating_sub(u64::try_from(early).map_or(Duration::ZERO, Duration::from_nanos))
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
            now = tick_for(due).max(now) + Duration::from_millis(7);
        }
        assert_eq!(due, pace * 1_000);
        assert!(now.saturating_sub(due) <= TICK + Duration::from_millis(7));
    }

    #[test]
    fn what_was_missed_is_not_made_up_for() {
        let now = Duration::from_secs(100);
        let due = next_due(Duration::from_secs(1), Duration::from_secs(5), now);
        assert_eq!((due, tick_for(due)), (now, now));
    }

    proptest! {
        #[test]
        fn a_check_is_never_early_and_at_most_a_tick_late(due in 0u64..10_000_000_000) {
            let due = Duration::from_nanos(due);
            let begins = tick_for(due);
            prop_assert!(begins >= due && begins < due + TICK);
            let first = first_tick(due);
            prop_assert!(first <= due && due < first + FIRST_TICK);
        }
    }
}
