//! Files and folders that are on the disk when they are said to be, with the modes they are to have.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use super::{FolderError, failed};

/// For the folder itself and the one of the secrets.
pub(super) const CLOSED_DIR: u32 = 0o700;

/// What a file of the folder is to be allowed, whatever the disk says.
pub(super) fn mode_of(inside: &Path) -> u32 {
    match inside.to_str() {
        Some("hostmessenger" | "hostmessenger.exe") => 0o755,
        _ if inside.extension().is_some_and(|kind| kind == "cmd") => 0o644,
        Some("hostmessenger.schema.json" | "README.txt" | super::RECORD | super::CA_FILE) => 0o644,
        // The configuration may get a password one day.
        _ => 0o600,
    }
}

/// Writes a new file of the folder from what `content` yields, up to `limit` bytes.
pub(super) fn write(
    folder: &Path,
    inside: &str,
    content: impl Read,
    limit: u64,
) -> Result<(), FolderError> {
    let path = folder.join(inside);
    let written = create(&path, mode_of(Path::new(inside))).and_then(|mut file| {
        let copied = io::copy(&mut content.take(limit + 1), &mut file)?;
        file.flush()?;
        file.sync_all()?;
        Ok(copied)
    });
    match written {
        Ok(copied) if copied > limit => Err(FolderError::TooLarge { path, limit }),
        Ok(_) => Ok(()),
        Err(error) => Err(failed(&path, "written")(error)),
    }
}

/// The same from a text.
pub(super) fn write_text(folder: &Path, inside: &str, text: &str) -> Result<(), FolderError> {
    write(folder, inside, text.as_bytes(), u64::MAX - 1)
}

/// Makes a new file with this mode, whatever the umask.
#[cfg(unix)]
pub(crate) fn create(path: &Path, mode: u32) -> io::Result<File> {
    use std::fs::Permissions;
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};

    let mut options = File::options();
    let file = options.write(true).create_new(true).mode(mode).open(path)?;
    // The umask may have taken some away. FAT refuses this, and has no modes to give.
    let _no_modes_here = file.set_permissions(Permissions::from_mode(mode));
    Ok(file)
}

/// Makes a new file: for its owner alone, or for whom the folder is.
#[cfg(windows)]
pub(crate) fn create(path: &Path, mode: u32) -> io::Result<File> {
    let for_others = mode & 0o077;
    if for_others == 0 {
        hostmessenger_config::create_private(path)
    } else {
        File::create_new(path)
    }
}

/// Puts the names in a folder on the disk. Where folders cannot be synced the system does it itself.
pub(super) fn sync_dir(path: &Path) -> Result<(), FolderError> {
    if cfg!(windows) {
        return Ok(());
    }
    match File::open(path).and_then(|dir| dir.sync_all()) {
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
        done => done.map_err(failed(path, "written to the disk")),
    }
}
