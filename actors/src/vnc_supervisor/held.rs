//! A remote-control program that runs under its guard, as this program holds it.
//!
//! A newcomer's trap: dropping this is enough to end the program, because it closes the guard's
//! standard input. `end` is for those who want to know when it is done.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout};
use tokio::time::timeout;

use super::START_DEADLINE;
use super::guard::{End, FOLDER, KILL_GRACE, Said, TERM_GRACE};
use super::processes::MARK;
use super::record::Record;
use super::refusal::Refusal;
use super::registry::{self, Loan};
use super::servers::Command;
use super::tail::Tail;
use crate::supervision::aside;

/// A group of processes and a console of its own, which nobody sees.
#[cfg(windows)]
const ALONE: u32 = {
    use winsafe::co::CREATE;
    CREATE::NEW_PROCESS_GROUP.raw() | CREATE::NO_WINDOW.raw()
};
/// The guard's name, for people.
const GUARD: &str = "vnc-guard";

/// A program under its guard.
pub(super) struct Held {
    guard: Child,
    /// The guard lives as long as this is open.
    stdin: Option<ChildStdin>,
    said: Lines<BufReader<ChildStdout>>,
    output: Tail,
    reader: tokio::task::JoinHandle<()>,
    record: Record,
    data_dir: PathBuf,
    name: String,
}

impl Held {
    /// Starts a guard and has it start the program.
    pub(super) async fn start(
        name: String,
        guard: &[OsString],
        command: &Command,
        data_dir: PathBuf,
    ) -> Result<Self, Refusal> {
        let mut held = Self::under_guard(name, guard, command, data_dir).await?;
        let said = timeout(START_DEADLINE, held.next()).await.ok().flatten();
        let refusal = match said {
            Some(Said::Started { pid }) => {
                held.record.add(pid);
                held.record.write(&held.data_dir);
                return Ok(held);
            }
            Some(Said::NotStarted { why }) => not_started(&held.name, &why),
            Some(Said::Ended { .. }) | None => not_started(GUARD, &held.output.evidence()),
        };
        held.end().await;
        Err(refusal)
    }

    /// Starts the guard. The record is written first, so that none is ever started without.
    async fn under_guard(
        name: String,
        guard: &[OsString],
        command: &Command,
        data_dir: PathBuf,
    ) -> Result<Self, Refusal> {
        let mut record = record(command, &data_dir)?;
        record.write(&data_dir);
        if let Err(why) = record.lend(&data_dir) {
            record.end(&data_dir).await;
            return Err(Refusal::Registry { why });
        }
        let mut guard = match spawn(guard, &record.mark, command, &data_dir) {
            Ok(guard) => guard,
            Err(error) => {
                record.end(&data_dir).await;
                return Err(not_started(GUARD, &error.to_string()));
            }
        };
        if let Some(pid) = guard.id().and_then(|pid| i32::try_from(pid).ok()) {
            record.add(pid);
            record.write(&data_dir);
        }
        let (Some(stdout), Some(stderr)) = (guard.stdout.take(), guard.stderr.take()) else {
            return Err(not_started(GUARD, "no pipes"));
        };
        let output = Tail::default();
        Ok(Self {
            stdin: guard.stdin.take(),
            guard,
            said: BufReader::new(stdout).lines(),
            reader: aside(output.clone().follow(stderr)),
            output,
            record,
            data_dir,
            name,
        })
    }

    /// Its name, for people.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// What the guard says next; `None`: it is gone.
    async fn next(&mut self) -> Option<Said> {
        let line = self.said.next_line().await.ok()??;
        serde_json::from_str(&line).ok()
    }

    /// Waits until the program has ended by itself; `None`: the guard was ended.
    pub(super) async fn ended(&mut self) -> Option<End> {
        match self.next().await? {
            Said::Ended { end } => Some(end),
            Said::Started { .. } | Said::NotStarted { .. } => None,
        }
    }

    /// What it wrote.
    pub(super) fn output(&self) -> &Tail {
        &self.output
    }

    /// Ends it with all that descends from it. The pids of those that do not end.
    pub(super) async fn end(mut self) -> Vec<i32> {
        self.stdin = None;
        let grace = TERM_GRACE + KILL_GRACE + KILL_GRACE / 2;
        if timeout(grace, self.guard.wait()).await.is_err() {
            tracing::warn!("guard of remote control does not end");
            let _gone = self.guard.start_kill();
        }
        // What is written last tells the most.
        let _left_open = timeout(KILL_GRACE / 4, &mut self.reader).await;
        self.reader.abort();
        self.record.end(&self.data_dir).await
    }
}

fn record(command: &Command, data_dir: &Path) -> Result<Record, Refusal> {
    let planned = if command.settings.is_empty() {
        Ok(Loan::default())
    } else {
        Loan::plan(&registry::System, &command.settings)
    };
    let record = |loan| Record::new(data_dir, &command.secrets, loan);
    planned.map(record).map_err(|why| {
        record(Loan::default()).discard(data_dir);
        Refusal::Registry { why }
    })
}

fn not_started(program: &str, why: &str) -> Refusal {
    Refusal::NotStarted {
        program: program.to_owned(),
        why: crate::text::clean(why, 200),
    }
}

fn spawn(
    guard: &[OsString],
    mark: &str,
    command: &Command,
    data_dir: &Path,
) -> std::io::Result<Child> {
    let (program, prefix) = guard
        .split_first()
        .ok_or_else(|| std::io::Error::other("no guard is known"))?;
    let mut guard = tokio::process::Command::new(program);
    guard
        .args(prefix)
        .arg("--")
        .arg(&command.program)
        .args(&command.arguments)
        .env(MARK, mark)
        .env(FOLDER, data_dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    // Control-C on the console is for this program alone; it ends the guard in order.
    #[cfg(unix)]
    guard.process_group(0);
    #[cfg(windows)]
    guard.creation_flags(ALONE);
    guard.spawn()
}
