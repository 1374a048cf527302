//! Signals as the program understands them.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(crate) use unix::Signals;
#[cfg(windows)]
pub(crate) use windows::Signals;

/// What a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// SIGINT, SIGTERM, Ctrl-C, Ctrl-Break, a console that is closed, shutdown.
    Stop,
    /// SIGHUP; of a Windows service: "parameters changed". Read the configuration again.
    Reload,
}
