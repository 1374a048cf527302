//! The same question on Windows (`GetDiskFreeSpaceExW`): drives, folders, and `\\server\share`.

use std::io;
use std::path::Path;

use super::Usage;
use crate::sys_error::of_winsafe;

/// Asks the file system under a path. Blocks as long as that one likes.
pub(super) fn ask(path: &Path) -> io::Result<Usage> {
    // A share's name is taken only with a backslash behind it.
    let folder = format!(
        "{}\\",
        path.display().to_string().trim_end_matches(['\\', '/'])
    );
    let (mut available, mut total, mut free) = (0, 0, 0);
    winsafe::GetDiskFreeSpaceEx(
        Some(&folder),
        Some(&mut available),
        Some(&mut total),
        Some(&mut free),
    )
    .map_err(of_winsafe)?;
    Ok(Usage {
        total,
        free,
        available,
        inodes: None,
    })
}
