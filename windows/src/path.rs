//! Paths as the calls of Windows want them: sixteen bits a unit, a zero at the end, and long ones with
//! the prefix that lifts the limit of 260 (the standard library does the same for its own calls).

#![expect(unsafe_code, reason = "the one way to the kind of a drive")]

use std::io;
use std::os::windows::ffi::OsStrExt;
use std::path::{Component, Path, Prefix};

use windows_sys::Win32::Storage::FileSystem::GetDriveTypeW;
use windows_sys::Win32::System::WindowsProgramming::DRIVE_REMOTE;

/// Folders may have less than files: an 8.3 name must fit behind them.
const LONGEST: usize = 248;
const VERBATIM: &str = r"\\?\";
const VERBATIM_UNC: &str = r"\\?\UNC\";

/// Whether a path leads to another machine: by its name, or by a letter that a share was given.
pub fn is_on_share(path: &Path) -> bool {
    let Ok(absolute) = std::path::absolute(path) else {
        return false;
    };
    let Some(Component::Prefix(prefix)) = absolute.components().next() else {
        return false;
    };
    match prefix.kind() {
        Prefix::UNC(..) | Prefix::VerbatimUNC(..) => true,
        Prefix::Disk(letter) | Prefix::VerbatimDisk(letter) => {
            let root = [u16::from(letter), u16::from(b':'), u16::from(b'\\'), 0];
            // SAFETY: the root ends with a zero and outlives the call.
            unsafe { GetDriveTypeW(root.as_ptr()) == DRIVE_REMOTE }
        }
        _ => false,
    }
}

/// The path, from the root, with a zero at its end.
pub(crate) fn wide(path: &Path) -> io::Result<Vec<u16>> {
    let absolute = std::path::absolute(path)?;
    let units: Vec<u16> = absolute.as_os_str().encode_wide().collect();
    if units.contains(&0) {
        return Err(io::Error::from(io::ErrorKind::InvalidFilename));
    }
    let (prefix, rest) = prefixed(&units);
    let mut whole: Vec<u16> = prefix.encode_utf16().collect();
    whole.extend(rest);
    whole.push(0);
    Ok(whole)
}

/// What goes in front of an absolute path, and what is left of it.
fn prefixed(units: &[u16]) -> (&'static str, &[u16]) {
    let begins = |text: &str| {
        units
            .iter()
            .copied()
            .take(text.len())
            .eq(text.encode_utf16())
    };
    if units.len() < LONGEST || begins(VERBATIM) || begins(r"\\.\") {
        ("", units)
    } else if begins(r"\\") {
        (VERBATIM_UNC, &units[2..])
    } else {
        (VERBATIM, units)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(path: &str) -> String {
        let wide = wide(Path::new(path)).expect("a path");
        let (zero, text) = wide.split_last().expect("a zero");
        assert_eq!(*zero, 0);
        String::from_utf16_lossy(text)
    }

    #[test]
    fn only_a_long_path_gets_a_prefix_and_a_share_another_one() {
        let long = "x".repeat(250);
        assert_eq!(told(r"C:\a b\ä"), r"C:\a b\ä");
        assert_eq!(told(r"C:/a/../b"), r"C:\b");
        assert_eq!(told(&format!(r"C:\{long}")), format!(r"\\?\C:\{long}"));
        let share = format!(r"\\server\share\{long}");
        assert_eq!(told(&share), format!(r"\\?\UNC\server\share\{long}"));
        assert_eq!(told(&format!(r"\\?\C:\{long}")), format!(r"\\?\C:\{long}"));
    }

    #[test]
    fn a_share_is_told_from_a_disk() {
        for share in [
            r"\\server\share\journal.db",
            r"\\?\UNC\server\share\journal.db",
        ] {
            assert!(is_on_share(Path::new(share)), "{share}");
        }
        for disk in [
            r"C:\data\journal.db",
            r"\\?\C:\data\journal.db",
            "journal.db",
        ] {
            assert!(!is_on_share(Path::new(disk)), "{disk}");
        }
    }
}
