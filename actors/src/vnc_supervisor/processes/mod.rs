//! The processes of remote control: recognised by a mark that they inherit, or by pid and start.
//!
//! A newcomer's trap: a pid alone names nobody, because it is used again. A process here is a pid
//! with the time it started, and that is compared before it is sent anything.

use serde::{Deserialize, Serialize};

#[cfg_attr(target_os = "linux", path = "linux.rs")]
#[cfg_attr(windows, path = "windows.rs")]
#[cfg_attr(not(any(target_os = "linux", windows)), path = "elsewhere.rs")]
mod system;

#[cfg(target_os = "linux")]
pub(super) use system::descendants;
#[cfg(windows)]
pub(super) use system::name;
pub(super) use system::{boot_id, marked};

/// The variable that each process of remote control inherits; its value tells one start from another.
pub(super) const MARK: &str = "HOSTMESSENGER_VNC_MARK";

/// One process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Process {
    /// Its pid.
    pub(super) pid: i32,
    /// When it started: in clock ticks since boot on Linux, since 1601 on Windows.
    pub(super) start: u64,
    /// Its parent's pid when it was looked at.
    #[serde(skip)]
    parent: i32,
    /// Whether it has ended and only waits to be collected.
    #[serde(skip)]
    zombie: bool,
}

/// What a process is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// To end in its own way.
    End,
    /// Nothing: it is ended.
    Killed,
}
