//! Test builds only: what several faults need.

/// Ends the process as `kill -9` does: nothing runs after it, no destructor either.
#[cfg(unix)]
pub fn die() {
    let own = rustix::process::getpid();
    let _killed = rustix::process::kill_process(own, rustix::process::Signal::KILL);
}

/// Ends the process as `kill -9` does: nothing runs after it, no destructor either.
#[cfg(not(unix))]
pub fn die() {
    std::process::abort();
}
