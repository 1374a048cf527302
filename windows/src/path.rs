//! Paths as the calls of Windows want them: sixteen bits a unit, a zero at the end, and long ones with
//! the prefix that lifts the limit of 260 (the standard library does the same for its own calls).

use std::io;
use std::os::windows::ffi::OsStrExt;
use std::path::Path;

/// Folders may have less than files: an 8.3 name must fit behind them.
const LONGEST: usize = 248;
const VERBATIM: &str = r"\\?\";
const VERBATIM_UNC: &str = r"\\?\UNC\";

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
}
