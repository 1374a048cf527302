//! Log lines: to standard error, for people or for programs, without tearing the prompt.
//!
//! Libraries are heard from `warn` up, whatever is asked for: the XMPP library's trace log prints
//! passwords.

use std::fmt;
use std::io::{self, IsTerminal};
use std::sync::{Mutex, PoisonError};

use hostmessenger_config::LogFormat;
use rustyline::ExternalPrinter;
use tracing::Level;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::prelude::*;

#[cfg(windows)]
mod event_log;
mod guard;
mod journal_stream;
mod line;
mod pen;
#[cfg(windows)]
mod rotated;

#[cfg(windows)]
pub(crate) use event_log::start as start_event_log;
use journal_stream::is_journal;
use line::{Form, Lines};

/// Where lines go while somebody types: above the prompt.
static PRINTER: Mutex<Option<Box<dyn ExternalPrinter + Send>>> = Mutex::new(None);

/// Starts logging.
pub(crate) fn start(format: LogFormat, level: LevelFilter) {
    let ours = [
        "hostmessenger",
        "hostmessenger_actors",
        "hostmessenger_config",
    ];
    pen::start();
    let filter = Targets::new()
        .with_default(level.min(LevelFilter::from_level(Level::WARN)))
        // What it warns of is told by our own lines; its own would print whole stanzas.
        .with_target("tokio_xmpp", LevelFilter::ERROR)
        .with_targets(ours.map(|target| (target, level)));
    let registry = tracing_subscriber::registry();
    // Where there is an event log it hears what it is for, whatever the form of the lines.
    macro_rules! begin {
        ($registry:expr) => {{
            #[cfg(windows)]
            let begun = $registry.with(event_log::layer()).try_init();
            #[cfg(not(windows))]
            let begun = $registry.try_init();
            begun
        }};
    }
    let layer = |form| tracing_subscriber::fmt::layer().with_writer(Lines(form));
    let started = match format {
        LogFormat::Json => {
            // A level in front would be no JSON; it has a field for it.
            let lines = layer(Form::Json)
                .json()
                .flatten_event(true)
                .with_current_span(false)
                .with_span_list(false);
            begin!(registry.with(lines.with_filter(filter)))
        }
        LogFormat::Pretty if is_journal() => {
            // The journal knows the time by itself.
            let lines = layer(Form::Prefixed)
                .fmt_fields(guard::Fields)
                .with_ansi(false)
                .with_target(false)
                .without_time();
            begin!(registry.with(lines.with_filter(filter)))
        }
        LogFormat::Pretty => {
            let coloured = !pen::has_file()
                && io::stderr().is_terminal()
                && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty())
                && has_colours();
            let lines = layer(Form::Plain)
                .fmt_fields(guard::Fields)
                .with_ansi(coloured)
                .with_target(false)
                .with_timer(LocalTime);
            begin!(registry.with(lines.with_filter(filter)))
        }
    };
    if let Err(error) = started {
        tracing::debug!(%error, "logging was started already");
    }
}

/// Whether the terminal behind standard error understands colours.
fn has_colours() -> bool {
    #[cfg(windows)]
    return hostmessenger_windows::console::has_colours(&io::stderr());
    #[cfg(not(windows))]
    true
}

/// A line that is said where no log is yet, or none any more, as an error of the log.
pub(crate) fn say_error(text: &str) {
    let prefix = if is_journal() {
        line::prefix(Level::ERROR)
    } else {
        ""
    };
    #[cfg(windows)]
    event_log::error(text);
    pen::error(format!("{prefix}{text}\n"));
}

/// From now on lines go into this file, in place of standard error, which a service of Windows has none of.
#[cfg(windows)]
pub(crate) fn into_file(path: &std::path::Path) -> io::Result<()> {
    pen::into_file(rotated::Rotated::open(path, rotated::LIMIT)?);
    Ok(())
}

/// Says something unasked, without waiting until somebody takes it.
pub(crate) fn say(text: &str) {
    pen::said(format!("{text}\n"));
}

/// Waits until all is written that was logged, but not for ever.
pub(crate) fn finish() {
    pen::finish();
    #[cfg(windows)]
    event_log::finish();
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
fn printed_above(text: &str) -> bool {
    let mut printer = PRINTER.lock().unwrap_or_else(PoisonError::into_inner);
    printer
        .as_mut()
        .is_some_and(|printer| printer.print(text.to_owned()).is_ok())
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
