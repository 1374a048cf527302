//! One event is one line, written in one piece; in the systemd journal with the level in front.
//!
//! A trap: what varies in a log line may hold line breaks (a panic's message, say). Whoever reads
//! the log line by line, the journal first of all, would take the rest for lines of our own.

use std::io::{self, Write};

use tracing::Level;
use tracing_subscriber::fmt::MakeWriter;

use super::guard;

/// What a line looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// For people.
    Plain,
    /// The same with its level in front, as sd-daemon(3) has it.
    Prefixed,
    /// For programs.
    Json,
}

/// Makes the lines of the log.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lines(pub(super) Form);

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line::new(self.0)
    }

    fn make_writer_for(&'a self, meta: &tracing::Metadata<'_>) -> Line {
        let mut line = Line::new(self.0);
        if self.0 == Form::Prefixed {
            line.bytes
                .extend_from_slice(prefix(*meta.level()).as_bytes());
        }
        line
    }
}

/// The level as syslog counts it (RFC 5424, section 6.2.1), in the form of sd-daemon(3).
pub(super) fn prefix(level: Level) -> &'static str {
    match level {
        Level::ERROR => "<3>",
        Level::WARN => "<4>",
        Level::INFO => "<6>",
        Level::DEBUG | Level::TRACE => "<7>",
    }
}

/// One line, written when it is dropped.
pub(super) struct Line {
    bytes: Vec<u8>,
    form: Form,
}

impl Line {
    pub(super) fn new(form: Form) -> Self {
        let bytes = Vec::new();
        Self { bytes, form }
    }

    /// As it goes out.
    fn ready(&self) -> String {
        let line = whole(&self.bytes);
        let line = String::from_utf8_lossy(&line);
        match self.form {
            Form::Json => guard::json(&line),
            Form::Plain | Form::Prefixed => line.into_owned(),
        }
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let line = self.ready();
        if !line.is_empty() {
            super::pen::log(line);
        }
    }
}

/// The line with no line break but the one at its end; those within it are shown as escapes.
fn whole(line: &[u8]) -> Vec<u8> {
    let (text, end) = match line.strip_suffix(b"\n") {
        Some(text) => (text, &b"\n"[..]),
        None => (line, &b""[..]),
    };
    let mut out = Vec::with_capacity(line.len());
    for byte in text {
        match byte {
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            byte => out.push(*byte),
        }
    }
    out.extend_from_slice(end);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_within_an_event_are_shown_as_escapes() {
        assert_eq!(whole(b"a\r\nb\n"), b"a\\r\\nb\n");
        assert_eq!(whole(b"a\n\n"), b"a\\n\n");
        assert_eq!(whole("ä".as_bytes()), "ä".as_bytes());
        assert_eq!(whole(b""), b"");
    }

    #[test]
    fn every_line_of_json_goes_through_the_wall() {
        let mut line = Line::new(Form::Json);
        line.write_all("{\"a\":\"\u{9b}\u{1f600}\u{e0041}\"}\n".as_bytes())
            .unwrap_or_default();
        assert_eq!(line.ready(), "{\"a\":\"\\u009b\u{1f600}\\udb40\\udc41\"}\n");
        // It is a test's, and not for the log.
        std::mem::take(&mut line.bytes);
    }

    #[test]
    fn every_level_has_the_number_that_journalctl_filters_by() {
        let levels = [
            Level::ERROR,
            Level::WARN,
            Level::INFO,
            Level::DEBUG,
            Level::TRACE,
        ];
        assert_eq!(levels.map(prefix), ["<3>", "<4>", "<6>", "<7>", "<7>"]);
    }
}
