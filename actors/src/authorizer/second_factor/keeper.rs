//! `vnc-code-state` in the data directory: what is remembered of codes, over a restart.
//!
//! Written before a code is accepted: after `kill -9` a code was either never good or is used.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::memory::{Kept, Memory};
use crate::time::Now;
use crate::vnc_supervisor::private_file;

const FILE: &str = "vnc-code-state";
/// All that is ever written is less.
const MAX_BYTES: u64 = 256 * 1024;

/// Writes one state after another; an older one never replaces a newer.
#[derive(Debug, Clone)]
pub(super) struct Keeper {
    path: PathBuf,
    /// The number of the newest state on disk.
    written: Arc<Mutex<u64>>,
}

impl Keeper {
    pub(super) fn new(data_dir: &Path) -> Self {
        Self {
            path: data_dir.join(FILE),
            written: Arc::default(),
        }
    }

    /// What was remembered. Where that cannot be known, codes up to now are refused.
    pub(super) fn read(&self, now: Now) -> Memory {
        let kept = match read(&self.path) {
            Ok(Some(kept)) => kept,
            Ok(None) => return Memory::default(),
            Err(error) => {
                let file = self.path.display();
                tracing::error!(%error, %file, "used codes not known, codes up to now are refused");
                return Memory::of_the_unknown(now);
            }
        };
        let (memory, of_later) = kept.wake(now);
        if of_later {
            let file = self.path.display();
            tracing::warn!(%file, "codes of a later time were used, codes up to now are refused");
        }
        memory
    }

    /// Writes this state, the `number`th. Blocks.
    pub(super) fn write(&self, number: u64, kept: &Kept) -> io::Result<()> {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        if *written >= number {
            return Ok(());
        }
        if let Some(dir) = self.path.parent() {
            private_file::create_dir(dir)?;
        }
        private_file::write(&self.path, &serde_json::to_vec(kept)?)?;
        *written = number;
        Ok(())
    }
}

/// `None`: no code was ever given.
fn read(path: &Path) -> io::Result<Option<Kept>> {
    use std::io::Read;
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if hostmessenger_config::is_open_to_others(path, &file)? {
        return Err(io::Error::other("others can read or change it"));
    }
    let mut bytes = Vec::new();
    file.take(MAX_BYTES).read_to_end(&mut bytes)?;
    Ok(Some(serde_json::from_slice(&bytes)?))
}
