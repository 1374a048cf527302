//! What the system says of an error, for people.
//!
//! A trap: Windows says it in the language that Windows itself has, at length and with line breaks. A
//! message in two languages is worse than a short one, so what matters there is said in the words of
//! Linux, and of the rest only the number.

use std::io;

use crate::text::clean;

/// The longest text that is kept, in characters.
const SHOWN: usize = 200;

/// The error in words without the number that Rust puts behind them (` (os error 113)`).
pub(crate) fn words(error: &io::Error) -> String {
    if cfg!(windows)
        && let Some(code) = error.raw_os_error()
    {
        return of_windows(code, error.kind());
    }
    let text = error.to_string();
    clean(text.split(" (os error").next().unwrap_or(""), SHOWN)
}

/// An error of a call that `winsafe` made.
#[cfg(windows)]
pub(crate) fn of_winsafe(error: winsafe::co::ERROR) -> io::Error {
    io::Error::from_raw_os_error(error.raw().cast_signed())
}

/// Error codes of Windows and of its sockets, with the words of the C library of Linux for the same.
const WORDS: [(i32, &str); 22] = [
    (5, "Permission denied"),
    (8, "Cannot allocate memory"),
    (112, "No space left on device"),
    (10_013, "Permission denied"),
    (10_024, "Too many open files"),
    (10_048, "Address already in use"),
    (10_049, "Cannot assign requested address"),
    (10_050, "Network is down"),
    (10_051, "Network is unreachable"),
    (10_052, "Network dropped connection on reset"),
    (10_053, "Software caused connection abort"),
    (10_054, "Connection reset by peer"),
    (10_055, "No buffer space available"),
    (10_060, "Connection timed out"),
    (10_061, "Connection refused"),
    (10_064, "Host is down"),
    (10_065, "No route to host"),
    (10_101, "Connection closed"),
    (11_001, "Name or service not known"),
    (11_002, "Temporary failure in name resolution"),
    (11_003, "Non-recoverable failure in name resolution"),
    (11_004, "No address associated with hostname"),
];

fn of_windows(code: i32, kind: io::ErrorKind) -> String {
    if let Ok(at) = WORDS.binary_search_by_key(&code, |(code, _)| *code) {
        return WORDS[at].1.to_owned();
    }
    match kind.to_string() {
        // Rust knows nothing of it either.
        text if text == "uncategorized error" => format!("Windows error {}", code.cast_unsigned()),
        text => text,
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::*;

    #[test]
    fn the_number_is_left_out() {
        let code = if cfg!(windows) { 10_065 } else { 113 };
        let error = io::Error::from_raw_os_error(code);
        assert_eq!(words(&error), "No route to host");
        assert_eq!(words(&io::Error::other("our own\nwords")), "our own words");
    }

    #[test]
    fn windows_is_told_in_words_of_ours_or_by_its_number() {
        assert!(WORDS.is_sorted());
        assert_eq!(
            of_windows(11_001, ErrorKind::Other),
            "Name or service not known"
        );
        assert_eq!(of_windows(2, ErrorKind::NotFound), "entity not found");
        let unknown = io::Error::from_raw_os_error(0x8031_0000_u32.cast_signed()).kind();
        assert_eq!(
            of_windows(0x8031_0000_u32.cast_signed(), unknown),
            "Windows error 2150694912"
        );
    }
}
