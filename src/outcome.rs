//! How the program ends: exit codes (contract, section 1), and errors said with their whole chain.

use std::process::ExitCode;

use hostmessenger_actors::text::clean_lines;

use crate::logging;

/// An error may quote the server, or a thousand mistakes in a configuration.
const LONGEST: usize = 1 << 20;

/// The result of a subcommand.
pub(crate) type Outcome = Result<Ending, anyhow::Error>;

/// How a subcommand ended without an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Done, or stopped because it was asked to: 0.
    Good,
    /// A target fails: 1.
    TargetFails,
    /// The configuration has mistakes, which were told: 2.
    BadConfiguration,
    /// Failed, which was told: 1.
    #[cfg_attr(
        not(windows),
        expect(
            dead_code,
            reason = "a service tells it before its manager hears that it stopped"
        )
    )]
    Failed,
    /// `service status`: it does not run: 3, as the LSB has it.
    NotRunning,
    /// `service status`: there is none: 4.
    NotInstalled,
}

/// Says an error, and makes the exit code.
pub(crate) fn report(outcome: Outcome) -> ExitCode {
    say(&outcome);
    logging::finish();
    let code = code(&outcome);
    #[cfg(windows)]
    keep_window(code);
    ExitCode::from(code)
}

/// After an error, a window that closes with this program waits until somebody has read why.
#[cfg(windows)]
fn keep_window(code: u8) {
    use std::io::{IsTerminal, Write, stderr, stdin};

    // Whoever gives arguments is no double click: a script, which would wait for ever.
    let clicked = std::env::args_os().len() == 1
        && stdin().is_terminal()
        && stderr().is_terminal()
        && hostmessenger_windows::desktop::is_visible()
        && hostmessenger_windows::console::is_ours_alone();
    if code != 0 && clicked {
        let _closed = write!(
            stderr(),
            "\nIt ended with code {code}; the lines above say why. Press Enter to close this window. "
        );
        // Whatever comes, or nothing any more: it was read.
        let _read = stdin().read_line(&mut String::new());
    }
}

/// Says an error.
pub(crate) fn say(outcome: &Outcome) {
    if let Err(error) = outcome {
        logging::say_error(&clean_lines(&format!("hostmessenger: {error:#}"), LONGEST));
    }
}

/// The exit code.
pub(crate) fn code(outcome: &Outcome) -> u8 {
    match outcome {
        Ok(Ending::Good) => 0,
        Ok(Ending::TargetFails | Ending::Failed) | Err(_) => 1,
        Ok(Ending::BadConfiguration) => 2,
        Ok(Ending::NotRunning) => 3,
        Ok(Ending::NotInstalled) => 4,
    }
}
