//! When targets are checked first: spread out, so that a start is no storm. Pure.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

/// First checks are spread over at most this long …
const SPREAD: Duration = Duration::from_secs(10);
/// … and are never more than so many a second.
const FIRST_CHECKS_PER_SECOND: u32 = 1_000;

/// The place of each target in the row of first checks: who was in trouble when the last run ended
/// comes first, the others follow as they are configured.
pub(super) fn places<'a>(
    targets: impl Iterator<Item = &'a str>,
    in_trouble: &[String],
) -> HashMap<&'a str, usize> {
    let in_trouble: HashSet<&str> = in_trouble.iter().map(String::as_str).collect();
    let mut names: Vec<&str> = targets.collect();
    // A stable sort keeps the configuration's order.
    names.sort_by_key(|name| !in_trouble.contains(name));
    let places = names.into_iter().enumerate();
    places.map(|(place, name)| (name, place)).collect()
}

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
    fn who_was_in_trouble_comes_first() {
        let places = places(
            ["a", "b", "c", "d"].into_iter(),
            &["d".into(), "b".into(), "x".into()],
        );
        let mut order = ["a", "b", "c", "d"];
        order.sort_by_key(|name| places[name]);
        assert_eq!(order, ["b", "d", "a", "c"]);
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
