//! Reads the trail from outside, while the program may run: `hostmessenger audit`.
//!
//! The file is opened read-only. It is a WAL: a reader never waits for the writer nor holds it up.

use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{Entry, spool};
use crate::journal::{SchemaError, file_trail};

/// Which entries.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted {
    /// So many, the newest.
    pub last: Option<usize>,
    /// None from before this moment.
    pub since: Option<Timestamp>,
}

/// Why there is nothing to read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The program has never run there.
    #[error("there is no journal in {}; has the program run with this data_dir?", dir.display())]
    NoJournal {
        /// The folder.
        dir: PathBuf,
    },
    /// A newer version wrote it, or it is damaged.
    #[error("{} cannot be read: {why}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        why: SchemaError,
    },
}

/// The trail in this data folder, oldest first. Blocks.
///
/// # Errors
/// Where there is no journal, or none that this version can read.
pub fn read(data_dir: &Path, wanted: Wanted) -> Result<Vec<Entry>, ReadError> {
    let file = data_dir.join("journal.db");
    // A folder that may not be looked into is another matter, and SQLite says so.
    let missing = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
    if file.metadata().is_err_and(|error| missing(&error)) {
        return Err(ReadError::NoJournal {
            dir: data_dir.to_owned(),
        });
    }
    let since = wanted.since.unwrap_or(Timestamp::MIN);
    let limit = wanted.last.unwrap_or(usize::MAX);
    let mut entries =
        file_trail(&file, since, limit).map_err(|why| ReadError::Unreadable { file, why })?;
    let waiting = spool::look(data_dir).into_iter();
    entries.extend(waiting.filter(|entry| entry.at >= since));
    entries.sort_by_key(|entry| entry.at);
    let surplus = entries.len().saturating_sub(limit);
    Ok(entries.split_off(surplus))
}
