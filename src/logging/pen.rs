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

static PEN: OnceLock<Pen> = OnceLock::new();

/// The way to the thread.
struct Pen {
    queue: SyncSender<Piece>,
    dropped: AtomicU64,
}

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

impl Pen {
    fn new(room: usize) -> (Self, Receiver<Piece>) {
        let (queue, pieces) = mpsc::sync_channel(room);
        let dropped = AtomicU64::new(0);
        (Self { queue, dropped }, pieces)
    }

    /// Never waits. Gives back what nobody will write any more.
    fn put(&self, piece: Piece) -> Option<Piece> {
        match self.queue.try_send(piece) {
            Ok(()) => None,
            Err(TrySendError::Full(_)) => {
                self.dropped.fetch_add(1, Ordering::Relaxed);
                None
            }
            Err(TrySendError::Disconnected(piece)) => Some(piece),
        }
    }
}

/// Starts the thread. Without one, each line is written by whoever has it.
pub(super) fn start() {
    let (pen, pieces) = Pen::new(QUEUE);
    let thread = std::thread::Builder::new()
        .name("log".into())
        .stack_size(256 * 1024);
    if thread.spawn(move || write_all(&pieces)).is_ok() {
        // A second one ends as its sender goes.
        let _started_already = PEN.set(pen);
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
    if pen.queue.try_send(Piece::Mark(done)).is_ok() {
        let _in_vain = written.recv_timeout(LAST_WORDS);
    }
}

fn put(piece: Piece) {
    let left = match PEN.get() {
        Some(pen) => pen.put(piece),
        None => Some(piece),
    };
    if let Some(piece) = left {
        write(piece);
    }
}

fn write_all(pieces: &Receiver<Piece>) {
    for piece in pieces {
        write(piece);
        let dropped = PEN
            .get()
            .map_or(0, |pen| pen.dropped.swap(0, Ordering::Relaxed));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_dropped_and_counted_and_nobody_waits() {
        let (pen, pieces) = Pen::new(2);
        for line in ["a", "b", "c", "d"] {
            assert!(pen.put(Piece::Log(line.into())).is_none());
        }
        assert_eq!(pen.dropped.load(Ordering::Relaxed), 2);
        for line in ["a", "b"] {
            assert!(matches!(pieces.try_recv(), Ok(Piece::Log(text)) if text == line));
        }
        drop(pieces);
        assert!(pen.put(Piece::Log("e".into())).is_some());
    }
}
