//! Whom the files of the program are open to: made for their owner alone, and judged before a secret in
//! them is used. THE rule; nobody else sets or reads modes or access lists.
//!
//! A file that holds a secret is too open where others can read it, or where others can change it. On
//! Unix its mode says so (the group may read, not write), on Windows its access list. Where the file
//! system knows neither (a stick's), nothing could be mended: such a file is used, and whoever starts the program is warned.

#[cfg(any(test, windows))]
mod acl;
#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod system;

use std::fs::File;
use std::io;
use std::path::Path;

pub use system::{close_to_others, create_private, create_private_dir, create_private_dirs};
pub(crate) use system::{Protection, protect_like};

/// Whether an open file that holds a secret is too open: others can read it, or change it, and something
/// would mend that.
///
/// # Errors
/// Where its protection cannot be read.
pub fn is_open_to_others(path: &Path, file: &File) -> io::Result<bool> {
    Ok(Protection::of(file)?.exposed(path).is_some())
}

/// Whether a configuration lies where others may read it and nothing mends that: on a stick, whose file
/// system knows neither modes nor access lists. The same holds for the secrets beside it.
pub fn is_unguarded(path: &Path) -> bool {
    system::is_unguarded(path).unwrap_or(false)
}

/// The command that closes a file to others, for people to type.
pub fn mending(path: &Path) -> String {
    system::mending(path)
}
