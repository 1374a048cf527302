//! Files that hold secrets: written beside and moved into place, readable by their owner alone.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use hostmessenger_config::{create_private, create_private_dirs, replace_file};

/// Writes a file that is for nobody else, atomically: readers see the old one or the new one, whole.
pub(crate) fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let beside = path.with_extension(format!("{:016x}.new", fastrand::u64(..)));
    let written = create_private(&beside).and_then(|mut file| {
        file.write_all(content)?;
        file.sync_all()?;
        replace_file(&beside, path)?;
        sync_folder(path)
    });
    if written.is_err() {
        let _none_left = fs::remove_file(&beside);
    }
    written
}

/// The new name is on disk only when its folder is. Windows does that itself, and opens no folders.
fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if cfg!(unix) => fs::File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

/// Makes a folder, and those above it, for nobody else, where there is none.
pub(crate) fn create_dir(folder: &Path) -> io::Result<()> {
    create_private_dirs(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_for_nobody_else_and_replaced_whole() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("a/b");
        create_dir(&folder).unwrap();
        let path = folder.join("secret");
        write(&path, b"one").unwrap();
        assert!(!crate::testing::is_open_to_others(&path));
        write(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        let names = fs::read_dir(&folder).unwrap().count();
        assert_eq!(names, 1, "nothing is left beside it");
    }
}
