//! Whether standard error is the systemd journal (systemd.exec(5), `$JOURNAL_STREAM`).
//!
//! A trap: the variable is inherited. Only where it names the very file that is open here does it
//! speak of us; a redirected standard error is a file like any other.

/// Whether what is written to standard error ends up in the journal.
#[cfg(unix)]
pub(super) fn is_journal() -> bool {
    let Some(named) = std::env::var_os("JOURNAL_STREAM") else {
        return false;
    };
    let Ok(open) = rustix::fs::fstat(std::io::stderr()) else {
        return false;
    };
    named
        .to_str()
        .and_then(parse)
        .is_some_and(|named| named == (open.st_dev, open.st_ino))
}

/// Elsewhere there is no such journal.
#[cfg(not(unix))]
pub(super) fn is_journal() -> bool {
    false
}

/// Device and inode of `9:1234`.
#[cfg(unix)]
fn parse(named: &str) -> Option<(u64, u64)> {
    let (device, inode) = named.split_once(':')?;
    Some((device.parse().ok()?, inode.parse().ok()?))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_variable_is_two_numbers_or_nothing() {
        assert_eq!(parse("9:1234"), Some((9, 1234)));
        for text in ["", "9", "9:", ":1", "9:x", "9:1:2", "-1:1"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
