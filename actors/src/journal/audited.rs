//! What goes into the audit trail, and who asks for it.

use actix::prelude::*;
use jiff::Timestamp;

use super::actor::{Journal, log_failure};
use super::{AskAudit, NoteEnrolment, trail};
use crate::audit::{Audited, Deed, Entry};

/// Answered once it is on disk, or in memory while that must do: who answers a command waits for
/// this first.
impl Handler<Audited> for Journal {
    type Result = ResponseFuture<()>;

    fn handle(&mut self, audited: Audited, _: &mut Context<Self>) -> Self::Result {
        let entry = Entry::new(self.spec.clock.now().wall, audited);
        tracing::debug!(by = entry.by, deed = ?entry.deed, "audited");
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
