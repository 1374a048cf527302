//! Job objects: what was started goes when whoever holds the job goes, however that came about.
//!
//! What a newcomer can get wrong: a job ends when its last handle is closed, so nobody else may have one,
//! and it is not inherited. Children belong to the job of their parent; only what asks a service, or
//! another program's help, to be started is outside.
#![expect(unsafe_code, reason = "the one way to job objects")]

use std::io;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::os::windows::process::CommandExt;
use std::process::{Child, Command};
use std::ptr::{null, null_mut};

use windows_sys::Win32::Foundation::{ERROR_MORE_DATA, HANDLE, INVALID_HANDLE_VALUE};
use windows_sys::Win32::System::Diagnostics::ToolHelp::{
    CreateToolhelp32Snapshot, TH32CS_SNAPTHREAD, THREADENTRY32, Thread32First, Thread32Next,
};
use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JobObjectBasicProcessIdList,
    JobObjectExtendedLimitInformation, QueryInformationJobObject, SetInformationJobObject,
};
use windows_sys::Win32::System::Threading::{
    CREATE_SUSPENDED, OpenThread, ResumeThread, THREAD_SUSPEND_RESUME,
};

use crate::account::done;

/// A job whose processes end when this is dropped, or the process that has it ends.
#[derive(Debug)]
pub struct Job(OwnedHandle);

impl Job {
    /// One with no process in it.
    pub fn new() -> io::Result<Self> {
        // SAFETY: without a name and without attributes it takes nothing.
        let handle = unsafe { CreateJobObjectW(null(), null()) };
        if handle.is_null() {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the call has just made it, and nobody else closes it.
        let job = Self(unsafe { OwnedHandle::from_raw_handle(handle) });
        let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
        limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
        let size = u32::try_from(size_of_val(&limits)).unwrap_or(0);
        // SAFETY: the job is open, the limits are of the class and the size that are said and outlive the call.
        done(unsafe {
            SetInformationJobObject(
                handle,
                JobObjectExtendedLimitInformation,
                (&raw const limits).cast(),
                size,
            )
        })?;
        Ok(job)
    }

    /// Starts a command in it: the process is in the job before its first instruction, and so is all that it
    /// starts. `flags` are those of its creation, if any.
    pub fn start(&self, command: &mut Command, flags: u32) -> io::Result<Child> {
        let mut child = command.creation_flags(flags | CREATE_SUSPENDED).spawn()?;
        let (job, process): (HANDLE, HANDLE) = (self.0.as_raw_handle(), child.as_raw_handle());
        // SAFETY: the job is open, and so is the process, as long as the child is there.
        let entered = done(unsafe { AssignProcessToJobObject(job, process) });
        match entered.and_then(|()| resume(child.id())) {
            Ok(()) => Ok(child),
            Err(error) => {
                // It has done nothing yet; that it does not end cannot be helped.
                let _ended = child.kill().and_then(|()| child.wait());
                Err(error)
            }
        }
    }

    /// The ids of the processes in it that have not ended.
    pub fn processes(&self) -> io::Result<Vec<u32>> {
        let job: HANDLE = self.0.as_raw_handle();
        let mut room = 64;
        loop {
            // Two numbers of 32 bits, then a word a process.
            let mut list = vec![0_usize; 8 / size_of::<usize>() + room];
            let size = u32::try_from(size_of_val(list.as_slice())).unwrap_or(0);
            // SAFETY: the job is open, the list has the size that is said and the alignment of the structure.
            let told = unsafe {
                QueryInformationJobObject(
                    job,
                    JobObjectBasicProcessIdList,
                    list.as_mut_ptr().cast(),
                    size,
                    null_mut(),
                )
            };
            match done(told) {
                Ok(()) => return Ok(ids(&list)),
                Err(error)
                    if error.raw_os_error() == Some(ERROR_MORE_DATA.cast_signed())
                        && room < 65_536 =>
                {
                    room *= 4;
                }
                Err(error) => return Err(error),
            }
        }
    }
}

/// Lets the one thread of a process that was created suspended run. The standard library keeps the thread's
/// own handle to itself.
fn resume(pid: u32) -> io::Result<()> {
    // SAFETY: it takes two numbers.
    let list = unsafe { CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0) };
    let list = owned(list)?;
    let handle: HANDLE = list.as_raw_handle();
    let mut entry = THREADENTRY32 {
        dwSize: u32::try_from(size_of::<THREADENTRY32>()).unwrap_or(0),
        ..Default::default()
    };
    // SAFETY: the list is open, and the entry has the size that it says and outlives the call.
    done(unsafe { Thread32First(handle, &raw mut entry) })?;
    while entry.th32OwnerProcessID != pid {
        // SAFETY: as above.
        done(unsafe { Thread32Next(handle, &raw mut entry) })?;
    }
    // SAFETY: it takes numbers; a thread that is gone is refused.
    let thread = unsafe { OpenThread(THREAD_SUSPEND_RESUME, 0, entry.th32ThreadID) };
    if thread.is_null() {
        return Err(io::Error::last_os_error());
    }
    let thread = owned(thread)?;
    // SAFETY: the thread is open, with the right to resume it.
    let before = unsafe { ResumeThread(thread.as_raw_handle()) };
    if before == u32::MAX {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

fn owned(handle: HANDLE) -> io::Result<OwnedHandle> {
    if handle == INVALID_HANDLE_VALUE {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: a call has just made it, and nobody else closes it.
    Ok(unsafe { OwnedHandle::from_raw_handle(handle) })
}

/// `JOBOBJECT_BASIC_PROCESS_ID_LIST`: how many are assigned, how many are listed, and those.
fn ids(list: &[usize]) -> Vec<u32> {
    let head: Vec<u8> = list.iter().take(2).flat_map(|w| w.to_ne_bytes()).collect();
    let listed = head.get(4..8).and_then(|bytes| bytes.first_chunk());
    let listed = listed.map_or(0, |bytes| u32::from_ne_bytes(*bytes));
    list.iter()
        .skip(8 / size_of::<usize>())
        .take(usize::try_from(listed).unwrap_or(0))
        .filter_map(|id| u32::try_from(*id).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_started_in_a_job_is_in_it_with_its_children_and_goes_with_it() {
        let job = Job::new().expect("a job");
        let mut command = Command::new("cmd");
        command.args(["/c", "cmd /c pause"]);
        command.stdin(std::process::Stdio::piped());
        command.stdout(std::process::Stdio::null());
        let mut child = job.start(&mut command, 0).expect("started");
        let list = || job.processes().expect("a list");
        while list().len() < 2 {
            std::thread::yield_now();
        }
        assert!(list().contains(&child.id()));
        drop(job);
        child.wait().expect("ended");
    }

    #[test]
    fn a_new_job_has_no_processes_and_a_list_says_which_it_has() {
        let job = Job::new().expect("a job");
        assert_eq!(job.processes().expect("a list"), []);
        #[cfg(target_pointer_width = "64")]
        assert_eq!(ids(&[2 | 2 << 32, 17, 18, 0, 0]), [17, 18]);
    }
}
