//! The same question on Windows (`GetDiskFreeSpaceExW`): drives, folders, and `\\server\share`.

use std::io;
use std::path::Path;

use super::Usage;
use crate::sys_error::of_winsafe;

/// Asks the file system under a path. Blocks as long as that one likes.
pub(super) fn ask(path: &Path) -> io::Result<Usage> {
    let refused = match folder(path) {
        Ok(usage) => return Ok(usage),
        Err(error) => error,
    };
    // Only folders are taken: of a file it is the one that it really lies in.
    let path = path.to_string_lossy();
    let path = Path::new(path.trim_end_matches(['\\', '/']));
    let is_file = std::fs::metadata(path).is_ok_and(|found| !found.is_dir());
    let real = is_file.then(|| path.canonicalize()).transpose()?;
    match real.as_deref().and_then(Path::parent) {
        Some(parent) => folder(parent),
        None => Err(refused),
    }
}

fn folder(path: &Path) -> io::Result<Usage> {
    // A share's name is taken only with a backslash behind it.
    let path = path.to_string_lossy();
    let folder = format!("{}\\", path.trim_end_matches(['\\', '/']));
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

#[cfg(test)]
mod tests {
    use super::super::{DiskReason, failure};
    use super::*;

    #[test]
    fn a_drive_a_folder_and_a_file_are_on_the_same_disk_however_they_are_written() {
        let drive = ask(Path::new("C:\\")).unwrap();
        assert!(drive.total >= drive.free && drive.free >= drive.available);
        let windows = std::env::var("SystemRoot").unwrap();
        let file = format!(r"{windows}\system32\kernel32.dll");
        for path in [
            "C:".to_owned(),
            "c:/".to_owned(),
            r"\\?\C:\".to_owned(),
            format!(r"\\?\{windows}"),
            windows.replace('\\', "/"),
            format!(r"{windows}\"),
            file.clone(),
            format!(r"\\?\{file}"),
            format!(r"{file}\"),
        ] {
            let found = ask(Path::new(&path)).unwrap_or_else(|error| panic!("{path}: {error}"));
            assert_eq!(found.total, drive.total, "{path}");
        }
    }

    #[test]
    fn a_drive_and_a_folder_that_are_not_there_are_missing() {
        let why = |path: &str| failure(&ask(Path::new(path)).unwrap_err(), Path::new(path));
        let missing = |path: &str| DiskReason::Missing { path: path.into() };
        assert_eq!(why(r"Q:\"), missing(r"Q:\"));
        assert_eq!(why(r"C:\no\such\folder"), missing(r"C:\no\such\folder"));
        let below = r"C:\windows\system32\kernel32.dll\below";
        assert_eq!(why(below), missing(below));
    }
}
