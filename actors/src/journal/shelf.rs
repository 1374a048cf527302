//! Where the journal is kept: in its file, or in memory while the file cannot be used.
//!
//! ```text
//!         full, read-only, gone                      every 30 s
//!  file ────────────────────────▶ away (memory) ────────────────▶ file
//!    │
//!    └── damaged ──▶ set aside, what can be read goes into a fresh file
//!
//!  written by a newer version ──▶ memory, to the end of this run; that version wants its file back
//! ```
//!
//! Nothing is ever deleted: a file that cannot be used stays, under its own or another name.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode};

use super::file::{open_file, open_memory, open_read_only, set_aside};
use super::lock::lock;
use super::schema::SchemaError;
use super::store::StoreError;
use super::{Trouble, salvage};

/// How often the way back to the file is tried.
const AGAIN_AFTER: Duration = Duration::from_secs(30);

/// What is told of the file, each once.
pub(super) type Troubles = Arc<Mutex<Vec<Trouble>>>;

/// The database, wherever it is.
pub(super) struct Shelf {
    db: Connection,
    dir: PathBuf,
    place: Place,
    /// Held as long as the file may be used; goes with the process however it ends.
    lock: Option<File>,
    troubles: Troubles,
}

enum Place {
    File,
    /// In memory for now. `whole`: it began with all that the file held.
    Away {
        whole: bool,
        again: Instant,
    },
    /// In memory to the end.
    Memory,
}

/// What an error says about the file.
enum Harm {
    /// It holds nonsense.
    Damaged,
    /// It cannot be used now.
    Unusable,
    /// Nothing: the question was wrong.
    None,
}

impl Shelf {
    /// Opens, or makes, the journal in this folder. Only another program that holds it is an error.
    pub(super) fn open(dir: &Path, troubles: Troubles) -> Result<Self, StoreError> {
        let mut shelf = Self {
            db: open_memory()?,
            dir: dir.to_owned(),
            place: Place::Memory,
            lock: None,
            troubles,
        };
        match lock(dir) {
            Ok(lock) => shelf.lock = Some(lock),
            Err(error @ (StoreError::InUse { .. } | StoreError::Sqlite(_))) => return Err(error),
            Err(error) => {
                // A folder that cannot be written may well be read.
                let whole = shelf.read_file()?;
                shelf.go_away(&error.to_string(), whole)?;
                return Ok(shelf);
            }
        }
        match open_file(&shelf.path()) {
            Ok(db) => {
                shelf.db = db;
                shelf.place = Place::File;
            }
            Err(error @ SchemaError::Newer { .. }) => {
                let why = format!("{}: {error}", shelf.path().display());
                tracing::error!(reason = why, "journal not usable, going on from memory");
                shelf.tell(Trouble::NotUsable(why));
            }
            Err(SchemaError::Sqlite(error)) => shelf.first_error(&error)?,
        }
        Ok(shelf)
    }

    fn first_error(&mut self, error: &rusqlite::Error) -> Result<(), SchemaError> {
        let whole = self.read_file()?;
        match harm(error) {
            Harm::Damaged => self.replace_file(error),
            _ => self.go_away(&format!("{}: {error}", self.path().display()), whole),
        }
    }

    /// Does a job, wherever that is possible.
    pub(super) fn run<T>(
        &mut self,
        job: &dyn Fn(&mut Connection) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        self.come_back();
        let error = match job(&mut self.db) {
            Err(error) if matches!(self.place, Place::File) => error,
            done => return done,
        };
        let moved = match harm(&error) {
            Harm::None => return Err(error),
            Harm::Damaged => self.move_out().and_then(|_| self.replace_file(&error)),
            Harm::Unusable => self
                .move_out()
                .and_then(|whole| self.go_away(&error.to_string(), whole)),
        };
        match moved {
            Ok(()) => job(&mut self.db),
            Err(_) => Err(error),
        }
    }

    /// Ends it cleanly.
    pub(super) fn close(self) {
        if let Err((_, error)) = self.db.close() {
            tracing::warn!(%error, "journal not closed cleanly");
        }
    }

    fn path(&self) -> PathBuf {
        self.dir.join("journal.db")
    }

