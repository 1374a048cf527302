//! Writes the folder under a hidden name, then gives it its own.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use hostmessenger_config::{
    Account, Enrolled, ExposeSecret, FILE_NAME, create_private_dir, replace_file, schema,
};
use serde_json::json;

use super::place::Place;
use super::{CA_FILE, FolderError, RECORD, SECRET, Wish, failed, file, left, program, windows};

const README: &str = include_str!("README.txt");
const README_WINDOWS: &str = include_str!("README.windows.txt");
/// A bundle of every authority there is has about 250 KiB.
const CA_LIMIT: u64 = 4 << 20;

/// A whole folder that has not got its name yet.
pub(crate) struct Staged {
    place: Place,
    /// Held as long as this process works on it.
    _lock: Option<File>,
}

/// Writes everything. What an earlier attempt left half written is replaced: there is no account
/// for it yet.
pub(crate) fn stage(wish: &Wish<'_>) -> Result<Staged, FolderError> {
    let place = Place::of(wish.dir)?;
    place.is_free()?;
    if place.has_staged()? {
        let _lock = place.lock()?;
        let path = place.staging.clone();
        if left::is_whole(&path) {
            return Err(FolderError::Interrupted { path });
        }
        fs::remove_dir_all(&path).map_err(failed(&path, "removed"))?;
    }
    match create_private_dir(&place.staging) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(FolderError::Busy { path: place.dir });
        }
        made => made.map_err(failed(&place.staging, "made"))?,
    }
    let lock = place.lock()?;
    let staged = Staged { place, _lock: lock };
    match staged.fill(wish) {
        Ok(()) => Ok(staged),
        Err(error) => {
            staged.discard();
            Err(error)
        }
    }
}

impl Staged {
    /// The hidden folder.
    pub(crate) fn path(&self) -> &Path {
        &self.place.staging
    }

    /// Gives it its name. Where that fails the hidden folder is as it was.
    pub(crate) fn publish(self) -> Result<PathBuf, FolderError> {
        let Place {
            dir,
            parent,
            staging,
        } = &self.place;
        // Only Unix renames onto an empty folder.
        #[cfg(not(unix))]
        let _missing = fs::remove_dir(dir);
        replace_file(staging, dir).map_err(|error| match error.kind() {
            io::ErrorKind::DirectoryNotEmpty
            | io::ErrorKind::AlreadyExists
            | io::ErrorKind::NotADirectory => FolderError::Occupied { path: dir.clone() },
            // What Windows says of a folder that is there.
            io::ErrorKind::PermissionDenied if cfg!(windows) && dir.exists() => {
                FolderError::Occupied { path: dir.clone() }
            }
            _ => failed(dir, "given its name")(error),
        })?;
        file::sync_dir(parent)?;
        Ok(dir.clone())
    }

    /// Removes it.
    pub(crate) fn discard(self) {
        if let Err(error) = fs::remove_dir_all(&self.place.staging) {
            let path = self.place.staging.display();
            tracing::warn!(%path, %error, "what was staged cannot be removed");
        }
    }

    /// Whether the folder at `dir` is the whole client of this very account.
    pub(crate) fn is_published(dir: &Path, host: &Account) -> bool {
        left::read(dir).is_some_and(|(jid, password)| {
            jid == host.jid && password.expose_secret() == host.password.expose_secret()
        })
    }

    fn fill(&self, wish: &Wish<'_>) -> Result<(), FolderError> {
        let folder = self.path();
        let program = program::put(folder, wish.binary)?;
        if let Some(ca_file) = wish.ca_file {
            let opened = File::open(ca_file).map_err(failed(ca_file, "read"))?;
            file::write(folder, CA_FILE, opened, CA_LIMIT)?;
        }
        let secrets = folder.join("secrets");
        create_private_dir(&secrets).map_err(failed(&secrets, "made"))?;
        let password = wish.password.expose_secret();
        file::write_text(folder, SECRET, &format!("{password}\n"))?;
        file::sync_dir(&secrets)?;
        let config = Enrolled {
            jid: wish.jid,
            owner: wish.owner,
            language: wish.language,
            server: wish.server,
            tls: wish.tls,
            ca_file: wish.ca_file.map(|_| CA_FILE),
            password_file: SECRET,
        };
        file::write_text(folder, FILE_NAME, &config.to_yaml())?;
        let schema = format!("{:#}\n", schema());
        file::write_text(folder, "hostmessenger.schema.json", &schema)?;
        file::write_text(folder, "README.txt", &readme(wish, program))?;
        if program == program::WINDOWS {
            windows::put(folder, wish)?;
        }
        self.is_fit(wish)?;
        file::write_text(folder, RECORD, &record(wish))?;
        file::sync_dir(folder)?;
        file::sync_dir(&self.place.parent)
    }

    /// The program that will be started there must be able to read it.
    fn is_fit(&self, wish: &Wish<'_>) -> Result<(), FolderError> {
        let file = self.path().join(FILE_NAME);
        let config = hostmessenger_config::load(&file, std::iter::empty());
        let account = config.map_err(FolderError::Unfit)?.account;
        let is_same = account.is_some_and(|account| {
            account.password.expose_secret() == wish.password.expose_secret()
        });
        if is_same {
            Ok(())
        } else {
            Err(FolderError::OddPassword)
        }
    }
}

fn record(wish: &Wish<'_>) -> String {
    let now = jiff::Timestamp::now();
    let second = jiff::Timestamp::from_second(now.as_second()).unwrap_or(now);
    let record = json!({
        "jid": wish.jid.as_str(),
        "owner": wish.owner.as_str(),
        "by": wish.enrolled_by.as_str(),
        "at": second.to_string(),
        "version": env!("CARGO_PKG_VERSION"),
    });
    format!("{record:#}\n")
}

/// In both languages: nobody knows who finds it.
fn readme(wish: &Wish<'_>, program: &str) -> String {
    let is_windows = program == program::WINDOWS;
    let text = if is_windows { README_WINDOWS } else { README };
    let filled = text
        .replace("@JID@", wish.jid.as_str())
        .replace("@OWNER@", wish.owner.as_str());
    if is_windows {
        // Older editors take a text without the mark for one of their own code page.
        format!("\u{feff}{}", filled.replace('\n', "\r\n"))
    } else {
        filled
    }
}
