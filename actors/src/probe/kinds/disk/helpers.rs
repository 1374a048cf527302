//! Threads that ask file systems, at most one for each path.
//!
//! Each question has a thread of its own with a small stack: it costs some 30 µs once a minute and
//! nothing in between. tokio's blocking pool would not do, since its threads are shared and stuck
//! ones would use it up; a thread kept for each path would cost memory for nothing.
//!
//! While a helper is stuck, everyone who asks about its path waits for that same helper, each as
//! long as its own deadline allows. When it comes back at last, the next question starts afresh.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::watch;

use super::{DiskReason, Usage, shown};

/// `statvfs` needs little; the smallest stack that every platform grants is 16 KiB.
const STACK: usize = 64 * 1024;

type Answer = Result<Usage, DiskReason>;
type Ask = dyn Fn(&Path) -> io::Result<Usage> + Send + Sync;

/// Helpers that ask file systems, at most one for each path. Clones share them.
#[derive(Clone)]
pub struct DiskHelpers {
    ask: Arc<Ask>,
    busy: Arc<Mutex<HashMap<PathBuf, Helper>>>,
}

/// A helper at work.
#[derive(Clone)]
struct Helper {
    since: Timestamp,
    began: Instant,
    answer: watch::Receiver<Option<Answer>>,
}

impl std::fmt::Debug for DiskHelpers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DiskHelpers")
            .field("busy", &self.busy().len())
            .finish_non_exhaustive()
    }
}

#[cfg(unix)]
impl Default for DiskHelpers {
    fn default() -> Self {
        Self::asking(super::statvfs::ask)
    }
}

impl DiskHelpers {
    /// Helpers that ask in this way.
    pub(super) fn asking(ask: impl Fn(&Path) -> io::Result<Usage> + Send + Sync + 'static) -> Self {
        Self {
            ask: Arc::new(ask),
            busy: Arc::default(),
        }
    }

    /// Waits for the path's helper, or starts one; at most so long.
    pub(super) async fn ask(&self, path: &Path, deadline: Duration) -> Answer {
        let mut helper = self.helper(path)?;
        let wait = helper.answer.wait_for(Option::is_some);
        match tokio::time::timeout(deadline, wait).await {
            Ok(Ok(answer)) => answer.clone().unwrap_or_else(|| Err(crashed())),
            Ok(Err(_)) => Err(crashed()),
            Err(_) => Err(DiskReason::Hangs {
                since: helper.since,
                lasting: helper.began.elapsed(),
            }),
        }
    }

    fn helper(&self, path: &Path) -> Result<Helper, DiskReason> {
        let mut busy = self.busy();
        if let Some(helper) = busy.get(path) {
            return Ok(helper.clone());
        }
        let (tell, answer) = watch::channel(None);
        let (helpers, owned) = (self.clone(), path.to_owned());
        std::thread::Builder::new()
            .name("disk helper".into())
            .stack_size(STACK)
            .spawn(move || {
                let free = Free(&helpers, &owned);
                let result = (helpers.ask)(&owned).map_err(|error| failure(&error, &owned));
                // Before the answer is told, so that who asks again gets a new one.
                drop(free);
                tell.send_replace(Some(result));
            })
            .map_err(|error| DiskReason::NoHelper {
                why: error.to_string(),
            })?;
        let helper = Helper {
            since: Timestamp::now(),
            began: Instant::now(),
            answer,
        };
        busy.insert(path.to_owned(), helper.clone());
        Ok(helper)
    }

    fn busy(&self) -> MutexGuard<'_, HashMap<PathBuf, Helper>> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Frees the path when its helper ends, by a panic too.
struct Free<'a>(&'a DiskHelpers, &'a Path);

impl Drop for Free<'_> {
    fn drop(&mut self) {
        self.0.busy().remove(self.1);
    }
}

fn crashed() -> DiskReason {
    DiskReason::NoHelper {
        why: "the helper ended without an answer".into(),
    }
}

fn failure(error: &io::Error, path: &Path) -> DiskReason {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            DiskReason::Missing { path: shown(path) }
        }
        io::ErrorKind::PermissionDenied => DiskReason::Denied { path: shown(path) },
        _ => DiskReason::Io {
            why: crate::text::clean(
                error.to_string().split(" (os error").next().unwrap_or(""),
                200,
            ),
        },
    }
}

#[cfg(test)]
mod tests;
