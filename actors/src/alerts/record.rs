//! What is remembered of one target; it is stored as it stands, so that a restart loses nothing.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::health::{Flips, Streaks};
use super::trouble::Trouble;
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
    /// What only one in trouble has.
    #[serde(flatten)]
    pub trouble: Trouble,
    /// Its changes of late.
    pub flips: Flips,
    /// Until when nothing is told.
    pub mute: Option<Box<Mute>>,
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
            trouble: Trouble::default(),
            flips: Flips::default(),
            mute: None,
            last: None,
        }
    }

    /// Moves all that is remembered to where it is on a clock that was set back by so much.
    pub(super) fn set_back(&mut self, by: Duration) {
        let back = |at: &mut Timestamp| *at = at.saturating_sub(by).unwrap_or(Timestamp::MIN);
        back(&mut self.since);
        self.trouble.trouble_since.as_mut().map(back);
        self.trouble.unread.as_mut().map(back);
        if let Some(last) = &mut self.last {
            back(&mut last.at);
        }
        match &mut self.trouble.told {
            Told::Fine => {}
            Told::Warning { since } => back(since),
            Told::Down { since, said } => {
                back(since);
                back(said);
            }
        }
        if let Some(mute) = &mut self.mute {
            back(&mut mute.until);
            back(&mut mute.begun);
        }
    }

    /// What is remembered, as it can be: nothing of it happened after now. A clock that was set back
    /// while the program did not run would else hold back reminders, or keep a mute for years.
    pub(super) fn plausible(mut self, now: Timestamp) -> Self {
        let said = match self.trouble.told {
            Told::Down { said, .. } => Some(said),
            _ => None,
        };
        let begun = self.mute.as_ref().map(|mute| mute.begun);
        let latest = [Some(self.since), self.trouble.unread, said, begun];
        let ahead = latest.into_iter().flatten().max().unwrap_or(now);
        if let Ok(by) = Duration::try_from(ahead.duration_since(now)) {
            self.set_back(by);
        }
        self
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
            Verdict::Ok => self.trouble.is_over(),
            Verdict::Warning | Verdict::Failed => {
                self.trouble.trouble_since.get_or_insert(outcome.at);
            }
            Verdict::Unknown => {}
        }
        self.last = Some(outcome.clone());
    }
}
