//! Where a session is, and when that has taken too long.

use std::future::pending;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use tokio::time::Instant;

use crate::connection::login::{LoggedIn, LoginError};

/// Where a session is.
pub(super) enum Phase {
    /// A connection was handed over; the stream makes a session of it until this time.
    Negotiating { due: Instant, resuming: bool },
    /// Stanzas flow since this time.
    Bound { since: Instant },
    /// The link is lost.
    Suspended(Suspended),
}

impl Phase {
    /// When it has taken too long.
    pub(super) fn due(&self) -> Option<Instant> {
        match self {
            Self::Negotiating { due, .. } => Some(*due),
            Self::Suspended(suspended) => Some(suspended.until),
            Self::Bound { .. } => None,
        }
    }
}

/// What is done about a lost link.
pub(super) struct Suspended {
    pub(super) until: Instant,
    pub(super) pause: Duration,
    pub(super) attempt: Option<LocalBoxFuture<'static, Result<LoggedIn, LoginError>>>,
    /// Why the last attempt came to nothing.
    pub(super) missed: Option<String>,
}

impl Suspended {
    /// Notes why an attempt came to nothing; each reason is logged when it is new.
    pub(super) fn missed(&mut self, reason: &str) {
        if self.missed.as_deref() == Some(reason) {
            return tracing::debug!(reason, "link not back yet");
        }
        tracing::warn!(reason, "link not back yet");
        self.missed = Some(reason.to_owned());
    }
}

/// Up to a quarter less, so that many hosts that fell together do not rise together.
pub(super) fn jittered(pause: Duration) -> Duration {
    pause.mul_f64(1.0 - 0.25 * fastrand::f64())
}

/// The running attempt to come back, if there is one.
pub(super) async fn attempt(phase: &mut Phase) -> Result<LoggedIn, LoginError> {
    match phase {
        Phase::Suspended(Suspended {
            attempt: Some(attempt),
            ..
        }) => attempt.await,
        _ => pending().await,
    }
}

/// Comes at that time, or never.
pub(super) async fn sleep_until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => pending().await,
    }
}
