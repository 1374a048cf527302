//! One program a data folder. The lock is the system's and goes with the process however it ends; who
//! holds it is written beside it, since a locked file cannot be read everywhere.

use std::fmt;
use std::fs::{File, TryLockError};
use std::io::{self, Read};
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::store::StoreError;
use crate::machine;
use crate::text::clean;

const LOCK: &str = "lock";
const HOLDER: &str = "holder.json";

/// The program that holds a data folder, as it says itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataHolder {
    pid: u32,
    since: Timestamp,
    host: Option<String>,
}

impl DataHolder {
    fn this_one() -> Self {
        let now = Timestamp::now();
        Self {
            pid: std::process::id(),
            since: Timestamp::from_second(now.as_second()).unwrap_or(now),
            host: machine::host_name(),
        }
    }

    fn read(dir: &Path) -> Option<Self> {
        let mut text = String::new();
        let file = File::open(dir.join(HOLDER)).ok()?;
        file.take(4096).read_to_string(&mut text).ok()?;
        serde_json::from_str(&text).ok()
    }
}

impl fmt::Display for DataHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {}", self.pid)?;
        // On a share it may run elsewhere.
        if self.host != machine::host_name()
            && let Some(host) = &self.host
        {
            write!(f, " on {}", clean(host, 64))?;
        }
        write!(f, ", since {}", self.since)
    }
}

/// Makes the folder and takes its lock. Where the file system has no locks (a network share, say) it
/// goes on without, and says so.
pub(super) fn lock(dir: &Path) -> Result<File, StoreError> {
    let folder = |why| StoreError::Folder {
        dir: dir.to_owned(),
        why,
    };
    hostmessenger_config::create_private_dirs(dir).map_err(folder)?;
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(dir.join(LOCK))
        .map_err(folder)?;
    taken(file.try_lock(), dir)?;
    if let Err(error) = say_so(dir) {
        tracing::debug!(%error, "holder of the data folder not written");
    }
    Ok(file)
}

/// What an attempt at the lock means.
fn taken(attempt: Result<(), TryLockError>, dir: &Path) -> Result<(), StoreError> {
    match attempt {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse {
            dir: dir.to_owned(),
            by: DataHolder::read(dir),
        }),
        Err(TryLockError::Error(error)) => {
            let dir = dir.display();
            tracing::warn!(%dir, %error, "data folder cannot be locked, two programs in it would harm it");
            Ok(())
        }
    }
}

fn say_so(dir: &Path) -> io::Result<()> {
    let text = serde_json::to_vec(&DataHolder::this_one())?;
    std::fs::write(dir.join(HOLDER), text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_one_hears_who_is_there_and_since_when() {
        let dir = tempfile::tempdir().unwrap();
        let held = lock(dir.path()).unwrap();
        let told = lock(dir.path()).unwrap_err().to_string();
        let pid = std::process::id();
        assert!(told.contains(&format!("(process {pid}, since 2")), "{told}");
        drop(held);
        lock(dir.path()).unwrap();
    }

    #[test]
    fn a_note_that_makes_no_sense_is_left_out() {
        let dir = tempfile::tempdir().unwrap();
        let _held = lock(dir.path()).unwrap();
        std::fs::write(dir.path().join(HOLDER), "{").unwrap();
        let told = lock(dir.path()).unwrap_err().to_string();
        assert!(told.contains("another hostmessenger; stop"), "{told}");
    }

    #[test]
    fn where_there_are_no_locks_it_goes_on() {
        let no_locks = TryLockError::Error(io::ErrorKind::Unsupported.into());
        taken(Err(no_locks), Path::new("/share")).unwrap();
        taken(Err(TryLockError::WouldBlock), Path::new("/share")).unwrap_err();
    }

    #[test]
    fn on_a_share_the_other_machine_is_named() {
        let holder = DataHolder {
            pid: 7,
            since: Timestamp::UNIX_EPOCH,
            host: Some("elsewhere\n".into()),
        };
        let told = holder.to_string();
        assert!(
            told.starts_with("process 7 on elsewhere") && !told.contains('\n'),
            "{told}"
        );
    }
}
