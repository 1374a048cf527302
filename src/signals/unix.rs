//! SIGINT, SIGTERM, SIGHUP.

use tokio::signal::unix::{self, SignalKind, signal};

use super::Signal;

/// All signals of interest, from now on.
pub(crate) struct Signals([(unix::Signal, Signal); 3]);

impl Signals {
    /// Starts to listen. Fails where the system has no room for a handler.
    pub(crate) fn listen() -> std::io::Result<Self> {
        Ok(Self([
            (signal(SignalKind::interrupt())?, Signal::Stop),
            (signal(SignalKind::terminate())?, Signal::Stop),
            (signal(SignalKind::hangup())?, Signal::Reload),
        ]))
    }

    /// The next signal.
    pub(crate) async fn next(&mut self) -> Signal {
        let [(interrupt, a), (terminate, b), (hangup, c)] = &mut self.0;
        tokio::select! {
            _ = interrupt.recv() => *a,
            _ = terminate.recv() => *b,
            _ = hangup.recv() => *c,
        }
    }
}
