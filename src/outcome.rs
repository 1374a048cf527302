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
}

/// Says an error, and makes the exit code.
pub(crate) fn report(outcome: Outcome) -> ExitCode {
    let code = match outcome {
        Ok(Ending::Good) => ExitCode::SUCCESS,
        Ok(Ending::TargetFails) => ExitCode::from(1),
        Ok(Ending::BadConfiguration) => ExitCode::from(2),
        Err(error) => {
            logging::say_error(&clean_lines(&format!("hostmessenger: {error:#}"), LONGEST));
            ExitCode::from(1)
        }
    };
    logging::finish();
    code
}
