//! The guard: a small process of our own between this program and the remote-control program.
//!
//! Why a process: after `kill -9` nothing of this program runs any more that could end what it
//! started. The guard's standard input is a pipe from this program. When it ends, however that
//! came about, the guard ends the remote-control program and all that descends from it.

use std::ffi::OsString;
use std::io;
use std::time::Duration;

use serde::{Deserialize, Serialize};

#[cfg(target_os = "linux")]
mod linux;
#[cfg(windows)]
mod windows;

/// The variable that names the folder with the record, for a guard that outlives this program.
pub(super) const FOLDER: &str = "HOSTMESSENGER_VNC_FOLDER";

/// How long the remote-control program may take to end by itself before it is killed.
pub(super) const TERM_GRACE: Duration = Duration::from_secs(2);
/// How long killed processes may take to be gone; longer only where the kernel does not let go.
pub(super) const KILL_GRACE: Duration = Duration::from_secs(2);

/// Who started the guard may be gone; then nobody misses a word.
#[cfg(any(target_os = "linux", windows))]
fn say(said: &Said) {
    use io::Write;
    if let Ok(line) = serde_json::to_string(said) {
        let mut stdout = io::stdout().lock();
        let _gone = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
    }
}

/// What the guard writes to its standard output, one JSON object a line. What it holds writes to
/// the guard's standard error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Said {
    /// It started what it was told to.
    Started {
        /// The pid of what it holds.
        pid: i32,
    },
    /// It could not start it.
    NotStarted {
        /// Why.
        why: String,
    },
    /// What it held has ended by itself.
    Ended {
        /// How.
        end: End,
    },
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum End {
    /// With this exit code.
    Code(i32),
    /// By this signal.
    Signal(i32),
}

impl std::fmt::Display for End {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Code(code) => write!(f, "exit code {code}"),
            Self::Signal(signal) => write!(f, "signal {signal}"),
        }
    }
}

/// Why there can be no guard.
#[derive(Debug, thiserror::Error)]
pub enum GuardError {
    /// It was called with nothing to start.
    #[error("nothing to start was named")]
    NothingToStart,
    /// It was started by hand.
    #[error("standard input is not a pipe: hostmessenger starts this by itself ({0})")]
    NotAPipe(#[source] io::Error),
    /// The system refused something.
    #[error("the guard cannot work: {0}")]
    System(#[from] io::Error),
    /// There is none for this system.
    #[error("remote control is not supported on this system")]
    NotSupported,
}

/// Starts what `arguments` say and holds it until standard input ends, a signal comes, or it ends
/// by itself; then ends all that descends from it and returns.
#[cfg(target_os = "linux")]
pub fn run(arguments: Vec<OsString>) -> Result<(), GuardError> {
    linux::run(&arguments)
}

/// Starts what `arguments` say and holds it until standard input ends or it ends by itself; then ends all
/// that it started, puts back what it was lent, and returns.
#[cfg(windows)]
pub fn run(arguments: Vec<OsString>) -> Result<(), GuardError> {
    windows::run(&arguments)
}

/// There is none for this system.
#[cfg(not(any(target_os = "linux", windows)))]
pub fn run(_arguments: Vec<OsString>) -> Result<(), GuardError> {
    Err(GuardError::NotSupported)
}
