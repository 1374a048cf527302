//! The one call that may block for ever, where there is `statvfs` (POSIX).

use std::io;
use std::path::Path;

use super::{Inodes, Usage};

/// Asks the file system under a path. Blocks as long as that one likes.
pub(super) fn ask(path: &Path) -> io::Result<Usage> {
    let stat = rustix::fs::statvfs(path)?;
    // The unit of the counts is `f_frsize`; `f_bsize` is a hint for I/O.
    let bytes = |blocks: u64| blocks.saturating_mul(stat.f_frsize);
    Ok(Usage {
        total: bytes(stat.f_blocks),
        free: bytes(stat.f_bfree),
        available: bytes(stat.f_bavail),
        inodes: (stat.f_files > 0).then_some(Inodes {
            total: stat.f_files,
            available: stat.f_favail,
        }),
    })
}
