//! When targets are checked first: spread out, so that a start is no storm. Pure.

use std::time::Duration;

/// First checks are spread over at most this long …
const SPREAD: Duration = Duration::from_secs(10);
/// … and are never more than so many a second.
const FIRST_CHECKS_PER_SECOND: u32 = 1_000;

/// When each of so many first checks is due: evenly over the smaller of `every` and
/// [`SPREAD`], stretched where that would be too many a second.
pub(super) fn first_check(index: usize, of: usize, every: Duration) -> Duration {
    let of = u32::try_from(of.max(1)).unwrap_or(u32::MAX);
    let index = u32::try_from(index).unwrap_or(u32::MAX);
    let gentle = Duration::from_secs(1) / FIRST_CHECKS_PER_SECOND * of;
    every
        .min(SPREAD)
        .max(gentle)
        .mul_f64(f64::from(index) / f64::from(of))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_checks_are_spread_over_ten_seconds_or_the_pace() {
        let s = Duration::from_secs;
        assert_eq!(first_check(0, 5, s(60)), Duration::ZERO);
        assert_eq!(first_check(4, 5, s(60)), s(8));
        assert_eq!(first_check(1, 2, s(1)), Duration::from_millis(500));
    }

    #[test]
    fn no_more_than_a_thousand_first_checks_fall_into_one_second() {
        let within = (0..50_000)
            .map(|n| first_check(n, 50_000, Duration::from_secs(60)))
            .filter(|at| *at < Duration::from_secs(1))
            .count();
        assert!(within <= 1_001, "{within}");
    }
}
