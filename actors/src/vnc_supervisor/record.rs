//! `vnc.json` in the data directory: what was started, so that a later run ends what is left of it.
//!
//! The guard ends everything when this program dies. The record is for the case that the guard was
//! killed too. A process is one of ours if it inherited the mark, or if pid, start time and boot
//! are those that were written down.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};

use super::guard::{KILL_GRACE, TERM_GRACE};
use super::private_file;
use super::processes::{self, Process, Told};
use super::registry::{self, Loan};

const FILE: &str = "vnc.json";
const LOOK: Duration = Duration::from_millis(50);

/// What was started.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Record {
    /// What all of its processes inherited.
    pub(super) mark: String,
    /// The boot that the start times count from.
    boot: String,
    /// The guard and the program.
    processes: Vec<Process>,
    /// Files with a secret, and folders of ours, that are to go with it.
    secrets: Vec<PathBuf>,
    /// What it was lent of the registry.
    #[serde(default)]
    loan: Loan,
}

impl Record {
    /// One with a new mark.
    pub(super) fn new(secrets: Vec<PathBuf>, loan: Loan) -> Self {
        Self {
            loan,
            mark: format!("{:032x}", fastrand::u128(..)),
            boot: processes::boot_id(),
            processes: Vec::new(),
            secrets,
        }
    }

    /// Adds the process that has this pid now.
    pub(super) fn add(&mut self, pid: i32) {
        self.processes.extend(Process::of(pid));
    }

    /// Writes it; a failure only costs the safety net, and is logged.
    pub(super) fn write(&self, data_dir: &Path) {
        if let Err(error) = self.try_write(data_dir) {
            tracing::warn!(%error, "record of remote control not written");
        }
    }

    fn try_write(&self, data_dir: &Path) -> io::Result<()> {
        let json = serde_json::to_vec(self)?;
        private_file::write(&data_dir.join(FILE), &json)
    }

    /// Lends what the program is to find in the registry. What was there has to be on disk before.
    pub(super) fn lend(&self, data_dir: &Path) -> io::Result<()> {
        if self.loan.is_empty() {
            return Ok(());
        }
        self.try_write(data_dir)?;
        self.loan.take(&mut registry::System)
    }

    /// Whether something that was lent is still to be put back.
    pub(super) fn owes(&self) -> bool {
        !self.loan.is_empty()
    }

    /// The one that an earlier start left behind.
    pub(super) fn read(data_dir: &Path) -> Option<Self> {
        let bytes = std::fs::read(data_dir.join(FILE)).ok()?;
        match serde_json::from_slice(&bytes) {
            Ok(record) => Some(record),
            Err(error) => {
                tracing::warn!(%error, "record of remote control not readable");
                None
            }
        }
    }

    /// To be called once nothing of it lives. It stays where the registry cannot be put back.
    pub(super) fn remove(&self, data_dir: &Path) {
        self.discard();
        if self.owes()
            && let Err(error) = self.loan.put_back(&mut registry::System)
        {
            tracing::error!(%error, "registry not put back; it is tried again at the next start");
            return;
        }
        let _gone = std::fs::remove_file(data_dir.join(FILE));
    }

    /// Removes the files with secrets.
    pub(super) fn discard(&self) {
        for secret in &self.secrets {
            let _gone = match std::fs::symlink_metadata(secret) {
                Ok(found) if found.is_dir() => std::fs::remove_dir_all(secret),
                _ => std::fs::remove_file(secret),
            };
        }
    }

    /// Those of it that still live.
    fn left(&self) -> Vec<Process> {
        let mut left = processes::marked(&self.mark);
        if self.boot == processes::boot_id() {
            let known: Vec<i32> = left.iter().map(|process| process.pid).collect();
            let named = self.processes.iter().copied();
            left.extend(named.filter(|one| one.lives() && !known.contains(&one.pid)));
        }
        left
    }

    /// Ends what still lives of it, and removes it. The pids of those that do not end.
    pub(super) async fn end(self, data_dir: &Path) -> Vec<i32> {
        let began = Instant::now();
        let mut asked = false;
        loop {
            let record = self.clone();
            // Reads all of /proc: not on the arbiter's thread. A panic there is as good as none.
            let found = tokio::task::spawn_blocking(move || record.left()).await;
            let left = found.unwrap_or_default();
            if left.is_empty() {
                self.remove(data_dir);
                return Vec::new();
            }
            let lasting = began.elapsed();
            if lasting > 2 * TERM_GRACE + KILL_GRACE {
                return left.iter().map(|process| process.pid).collect();
            }
            if !asked {
                tracing::warn!(count = left.len(), "ending what is left of remote control");
                tell_all(&left, Told::End);
                asked = true;
            } else if lasting > TERM_GRACE + TERM_GRACE / 2 {
                tell_all(&left, Told::Killed);
            }
            sleep(LOOK).await;
        }
    }
}

fn tell_all(processes: &[Process], told: Told) {
    for process in processes {
        process.tell(told);
    }
}
