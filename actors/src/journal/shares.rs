//! The share of time that a target was up. Pure.
//!
//! Only time in which the program ran and knew counts: a stretch of PENDING or UNKNOWN, and one
//! between two runs, says nothing about the target.

use std::time::Duration;

use jiff::Timestamp;

use crate::alerts::State;

/// The state that a target entered at a moment.
pub(super) type Step = (Timestamp, State);

/// From when to when the program ran.
pub(super) type Run = (Timestamp, Timestamp);

/// The share in percent between `from` and `to`; `None` where nothing is known of that time.
/// `before` is the state that held before the first step. Steps and runs are in order of time.
pub(super) fn up_share(
    before: State,
    steps: &[Step],
    runs: &[Run],
    from: Timestamp,
    to: Timestamp,
) -> Option<f64> {
    let mut up = Duration::ZERO;
    let mut known = Duration::ZERO;
    let starts = std::iter::once((Timestamp::MIN, before)).chain(steps.iter().copied());
    let ends = steps.iter().map(|step| step.0).chain(std::iter::once(to));
    for ((start, state), end) in starts.zip(ends) {
        let (start, end) = (start.max(from), end.min(to));
        let lasted: Duration = runs.iter().map(|run| overlap(*run, (start, end))).sum();
        match state {
            State::Up | State::Warning => {
                up += lasted;
                known += lasted;
            }
            State::Down => known += lasted,
            State::Pending | State::Unknown => {}
        }
    }
    (!known.is_zero()).then(|| up.as_secs_f64() / known.as_secs_f64() * 100.0)
}

fn overlap(a: Run, b: Run) -> Duration {
    let (start, end) = (a.0.max(b.0), a.1.min(b.1));
    end.duration_since(start).try_into().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + hour * 3_600).unwrap()
    }

    #[test]
    fn the_share_is_of_the_time_that_is_known() {
        let all = [(at(0), at(24))];
        let steps = [(at(6), State::Down), (at(12), State::Up)];
        assert_eq!(up_share(State::Up, &steps, &all, at(0), at(24)), Some(75.0));
        assert_eq!(
            up_share(State::Pending, &steps, &all, at(0), at(24)),
            Some(12.0 / 18.0 * 100.0)
        );
        assert_eq!(up_share(State::Unknown, &[], &all, at(0), at(24)), None);
    }

    #[test]
    fn time_between_two_runs_does_not_count() {
        let runs = [(at(0), at(6)), (at(18), at(24))];
        let steps = [(at(3), State::Down), (at(21), State::Up)];
        assert_eq!(
            up_share(State::Up, &steps, &runs, at(0), at(24)),
            Some(50.0)
        );
    }

    proptest! {
        #[test]
        fn a_share_is_between_nothing_and_all(
            steps in prop::collection::vec((0i64..100, 0usize..5), 0..20),
            runs in prop::collection::vec((0i64..100, 0i64..10), 0..5),
        ) {
            let states = [State::Pending, State::Up, State::Warning, State::Down, State::Unknown];
            let mut steps: Vec<Step> = steps.into_iter().map(|(h, s)| (at(h), states[s])).collect();
            steps.sort_by_key(|step| step.0);
            let runs: Vec<Run> = runs.into_iter().map(|(h, n)| (at(h), at(h + n))).collect();
            if let Some(share) = up_share(State::Up, &steps, &runs, at(10), at(90)) {
                prop_assert!((0.0..=100.0).contains(&share));
            }
        }
    }
}
