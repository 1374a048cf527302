//! Files: the configuration itself and those that hold secrets. Sizes have limits, and a file that holds
//! a secret must not be open to others ([`crate::privacy`]).
//!
//! A trap: opening a pipe blocks until somebody writes, so only plain files are opened.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use secrecy::SecretString;

use crate::privacy::Protection;

/// A configuration of 10,000 targets has about 1 MiB.
const MAX_CONFIG: u64 = 4 << 20;
const MAX_SECRET: u64 = 4096;

/// What a file holds and how it is protected.
pub(crate) struct Source {
    pub(crate) text: String,
    pub(crate) protection: Protection,
}

/// Reads the configuration; the error is a mistake without its place.
pub(crate) fn read_config(file: &Path) -> Result<Source, String> {
    read(file, MAX_CONFIG)
}

/// Reads a secret, without one line break at its end, nor the byte order mark that Notepad may put before it.
pub(crate) fn read_secret(file: &Path) -> Result<String, String> {
    let Source { text, protection } = read(file, MAX_SECRET)?;
    if let Some(problem) = protection.exposed(file) {
        return Err(problem);
    }
    let line = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let line = line.strip_suffix('\n').unwrap_or(line);
    let line = line.strip_suffix('\r').unwrap_or(line);
    Ok(line.to_owned())
}

/// A secret from a file that is for no other's eyes, named on the command line. Errors: what is wrong
/// with the file, in words that follow its name.
pub fn secret_file(file: &Path) -> Result<SecretString, String> {
    match read_secret(file)? {
        text if text.is_empty() => Err("is empty".to_owned()),
        text => Ok(text.into()),
    }
}

fn read(file: &Path, limit: u64) -> Result<Source, String> {
    let unreadable = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => "does not exist".to_owned(),
        _ => format!("cannot be read: {error}"),
    };
    if !file.metadata().map_err(unreadable)?.is_file() {
        return Err("is not a file".to_owned());
    }
    let opened = File::open(file).map_err(unreadable)?;
    let protection = Protection::of(&opened).map_err(unreadable)?;
    let mut bytes = Vec::new();
    opened
        .take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > limit {
        return Err(format!("is larger than {} KiB", limit >> 10));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Source { text, protection }),
        Err(error) => {
            let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = good.split(|byte| *byte == b'\n').count();
            Err(format!("is not UTF-8 text (line {line})"))
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn secret(bytes: &[u8], mode: u32) -> Result<String, String> {
        let dir = tempfile::tempdir().map_err(|error| error.to_string())?;
        let file = dir.path().join("a secret");
        fs::write(&file, bytes).map_err(|error| error.to_string())?;
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).map_err(|e| e.to_string())?;
        read_secret(&file).map_err(|e| e.replace(&dir.path().display().to_string(), "DIR"))
    }

    #[test]
    fn a_secret_loses_one_line_break_a_byte_order_mark_and_nothing_else() {
        assert_eq!(secret(b"a b \n", 0o600), Ok("a b ".into()));
        assert_eq!(secret(b"a\r\n", 0o600), Ok("a".into()));
        assert_eq!(secret(b"a\n\n", 0o640), Ok("a\n".into()));
        assert_eq!(secret(b"\xef\xbb\xbfa\r\n", 0o600), Ok("a".into()));
        assert_eq!(
            secret("a\u{feff}".as_bytes(), 0o600),
            Ok("a\u{feff}".into())
        );
    }

    #[test]
    fn a_secret_that_is_open_to_others_is_refused_with_the_command_that_mends_it() {
        for (mode, why) in [
            (0o604, "is open to others (mode 0604)"),
            (0o601, "is open to others (mode 0601)"),
            (0o660, "can be written by its group (mode 0660)"),
        ] {
            let problem = format!("{why}; mend it with: chmod 600 'DIR/a secret'");
            assert_eq!(secret(b"a", mode), Err(problem));
        }
    }

    #[test]
    fn what_is_no_small_text_file_is_refused() {
        assert_eq!(
            secret(&[b'x'; 5000], 0o600),
            Err("is larger than 4 KiB".into())
        );
        assert_eq!(
            secret(b"a\n\xff", 0o600),
            Err("is not UTF-8 text (line 2)".into())
        );
        assert_eq!(
            read_secret(Path::new("/")).err(),
            Some("is not a file".into())
        );
        assert_eq!(
            read_secret(Path::new("/no/such")).err(),
            Some("does not exist".into())
        );
        assert_eq!(
            read_secret(Path::new("/dev/zero")).err(),
            Some("is not a file".into())
        );
    }
}
