//! Processes as Linux shows them in `/proc` (proc(5)). A signal goes through a pidfd whose start time
//! was compared, so that it cannot reach a later owner of the pid.

use std::fs;

use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open, pidfd_send_signal};

use super::{MARK, Process, Told};

impl Process {
    /// The process that has this pid now.
    pub(in super::super) fn of(pid: i32) -> Option<Self> {
        parse(pid, &fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    }

    /// Whether it is still there, and has not ended.
    pub(in super::super) fn lives(&self) -> bool {
        Self::of(self.pid).is_some_and(|now| now.start == self.start && !now.zombie)
    }

    /// Tells this very process; one that is gone or not ours to end is passed over.
    pub(in super::super) fn tell(&self, told: Told) {
        let signal = match told {
            Told::End => Signal::TERM,
            Told::Killed => Signal::KILL,
        };
        let Some(pid) = Pid::from_raw(self.pid) else {
            return;
        };
        let pidfd = pidfd_open(pid, PidfdFlags::empty());
        // Compared after opening: from here on the descriptor cannot come to mean another process.
        if !self.lives() {
            return;
        }
        let _gone = match pidfd {
            Ok(pidfd) => pidfd_send_signal(&pidfd, signal),
            // Kernels before 5.3, and sandboxes.
            Err(Errno::NOSYS | Errno::PERM) => kill_process(pid, signal),
            Err(gone) => Err(gone),
        };
    }
}

/// `pid (name) state ppid …`; the name may hold blanks and brackets (proc(5)).
fn parse(pid: i32, line: &str) -> Option<Process> {
    let (_, rest) = line.rsplit_once(')')?;
    let mut fields = rest.split_ascii_whitespace();
    let zombie = matches!(fields.next()?, "Z" | "X");
    let parent = fields.next()?.parse().ok()?;
    // Field 22 of the line; state is the third.
    let start = fields.nth(17)?.parse().ok()?;
    Some(Process {
        pid,
        start,
        parent,
        zombie,
    })
}

fn all() -> Vec<Process> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(Process::of)
        .collect()
}

/// All children of this process, theirs, and so on.
pub(in super::super) fn descendants(of: i32) -> Vec<Process> {
    family(of, all())
}

fn family(of: i32, mut others: Vec<Process>) -> Vec<Process> {
    let mut found: Vec<Process> = Vec::new();
    let mut parents = vec![of];
    while let Some(parent) = parents.pop() {
        let (children, rest): (Vec<_>, Vec<_>) = others
            .into_iter()
            .partition(|process| process.parent == parent);
        others = rest;
        parents.extend(children.iter().map(|child| child.pid));
        found.extend(children);
    }
    found
}

/// All living processes that inherited this mark, whoever their parent is now.
pub(in super::super) fn marked(mark: &str) -> Vec<Process> {
    let wanted = format!("{MARK}={mark}");
    all()
        .into_iter()
        .filter(|process| !process.zombie && bears(process.pid, wanted.as_bytes()))
        .collect()
}

fn bears(pid: i32, wanted: &[u8]) -> bool {
    // Unreadable: another user's, so none of ours.
    fs::read(format!("/proc/{pid}/environ")).is_ok_and(|environment| {
        environment
            .split(|&byte| byte == 0)
            .any(|one| one == wanted)
    })
}

/// Tells one boot from another, since start times begin anew; empty where it cannot be read.
pub(in super::super) fn boot_id() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id")
        .map(|id| id.trim().to_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(pid: i32, parent: i32) -> Process {
        Process {
            pid,
            start: 1,
            parent,
            zombie: false,
        }
    }

    #[test]
    fn a_name_with_brackets_and_blanks_does_not_shift_the_fields() {
        let stat = "7 (a) b) S 3 7 7 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 4711 2 3";
        let parsed = parse(7, stat).unwrap();
        assert_eq!(
            (parsed.parent, parsed.start, parsed.zombie),
            (3, 4711, false)
        );
        assert_eq!(parse(7, "7 (a) S"), None);
    }

    #[test]
    fn grandchildren_belong_to_the_family_and_strangers_do_not() {
        let others = vec![process(4, 3), process(3, 2), process(9, 1), process(5, 3)];
        let mut pids: Vec<_> = family(2, others).iter().map(|found| found.pid).collect();
        pids.sort_unstable();
        assert_eq!(pids, [3, 4, 5]);
    }

    #[test]
    fn a_signal_meant_for_an_earlier_owner_of_the_pid_reaches_nobody() {
        let mut child = std::process::Command::new("sleep")
            .arg("60")
            .spawn()
            .unwrap();
        let now = Process::of(i32::try_from(child.id()).unwrap()).unwrap();
        let earlier = Process {
            start: now.start - 1,
            ..now
        };
        assert!(now.lives() && !earlier.lives());
        earlier.tell(Told::Killed);
        assert!(child.try_wait().unwrap().is_none());
        now.tell(Told::Killed);
        child.wait().unwrap();
        assert!(!now.lives());
    }
}