    fn tell(&self, trouble: Trouble) {
        let mut troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        troubles.push(trouble);
    }

    /// Takes what the file holds, without writing there. Says whether it could be read whole.
    fn read_file(&mut self) -> Result<bool, SchemaError> {
        match open_read_only(&self.path()) {
            Ok(file) => self.remember(&file),
            Err(_) => Ok(!self.path().exists()),
        }
    }

    /// Takes what another database holds; its gaps are no error.
    fn remember(&mut self, from: &Connection) -> Result<bool, SchemaError> {
        let mut memory = open_memory()?;
        let whole = salvage::copy(from, &mut memory)?;
        if !whole {
            salvage::skip_numbers(&memory, Timestamp::now().as_millisecond())?;
        }
        self.db = memory;
        Ok(whole)
    }

    /// From the file into memory.
    fn move_out(&mut self) -> Result<bool, SchemaError> {
        let file = std::mem::replace(&mut self.db, Connection::open_in_memory()?);
        self.remember(&file)
    }

    fn go_away(&mut self, why: &str, whole: bool) -> Result<(), SchemaError> {
        tracing::error!(reason = why, "journal not writable, going on from memory");
        if !whole {
            salvage::skip_numbers(&self.db, Timestamp::now().as_millisecond())?;
        }
        let again = Instant::now() + AGAIN_AFTER;
        self.place = Place::Away { whole, again };
        self.tell(Trouble::NotWritable(why.to_owned()));
        Ok(())
    }

    /// Sets a damaged file aside and goes on with a fresh one, which gets what memory holds.
    fn replace_file(&mut self, error: &rusqlite::Error) -> Result<(), SchemaError> {
        let kept = set_aside(&self.path());
        let (why, path) = (error.to_string(), self.path().display().to_string());
        let kept = match kept {
            Ok(kept) => kept.display().to_string(),
            Err(refused) => return self.go_away(&format!("{path}: {why}; {refused}"), false),
        };
        tracing::error!(path, kept, reason = why, "journal damaged, set aside");
        salvage::skip_numbers(&self.db, Timestamp::now().as_millisecond())?;
        self.tell(Trouble::Damaged { why, kept });
        match self.fresh_file() {
            Ok(()) => Ok(()),
            Err(error) => self.go_away(&format!("{path}: {error}"), true),
        }
    }

    fn fresh_file(&mut self) -> Result<(), SchemaError> {
        let mut file = open_file(&self.path())?;
        salvage::bring_back(&self.db, &mut file, true)?;
        salvage::skip_numbers(&file, Timestamp::now().as_millisecond())?;
        self.db = file;
        self.place = Place::File;
        Ok(())
    }

    /// The next job tries the way back.
    #[cfg(test)]
    pub(super) fn hurry(&mut self) {
        if let Place::Away { again, .. } = &mut self.place {
            *again = Instant::now();
        }
    }

    /// Back to the file, where that is possible again.
    fn come_back(&mut self) {
        let Place::Away { whole, again } = &mut self.place else {
            return;
        };
        if Instant::now() < *again {
            return;
        }
        *again = Instant::now() + AGAIN_AFTER;
        let whole = *whole;
        match self.return_to_file(whole) {
            Ok(()) => {
                tracing::info!("journal written to its file again");
                self.tell(Trouble::Over);
            }
            Err(error) => tracing::debug!(%error, "journal still not writable"),
        }
    }

    fn return_to_file(&mut self, whole: bool) -> Result<(), StoreError> {
        if self.lock.is_none() {
            self.lock = Some(lock(&self.dir)?);
        }
        let mut file = open_file(&self.path())?;
        salvage::bring_back(&self.db, &mut file, whole).map_err(SchemaError::from)?;
        self.db = file;
        self.place = Place::File;
        Ok(())
    }
}

fn harm(error: &rusqlite::Error) -> Harm {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Harm::Damaged,
        Some(
            ErrorCode::ReadOnly
            | ErrorCode::SystemIoFailure
            | ErrorCode::DiskFull
            | ErrorCode::CannotOpen
            | ErrorCode::PermissionDenied
            | ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::FileLockingProtocolFailed
            | ErrorCode::NoLargeFileSupport,
        ) => Harm::Unusable,
        _ => Harm::None,
    }
}
