//! A process that undoes an enrolment whose own process was killed.
//!
//! It is started before anything is made at the server, hears by a pipe what is to be made, and then
//! waits: for the word that all is well, or for the pipe to close without it.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::Context;
use hostmessenger_actors::tls::TlsStore;

use super::attempt::Attempt;
use super::undo;
use crate::logging;
use crate::outcome::{Ending, Outcome};

/// The subcommand that it is.
pub(crate) const SUBCOMMAND: &str = "enroll-guard";
/// What it is told is never longer.
const LONGEST: u64 = 1 << 16;
/// The word that all is well.
const DONE: &str = "done\n";
/// A server that is away may be back soon.
const TRIES: u32 = 24;
const PAUSE: Duration = Duration::from_secs(5);

/// The guard of this attempt.
pub(super) struct Guard(Child);

impl Guard {
    /// Starts it, and tells it what is going to be made.
    pub(super) fn start(attempt: &Attempt) -> anyhow::Result<Self> {
        let own = std::env::current_exe().context("the program's own path is not known")?;
        let mut command = Command::new(own);
        command
            .arg(SUBCOMMAND)
            .stdin(Stdio::piped())
            .stdout(Stdio::null());
        // Ctrl-C is for the process in front.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn().context("the guard cannot be started")?;
        let line = attempt.to_line()?;
        if let Some(pipe) = child.stdin.as_mut() {
            writeln!(pipe, "{line}").context("the guard does not listen")?;
        }
        Ok(Self(child))
    }

    /// All is well, or undone.
    pub(super) fn dismiss(mut self) {
        if let Some(mut pipe) = self.0.stdin.take() {
            // One that was killed has nothing to do any more.
            let _gone = pipe.write_all(DONE.as_bytes());
        }
        let _ended = self.0.wait();
    }
}

/// The guard itself.
pub(crate) fn run() -> Outcome {
    let mut pipe = BufReader::new(std::io::stdin().lock().take(LONGEST));
    let mut line = String::new();
    pipe.read_line(&mut line)?;
    if !line.ends_with('\n') {
        return Ok(Ending::Good);
    }
    // Test builds only: as if the power had been cut.
    if cfg!(feature = "faults") && std::env::var_os("HOSTMESSENGER_FAULT_ENROLL_GUARD").is_some() {
        return Ok(Ending::Good);
    }
    let attempt = Attempt::from_line(line.trim_end())?;
    let mut word = String::new();
    // However the pipe ends: without the word it is not done.
    let _end = pipe.read_line(&mut word);
    if word == DONE {
        return Ok(Ending::Good);
    }
    actix_rt::System::new().block_on(undo_at_last(&attempt))?;
    Ok(Ending::Good)
}

async fn undo_at_last(attempt: &Attempt) -> anyhow::Result<()> {
    let tls = TlsStore::load()?;
    let mut tries = 0;
    loop {
        tries += 1;
        match undo::undo(attempt, &tls).await {
            Ok(undone) => {
                logging::say_error(undone.said());
                return Ok(());
            }
            Err(error) if tries == TRIES => {
                return Err(error.context(format!(
                    "an enrolment of {} was killed and could not be undone; the same `enroll` again undoes it",
                    attempt.host.jid
                )));
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}
