//! Open files: each check holds a socket or two, and the usual soft limit is 1,024.

/// Raises the soft limit of open files to the hard one.
#[cfg(unix)]
pub(crate) fn raise() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::debug!(%error, "limit of open files not raised");
    }
}

/// Windows has no such limit.
#[cfg(not(unix))]
pub(crate) fn raise() {}
