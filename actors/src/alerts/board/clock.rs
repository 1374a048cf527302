//! When the board is to be asked again, and what becomes of it where the wall clock is set.

use std::time::Duration;

use jiff::Timestamp;

use super::Board;
use crate::time::Now;

/// A clock that is corrected by less was not set back.
const CLOCK_SLACK: Duration = Duration::from_secs(30);

impl Board {
    /// The moment (monotonic) of the next [`Board::tick`] that may do something.
    pub fn next_tick(&self, now: Now) -> Option<Duration> {
        let wall = |at: Timestamp| {
            let left: Duration = at.duration_since(now.wall).try_into().unwrap_or_default();
            now.mono + left
        };
        let of_entries = self.entries.iter().flat_map(|entry| {
            let mute = entry.record.mute.as_ref().map(|mute| wall(mute.until));
            let reminder = entry.reminder_due().map(wall);
            let escalation = self.escalation_due(entry).map(wall);
            mute.into_iter().chain(reminder).chain(escalation)
        });
        let link = [self.flush_at, self.verifying, self.verify_again];
        of_entries.chain(link.into_iter().flatten()).min()
    }

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
        }
        self.latest = now;
    }
}
