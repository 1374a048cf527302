//! What becomes of the board where the wall clock is set.

use std::time::Duration;

use jiff::Timestamp;

use super::Board;
use crate::time::Now;

/// A clock that is corrected by less was not set back.
const CLOCK_SLACK: Duration = Duration::from_secs(30);

impl Board {
    /// A wall clock that was set back takes all that is remembered with it: reminders, mutes and
    /// "after 12m" are meant in time that passes. (Set forward, or asleep, it only comes early.)
    pub(super) fn follow_clock(&mut self, now: Now) {
        let passed = now.mono.saturating_sub(self.latest.mono);
        let expected = self.latest.wall.saturating_add(passed).unwrap_or(now.wall);
        if let Ok(by) = Duration::try_from(expected.duration_since(now.wall))
            && by > CLOCK_SLACK
        {
            for entry in &mut self.entries {
                entry.record.set_back(by);
            }
            for at in [&mut self.link_lost, &mut self.cut_since]
                .into_iter()
                .flatten()
            {
                *at = at.saturating_sub(by).unwrap_or(Timestamp::MIN);
            }
            self.note_all();
        }
        self.latest = now;
    }
}
