//! The guard on Windows: it has a job, in which it starts the program, so that whatever that starts is in it,
//! too, and the system ends all of it with the guard, however that ends.
//!
//! The guard itself is not in it: the server of Wine 8 falls when one closes the job that it is in.
//!
//! A newcomer's trap: a thread that reads a pipe cannot be told to stop. So each of the two ways in which
//! this ends has a thread of its own, and the process ends with the first.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use hostmessenger_windows::job::Job;
use winsafe::co::CREATE;

use super::super::processes::{MARK, Process, Told};
use super::super::record::Record;
use super::{End, FOLDER, GuardError, KILL_GRACE, Said, TERM_GRACE, say};

/// How often it is looked whether all have ended.
const LOOK: Duration = Duration::from_millis(20);

pub(super) fn run(arguments: &[OsString]) -> Result<(), GuardError> {
    if io::stdin().is_terminal() {
        let console = io::Error::other("it is a console");
        return Err(GuardError::NotAPipe(console));
    }
    let job = Job::new()?;
    let program = match start(&job, arguments) {
        Ok(program) => program,
        Err(GuardError::System(error)) => {
            let why = crate::sys_error::words(&error);
            say(&Said::NotStarted { why });
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    let pid = program.id().cast_signed();
    say(&Said::Started { pid });
    if let Some(end) = ends_first(program) {
        say(&Said::Ended { end });
    }
    if end_all(&job) {
        put_back();
    }
    Ok(())
}

fn start(job: &Job, arguments: &[OsString]) -> Result<Child, GuardError> {
    let (program, arguments) = arguments.split_first().ok_or(GuardError::NothingToStart)?;
    let mut command = Command::new(program);
    // Some look for their libraries and texts where they are started.
    if let Some(folder) = Path::new(program).parent().filter(|folder| folder.is_dir()) {
        command.current_dir(folder);
    }
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(io::stderr());
    Ok(job.start(&mut command, CREATE::NEW_PROCESS_GROUP.raw())?)
}

/// How the program ended, if it did before standard input.
fn ends_first(mut program: Child) -> Option<End> {
    let (tell, told) = mpsc::channel();
    let ended = tell.clone();
    std::thread::spawn(move || {
        let status = program.wait();
        let code = status.ok().and_then(|status| status.code()).unwrap_or(-1);
        // Nobody listens any more once standard input has ended.
        let _late = ended.send(Some(End::Code(code)));
    });
    std::thread::spawn(move || {
        // Nothing is ever written to it: whatever comes, it is the end.
        let _read = io::stdin().read(&mut [0]);
        let _late = tell.send(None);
    });
    told.recv().ok().flatten()
}

/// Ends all of the job; looks anew each time, for they may still start some. Whether all are gone.
#[expect(
    clippy::disallowed_methods,
    reason = "the guard is a process of its own, with no arbiter"
)]
fn end_all(job: &Job) -> bool {
    let began = Instant::now();
    loop {
        let left: Vec<Process> = job
            .processes()
            .unwrap_or_default()
            .into_iter()
            .filter_map(|pid| Process::of(pid.cast_signed()))
            .filter(Process::lives)
            .collect();
        if left.is_empty() {
            return true;
        }
        if began.elapsed() > TERM_GRACE + KILL_GRACE {
            return false;
        }
        for process in left {
            process.tell(Told::Killed);
        }
        std::thread::sleep(LOOK);
    }
}

/// Who started this may be gone; what is left to do is in the record then.
fn put_back() {
    let (Some(folder), Ok(mark)) = (std::env::var_os(FOLDER), std::env::var(MARK)) else {
        return;
    };
    let folder = Path::new(&folder);
    if let Some(record) = Record::read(folder).filter(|record| record.mark == mark) {
        record.remove(folder);
    }
}
