//! Signals as the program understands them.

/// What a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// SIGINT, SIGTERM, Ctrl-C, Ctrl-Break, close, shutdown.
    Stop,
    /// SIGHUP: read the configuration again.
    Reload,
}

/// All signals of interest, from now on.
pub(crate) struct Signals {
    #[cfg(unix)]
    unix: [(tokio::signal::unix::Signal, Signal); 3],
}

#[cfg(unix)]
impl Signals {
    /// Starts to listen. Fails where the system has no room for a handler.
    pub(crate) fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            unix: [
                (signal(SignalKind::interrupt())?, Signal::Stop),
                (signal(SignalKind::terminate())?, Signal::Stop),
                (signal(SignalKind::hangup())?, Signal::Reload),
            ],
        })
    }

    /// The next signal.
    pub(crate) async fn next(&mut self) -> Signal {
        let [(interrupt, a), (terminate, b), (hangup, c)] = &mut self.unix;
        tokio::select! {
            _ = interrupt.recv() => *a,
            _ = terminate.recv() => *b,
            _ = hangup.recv() => *c,
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    /// Starts to listen.
    pub(crate) fn listen() -> std::io::Result<Self> {
        Ok(Self {})
    }

    /// The next signal.
    pub(crate) async fn next(&mut self) -> Signal {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        Signal::Stop
    }
}
