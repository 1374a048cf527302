//! From the journal's outbox to the wire, and back when it has arrived.

use actix::prelude::*;
use hostmessenger_config::AlertTo;
use jiff::Timestamp;

use super::actor::Connection;
use super::outbox::{Settled, receivers};
use super::session::Mark;
use super::stanzas;
use crate::alerts::Link;
use crate::journal::{AskOutbox, ItemDelivered, OutboxItem};
use crate::supervision::tell_recipient;

impl Connection {
    /// Fetches from the journal what comes after this number, and sends it.
    pub(super) fn pump(&mut self, after: Option<i64>, ctx: &mut Context<Self>) {
        let (Some(spec), Some(after)) = (&self.spec, after) else {
            return;
        };
        if self.link != Link::Up || self.closing {
            return self.outbox.unanswered();
        }
        let items = spec.outbox.send(AskOutbox { after }).into_actor(self);
        ctx.spawn(items.map(|items, connection, ctx| match items {
            Ok(items) => connection.dispatch(&items, ctx),
            Err(_) => connection.outbox.unanswered(),
        }));
    }

    fn dispatch(&mut self, items: &[OutboxItem], ctx: &mut Context<Self>) {
        let Some(spec) = self.spec.clone() else {
            return;
        };
        for item in items {
            if let AlertTo::Room { room, nick } = &item.to
                && let Some(wish) = self.rooms.enter(room, nick)
            {
                self.send(wish, None);
            }
        }
        let (outbox, rooms) = (&mut self.outbox, &self.rooms);
        let sent = outbox.take(items, |to| {
            receivers(to, &spec.access, |room| rooms.entered(room))
        });
        for (item, dispatches) in sent {
            if dispatches.is_empty() {
                tracing::warn!(item = item.id, "alert has no receiver");
                tell_recipient(&spec.delivered, ItemDelivered { seq: item.seq });
            }
            for dispatch in dispatches {
                let message = stanzas::alert(item, &dispatch, &spec.account.jid, Timestamp::now());
                self.send(message, Some(dispatch.mark));
            }
        }
        let after = self.outbox.ask();
        self.pump(after, ctx);
    }

    pub(super) fn acknowledged(&mut self, mark: Mark, ctx: &mut Context<Self>) {
        if let Settled::Item(seq) = self.outbox.acknowledged(mark)
            && let Some(spec) = &self.spec
        {
            tell_recipient(&spec.delivered, ItemDelivered { seq });
        }
        if self.closing && self.outbox.is_idle() {
            return self.close();
        }
        let after = self.outbox.ask();
        self.pump(after, ctx);
    }
}
