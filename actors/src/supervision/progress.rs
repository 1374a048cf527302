//! Whether the tree gets on, for a watchdog outside the process. Pure.
//!
//! One child that hangs is no reason to end the program: its supervisor replaces it, and that is
//! progress. What nobody inside can mend is a supervisor that no longer beats, or a child that was
//! to be replaced and was not. (An arbiter that is blocked asks nothing here at all.)

use std::time::Duration;

use super::ChildPhase;

/// So many beats may be late, or unanswered, before something is done.
pub(super) const MISSED_BEATS: u32 = 3;

/// Why the tree does not get on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stuck {
    /// The supervisor has not beaten for so long.
    #[error("the supervisor has not beaten for {} s", .0.as_secs())]
    Supervisor(Duration),
    /// A child was to be replaced and was not.
    #[error("{name} was not replaced after {missed} beats unanswered")]
    Child {
        /// Its name.
        name: String,
        /// Beats in a row that it left unanswered.
        missed: u32,
    },
}

/// What a child's last beats showed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pulse<'a> {
    pub(super) name: &'a str,
    pub(super) phase: ChildPhase,
    /// Beats in a row that it left unanswered.
    pub(super) missed: u32,
}

/// Judges the tree; `since_beat` is the time since the supervisor's last round of beats.
pub(super) fn judge<'a>(
    since_beat: Duration,
    beat_every: Duration,
    children: impl IntoIterator<Item = Pulse<'a>>,
) -> Result<(), Stuck> {
    if since_beat > beat_every * MISSED_BEATS {
        return Err(Stuck::Supervisor(since_beat));
    }
    // At the third beat unanswered it is interrupted, which takes no time; a fourth tells that
    // this did not help. One that waits for its next life is in good hands.
    let stuck =
        |child: &Pulse<'_>| child.phase == ChildPhase::Running && child.missed > MISSED_BEATS;
    match children.into_iter().find(stuck) {
        Some(Pulse { name, missed, .. }) => Err(Stuck::Child {
            name: name.to_owned(),
            missed,
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BEAT: Duration = Duration::from_secs(10);

    fn pulse(phase: ChildPhase, missed: u32) -> Pulse<'static> {
        Pulse {
            name: "probe/shop",
            phase,
            missed,
        }
    }

    #[test]
    fn a_child_that_hangs_or_restarts_is_progress_and_one_that_cannot_be_replaced_is_not() {
        let judge = |child| judge(BEAT, BEAT, [pulse(ChildPhase::Running, 0), child]);
        for missed in 0..=3 {
            assert_eq!(judge(pulse(ChildPhase::Running, missed)), Ok(()));
        }
        for phase in [ChildPhase::Waiting, ChildPhase::Stopped] {
            assert_eq!(judge(pulse(phase, 4)), Ok(()));
        }
        let stuck = judge(pulse(ChildPhase::Running, 4));
        assert_eq!(
            stuck.map_err(|stuck| stuck.to_string()),
            Err("probe/shop was not replaced after 4 beats unanswered".into())
        );
    }

    #[test]
    fn a_supervisor_that_no_longer_beats_is_stuck_with_or_without_children() {
        assert_eq!(judge(BEAT * 3, BEAT, []), Ok(()));
        let late = BEAT * 3 + Duration::from_millis(1);
        assert_eq!(judge(late, BEAT, []), Err(Stuck::Supervisor(late)));
    }

    proptest! {
        #[test]
        fn more_missed_beats_never_make_a_stuck_tree_well(
            missed in prop::collection::vec(0u32..8, 0..20), more in 0u32..8, seconds in 0u64..60
        ) {
            let look = |by: u32, later: u64| {
                let children = missed.iter().map(|&n| pulse(ChildPhase::Running, n + by));
                judge(Duration::from_secs(seconds + later), BEAT, children)
            };
            if look(0, 0).is_err() {
                prop_assert!(look(more, u64::from(more)).is_err());
            }
        }
    }
}
