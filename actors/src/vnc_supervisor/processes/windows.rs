//! Processes as Windows shows them. A handle means one process for as long as it is open, whoever has the
//! id afterwards; so it is asked for its start time through the handle that it is then ended by.
//!
//! What a process inherited cannot be read here: a job holds them together instead.

use winsafe::guard::CloseHandleGuard;
use winsafe::{HPROCESS, co};

use super::{Process, Told};

/// The exit code of what we end.
const ENDED: u32 = 1;

impl Process {
    /// The process that has this id now.
    pub(in super::super) fn of(pid: i32) -> Option<Self> {
        let handle = open(pid, co::PROCESS::QUERY_LIMITED_INFORMATION)?;
        Some(Self {
            pid,
            start: start(&handle)?,
            parent: 0,
            zombie: false,
        })
    }

    /// Whether it is still there, and has not ended.
    pub(in super::super) fn lives(&self) -> bool {
        let access = co::PROCESS::QUERY_LIMITED_INFORMATION | co::PROCESS::SYNCHRONIZE;
        open(self.pid, access).is_some_and(|handle| {
            start(&handle) == Some(self.start)
                && handle.WaitForSingleObject(Some(0)) == Ok(co::WAIT::TIMEOUT)
        })
    }

    /// Ends this very process, whichever it is told: Windows has no gentle way that all programs know.
    pub(in super::super) fn tell(&self, _told: Told) {
        let access = co::PROCESS::QUERY_LIMITED_INFORMATION | co::PROCESS::TERMINATE;
        let Some(handle) = open(self.pid, access) else {
            return;
        };
        if start(&handle) == Some(self.start)
            && let Err(error) = handle.TerminateProcess(ENDED)
        {
            // It may have ended by itself just now.
            tracing::debug!(%error, "process not ended");
        }
    }
}

fn open(pid: i32, access: co::PROCESS) -> Option<CloseHandleGuard<HPROCESS>> {
    HPROCESS::OpenProcess(access, false, pid.cast_unsigned()).ok()
}

/// In 100 nanoseconds since 1601, so that it tells one boot from another, too.
fn start(process: &HPROCESS) -> Option<u64> {
    let (created, ..) = process.GetProcessTimes().ok()?;
    Some(u64::from(created.dwHighDateTime) << 32 | u64::from(created.dwLowDateTime))
}

/// The file name of a process, where it may be asked for.
pub(in super::super) fn name(pid: u32) -> Option<String> {
    let handle = open(pid.cast_signed(), co::PROCESS::QUERY_LIMITED_INFORMATION)?;
    let path = handle
        .QueryFullProcessImageName(co::PROCESS_NAME::WIN32)
        .ok()?;
    Some(path.rsplit('\\').next()?.to_owned())
}

/// None can be told from others.
pub(in super::super) fn marked(_mark: &str) -> Vec<Process> {
    Vec::new()
}

/// A start time is enough.
pub(in super::super) fn boot_id() -> String {
    "windows".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_ended_and_an_earlier_owner_of_its_id_is_not() {
        let mut child = std::process::Command::new("cmd")
            .args(["/c", "pause"])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let now = Process::of(child.id().cast_signed()).unwrap();
        let earlier = Process {
            start: now.start - 1,
            ..now
        };
        assert!(now.lives() && !earlier.lives());
        assert!(name(child.id()).is_some_and(|name| name.eq_ignore_ascii_case("cmd.exe")));
        earlier.tell(Told::Killed);
        assert!(child.try_wait().unwrap().is_none());
        now.tell(Told::End);
        child.wait().unwrap();
        assert!(!now.lives());
    }
}
