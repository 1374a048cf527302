//! The guard on Linux: a subreaper (prctl(2)), so that whatever daemonises away from the
//! remote-control program becomes the guard's own child, and can be found and ended.

use std::ffi::OsString;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::{
    Pid, Signal, WaitOptions, getpid, kill_process_group, set_child_subreaper, wait,
};
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe;
use tokio::signal::unix::{Signal as Signals, SignalKind, signal};
use tokio::time::{Instant, sleep_until};

use super::super::processes::{Told, descendants};
use super::{End, GuardError, KILL_GRACE, Said, TERM_GRACE, say};

/// How often at least it is looked whether all have ended.
const LOOK: Duration = Duration::from_millis(50);

pub(super) fn run(arguments: &[OsString]) -> Result<(), GuardError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(hold(arguments))
}

async fn hold(arguments: &[OsString]) -> Result<(), GuardError> {
    let mut asked = Asked::listen()?;
    let mut children = signal(SignalKind::child())?;
    set_child_subreaper(Some(getpid())).map_err(io::Error::from)?;
    let program = match start(arguments) {
        Ok(program) => program,
        Err(GuardError::System(error)) => {
            let why = error.to_string();
            say(&Said::NotStarted { why });
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    let pid = program.as_raw_nonzero().get();
    say(&Said::Started { pid });
    loop {
        tokio::select! {
            () = asked.wait() => break,
            _ = children.recv() => if let Some(end) = collect(program) {
                say(&Said::Ended { end });
                break;
            },
        }
    }
    end_all(program, &mut children).await;
    Ok(())
}

fn start(arguments: &[OsString]) -> Result<Pid, GuardError> {
    let (program, arguments) = arguments.split_first().ok_or(GuardError::NothingToStart)?;
    let stderr = io::stderr().as_fd().try_clone_to_owned()?;
    let child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(stderr)
        .process_group(0)
        .spawn()?;
    i32::try_from(child.id())
        .ok()
        .and_then(Pid::from_raw)
        .ok_or_else(|| io::Error::other("no pid").into())
}

/// The ways in which the guard is told to stop.
struct Asked {
    stdin: pipe::Receiver,
    signals: [Signals; 3],
}

impl Asked {
    fn listen() -> Result<Self, GuardError> {
        let stdin = io::stdin().as_fd().try_clone_to_owned()?;
        Ok(Self {
            stdin: pipe::Receiver::from_owned_fd(stdin).map_err(GuardError::NotAPipe)?,
            signals: [
                signal(SignalKind::terminate())?,
                signal(SignalKind::interrupt())?,
                signal(SignalKind::hangup())?,
            ],
        })
    }

    async fn wait(&mut self) {
        let [term, int, hup] = &mut self.signals;
        let mut byte = [0];
        tokio::select! {
            // Nothing is ever written to it: whatever comes, it is the end.
            _ = self.stdin.read(&mut byte) => {}
            _ = term.recv() => {}
            _ = int.recv() => {}
            _ = hup.recv() => {}
        }
    }
}

/// Collects all children that have ended, adopted ones too. The answer: how this one ended.
fn collect(program: Pid) -> Option<End> {
    let mut found = None;
    while let Ok(Some((pid, status))) = wait(WaitOptions::NOHANG) {
        if pid == program {
            let by_signal = status.terminating_signal().map(End::Signal);
            found = status.exit_status().map(End::Code).or(by_signal).or(found);
        }
    }
    found
}

/// Asks all to end, then kills what is left. Looks anew each time, for they may still fork.
async fn end_all(program: Pid, children: &mut Signals) {
    let own = getpid().as_raw_nonzero().get();
    let began = Instant::now();
    // Gone already, perhaps; then there is no such group.
    let _gone = kill_process_group(program, Signal::TERM);
    for process in descendants(own) {
        process.tell(Told::End);
    }
    loop {
        collect(program);
        let left = descendants(own);
        let lasting = began.elapsed();
        if left.is_empty() || lasting >= TERM_GRACE + KILL_GRACE {
            return;
        }
        if lasting >= TERM_GRACE {
            for process in left {
                process.tell(Told::Killed);
            }
        }
        tokio::select! {
            _ = children.recv() => {}
            () = sleep_until(Instant::now() + LOOK) => {}
        }
    }
}
