//! The VNC password file: set on this host only, never by chat.
//!
//! Its form is that of `vncpasswd`, read by x11vnc and TigerVNC: eight bytes, DES under a key that
//! everyone knows. That hides it from a glance, no more, so who may read the file is what protects it.
//! A newcomer's trap: VNC's DES takes the bits of each key byte in reverse order.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use des::Des;
use des::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use secrecy::{ExposeSecret, SecretString};

use super::private_file;
use super::refusal::Refusal;

/// The key of `vncpasswd` (`RealVNC` 3.3, `rfb/vncauth.c`), each byte's bits reversed.
const KEY: [u8; LENGTH] = [0xe8, 0x4a, 0xd6, 0x60, 0xc4, 0x72, 0x1a, 0xe0];
/// RFB's VNC authentication uses eight bytes as a DES key (RFC 6143, 7.2.2).
const LENGTH: usize = 8;
const FILE: &str = "vnc-password";
const ONE_TIME_FILE: &str = "vnc-password-once";
/// What a one-time password is made of: no `0O`, no `1Il`, which look alike in many fonts.
const LETTERS: &[u8; 56] = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// Why a password cannot be set.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// It has no characters.
    #[error("an empty password protects nothing; nothing was changed")]
    Empty,
    /// It has more than eight.
    #[error(
        "the password has {length} characters, but VNC uses only the first {LENGTH}: the others \
         would protect nothing (RFC 6143, 7.2.2); nothing was changed"
    )]
    TooLong {
        /// How many it has.
        length: usize,
    },
    /// Viewers disagree on how such characters become bytes.
    #[error(
        "only letters, digits and signs that every keyboard has (ASCII) can be used, with no blank \
         at either end; nothing was changed"
    )]
    Character,
    /// The file cannot be written.
    #[error("{} cannot be written: {why}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        why: io::Error,
    },
}

/// Why a password that was set cannot be used.
#[derive(Debug)]
pub(super) enum Unusable {
    /// None was set on this host.
    NotSet,
    /// Others can read or change it.
    OpenToOthers,
    /// It is not of that form.
    Damaged,
    /// It cannot be read.
    Io(io::Error),
}

impl Unusable {
    /// What the owner is told.
    pub(super) fn refusal(self, path: PathBuf) -> Refusal {
        match self {
            Self::NotSet => Refusal::NoPassword,
            Self::OpenToOthers => Refusal::PasswordOpenToOthers { path },
            Self::Damaged => Refusal::PasswordDamaged { path },
            Self::Io(why) => Refusal::File { path, why },
        }
    }
}

/// Where it is kept.
pub(super) fn path(data_dir: &Path) -> PathBuf {
    data_dir.join(FILE)
}

/// Sets the password for remote control, for nobody else's eyes and atomically.
pub fn set_password(data_dir: &Path, password: &str) -> Result<(), PasswordError> {
    let block = encode(password)?;
    let path = path(data_dir);
    private_file::create_dir(data_dir)
        .and_then(|()| private_file::write(&path, &block))
        .map_err(|why| PasswordError::Io { path, why })
}

/// A password for one start, and its file: the same form, removed when that ended.
pub(super) fn one_time(data_dir: &Path) -> Result<(SecretString, PathBuf), Refusal> {
    let password = random().map_err(|error| Refusal::NoRandom {
        why: error.to_string(),
    })?;
    let path = data_dir.join(ONE_TIME_FILE);
    let written = encode(password.expose_secret())
        .map_err(io::Error::other)
        .and_then(|block| private_file::write(&path, &block));
    match written {
        Ok(()) => Ok((password, path)),
        Err(why) => Err(Refusal::File { path, why }),
    }
}

/// From the operating system's generator; 46 bits, and each letter as likely as any other.
fn random() -> Result<SecretString, getrandom::Error> {
    let fair = u8::MAX - u8::MAX % 56;
    let mut password = String::with_capacity(LENGTH);
    while password.len() < LENGTH {
        let mut byte = [0];
        getrandom::fill(&mut byte)?;
        if byte[0] < fair {
            password.push(LETTERS[usize::from(byte[0] % 56)].into());
        }
    }
    Ok(password.into())
}

fn encode(password: &str) -> Result<[u8; LENGTH], PasswordError> {
    let length = password.chars().count();
    if length == 0 {
        return Err(PasswordError::Empty);
    }
    if length > LENGTH {
        return Err(PasswordError::TooLong { length });
    }
    let printable = password.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if !printable || password.trim() != password {
        return Err(PasswordError::Character);
    }
    let mut block = [0; LENGTH];
    block[..password.len()].copy_from_slice(password.as_bytes());
    let mut block = block.into();
    Des::new(&KEY.into()).encrypt_block(&mut block);
    Ok(block.into())
}

