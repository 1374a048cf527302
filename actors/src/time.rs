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
    /// What the wall showed at the start, where tests simulate it.
    #[cfg(test)]
    simulated: Option<Timestamp>,
}

impl Clock {
    /// Starts counting.
    pub fn start() -> Self {
        Self {
            start: Instant::now(),
            #[cfg(test)]
            simulated: None,
        }
    }

    /// Starts counting, on a wall that shows `base` now and advances with tokio's clock alone: days
    /// of a paused clock pass on both alike.
    #[cfg(test)]
    pub(crate) fn simulated(base: Timestamp) -> Self {
        Self {
            start: Instant::now(),
            simulated: Some(base),
        }
    }

    /// Reads both clocks.
    pub fn now(&self) -> Now {
        Now {
            wall: self.wall(),
            mono: self.mono(),
        }
    }

    /// Reads the monotonic one alone.
    pub fn mono(&self) -> Duration {
        self.start.elapsed()
    }

    #[cfg(not(test))]
    #[expect(clippy::unused_self, reason = "tests simulate the wall")]
    fn wall(&self) -> Timestamp {
        wall()
    }

    #[cfg(test)]
    fn wall(&self) -> Timestamp {
        let simulated = self.simulated.map(|base| base + self.start.elapsed());
        simulated.unwrap_or_else(wall)
    }
}

/// The wall's clock.
#[cfg(not(feature = "faults"))]
pub(crate) fn wall() -> Timestamp {
    Timestamp::now()
}

/// Test builds only: the wall's clock, off by the seconds that stand in the file that
/// `HOSTMESSENGER_FAULT_CLOCK` names. The file may change while the program runs.
#[cfg(feature = "faults")]
pub(crate) fn wall() -> Timestamp {
    let file = std::env::var_os("HOSTMESSENGER_FAULT_CLOCK");
    let text = file.and_then(|file| std::fs::read_to_string(file).ok());
    let seconds = text.and_then(|text| text.trim().parse().ok()).unwrap_or(0);
    Timestamp::now()
        .checked_add(jiff::SignedDuration::from_secs(seconds))
        .unwrap_or_else(|_| Timestamp::now())
}
