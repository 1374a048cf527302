//! Where the folder goes, and whether it may.

use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use hostmessenger_config::belongs_to_us;

use super::{FolderError, failed};

/// Whether a client may be put there: it is missing or empty, and it can get its name by a rename.
pub(crate) fn is_free(dir: &Path) -> Result<(), FolderError> {
    Place::of(dir)?.is_free()
}

/// The hidden folder in which it is made.
pub(crate) fn staging(dir: &Path) -> Result<PathBuf, FolderError> {
    Place::of(dir).map(|place| place.staging)
}

/// The wanted folder and the hidden one beside it.
pub(super) struct Place {
    pub(super) dir: PathBuf,
    pub(super) parent: PathBuf,
    pub(super) staging: PathBuf,
}

impl Place {
    /// Links are followed: a rename would replace them.
    pub(super) fn of(dir: &Path) -> Result<Self, FolderError> {
        let dir = std::path::absolute(dir).map_err(failed(dir, "found"))?;
        let dir = dir.canonicalize().unwrap_or(dir);
        let (Some(parent), Some(name)) = (dir.parent(), dir.file_name()) else {
            return Err(FolderError::NoName { path: dir });
        };
        let parent = match parent.canonicalize() {
            Ok(parent) => parent,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let path = parent.to_owned();
                return Err(FolderError::NoParent { path });
            }
            Err(error) => return Err(failed(parent, "found")(error)),
        };
        let mut hidden = OsString::from(".");
        hidden.push(name);
        hidden.push(".enrolling");
        Ok(Self {
            dir: parent.join(name),
            staging: parent.join(hidden),
            parent,
        })
    }

    pub(super) fn is_free(&self) -> Result<(), FolderError> {
        let path = self.dir.clone();
        let mut entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound && !path.is_symlink() => {
                return Ok(());
            }
            Err(error) if error.kind() == io::ErrorKind::NotADirectory || path.is_file() => {
                return Err(FolderError::Occupied { path });
            }
            Err(error) => return Err(failed(&path, "read")(error)),
        };
        if entries.next().is_some() {
            return Err(FolderError::Occupied { path });
        }
        let is_mounted = match (path.metadata(), self.parent.metadata()) {
            (Ok(dir), Ok(parent)) => device(&dir) != device(&parent),
            _ => false,
        };
        if is_mounted {
            return Err(FolderError::MountPoint { path });
        }
        Ok(())
    }

    /// Whether a staged folder is there that we made.
    pub(super) fn has_staged(&self) -> Result<bool, FolderError> {
        let path = || self.staging.clone();
        match self.staging.symlink_metadata() {
            // Anybody may put a folder into /tmp, with an account in it that we would then undo.
            Ok(found) if found.is_dir() && belongs_to_us(&self.staging) => Ok(true),
            Ok(_) => Err(FolderError::NotOurs { path: path() }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(failed(&self.staging, "read")(error)),
        }
    }

    /// Takes the staged folder for this process; a kill frees it. `None`: no such locks here.
    pub(super) fn lock(&self) -> Result<Option<File>, FolderError> {
        match taken(&self.staging) {
            Taken::Ours(lock) => Ok(Some(lock)),
            Taken::Theirs => Err(FolderError::Busy {
                path: self.dir.clone(),
            }),
            Taken::NoLocks => Ok(None),
        }
    }
}

/// Whose a folder is now.
enum Taken {
    Ours(File),
    Theirs,
    NoLocks,
}

#[cfg(unix)]
fn taken(folder: &Path) -> Taken {
    let Ok(opened) = File::open(folder) else {
        return Taken::NoLocks;
    };
    match opened.try_lock() {
        Ok(()) => Taken::Ours(opened),
        Err(fs::TryLockError::WouldBlock) => Taken::Theirs,
        Err(fs::TryLockError::Error(_)) => Taken::NoLocks,
    }
}

/// Folders have no locks there. But one that is open to be written (to which making files in it does not count),
/// and shares anything but that, is so for one process only; it can be renamed and removed all the same.
#[cfg(windows)]
fn taken(folder: &Path) -> Taken {
    use std::os::windows::fs::OpenOptionsExt;

    const FILE_ADD_FILE: u32 = 0x2;
    const FILE_SHARE_READ_DELETE: u32 = 0x1 | 0x4;
    const FILE_FLAG_BACKUP_SEMANTICS: u32 = 0x200_0000;
    const ERROR_SHARING_VIOLATION: i32 = 32;
    let mut options = File::options();
    options
        .access_mode(FILE_ADD_FILE)
        .share_mode(FILE_SHARE_READ_DELETE)
        .custom_flags(FILE_FLAG_BACKUP_SEMANTICS);
    match options.open(folder) {
        Ok(opened) => Taken::Ours(opened),
        Err(error) if error.raw_os_error() == Some(ERROR_SHARING_VIOLATION) => Taken::Theirs,
        Err(_) => Taken::NoLocks,
    }
}

#[cfg(unix)]
fn device(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::dev(metadata)
}

/// A volume that is mounted in a folder shows there as a link, which has been followed.
#[cfg(not(unix))]
fn device(_metadata: &Metadata) -> u64 {
    0
}
