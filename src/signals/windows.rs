//! What Windows tells a console program (`HandlerRoutine` in its console documentation), and what it tells one with
//! windows.
//!
//! A trap: of a console that is closed, and of the end of a session, a program hears at most five seconds before
//! it is ended, and only for as long as the handler does not return; tokio's never does. Of a shutdown
//! handlers hear in services alone; of a logoff, too, of anybody's, and services go on. All others hear of both as
//! [`session`] does.

use tokio::signal::windows::{
    CtrlBreak, CtrlC, CtrlClose, CtrlShutdown, ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown,
};

use hostmessenger_windows::session;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::Signal;

/// All signals of interest, from now on.
pub(crate) struct Signals {
    c: CtrlC,
    pause: CtrlBreak,
    close: CtrlClose,
    shutdown: CtrlShutdown,
    /// What the service manager asks for, where it started us; else the end of the session.
    asked: UnboundedReceiver<Signal>,
}

impl Signals {
    /// Starts to listen. Fails where the system takes no handler.
    pub(crate) fn listen() -> std::io::Result<Self> {
        Ok(Self {
            c: ctrl_c()?,
            pause: ctrl_break()?,
            close: ctrl_close()?,
            shutdown: ctrl_shutdown()?,
            asked: match crate::service::manager::asked() {
                Some(asked) => asked,
                None => end_of_session()?,
            },
        })
    }

    /// The next signal.
    pub(crate) async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.c.recv() => {}
            _ = self.pause.recv() => {}
            _ = self.close.recv() => {}
            _ = self.shutdown.recv() => {}
            Some(signal) = self.asked.recv() => return signal,
        }
        Signal::Stop
    }
}

/// Asks to stop when the session ends. Where that cannot be heard of, the queue is empty and closed.
fn end_of_session() -> std::io::Result<UnboundedReceiver<Signal>> {
    let (ask, asked) = unbounded_channel();
    session::watch(move |end| match end {
        Ok(()) => {
            let _ending = ask.send(Signal::Stop);
        }
        Err(error) => tracing::debug!(%error, "the end of the session will not be heard of"),
    })?;
    Ok(asked)
}
