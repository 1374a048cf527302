//! The Event Log of Windows, for a service: that it started and stopped, warnings and errors.
//!
//! A newcomer's trap: the Event Log is a service itself, which may stand still. It is told on a thread of
//! its own, and what does not fit into the queue is left out: it stands in the log file.

use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use hostmessenger_actors::text::clean_lines;
use hostmessenger_windows::event_log::{Kind, Source};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::layer::{Context, Layer};

use super::guard::Fields;

/// Entries that may wait.
const QUEUE: usize = 256;
/// Characters of an entry; Windows takes 31,839.
const LONGEST: usize = 8_000;
/// What is told although it is neither warning nor error.
const TOLD: [&str; 2] = ["started", "stopped"];

static QUEUED: OnceLock<SyncSender<Piece>> = OnceLock::new();

enum Piece {
    Entry(Kind, String),
    Mark(SyncSender<()>),
}

/// From now on there is one. Fails where there is none, or no thread to write it.
pub(crate) fn start(source: &str) -> std::io::Result<()> {
    let source = Source::open(source)?;
    let (tx, rx) = sync_channel(QUEUE);
    std::thread::Builder::new()
        .name("event-log".into())
        .spawn(move || write_all(&source, &rx))?;
    // A second one ends as its sender goes.
    let _started_already = QUEUED.set(tx);
    Ok(())
}

fn write_all(source: &Source, pieces: &Receiver<Piece>) {
    for piece in pieces {
        match piece {
            // It stands in the log file as well; there is nowhere else to say so.
            Piece::Entry(kind, text) => drop(source.report(kind, &text)),
            Piece::Mark(done) => drop(done.try_send(())),
        }
    }
}

/// An error that is told outside of the log.
pub(super) fn error(text: &str) {
    put(Kind::Error, text);
}

/// Waits until all is told, but not for ever.
pub(super) fn finish() {
    let Some(queue) = QUEUED.get() else { return };
    let (done, told) = sync_channel(1);
    if queue.try_send(Piece::Mark(done)).is_ok() {
        let _in_vain = told.recv_timeout(std::time::Duration::from_secs(2));
    }
}

fn put(kind: Kind, text: &str) {
    if let Some(queue) = QUEUED.get() {
        let _full = queue.try_send(Piece::Entry(kind, clean_lines(text, LONGEST)));
    }
}

/// Hears what the log hears.
pub(super) fn layer() -> EventLog {
    EventLog
}

/// The layer.
pub(super) struct EventLog;

impl<S: Subscriber> Layer<S> for EventLog {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if QUEUED.get().is_none() {
            return;
        }
        let level = *event.metadata().level();
        // The XMPP library's own warnings would print whole stanzas.
        let ours = event.metadata().target().starts_with("hostmessenger");
        if !ours || level > Level::INFO {
            return;
        }
        let text = line(event);
        if let Some(kind) = kind(level, &text) {
            put(kind, &text);
        }
    }
}

/// `None`: it is for the log file alone.
fn kind(level: Level, text: &str) -> Option<Kind> {
    let word = text.split(' ').next().unwrap_or_default();
    match level {
        Level::ERROR => Some(Kind::Error),
        Level::WARN => Some(Kind::Warning),
        _ => TOLD.contains(&word).then_some(Kind::Information),
    }
}

/// `message key=value`, as the log file has it.
fn line(event: &Event<'_>) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _written = Fields.format_fields(Writer::new(&mut text), event);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_warnings_start_and_end_are_told_and_the_rest_is_not() {
        assert_eq!(
            kind(Level::ERROR, "registry not put back"),
            Some(Kind::Error)
        );
        assert_eq!(kind(Level::WARN, "actor restarting"), Some(Kind::Warning));
        for told in ["started version=0.1.0", "stopped"] {
            assert_eq!(kind(Level::INFO, told), Some(Kind::Information), "{told}");
        }
        for not in ["target changed probe=shop", "startedx", ""] {
            assert_eq!(kind(Level::INFO, not), None, "{not}");
        }
    }

    #[test]
    fn with_nobody_to_tell_nothing_waits() {
        error("nobody hears it");
        finish();
    }
}
