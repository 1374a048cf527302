//! Who asks the file systems: one thread in turn, as long as they answer; one that hangs keeps the thread
//! that asked it, and another goes on. So one thread for each path at the most (see
//! [`one_per_key`](crate::probe::kinds::one_per_key)); when a stuck one comes back at last, the next
//! question starts afresh.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::{DiskReason, Usage, failure};
use crate::probe::kinds::crew::Crew;
use crate::probe::kinds::one_per_key::OnePerKey;

/// `statvfs` needs little; the smallest stack that every platform grants is 16 KiB.
const STACK: usize = 64 * 1024;

type Answer = Result<Usage, DiskReason>;
type Ask = dyn Fn(&Path) -> io::Result<Usage> + Send + Sync;

/// Helpers that ask file systems, at most one for each path. Clones share them.
#[derive(Clone)]
pub struct DiskHelpers {
    ask: Arc<Ask>,
    calls: OnePerKey<PathBuf, Answer>,
    crew: Crew,
}

impl std::fmt::Debug for DiskHelpers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DiskHelpers")
            .field("busy", &self.calls.len())
            .finish_non_exhaustive()
    }
}

impl Default for DiskHelpers {
    fn default() -> Self {
        Self::asking(super::ask)
    }
}

impl DiskHelpers {
    /// Helpers that ask in this way.
    pub(crate) fn asking(ask: impl Fn(&Path) -> io::Result<Usage> + Send + Sync + 'static) -> Self {
        Self {
            ask: Arc::new(ask),
            calls: OnePerKey::default(),
            crew: Crew::new("disk helper", STACK),
        }
    }

    /// Waits for the path's helper, or starts one; at most so long.
    pub(super) async fn ask(&self, path: &Path, deadline: Duration) -> Answer {
        let (ask, path) = (Arc::clone(&self.ask), path.to_owned());
        let asked = path.clone();
        let call = self
            .calls
            .join_or_start(&path, &self.crew, move || {
                ask(&asked).map_err(|error| failure(&error, &asked))
            })
            .map_err(|error| DiskReason::NoHelper {
                why: error.to_string(),
            })?;
        match tokio::time::timeout(deadline, call.answer()).await {
            Ok(Some(answer)) => answer,
            Ok(None) => Err(DiskReason::NoHelper {
                why: "the helper ended without an answer".into(),
            }),
            Err(_) => Err(DiskReason::Hangs {
                since: call.since,
                lasting: call.began.elapsed(),
            }),
        }
    }
}

#[cfg(test)]
mod tests;
