//! What Windows tells a console program (`HandlerRoutine` in its console documentation).
//!
//! A trap: of a console that is closed, and of a shutdown, a program hears at most five seconds before
//! it is ended, and only for as long as the handler does not return; tokio's never does. A logoff is
//! not listened to: only services hear of it, of anybody's, and they go on.

use tokio::signal::windows::{
    CtrlBreak, CtrlC, CtrlClose, CtrlShutdown, ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown,
};

use super::Signal;

/// All signals of interest, from now on.
pub(crate) struct Signals {
    c: CtrlC,
    pause: CtrlBreak,
    close: CtrlClose,
    shutdown: CtrlShutdown,
}

impl Signals {
    /// Starts to listen. Fails where the system takes no handler.
    pub(crate) fn listen() -> std::io::Result<Self> {
        Ok(Self {
            c: ctrl_c()?,
            pause: ctrl_break()?,
            close: ctrl_close()?,
            shutdown: ctrl_shutdown()?,
        })
    }

    /// The next signal.
    pub(crate) async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.c.recv() => {}
            _ = self.pause.recv() => {}
            _ = self.close.recv() => {}
            _ = self.shutdown.recv() => {}
        }
        Signal::Stop
    }
}
