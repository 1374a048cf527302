//! `vnc.json` in the data directory: what was started, so that a later run ends what is left of it.
//!
//! The guard ends everything when this program dies. The record is for the case that the guard was
//! killed too. A process is one of ours if it inherited the mark, or if pid, start time and boot
//! are those that were written down.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};

use super::guard::{KILL_GRACE, TERM_GRACE};
use super::private_file;
use super::processes::{self, Process, Told};

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
    /// Files with a secret that are to go with it.
    secrets: Vec<PathBuf>,
}

impl Record {
    /// One with a new mark.
    pub(super) fn new(secrets: Vec<PathBuf>) -> Self {
        Self {
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
        let written = serde_json::to_vec(self)
            .map_err(std::io::Error::from)
            .and_then(|json| private_file::write(&data_dir.join(FILE), &json));
        if let Err(error) = written {
            tracing::warn!(%error, "record of remote control not written");
        }
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

    fn remove(&self, data_dir: &Path) {
        for secret in &self.secrets {
            let _gone = std::fs::remove_file(secret);
        }
        let _gone = std::fs::remove_file(data_dir.join(FILE));
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
