//! What Windows tells a console program (`HandlerRoutine` in its console documentation).
//!
//! A trap: of a console that is closed, and of a shutdown, a program hears at most five seconds before
//! it is ended, and only for as long as the handler does not return; tokio's never does. A logoff is
//! not listened to: only services hear of it, of anybody's, and they go on.

use tokio::signal::windows::{
    CtrlBreak, CtrlC, CtrlClose, CtrlShutdown, ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown,
};

use tokio::sync::mpsc::UnboundedReceiver;

use super::Signal;

/// All signals of interest, from now on.
pub(crate) struct Signals {
    c: CtrlC,
    pause: CtrlBreak,
    close: CtrlClose,
    shutdown: CtrlShutdown,
    /// What the service manager asks for, where it started us.
    asked: Option<UnboundedReceiver<Signal>>,
}

impl Signals {
    /// Starts to listen. Fails where the system takes no handler.
    pub(crate) fn listen() -> std::io::Result<Self> {
        Ok(Self {
            c: ctrl_c()?,
            pause: ctrl_break()?,
            close: ctrl_close()?,
            shutdown: ctrl_shutdown()?,
            asked: crate::service::manager::asked(),
        })
    }

    /// The next signal.
    pub(crate) async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.c.recv() => {}
            _ = self.pause.recv() => {}
            _ = self.close.recv() => {}
            _ = self.shutdown.recv() => {}
            signal = asked(&mut self.asked) => return signal,
        }
        Signal::Stop
    }
}

async fn asked(by: &mut Option<UnboundedReceiver<Signal>>) -> Signal {
    match by {
        Some(by) => match by.recv().await {
            Some(signal) => signal,
            None => std::future::pending().await,
        },
        None => std::future::pending().await,
    }
}
