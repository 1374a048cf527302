//! `vnc.json` in the data directory: what was started, so that a later run ends what is left of it.
//!
//! The guard ends everything when this program dies. The record is for the case that the guard was
//! killed too. A process is one of ours if it inherited the mark, or if pid, start time and boot
//! are those that were written down.
//!
//! A newcomer's trap: it is obeyed. It names processes to end, files to remove and what the registry is to
//! be, so whoever could write it would have all that done by us. [`trusted`] reads none that others could have written,
//! and none that names anything that no start of ours would have noted.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hostmessenger_config::replace_file;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};

use super::guard::{KILL_GRACE, TERM_GRACE};
use super::private_file;
use super::processes::{self, Process, Told};
use super::registry::{self, Loan};

mod trusted;

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
    /// Files with a secret, and folders of ours, that are to go with it: below the data directory, which may
    /// be somewhere else by then (a stick).
    secrets: Vec<PathBuf>,
    /// What it was lent of the registry.
    #[serde(default)]
    loan: Loan,
    /// Whose registry that is: of which account of which machine.
    #[serde(default)]
    lender: String,
}

impl Record {
    /// One with a new mark.
    pub(super) fn new(data_dir: &Path, secrets: &[PathBuf], loan: Loan) -> Self {
        let below = |secret: &PathBuf| Some(secret.strip_prefix(data_dir).ok()?.to_owned());
        let secrets = secrets.iter().filter_map(below).collect();
        Self {
            loan,
            lender: registry::lender(),
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

    /// The one that an earlier start left behind. One that is not to be obeyed is logged, and left alone.
    pub(super) fn read(data_dir: &Path) -> Option<Self> {
        let file = data_dir.join(FILE);
        match trusted::read(&file) {
            Ok(record) => record,
            Err(why) => {
                let file = file.display();
                tracing::warn!(%file, %why, "record of remote control not obeyed");
                None
            }
        }
    }

    /// The same, of this account of this machine alone. One that another was lent by waits under another name
    /// until the data directory, a stick's, is there again: nothing here could put it back.
    pub(super) fn fetch(data_dir: &Path, lender: &str) -> Option<Self> {
        let file = data_dir.join(FILE);
        if let Some(record) = Self::read(data_dir) {
            if !record.waits_for_another(lender) {
                return Some(record);
            }
            record.discard(data_dir);
            if let Err(error) = replace_file(&file, &waiting(data_dir, &record.lender)) {
                tracing::error!(%error, "what the registry of another machine is owed cannot be kept");
                return None;
            }
            tracing::info!(
                "what the registry of another machine or account is owed is kept for it"
            );
        }
        replace_file(&waiting(data_dir, lender), &file).ok()?;
        Self::read(data_dir)
    }

    fn waits_for_another(&self, lender: &str) -> bool {
        self.owes() && !self.lender.is_empty() && self.lender != lender
    }

    /// To be called once nothing of it lives. It stays where the registry cannot be put back.
    pub(super) fn remove(&self, data_dir: &Path) {
        self.discard(data_dir);
        if self.owes()
            && let Err(error) = self.loan.put_back(&mut registry::System)
        {
            tracing::error!(%error, "registry not put back; it is tried again at the next start");
            return;
        }
        let _gone = std::fs::remove_file(data_dir.join(FILE));
    }

    /// Removes the files with secrets.
    pub(super) fn discard(&self, data_dir: &Path) {
        for secret in &self.secrets {
            let secret = data_dir.join(secret);
            let _gone = match std::fs::symlink_metadata(&secret) {
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

/// Where a record waits for its lender.
fn waiting(data_dir: &Path, lender: &str) -> PathBuf {
    data_dir.join(format!("vnc-{lender}.json"))
}

fn tell_all(processes: &[Process], told: Told) {
    for process in processes {
        process.tell(told);
    }
}

#[cfg(test)]
mod tests;
