//! The journal's file and the one thread that writes it.
//!
//! The store outlives the actor: a new life of the journal finds all that the old one sent here,
//! because both speak through the same queue. A file that cannot be used is set aside, never
//! deleted, and the program goes on from memory: alerts matter more than their history.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::db::{self, Batch};
use super::schema::{self, SchemaError};

/// Why there is no journal at all.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder cannot be made or written.
    #[error("the data folder {} cannot be used: {why}", dir.display())]
    Folder {
        /// The folder.
        dir: PathBuf,
        /// What the system says.
        why: io::Error,
    },
    /// Another program holds it.
    #[error("the data folder {} is in use by another hostmessenger; stop that one, or set data_dir", dir.display())]
    InUse {
        /// The folder.
        dir: PathBuf,
    },
    /// Not even in memory.
    #[error("SQLite does not work: {0}")]
    Sqlite(#[from] SchemaError),
}

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// A handle to the store; clones are the same store.
#[derive(Clone)]
pub struct Store {
    jobs: mpsc::Sender<Job>,
    /// Why the file is not used, to be told once.
    trouble: Arc<Mutex<Option<Trouble>>>,
}

/// Why the file is not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// It could not be opened at the start.
    NotUsable(String),
    /// The disk did not take what was to be written.
    NotWritable(String),
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}

/// The store's thread has ended, or SQLite failed.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The thread has ended.
    #[error("the journal's thread has ended")]
    Gone,
    /// SQLite says no.
    #[error("{0}")]
    Sqlite(#[from] rusqlite::Error),
}

impl Store {
    /// Opens, or makes, the journal in this folder.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        let lock = lock(dir)?;
        let (db, trouble) = match open_file(&dir.join("journal.db")) {
            Ok(db) => (db, None),
            Err(error) => {
                let why = set_aside(&dir.join("journal.db"), &error);
                tracing::error!(reason = %why, "journal not usable, going on from memory");
                (open_memory()?, Some(Trouble::NotUsable(why)))
            }
        };
        let (jobs, queue) = mpsc::channel::<Job>();
        let thread = std::thread::Builder::new()
            .name("journal".into())
            .stack_size(512 * 1024);
        let work = move || {
            let _lock = lock;
            let mut db = db;
            while let Ok(job) = queue.recv() {
                job(&mut db);
            }
            if let Err((_, error)) = db.close() {
                tracing::warn!(%error, "journal not closed cleanly");
            }
        };
        thread.spawn(work).map_err(|why| StoreError::Folder {
            dir: dir.to_owned(),
            why,
        })?;
        let trouble = Arc::new(Mutex::new(trouble));
        Ok(Self { jobs, trouble })
    }

    /// Why the file is not used, the first time it is asked; `None` where all is well.
    pub fn take_trouble(&self) -> Option<Trouble> {
        self.trouble
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    /// Writes a batch. Where the disk does not take it, all that can still be read moves into
    /// memory and the batch is written there.
    pub fn commit(&self, batch: Batch) -> impl Future<Output = Result<(), AskError>> + use<> {
        let trouble = Arc::clone(&self.trouble);
        self.ask(move |db| {
            let Err(error) = db::commit(db, &batch) else {
                return Ok(());
            };
            if db.path().is_none_or(str::is_empty) {
                return Err(error);
            }
            tracing::error!(%error, "journal not writable, going on from memory");
            let why = Trouble::NotWritable(error.to_string());
            *trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
            let mut memory = open_memory().map_err(|_| error)?;
            rusqlite::backup::Backup::new(db, &mut memory)?.step(-1)?;
            db::commit(&mut memory, &batch)?;
            *db = memory;
            Ok(())
        })
    }

    /// Has the thread do something, after all that was asked before.
    pub fn ask<T, F>(&self, job: F) -> impl Future<Output = Result<T, AskError>> + use<T, F>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let (tx, rx) = oneshot::channel();
        let sent = self.jobs.send(Box::new(move |db| {
            // Who asked may be gone; the work was done all the same.
            let _gone = tx.send(job(db));
        }));
        async move {
            sent.map_err(|_| AskError::Gone)?;
            Ok(rx.await.map_err(|_| AskError::Gone)??)
        }
    }
}

/// The lock is held as long as the file is open, and goes with the process however it ends.
fn lock(dir: &Path) -> Result<File, StoreError> {
    let folder = |why| StoreError::Folder {
        dir: dir.to_owned(),
        why,
    };
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(dir).map_err(folder)?;
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(dir.join("lock"))
        .map_err(folder)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse {
            dir: dir.to_owned(),
        }),
        Err(TryLockError::Error(why)) => Err(folder(why)),
    }
}

fn open_file(path: &Path) -> Result<Connection, SchemaError> {
    // Made first, so that it is never readable by others, not even for a moment.
    let mut options = File::options();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    if let Err(error) = options.open(path) {
        tracing::debug!(%error, "journal file not made");
    }
    let mut db = Connection::open(path)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    // An alert that is not on disk is not safe from a power cut.
    db.pragma_update(None, "synchronous", "FULL")?;
    set_limits(&db)?;
    let check: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if check != "ok" {
        return Err(rusqlite::Error::SqliteFailure(
            rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT),
            Some(check),
        )
        .into());
    }
    schema::migrate(&mut db)?;
    Ok(db)
}

fn open_memory() -> Result<Connection, SchemaError> {
    let mut db = Connection::open_in_memory()?;
    set_limits(&db)?;
    schema::migrate(&mut db)?;
    Ok(db)
}

/// A quarter of a megabyte of cache is plenty for a few hundred rows.
fn set_limits(db: &Connection) -> Result<(), rusqlite::Error> {
    db.pragma_update(None, "cache_size", -256)?;
    db.busy_timeout(Duration::from_secs(5))
}

/// Renames a file that cannot be used, and says what happened to it. One of a newer version stays
/// where it is: that version wants it back.
fn set_aside(path: &Path, error: &SchemaError) -> String {
    let corrupt = matches!(
        error,
        SchemaError::Sqlite(rusqlite::Error::SqliteFailure(code, _))
            if matches!(code.code, rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase)
    );
    if !corrupt {
        return format!("{}: {error}", path.display());
    }
    let stamp = Timestamp::now().strftime("%Y%m%dT%H%M%SZ");
    let aside = path.with_extension(format!("db.broken-{stamp}"));
    match std::fs::rename(path, &aside) {
        Ok(()) => format!("{}: {error}; kept as {}", path.display(), aside.display()),
        Err(why) => format!(
            "{}: {error}; it could not be set aside: {why}",
            path.display()
        ),
    }
}
