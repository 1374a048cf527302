//! What is remembered of one target; it is stored as it stands, so that a restart loses nothing.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::health::{Flips, Streaks};
use super::{Mute, State};
use crate::probe::verdict::{Outcome, Verdict};

/// What the receivers of a target's alerts were last told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Told {
    /// Nothing, or that it is up.
    #[default]
    Fine,
    /// WARNING.
    Warning {
        /// Since when, as told.
        since: Timestamp,
    },
    /// DOWN.
    Down {
        /// Since when, as told.
        since: Timestamp,
        /// When it was said last.
        said: Timestamp,
    },
}

/// What is remembered of one target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetRecord {
    /// Its state.
    pub state: State,
    /// Since when.
    pub since: Timestamp,
    /// Verdicts in a row.
    pub streaks: Streaks,
    /// When the running streak of checks that are not ok began.
    pub trouble_since: Option<Timestamp>,
    /// What was told of it.
    pub told: Told,
    /// Whether it was told that it is flapping.
    pub told_flapping: bool,
    /// Its changes of late.
    pub flips: Flips,
    /// Until when nothing is told.
    pub mute: Option<Mute>,
    /// The last check.
    pub last: Option<Outcome>,
}

impl TargetRecord {
    /// Of a target that was never checked.
    pub fn new(now: Timestamp) -> Self {
        Self {
            state: State::Pending,
            since: now,
            streaks: Streaks::default(),
            trouble_since: None,
            told: Told::Fine,
            told_flapping: false,
            flips: Flips::default(),
            mute: None,
            last: None,
        }
    }

    /// Whether the last check that could be made failed.
    pub fn is_failing(&self) -> bool {
        self.streaks.failed > 0
    }

    /// Counts an outcome.
    pub(super) fn count(&mut self, outcome: &Outcome) {
        let verdict = outcome.finding.verdict;
        self.streaks.count(verdict);
        match verdict {
            Verdict::Ok => self.trouble_since = None,
            Verdict::Warning | Verdict::Failed => {
                self.trouble_since.get_or_insert(outcome.at);
            }
            Verdict::Unknown => {}
        }
        self.last = Some(outcome.clone());
    }
}
