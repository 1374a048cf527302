//! The journal's file and the one thread that writes it.
//!
//! The store outlives the actor: a new life of the journal finds all that the old one sent here,
//! because both speak through the same queue. What is done where the file cannot be used is in
//! [`super::shelf`].

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::Trouble;
use super::db::{self, Batch};
use super::lock::DataHolder;
use super::schema::SchemaError;
use super::shelf::{Shelf, Troubles};

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
    #[error("the data folder {} is in use by another hostmessenger{}; stop that one, or set data_dir", dir.display(), by.as_ref().map(|by| format!(" ({by})")).unwrap_or_default())]
    InUse {
        /// The folder.
        dir: PathBuf,
        /// Who says to hold it.
        by: Option<DataHolder>,
    },
    /// Not even in memory.
    #[error("SQLite does not work: {0}")]
    Sqlite(#[from] SchemaError),
}

type Job = Box<dyn FnOnce(&mut Shelf) + Send>;

/// Batches that wait for the thread. What comes while it is busy is written with them, in one
/// transaction: a thousand changes at once cost a few writes to the disk, not a thousand.
#[derive(Default)]
struct Open {
    batches: Vec<Batch>,
    answers: Vec<oneshot::Sender<Result<(), AskError>>>,
}

/// A handle to the store; clones are the same store.
#[derive(Clone)]
pub struct Store {
    jobs: mpsc::Sender<Job>,
    troubles: Troubles,
    open: Arc<Mutex<Open>>,
    in_trouble: Arc<[String]>,
    dir: Arc<Path>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}

/// The store's thread has ended, or SQLite failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AskError {
    /// The thread has ended.
    #[error("the journal's thread has ended")]
    Gone,
    /// SQLite says no.
    #[error("{0}")]
    Sqlite(Arc<rusqlite::Error>),
}

impl Store {
    /// Opens, or makes, the journal in this folder.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        let troubles = Troubles::default();
        let mut shelf = Shelf::open(dir, Arc::clone(&troubles))?;
        let in_trouble = shelf.run(&|db| db::in_trouble(db)).unwrap_or_default();
        let (jobs, queue) = mpsc::channel::<Job>();
        let thread = std::thread::Builder::new()
            .name("journal".into())
            .stack_size(512 * 1024);
        let work = move || {
            while let Ok(job) = queue.recv() {
                job(&mut shelf);
            }
            shelf.close();
        };
        thread.spawn(work).map_err(|why| StoreError::Folder {
            dir: dir.to_owned(),
            why,
        })?;
        Ok(Self {
            jobs,
            troubles,
            open: Arc::default(),
            in_trouble: in_trouble.into(),
            dir: dir.into(),
        })
    }

    /// The data folder.
    pub(super) fn dir(&self) -> Arc<Path> {
        Arc::clone(&self.dir)
    }

    /// Targets that were not up when the last run ended; they are looked at first.
    pub fn in_trouble(&self) -> &[String] {
        &self.in_trouble
    }

    /// What befell the file, each told once.
    pub fn take_troubles(&self) -> Vec<Trouble> {
        let mut troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut troubles)
    }

    /// Has the way back to the file tried at once.
    #[cfg(test)]
    pub(super) async fn come_back_now(&self) {
        let (tx, rx) = oneshot::channel();
        let job = move |shelf: &mut Shelf| {
            shelf.hurry();
            let _gone = tx.send(());
        };
        drop(self.jobs.send(Box::new(job)));
        rx.await.unwrap();
    }

    /// Writes a batch, all of it or nothing.
    pub fn commit(&self, batch: Batch) -> impl Future<Output = Result<(), AskError>> + use<> {
        let (tx, rx) = oneshot::channel();
        let is_first = {
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            open.batches.push(batch);
            open.answers.push(tx);
            open.batches.len() == 1
        };
        if is_first {
            let open = Arc::clone(&self.open);
            let job: Job = Box::new(move |shelf| write_open(shelf, &open));
            if self.jobs.send(job).is_err() {
                // Whose answers are dropped hears that the thread has ended.
                take_open(&self.open);
            }
        }
        async move { rx.await.map_err(|_| AskError::Gone)? }
    }

    /// The same as [`ask`](Self::ask) for what changes something.
    pub fn write<T, F>(&self, job: F) -> impl Future<Output = Result<T, AskError>> + use<T, F>
    where
        T: Send + 'static,
        F: Fn(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        self.ask(move |db| marked(db, &job))
    }

    /// Has the thread do something, after all that was asked before. Where the file fails, it is done
    /// again in memory: a job must not mind being done twice.
    pub fn ask<T, F>(&self, job: F) -> impl Future<Output = Result<T, AskError>> + use<T, F>
    where
        T: Send + 'static,
        F: Fn(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let (tx, rx) = oneshot::channel();
        let sent = self.jobs.send(Box::new(move |shelf| {
            // Who asked may be gone; the work was done all the same.
            let _gone = tx.send(shelf.run(&job));
        }));
        async move {
            sent.map_err(|_| AskError::Gone)?;
            let done = rx.await.map_err(|_| AskError::Gone)?;
            done.map_err(|error| AskError::Sqlite(Arc::new(error)))
        }
    }
}

fn take_open(open: &Mutex<Open>) -> Open {
    std::mem::take(&mut open.lock().unwrap_or_else(PoisonError::into_inner))
}

fn write_open(shelf: &mut Shelf, open: &Mutex<Open>) {
    let Open { batches, answers } = take_open(open);
    let written = shelf.run(&|db| marked(db, |db| db::commit(db, &batches)));
    let written = written.map_err(|error| AskError::Sqlite(Arc::new(error)));
    for answer in answers {
        // Who asked may be gone; the work was done all the same.
        let _gone = answer.send(written.clone());
    }
}

/// A job that writes, between the places where a fault may strike.
fn marked<T>(
    db: &mut Connection,
    job: impl Fn(&mut Connection) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    faults::kill_before_write();
    let done = job(db)?;
    faults::kill_after_write();
    Ok(done)
}

/// Test builds only: the process dies as if by `kill -9`, right before or after the journal write
/// with the number that the environment names.
#[cfg(feature = "faults")]
mod faults {
    use std::sync::atomic::{AtomicU32, Ordering};

    static WRITES: AtomicU32 = AtomicU32::new(0);

    pub(super) fn kill_before_write() {
        let number = WRITES.fetch_add(1, Ordering::SeqCst) + 1;
        kill_if("HOSTMESSENGER_FAULT_KILL_BEFORE_WRITE", number);
    }

    pub(super) fn kill_after_write() {
        let number = WRITES.load(Ordering::SeqCst);
        kill_if("HOSTMESSENGER_FAULT_KILL_AFTER_WRITE", number);
    }

    fn kill_if(variable: &str, number: u32) {
        let wanted = std::env::var(variable).ok();
        if wanted.and_then(|text| text.parse().ok()) == Some(number) {
            crate::faults::die();
        }
    }
}

#[cfg(not(feature = "faults"))]
mod faults {
    pub(super) fn kill_before_write() {}
    pub(super) fn kill_after_write() {}
}
