//! Who writes: a thread of its own, because standard error can stand still for hours. A pipe that nobody
//! reads does that, and so does a console on Windows as long as somebody marks text in its window. The
//! actors' thread must not wait for either: checks and alerts would stand still with it.
//!
//! What does not fit into the queue is dropped, counted, and said once there is room again.

use std::io::{self, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
#[cfg(windows)]
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Lines that may wait: some minutes of a busy log, a few MB at the most.
const QUEUE: usize = 4_096;
/// How long the end waits for lines that are not written yet.
const LAST_WORDS: Duration = Duration::from_secs(2);

static PEN: OnceLock<SyncSender<Piece>> = OnceLock::new();
static DROPPED: AtomicU64 = AtomicU64::new(0);

/// The file of a service of Windows, which has no standard error.
#[cfg(windows)]
static FILE: Mutex<Option<super::rotated::Rotated>> = Mutex::new(None);

/// From now on lines go there.
#[cfg(windows)]
pub(super) fn into_file(file: super::rotated::Rotated) {
    *FILE.lock().unwrap_or_else(PoisonError::into_inner) = Some(file);
}

/// Whether lines go into a file.
pub(super) fn has_file() -> bool {
    #[cfg(windows)]
    return FILE
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .is_some();
    #[cfg(not(windows))]
    false
}

/// To the file where there is one, or else to standard error.
fn write_line(line: &str) -> io::Result<()> {
    #[cfg(windows)]
    if let Some(file) = &mut *FILE.lock().unwrap_or_else(PoisonError::into_inner) {
        return file.write(line);
    }
    io::stderr().write_all(line.as_bytes())
}

/// What is to be written.
enum Piece {
    /// A line of the log, above the prompt where there is one.
    Log(String),
    /// To standard error, whatever stands there.
    Error(String),
    /// Unasked, to standard output or above the prompt.
    Said(String),
    /// Nothing: whoever waits for this knows that all before is written.
    Mark(SyncSender<()>),
}

/// Starts the thread. Without one, each line is written by whoever has it.
pub(super) fn start() {
    let (tx, rx) = mpsc::sync_channel(QUEUE);
    let thread = std::thread::Builder::new()
        .name("log".into())
        .stack_size(256 * 1024);
    if thread.spawn(move || write_all(&rx)).is_ok() {
        // A second one ends as its sender goes.
        let _started_already = PEN.set(tx);
    }
}

pub(super) fn log(line: String) {
    put(Piece::Log(line));
}

pub(super) fn error(line: String) {
    put(Piece::Error(line));
}

pub(super) fn said(text: String) {
    put(Piece::Said(text));
}

/// Waits until all is written, but not for ever.
pub(super) fn finish() {
    let Some(pen) = PEN.get() else {
        return;
    };
    let (done, written) = mpsc::sync_channel(1);
    if pen.try_send(Piece::Mark(done)).is_ok() {
        let _in_vain = written.recv_timeout(LAST_WORDS);
    }
}

fn put(piece: Piece) {
    let Some(pen) = PEN.get() else {
        return write(piece);
    };
    match pen.try_send(piece) {
        Ok(()) => {}
        Err(TrySendError::Full(_)) => {
            DROPPED.fetch_add(1, Ordering::Relaxed);
        }
        Err(TrySendError::Disconnected(piece)) => write(piece),
    }
}

fn write_all(pieces: &Receiver<Piece>) {
    for piece in pieces {
        write(piece);
        let dropped = DROPPED.swap(0, Ordering::Relaxed);
        if dropped > 0 {
            tracing::warn!(lines = dropped, "log lines dropped, nobody took them");
        }
    }
}

/// Blocks for as long as whoever reads likes.
fn write(piece: Piece) {
    // Either may be closed; there is nowhere to say so.
    let _closed = match piece {
        Piece::Log(line) if super::printed_above(&line) => Ok(()),
        Piece::Said(text) if super::printed_above(&text) => Ok(()),
        Piece::Log(line) | Piece::Error(line) => write_line(&line),
        Piece::Said(text) => {
            let mut out = io::stdout().lock();
            out.write_all(text.as_bytes()).and_then(|()| out.flush())
        }
        Piece::Mark(done) => {
            let _nobody_waits = done.try_send(());
            Ok(())
        }
    };
}