/// A password as its file holds it, for programs that want it elsewhere.
pub(super) fn block(password: &SecretString) -> Option<[u8; LENGTH]> {
    encode(password.expose_secret()).ok()
}

/// The password, for programs that want it in a file of their own.
pub(super) fn read(data_dir: &Path) -> Result<SecretString, Unusable> {
    let path = path(data_dir);
    let mut file = match std::fs::File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Unusable::NotSet),
        Err(error) => return Err(Unusable::Io(error)),
    };
    if hostmessenger_config::is_open_to_others(&path, &file).map_err(Unusable::Io)? {
        return Err(Unusable::OpenToOthers);
    }
    let mut bytes = [0; LENGTH];
    file.read_exact(&mut bytes).map_err(|_| Unusable::Damaged)?;
    decode(bytes).ok_or(Unusable::Damaged)
}

fn decode(bytes: [u8; LENGTH]) -> Option<SecretString> {
    let mut block = bytes.into();
    Des::new(&KEY.into()).decrypt_block(&mut block);
    let plain: [u8; LENGTH] = block.into();
    let end = plain.iter().position(|&byte| byte == 0).unwrap_or(LENGTH);
    let text = str::from_utf8(&plain[..end]).ok()?;
    encode(text).ok().map(|_| SecretString::from(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{is_open_to_others, open_to_others};
    use proptest::prelude::*;

    #[cfg(unix)]
    #[test]
    fn the_file_is_the_one_that_x11vnc_writes_with_mode_0600() {
        let dir = tempfile::tempdir().unwrap();
        set_password(dir.path(), "secret12").unwrap();
        let theirs = dir.path().join("theirs");
        let stored = std::process::Command::new("x11vnc")
            .arg("-storepasswd")
            .arg("secret12")
            .arg(&theirs)
            .output()
            .unwrap();
        assert!(stored.status.success());
        let ours = path(dir.path());
        assert_eq!(
            std::fs::read(&ours).unwrap(),
            std::fs::read(theirs).unwrap()
        );
        let mode = std::os::unix::fs::MetadataExt::mode(&ours.metadata().unwrap());
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(read(dir.path()).unwrap().expose_secret(), "secret12");
    }

    #[test]
    fn a_password_that_would_not_protect_is_refused_and_the_old_one_stays() {
        let dir = tempfile::tempdir().unwrap();
        set_password(dir.path(), "good").unwrap();
        for (bad, why) in [
            ("", "empty"),
            ("123456789", "9 characters"),
            ("schlüss", "ASCII"),
            (" a", "blank"),
        ] {
            let error = set_password(dir.path(), bad).unwrap_err().to_string();
            assert!(error.contains(why), "{bad}: {error}");
        }
        assert_eq!(read(dir.path()).unwrap().expose_secret(), "good");
    }

    #[test]
    fn a_file_that_others_may_read_or_that_is_damaged_is_not_used() {
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(read(dir.path()), Err(Unusable::NotSet)));
        set_password(dir.path(), "good").unwrap();
        let file = path(dir.path());
        assert!(!is_open_to_others(&file));
        open_to_others(&file);
        assert!(matches!(read(dir.path()), Err(Unusable::OpenToOthers)));
        hostmessenger_config::close_to_others(&file).unwrap();
        std::fs::write(&file, b"short").unwrap();
        assert!(matches!(read(dir.path()), Err(Unusable::Damaged)));
    }

    #[test]
    fn a_one_time_password_is_like_no_other_and_has_no_letters_that_look_alike() {
        let dir = tempfile::tempdir().unwrap();
        let mut seen = std::collections::HashSet::new();
        for _ in 0..200 {
            let password = random().unwrap().expose_secret().to_owned();
            assert_eq!(password.len(), LENGTH);
            assert!(!password.contains(|c| "0O1Il".contains(c)), "{password}");
            assert!(seen.insert(password));
        }
        let (password, file) = one_time(dir.path()).unwrap();
        let block = std::fs::read(&file).unwrap().try_into().unwrap();
        let in_file = decode(block).unwrap();
        assert_eq!(in_file.expose_secret(), password.expose_secret());
        assert!(!is_open_to_others(&file));
    }

    proptest! {
        #[test]
        fn what_is_set_is_read_again(password in "[!-~]([ -~]{0,6}[!-~])?") {
            let block = encode(&password).unwrap();
            let again = decode(block).unwrap();
            prop_assert_eq!(again.expose_secret(), password);
        }
    }
}
