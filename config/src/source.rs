//! Files: the configuration itself and those that hold secrets. Sizes have limits, and on Unix
//! a file that holds a secret must not be open to others.
//!
//! A trap: opening a pipe blocks until somebody writes, so only plain files are opened.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;

#[cfg(unix)]
use crate::modes::keeps_modes;
use secrecy::SecretString;

/// A configuration of 10,000 targets has about 1 MiB.
const MAX_CONFIG: u64 = 4 << 20;
const MAX_SECRET: u64 = 4096;

/// What a file holds and how it is protected.
pub(crate) struct Source {
    pub(crate) text: String,
    pub(crate) metadata: Metadata,
}

/// Reads the configuration; the error is a mistake without its place.
pub(crate) fn read_config(file: &Path) -> Result<Source, String> {
    read(file, MAX_CONFIG)
}

/// Reads a secret, without one line break at its end.
pub(crate) fn read_secret(file: &Path) -> Result<String, String> {
    let Source { text, metadata } = read(file, MAX_SECRET)?;
    if let Some(problem) = too_open(file, &metadata, "") {
        return Err(problem);
    }
    let line = text.strip_suffix('\n').unwrap_or(&text);
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
    let metadata = opened.metadata().map_err(unreadable)?;
    let mut bytes = Vec::new();
    opened
        .take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > limit {
        return Err(format!("is larger than {} KiB", limit >> 10));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Source { text, metadata }),
        Err(error) => {
            let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = good.split(|byte| *byte == b'\n').count();
            Err(format!("is not UTF-8 text (line {line})"))
        }
    }
}

/// Why a file that holds a secret is too open, and the command that mends it. `what` begins the
/// sentence.
#[cfg(unix)]
pub(crate) fn too_open(file: &Path, metadata: &Metadata, what: &str) -> Option<String> {
    use std::os::unix::fs::PermissionsExt;

    // Where no chmod could mend it, whoever starts the program is warned.
    if !is_open_to_others(file, metadata) {
        return None;
    }
    let mode = metadata.permissions().mode() & 0o777;
    let why = if mode & 0o007 != 0 {
        "is open to others"
    } else {
        "can be written by its group"
    };
    let name = file.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || "/._-+@:".contains(c);
    let quoted = if name.chars().all(plain) {
        name
    } else {
        format!("'{}'", name.replace('\'', "'\\''"))
    };
    Some(format!(
        "{what}{why} (mode {mode:04o}); mend it with: chmod 600 {quoted}"
    ))
}

/// Whether a mode lets others read a secret, or its group change it.
#[cfg(unix)]
fn is_open(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;

    metadata.permissions().mode() & 0o027 != 0
}

/// Whether a file that holds a secret is too open: others can read it, or its group change it, and a
/// `chmod` would mend that.
#[cfg(unix)]
pub fn is_open_to_others(file: &Path, metadata: &Metadata) -> bool {
    is_open(metadata) && keeps_modes(file)
}

/// Elsewhere files have no mode bits.
#[cfg(not(unix))]
pub fn is_open_to_others(_file: &Path, _metadata: &Metadata) -> bool {
    false
}

/// Whether a configuration lies where others may read it and nothing mends that: on a stick, whose file
/// system knows no modes. The same holds for the secrets beside it.
#[cfg(unix)]
pub fn is_unguarded(file: &Path) -> bool {
    file.metadata().is_ok_and(|found| is_open(&found)) && !keeps_modes(file)
}

/// Elsewhere files have no mode bits.
#[cfg(not(unix))]
pub fn is_unguarded(_file: &Path) -> bool {
    false
}

/// Elsewhere files have no mode bits.
#[cfg(not(unix))]
pub(crate) fn too_open(_file: &Path, _metadata: &Metadata, _what: &str) -> Option<String> {
    None
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
    fn a_secret_loses_one_line_break_and_nothing_else() {
        assert_eq!(secret(b"a b \n", 0o600), Ok("a b ".into()));
        assert_eq!(secret(b"a\r\n", 0o600), Ok("a".into()));
        assert_eq!(secret(b"a\n\n", 0o640), Ok("a\n".into()));
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
