//! Kind `disk`: free space of the file system under a path.
//!
//! A trap: asking a dead network share blocks its thread for hours, and nothing can end that
//! thread. So it is asked by a [`DiskHelpers`] thread, of which a path has one at the most.

use std::path::Path;
use std::time::Duration;

use hostmessenger_config::{Disk, MinFree, Percent};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Tools, just_before};
use crate::probe::verdict::Finding;

mod failure;
mod helpers;
#[cfg(unix)]
mod statvfs;
#[cfg(windows)]
mod windows;

pub(crate) use failure::failure;
pub use helpers::DiskHelpers;

#[cfg(unix)]
use statvfs::ask;
#[cfg(windows)]
use windows::ask;

/// What a file system says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Bytes in all.
    pub total: u64,
    /// Bytes that are free, those kept for root included.
    pub free: u64,
    /// Bytes that are free to everyone.
    pub available: u64,
    /// Inodes; `None` where the file system makes them as needed (btrfs, vfat).
    pub inodes: Option<Inodes>,
}

/// Inodes of a file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inodes {
    /// In all.
    pub total: u64,
    /// Free to everyone.
    pub available: u64,
}

impl Inodes {
    /// Share that is available, in hundredths of a percent.
    pub fn available_share(&self) -> Option<Percent> {
        share(self.available, self.total)
    }
}

impl Usage {
    /// Bytes in use.
    pub fn used(&self) -> u64 {
        self.total.saturating_sub(self.free)
    }

    /// Share that is available, in hundredths of a percent, as `df` counts: of what is used or
    /// available, since what is kept for root is neither. `None`: the size is not known.
    pub fn available_share(&self) -> Option<Percent> {
        share(self.available, self.used().saturating_add(self.available))
    }
}

/// `part` of `whole` in hundredths of a percent, rounded down.
fn share(part: u64, whole: u64) -> Option<Percent> {
    let hundredths = (u128::from(part) * 10_000).checked_div(u128::from(whole))?;
    Some(Percent(
        u16::try_from(hundredths.min(10_000)).unwrap_or(10_000),
    ))
}

/// A limit that was crossed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// This share must be free, in hundredths of a percent.
    Percent(u16),
    /// So many bytes must be free.
    Bytes(u64),
    /// This share of the inodes must be free, in hundredths of a percent.
    Inodes(u16),
}

/// Evidence about a disk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DiskReason {
    /// Enough is free.
    Enough(Usage),
    /// Less is free than must be.
    Low {
        /// What is free.
        usage: Usage,
        /// All limits that are crossed.
        limits: Vec<Limit>,
    },
    /// The file system does not answer.
    Hangs {
        /// Since when it was asked in vain.
        since: Timestamp,
        /// And for how long that is.
        lasting: Duration,
    },
    /// There is no such path.
    Missing {
        /// The path.
        path: String,
    },
    /// We may not look there.
    Denied {
        /// The path.
        path: String,
    },
    /// A drive with nothing in it.
    NoMedium {
        /// The path.
        path: String,
    },
    /// The server of a share does not answer.
    NoServer {
        /// The path.
        path: String,
    },
    /// The server has no such share.
    NoShare {
        /// The path.
        path: String,
    },
    /// The server of a share wants another account or password.
    LoginRefused {
        /// The path.
        path: String,
    },
    /// Encrypted, and not unlocked.
    Locked {
        /// The path.
        path: String,
    },
    /// Damaged, or not formatted.
    NoFileSystem {
        /// The path.
        path: String,
    },
    /// The device cannot be read.
    Broken {
        /// The path.
        path: String,
    },
    /// It does not tell its size, so that no share of it can be judged.
    NoSize {
        /// The path.
        path: String,
    },
    /// Any other failure of the system.
    Io {
        /// What the system said.
        why: String,
    },
    /// No helper could be started: this machine's trouble, not the disk's.
    NoHelper {
        /// What the system said.
        why: String,
    },
}

/// Asks the file system how much is free. One that hangs is told as such before `timeout` is over.
pub async fn check(options: &Disk, timeout: Duration, tools: &Tools) -> Finding {
    match usage(&options.path, just_before(timeout), &tools.disks).await {
        Ok(usage) => judge(options, usage),
        Err(reason @ DiskReason::NoHelper { .. }) => Finding::unknown(None, reason),
        Err(reason) => Finding::failed(None, reason),
    }
}

/// What the file system under a path says of itself, or that it does not within `deadline`.
pub async fn usage(
    path: &Path,
    deadline: Duration,
    helpers: &DiskHelpers,
) -> Result<Usage, DiskReason> {
    helpers.ask(path, deadline).await
}

/// The verdict; pure.
fn judge(options: &Disk, usage: Usage) -> Finding {
    let mut limits = Vec::new();
    for min in &options.min_free {
        match *min {
            MinFree::Bytes(bytes) if usage.available < bytes => limits.push(Limit::Bytes(bytes)),
            MinFree::Bytes(_) => {}
            MinFree::Percent(percent) => match usage.available_share() {
                None => {
                    let path = shown(&options.path);
                    return Finding::unknown(None, DiskReason::NoSize { path });
                }
                Some(free) if free < percent => limits.push(Limit::Percent(percent.0)),
                Some(_) => {}
            },
        }
    }
    if let (Some(percent), Some(inodes)) = (options.min_free_inodes, usage.inodes)
        && inodes.available_share().is_some_and(|free| free < percent)
    {
        limits.push(Limit::Inodes(percent.0));
    }
    if limits.is_empty() {
        Finding::ok(None, DiskReason::Enough(usage))
    } else {
        Finding::failed(None, DiskReason::Low { usage, limits })
    }
}

fn shown(path: &Path) -> String {
    crate::text::clean(&path.to_string_lossy(), 200)
}

#[cfg(test)]
mod judge_tests;

#[cfg(test)]
#[cfg(target_os = "linux")]
pub(crate) mod fuse_tests;
