//! Two clocks, both handed to decisions as arguments: the wall's for people and the journal, the
//! monotonic one for delays, because the wall's may jump.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

/// What both clocks said at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Date and time.
    pub wall: Timestamp,
    /// Time since the program started; never goes back.
    pub mono: Duration,
}

/// Where [`Now`] comes from. Only actors hold one; pure code gets a [`Now`].
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    start: Instant,
}

impl Clock {
    /// Starts counting.
    pub fn start() -> Self {
        Self {
            start: Instant::now(),
        }
    }

    /// Reads both clocks.
    pub fn now(&self) -> Now {
        Now {
            wall: Timestamp::now(),
            mono: self.start.elapsed(),
        }
    }
}
