//! The folder of an enrolled host: program, configuration, secret, and a word for whoever finds it.
//!
//! All of it is written into a hidden folder beside the wanted one and gets its name by one rename, so
//! that there is a whole client or none. A newcomer's trap: sticks have FAT, which knows no modes, so
//! what a file may is never read back from the disk.

mod archive;
mod file;
mod left;
mod place;
mod program;
mod stage;
#[cfg(test)]
mod tests;
mod windows;

use std::io;
use std::path::{Path, PathBuf};

use hostmessenger_config::{AccountTls, BareJid, HostPort, Language, Mistakes, SecretString};

pub(crate) use archive::{Archive, archive, archive_of};
pub(crate) use file::create;
pub(crate) use left::interrupted;
pub(crate) use place::{is_free, staging};
pub(crate) use program::WINDOWS;
pub(crate) use stage::{Staged, stage};

/// The password of the account, below the folder.
const SECRET: &str = "secrets/xmpp";
/// What was enrolled when, below the folder. Written last: a folder without it is not whole.
pub(super) const RECORD: &str = "enrolment.json";
/// The certificate authority, below the folder.
const CA_FILE: &str = "ca.pem";

/// What the folder is to hold.
pub(crate) struct Wish<'a> {
    /// The folder; missing or empty.
    pub(crate) dir: &'a Path,
    /// The account of the host.
    pub(crate) jid: &'a BareJid,
    /// Whom it will obey.
    pub(crate) owner: &'a BareJid,
    /// The administrator.
    pub(crate) enrolled_by: &'a BareJid,
    /// The language of its answers.
    pub(crate) language: Language,
    /// Where it connects; `None`: where the domain says.
    pub(crate) server: Option<&'a HostPort>,
    /// How the link is encrypted.
    pub(crate) tls: AccountTls,
    /// Certificates (PEM) to put in.
    pub(crate) ca_file: Option<&'a Path>,
    /// The program to put in; `None`: this one.
    pub(crate) binary: Option<&'a Path>,
    /// The password of the account.
    pub(crate) password: &'a SecretString,
}

/// Why there is no folder. Nothing that was there before has changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FolderError {
    #[error("{} is not empty; name an empty folder or a new one", path.display())]
    Occupied { path: PathBuf },
    #[error("{} has no name of its own; name a folder in it", path.display())]
    NoName { path: PathBuf },
    #[error("{} is a whole file system; name a folder on it", path.display())]
    MountPoint { path: PathBuf },
    #[error("{} does not exist; make it first", path.display())]
    NoParent { path: PathBuf },
    #[error("another enrolment is at work on {}", path.display())]
    Busy { path: PathBuf },
    #[error("{} is left of an interrupted enrolment", path.display())]
    Interrupted { path: PathBuf },
    #[error("{} is in the way, and it is not of our making; remove it", path.display())]
    NotOurs { path: PathBuf },
    #[error("{} is no program: neither of Linux nor of Windows nor of macOS", path.display())]
    NoProgram { path: PathBuf },
    #[error("{} is larger than {} MiB", path.display(), limit >> 20)]
    TooLarge { path: PathBuf, limit: u64 },
    #[error("the configuration would not be valid: {0}")]
    Unfit(Mistakes),
    #[error("the password would not be read back as it is: it must be one line")]
    OddPassword,
    #[error("{} is there already", path.display())]
    Exists { path: PathBuf },
    #[error("{} cannot be {done}", path.display())]
    Io {
        path: PathBuf,
        done: &'static str,
        #[source]
        source: io::Error,
    },
}

/// Makes an error of a file out of the system's.
fn failed(path: &Path, done: &'static str) -> impl FnOnce(io::Error) -> FolderError {
    let path = path.to_owned();
    move |source| FolderError::Io { path, done, source }
}
