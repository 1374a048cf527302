//! Modes: what others and the group may.

use std::fs::{self, DirBuilder, File, Metadata, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::Path;

use crate::modes::keeps_modes;

/// How a file that was opened is protected.
pub(crate) struct Protection {
    metadata: Metadata,
}

impl Protection {
    pub(crate) fn of(file: &File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        Ok(Self { metadata })
    }

    fn is_open(&self) -> bool {
        self.metadata.mode() & 0o027 != 0
    }

    /// Why it is too open, and the command that mends it.
    pub(crate) fn exposed(&self, path: &Path) -> Option<String> {
        if !self.is_open() || !keeps_modes(path) {
            return None;
        }
        let mode = self.metadata.mode() & 0o777;
        let why = if mode & 0o007 != 0 {
            "is open to others"
        } else {
            "can be written by its group"
        };
        Some(format!(
            "{why} (mode {mode:04o}); mend it with: {}",
            mending(path)
        ))
    }

    /// Why somebody else may have written it, or may change it.
    pub(super) fn untrusted(&self, path: &Path) -> Option<String> {
        let (owner, mode) = (self.metadata.uid(), self.metadata.mode());
        let us = rustix::process::geteuid().as_raw();
        untrusted(us, owner, mode).filter(|_| keeps_modes(path))
    }
}

/// Root is no stranger.
fn untrusted(us: u32, owner: u32, mode: u32) -> Option<String> {
    if owner != us && owner != 0 {
        return Some("belongs to another user".to_owned());
    }
    let is_open = mode & 0o022 != 0;
    is_open.then(|| format!("can be changed by others (mode {:04o})", mode & 0o777))
}

pub(super) fn is_unguarded(path: &Path) -> io::Result<bool> {
    let metadata = path.metadata()?;
    Ok(Protection { metadata }.is_open() && !keeps_modes(path))
}

pub(super) fn mending(path: &Path) -> String {
    let name = path.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || "/._-+@:".contains(c);
    if name.chars().all(plain) {
        format!("chmod 600 {name}")
    } else {
        format!("chmod 600 '{}'", name.replace('\'', "'\\''"))
    }
}

/// Makes a file that its owner alone can read and write, from its first moment. One that is there is an
/// error.
pub fn create_private(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true).write(true).create_new(true).mode(0o600);
    options.open(path)
}

/// Makes a folder for its owner alone.
pub fn create_private_dir(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)
}

/// Makes a folder, and those above it, for their owner alone, where there are none.
pub fn create_private_dirs(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Closes a file that is there to all but its owner.
pub fn close_to_others(path: &Path) -> io::Result<()> {
    fs::set_permissions(path, Permissions::from_mode(0o600))
}

/// Gives a file that this process made the owner and the mode of another.
pub(crate) fn protect_like(file: &File, _path: &Path, like: &Protection) -> io::Result<()> {
    let (own, like) = (file.metadata()?, &like.metadata);
    if (own.uid(), own.gid()) != (like.uid(), like.gid()) {
        fchown(file, Some(like.uid()), Some(like.gid()))?;
    }
    file.set_permissions(like.permissions())
}

/// Who has a file open is in nobody's way.
pub(super) fn is_held(_error: &io::Error) -> bool {
    false
}

pub(super) fn belongs_to_us(path: &Path) -> io::Result<bool> {
    Ok(path.symlink_metadata()?.uid() == rustix::process::geteuid().as_raw())
}

/// Whether a path leads to another machine. What is mounted here is not asked, since that can hang: no.
pub fn is_on_share(_path: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_own_or_may_change_is_not_believed() {
        for (owner, mode, good) in [
            (7, 0o600, true),
            (7, 0o644, true),
            (0, 0o600, true),
            (8, 0o600, false),
            (7, 0o620, false),
            (7, 0o602, false),
        ] {
            assert_eq!(
                untrusted(7, owner, mode).is_none(),
                good,
                "{owner} {mode:o}"
            );
        }
    }
}
