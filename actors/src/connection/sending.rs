//! From the journal's outbox to the wire, and back when it has arrived.

use actix::prelude::*;
use hostmessenger_config::AlertTo;

use super::actor::Connection;
use super::outbox::{Dispatch, Receiver, Settled, receivers};
use super::session::Mark;
use super::stanzas;
use crate::alerts::Link;
use crate::journal::{AskOutbox, BeginDelivery, ItemDelivered, OutboxItem};
use crate::supervision::tell_recipient;

/// An item, and its stanzas.
type Sending = (OutboxItem, Vec<Dispatch>);

impl Connection {
    /// Fetches from the journal what comes after this number, and sends it.
    pub(super) fn pump(&mut self, after: Option<i64>, ctx: &mut Context<Self>) {
        let (Some(spec), Some(after)) = (&self.spec, after) else {
            return;
        };
        if self.link != Link::Up || self.closing {
            return self.outbox.answered();
        }
        let items = spec.ledger.waiting.send(AskOutbox { after });
        ctx.spawn(
            items
                .into_actor(self)
                .map(|items, connection, ctx| match items {
                    Ok(items) => connection.dispatch(&items, ctx),
                    Err(_) => connection.outbox.answered(),
                }),
        );
    }

    /// Takes what can be sent now, and has the journal note it before it goes out.
    fn dispatch(&mut self, items: &[OutboxItem], ctx: &mut Context<Self>) {
        let Some(spec) = self.spec.clone() else {
            return;
        };
        for item in items {
            if let AlertTo::Room { room, nick } = &item.to
                && !spec.access.is_locked(room)
                && let Some(wish) = self.rooms.enter(room, nick)
            {
                self.send(wish, None);
            }
        }
        let (outbox, rooms, doubts) = (&mut self.outbox, &self.rooms, &self.doubts);
        let taken = outbox.take(items, |to| {
            receivers(to, &spec.access, |room| {
                rooms.entered(room) && !doubts.about(room)
            })
        });
        let sending: Vec<Sending> = taken
            .into_iter()
            .map(|(item, dispatches)| (item.clone(), dispatches))
            .collect();
        let new = |(item, dispatches): &&Sending| item.tried.is_none() && !dispatches.is_empty();
        let seqs: Vec<i64> = sending
            .iter()
            .filter(new)
            .map(|(item, _)| item.seq)
            .collect();
        if seqs.is_empty() {
            return self.send_out(sending, ctx);
        }
        let begun = spec.ledger.begin.send(BeginDelivery { seqs });
        ctx.spawn(begun.into_actor(self).map(|there, connection, ctx| {
            let there = there.unwrap_or_default();
            let (sending, gone): (Vec<Sending>, Vec<Sending>) =
                sending.into_iter().partition(|(item, dispatches)| {
                    item.tried.is_some() || dispatches.is_empty() || there.contains(&item.seq)
                });
            // Merged into a message that comes behind it, or the journal was busy.
            for (item, _) in gone {
                connection.outbox.forget(item.seq);
            }
            connection.send_out(sending, ctx);
        }));
    }

    fn send_out(&mut self, sending: Vec<Sending>, ctx: &mut Context<Self>) {
        let Some(spec) = self.spec.clone() else {
            return;
        };
        for (item, dispatches) in sending {
            if dispatches.is_empty() {
                if !self.outbox.knows(&item) {
                    tracing::warn!(item = item.id, "alert has no receiver");
                }
                let seq = item.seq;
                tell_recipient(&spec.ledger.delivered, ItemDelivered { seq });
            }
            for dispatch in dispatches {
                if let Receiver::Person(jid) = &dispatch.to {
                    self.told.insert(jid.clone());
                }
                let message =
                    stanzas::alert(&item, &dispatch, &spec.account.jid, crate::time::wall());
                self.send(message, Some(dispatch.mark));
            }
        }
        self.outbox.answered();
        let after = self.outbox.ask();
        self.pump(after, ctx);
    }

    pub(super) fn acknowledged(&mut self, mark: Mark, ctx: &mut Context<Self>) {
        if let Settled::Item(seq) = self.outbox.acknowledged(mark)
            && let Some(spec) = &self.spec
        {
            tell_recipient(&spec.ledger.delivered, ItemDelivered { seq });
        }
        if self.closing && self.outbox.is_idle() {
            return self.close();
        }
        let after = self.outbox.ask();
        self.pump(after, ctx);
    }
}
