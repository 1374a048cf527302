//! What goes into the audit trail, and who asks for it.

use std::time::Duration;

use actix::prelude::*;
use jiff::Timestamp;

use super::actor::{Journal, log_failure};
use super::{AskAudit, NoteEnrolment, trail};
use crate::audit::{Audited, Deed, Entry};

/// Who reaches the port can connect and go as often as he likes; so many of such entries are kept
/// within an hour, and the rest is in the log alone.
const VIEWERS: u32 = 240;
const HOUR: Duration = Duration::from_secs(3_600);

/// How many entries viewers have made since a moment (monotonic). Pure.
#[derive(Debug, Default)]
pub(super) struct ViewersNoted {
    since: Duration,
    count: u32,
}

impl ViewersNoted {
    /// Whether another one is kept.
    fn admit(&mut self, now: Duration) -> bool {
        if now.saturating_sub(self.since) >= HOUR {
            *self = Self {
                since: now,
                count: 0,
            };
        }
        self.count += 1;
        self.count <= VIEWERS
    }
}

/// Answered once it is on disk, or in memory while that must do: who answers a command waits for
/// this first.
impl Handler<Audited> for Journal {
    type Result = ResponseFuture<()>;

    fn handle(&mut self, audited: Audited, _: &mut Context<Self>) -> Self::Result {
        let now = self.spec.clock.now();
        let entry = Entry::new(now.wall, audited);
        tracing::debug!(by = entry.by, deed = ?entry.deed, "audited");
        let by_viewer = matches!(entry.deed, Deed::ViewerConnected | Deed::ViewerGone { .. });
        if by_viewer && !self.viewers_noted.admit(now.mono) {
            tracing::warn!(by = entry.by, "too many viewers to note each");
            return Box::pin(std::future::ready(()));
        }
        let reloaded = matches!(entry.deed, Deed::Reloaded { .. });
        let dir = self.spec.store.dir();
        let written = self.spec.store.write(move |db| {
            if reloaded {
                trail::take_over(db, &dir)?;
            }
            trail::add(db, &entry)
        });
        Box::pin(async { log_failure(written.await) })
    }
}

impl Handler<AskAudit> for Journal {
    type Result = ResponseFuture<Result<Vec<Entry>, String>>;

    fn handle(&mut self, AskAudit { limit }: AskAudit, _: &mut Context<Self>) -> Self::Result {
        let dir = self.spec.store.dir();
        let entries = self.spec.store.ask(move |db| {
            trail::take_over(db, &dir)?;
            trail::entries(db, Timestamp::MIN, limit)
        });
        Box::pin(async { entries.await.map_err(|error| error.to_string()) })
    }
}

impl Handler<NoteEnrolment> for Journal {
    type Result = ();

    fn handle(&mut self, NoteEnrolment(entry): NoteEnrolment, ctx: &mut Context<Self>) {
        let noted = self
            .spec
            .store
            .ask(move |db| trail::add_enrolment(db, &entry));
        ctx.spawn(noted.into_actor(self).map(|noted, _, _| log_failure(noted)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_viewers_is_noted_at_a_pace() {
        let mut noted = ViewersNoted::default();
        let minute = |n: u64| Duration::from_secs(n * 60);
        let mut kept = |at: u64| (0..1_000).filter(|_| noted.admit(minute(at))).count();
        assert_eq!([kept(0), kept(59), kept(60), kept(61)], [240, 0, 240, 0]);
    }
}
