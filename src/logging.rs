//! Log lines: to standard error, for people or for programs, without tearing the prompt.
//!
//! Libraries are heard from `warn` up, whatever is asked for: the XMPP library's trace log prints
//! passwords.

mod guard;

use std::borrow::Cow;
use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, PoisonError};

use hostmessenger_config::LogFormat;
use rustyline::ExternalPrinter;
use tracing::Level;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::prelude::*;

/// Where lines go while somebody types: above the prompt.
static PRINTER: Mutex<Option<Box<dyn ExternalPrinter + Send>>> = Mutex::new(None);

/// Starts logging.
pub(crate) fn start(format: LogFormat, level: LevelFilter) {
    let ours = [
        "hostmessenger",
        "hostmessenger_actors",
        "hostmessenger_config",
    ];
    let filter = Targets::new()
        .with_default(level.min(LevelFilter::from_level(Level::WARN)))
        // What it warns of is told by our own lines; its own would print whole stanzas.
        .with_target("tokio_xmpp", LevelFilter::ERROR)
        .with_targets(ours.map(|target| (target, level)));
    let registry = tracing_subscriber::registry();
    let lines = tracing_subscriber::fmt::layer().with_writer(LogWriter {
        json: matches!(format, LogFormat::Json),
    });
    let started = match format {
        LogFormat::Json => {
            let lines = lines
                .json()
                .flatten_event(true)
                .with_current_span(false)
                .with_span_list(false);
            registry.with(lines.with_filter(filter)).try_init()
        }
        LogFormat::Pretty => {
            let coloured = io::stderr().is_terminal()
                && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
            let lines = lines
                .fmt_fields(guard::Fields)
                .with_ansi(coloured)
                .with_target(false)
                .with_timer(LocalTime);
            registry.with(lines.with_filter(filter)).try_init()
        }
    };
    if let Err(error) = started {
        tracing::debug!(%error, "logging was started already");
    }
}

/// The level that `-v` and `-q` ask for, from the configured one.
pub(crate) fn level(configured: &str, louder: u8, quieter: u8) -> LevelFilter {
    let steps = [
        LevelFilter::OFF,
        LevelFilter::ERROR,
        LevelFilter::WARN,
        LevelFilter::INFO,
        LevelFilter::DEBUG,
        LevelFilter::TRACE,
    ];
    let configured = configured.parse().unwrap_or(LevelFilter::INFO);
    let at = steps
        .iter()
        .position(|step| *step == configured)
        .unwrap_or(3);
    let wanted = (at + usize::from(louder)).saturating_sub(usize::from(quieter));
    steps[wanted.clamp(1, steps.len() - 1)]
}

/// From now on lines are printed above the prompt; `None`: to standard error again.
pub(crate) fn print_above(printer: Option<Box<dyn ExternalPrinter + Send>>) {
    *PRINTER.lock().unwrap_or_else(PoisonError::into_inner) = printer;
}

/// Prints above the prompt, where there is one. Says whether it did.
pub(crate) fn printed_above(text: &str) -> bool {
    let mut printer = PRINTER.lock().unwrap_or_else(PoisonError::into_inner);
    printer
        .as_mut()
        .is_some_and(|printer| printer.print(text.to_owned()).is_ok())
}

struct LogWriter {
    json: bool,
}

impl<'a> MakeWriter<'a> for LogWriter {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line::new(self.json)
    }
}

/// One line, written in one piece when it is dropped.
struct Line {
    bytes: Vec<u8>,
    json: bool,
}

impl Line {
    fn new(json: bool) -> Self {
        let bytes = Vec::new();
        Self { bytes, json }
    }

    /// As it goes out.
    fn ready<'a>(&self, line: &'a str) -> Cow<'a, str> {
        if self.json {
            guard::json(line).into()
        } else {
            line.into()
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
        let line = String::from_utf8_lossy(&self.bytes);
        let line = self.ready(&line);
        if line.is_empty() || printed_above(&line) {
            return;
        }
        // Standard error may be closed; there is nowhere to say so.
        let _closed = io::stderr().write_all(line.as_bytes());
    }
}

/// `14:03:05.123` of this machine's time zone.
struct LocalTime;

impl FormatTime for LocalTime {
    fn format_time(&self, out: &mut Writer<'_>) -> fmt::Result {
        write!(
            out,
            "{}",
            jiff::Zoned::now().strftime("%Y-%m-%d %H:%M:%S%.3f")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_v_and_q_is_one_step_and_errors_always_stay() {
        assert_eq!(level("info", 0, 0), LevelFilter::INFO);
        assert_eq!(level("info", 1, 0), LevelFilter::DEBUG);
        assert_eq!(level("info", 9, 0), LevelFilter::TRACE);
        assert_eq!(level("warn", 0, 1), LevelFilter::ERROR);
        assert_eq!(level("info", 0, 9), LevelFilter::ERROR);
    }
}
