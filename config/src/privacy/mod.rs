//! Whom the files of the program are open to: made for their owner alone, and judged before a secret in
//! them is used. THE rule; nobody else sets or reads modes or access lists.
//!
//! A file that holds a secret is too open where others can read it, or where others can change it. On
//! Unix its mode says so (the group may read, not write), on Windows its access list. Where the file
//! system knows neither (a stick's), nothing could be mended: such a file is used, and whoever starts the program is warned.

#[cfg(any(test, windows))]
mod acl;
#[cfg(any(test, windows))]
mod services;
#[cfg(any(test, windows))]
mod sid;
#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod system;

use std::fs::File;
use std::io;
use std::path::Path;
use std::time::Duration;

pub(crate) use system::{Protection, protect_like};
pub use system::{
    close_to_others, create_private, create_private_dir, create_private_dirs, is_on_share,
};
#[cfg(windows)]
pub use system::{give_to_administrators, untrusted_path};

/// Whether an open file that holds a secret is too open: others can read it, or change it, and something
/// would mend that.
///
/// # Errors
/// Where its protection cannot be read.
pub fn is_open_to_others(path: &Path, file: &File) -> io::Result<bool> {
    Ok(Protection::of(file)?.exposed(path).is_some())
}

/// Why what stands in an open file is not to be obeyed: it is somebody else's, or others can change it. `None`: it
/// is ours alone, or a stick's, where nothing would mend that.
///
/// # Errors
/// Where its protection cannot be read.
pub fn untrusted(path: &Path, file: &File) -> io::Result<Option<String>> {
    Ok(Protection::of(file)?.untrusted(path))
}

/// Whether a configuration lies where others may read it and nothing mends that: on a stick, whose file
/// system knows neither modes nor access lists. The same holds for the secrets beside it.
pub fn is_unguarded(path: &Path) -> bool {
    system::is_unguarded(path).unwrap_or(false)
}

/// Whether a file or folder is this user's, and not one that somebody else put there. On Windows what the
/// administrators or the system own counts as ours.
pub fn belongs_to_us(path: &Path) -> bool {
    system::belongs_to_us(path).unwrap_or(false)
}

/// Gives a file the name of another, which goes. On Windows a scanner or an indexer may have either open
/// for a moment, so that is tried again for half a second there. Blocks.
///
/// # Errors
/// Where it still cannot be done; both are as they were.
#[expect(
    clippy::disallowed_methods,
    reason = "no more than files take anyway, on a thread that may block"
)]
pub fn replace_file(from: &Path, to: &Path) -> io::Result<()> {
    let mut pause = Duration::from_millis(10);
    loop {
        match std::fs::rename(from, to) {
            Err(error) if system::is_held(&error) && pause < Duration::from_millis(500) => {
                std::thread::sleep(pause);
                pause *= 2;
            }
            done => return done,
        }
    }
}

/// The command that closes a file to others, for people to type.
pub fn mending(path: &Path) -> String {
    system::mending(path)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn what_is_made_private_is_so_and_can_be_closed_again() {
        let dir = tempfile::tempdir().expect("a folder");
        let folder = dir.path().join("a/b");
        create_private_dirs(&folder).expect("made");
        create_private_dirs(&folder).expect("there already");
        let path = folder.join("ä secret");
        let file = create_private(&path).expect("made");
        let again = create_private(&path).expect_err("it is there");
        assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
        assert!(!is_open_to_others(&path, &file).expect("judged"));
        assert!(belongs_to_us(&path) && !is_unguarded(&path));
        open(&path);
        let file = File::open(&path).expect("there");
        assert!(is_open_to_others(&path, &file).expect("judged"));
        close_to_others(&path).expect("closed");
        let file = File::open(&path).expect("there");
        assert!(!is_open_to_others(&path, &file).expect("judged"));
    }

    #[cfg(unix)]
    fn open(path: &Path) {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o644)).expect("opened");
    }

    #[cfg(windows)]
    fn open(path: &Path) {
        let mut no_list = [0; 20];
        no_list[..4].copy_from_slice(&[1, 0, 0x4, 0x80]);
        hostmessenger_windows::acl::set_access(path, &no_list).expect("opened");
    }

    #[test]
    fn a_file_that_somebody_has_open_for_a_moment_is_replaced() {
        let dir = tempfile::tempdir().expect("a folder");
        let (old, new) = (dir.path().join("old"), dir.path().join("new"));
        fs::write(&old, "old").expect("written");
        fs::write(&new, "new").expect("written");
        let held = File::open(&old).expect("there");
        let (ended, moment) = mpsc::channel::<()>();
        let scanner = std::thread::spawn(move || {
            // Nothing comes: that is the moment.
            let _over = moment.recv_timeout(Duration::from_millis(100));
            drop(held);
        });
        replace_file(&new, &old).expect("replaced");
        drop(ended);
        scanner.join().expect("ended");
        assert_eq!(fs::read_to_string(&old).expect("read"), "new");
        let gone = replace_file(&new, &old).expect_err("nothing is there");
        assert_eq!(gone.kind(), io::ErrorKind::NotFound);
    }
}
