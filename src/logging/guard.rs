//! The last wall before the log: whatever a field holds, a line stays one line, and nothing in it
//! acts on a terminal. Text from outside is cleaned where it comes in; this is for the slip.
//!
//! A trap: the formatter of the library escapes what a terminal obeys, but neither line breaks in
//! fields with `%`, so that a name could forge a line, nor characters that reorder text.

use std::fmt::{self, Write};

use hostmessenger_actors::text::{clean, is_harmful};
use tracing::field::{Field, Visit};
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::format::Writer;

/// Characters of one field.
const LONGEST: usize = 4_000;

/// Writes fields for people: `message key=value`.
pub(super) struct Fields;

impl<'w> FormatFields<'w> for Fields {
    fn format_fields<R: RecordFields>(&self, writer: Writer<'w>, fields: R) -> fmt::Result {
        let mut line = Line {
            writer,
            empty: true,
            result: Ok(()),
        };
        fields.record(&mut line);
        line.result
    }
}

struct Line<'w> {
    writer: Writer<'w>,
    empty: bool,
    result: fmt::Result,
}

impl Line<'_> {
    fn write(&mut self, field: &Field, value: &dyn fmt::Debug) -> fmt::Result {
        if !self.empty {
            self.writer.write_char(' ')?;
        }
        self.empty = false;
        let mut text = Bounded(String::new());
        // It fails where the bound is reached.
        let _cut = write!(text, "{value:?}");
        match (field.name(), self.writer.has_ansi_escapes()) {
            ("message", _) => {}
            (name, true) => write!(self.writer, "\u{1b}[3m{name}\u{1b}[0m\u{1b}[2m=\u{1b}[0m")?,
            (name, false) => write!(self.writer, "{name}=")?,
        }
        if field.name() == "backtrace" {
            // Of our own making, for developers, and useless on one line.
            return self.writer.write_str(&text.0);
        }
        self.writer.write_str(&clean(&text.0, LONGEST))
    }
}

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // What `log` says of itself is in the line already.
        if self.result.is_ok() && !field.name().starts_with("log.") {
            self.result = self.write(field, value);
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            self.record_debug(field, &format_args!("{value}"));
        } else {
            self.record_debug(field, &value);
        }
    }
}

/// A text that takes no more than is shown of it.
struct Bounded(String);

impl Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = (4 * LONGEST).saturating_sub(self.0.len());
        self.0.push_str(&text[..text.floor_char_boundary(room)]);
        if text.len() > room {
            Err(fmt::Error)
        } else {
            Ok(())
        }
    }
}

/// A line of JSON with nothing in it that acts on a terminal: outside of strings all is ASCII, so
/// whatever is harmful stands in one, and is escaped as JSON does.
pub(super) fn json(line: &str) -> String {
    let (text, end) = match line.strip_suffix('\n') {
        Some(text) => (text, "\n"),
        None => (line, ""),
    };
    let mut out = String::with_capacity(line.len());
    for c in text.chars() {
        if is_harmful(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _written = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out + end
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex, PoisonError};

    use tracing_subscriber::prelude::*;

    use super::super::LocalTime;
    use super::*;

    /// What a stranger would be called who means harm, and what a server would say.
    const HOSTILE: &str = "eve\r\n2026-11-23 14:00:00.000  INFO connected jid=\u{1b}[2Ka\u{9b}31m\u{202e}b\u{2028}c\u{7f}\u{feff}\u{e0041}";

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            kept.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Kept {
        fn text(&self) -> String {
            let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            String::from_utf8_lossy(&kept).into_owned()
        }
    }

    fn hostile_lines() {
        let error = io::Error::other(HOSTILE);
        tracing::warn!(from = HOSTILE, reason = %HOSTILE, error = ?error, "command refused");
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "not \u{1b}[1m{HOSTILE}"
        );
        tracing::info!(reason = %"x".repeat(1 << 20), "connected");
    }

    #[test]
    fn a_line_for_people_cannot_be_forged_and_does_nothing_to_a_terminal() {
        let kept = Kept::default();
        let writer = kept.clone();
        let lines = tracing_subscriber::fmt::layer()
            .with_writer(move || writer.clone())
            .fmt_fields(Fields)
            .with_ansi(false)
            .with_timer(LocalTime);
        tracing::subscriber::with_default(
            tracing_subscriber::registry().with(lines),
            hostile_lines,
        );
        let text = kept.text();
        assert_eq!(text.lines().count(), 3, "{text}");
        assert!(
            !text.chars().any(|c| c != '\n' && is_harmful(c)),
            "{text:?}"
        );
        assert!(
            text.contains(" command refused from=\"eve\\r\\n2026"),
            "{text}"
        );
        assert!(text.chars().count() < 10_000);
    }

    #[test]
    fn a_line_of_json_holds_all_and_does_nothing_to_a_terminal() {
        let kept = Kept::default();
        let writer = kept.clone();
        let lines = tracing_subscriber::fmt::layer()
            .json()
            .flatten_event(true)
            .with_writer(move || writer.clone());
        tracing::subscriber::with_default(
            tracing_subscriber::registry().with(lines),
            hostile_lines,
        );
        let text = kept.text();
        let lines: Vec<String> = text.lines().map(json).collect();
        assert_eq!(lines.len(), 3, "{text}");
        assert!(!lines.iter().any(|line| line.chars().any(is_harmful)));
        let first: serde_json::Value = serde_json::from_str(&lines[0]).unwrap_or_default();
        assert_eq!(
            (first["from"].as_str(), first["reason"].as_str()),
            (Some(HOSTILE), Some(HOSTILE))
        );
    }
}
