//! Who hears from the journal, and what.

use std::rc::Rc;
use std::time::Duration;

use actix::prelude::*;

use super::actor::{Journal, log_failure};
use super::outbox;
use crate::connection::{OutboxGrew, ShowHealth, VerifyLink};
use crate::glance::Glances;
use crate::supervision::tell_recipient;

/// How soon the health is shown again, at the earliest.
const SHOW_EVERY: Duration = Duration::from_millis(100);

/// Items read from the outbox at once.
pub(super) const OUTBOX_PAGE: u32 = 100;

/// Who hears from the journal.
#[derive(Clone)]
pub struct Listeners {
    /// The link: what waits, what the health is, whether it is alive. `None` without an account.
    pub connection: Option<(
        Recipient<OutboxGrew>,
        Recipient<ShowHealth>,
        Recipient<VerifyLink>,
    )>,
    /// The console, which is the only chat without an account.
    pub say: Rc<dyn Fn(&str)>,
    /// Who shows on the host itself how it stands.
    pub glances: Glances,
    /// Has these targets checked now.
    pub recheck: Rc<dyn Fn(Vec<String>)>,
}

impl Journal {
    /// Something waits: for the link, or for the console where that is the only chat.
    pub(super) fn outbox_grew(&mut self, ctx: &mut Context<Self>) {
        match &self.spec.listeners.connection {
            Some((grew, ..)) => tell_recipient(grew, OutboxGrew),
            None => self.tell_console(ctx),
        }
    }

    fn tell_console(&mut self, ctx: &mut Context<Self>) {
        if std::mem::replace(&mut self.telling, true) {
            return;
        }
        let waiting = self
            .spec
            .store
            .ask(|db| outbox::waiting(db, 0, OUTBOX_PAGE));
        ctx.spawn(waiting.into_actor(self).map(|waiting, journal, ctx| {
            journal.telling = false;
            let waiting = waiting.unwrap_or_default();
            for item in &waiting {
                (journal.spec.listeners.say)(&item.body);
                journal.delivered(item.seq, ctx);
            }
            if !waiting.is_empty() {
                journal.tell_console(ctx);
            }
        }));
    }

    pub(super) fn delivered(&mut self, seq: i64, ctx: &mut Context<Self>) {
        let deleted = self.spec.store.write(move |db| outbox::delivered(db, seq));
        ctx.spawn(
            deleted
                .into_actor(self)
                .map(|deleted, _, _| log_failure(deleted)),
        );
    }

    pub(super) fn verify_link(&mut self, ctx: &mut Context<Self>) {
        let Some((.., verify)) = &self.spec.listeners.connection else {
            return;
        };
        let answer = verify.send(VerifyLink);
        ctx.spawn(answer.into_actor(self).map(|answer, journal, ctx| {
            let alive = answer.unwrap_or(false);
            tracing::info!(alive, "link verified because many targets fail at once");
            journal.decide(ctx, |board, now| ((), board.link_verified(alive, now)));
        }));
    }

    /// Shows how all stands, where that has changed: at once, and what follows together with the last of it.
    /// Each time all targets are looked at, and thousands may change together.
    pub(super) fn show_health(&mut self, ctx: &mut Context<Self>) {
        let Some(board) = &self.board else { return };
        if self.just_shown || self.shown == Some(board.moves()) {
            return;
        }
        self.just_shown = true;
        ctx.run_later(SHOW_EVERY, |journal, ctx| {
            journal.just_shown = false;
            journal.show_health(ctx);
        });
        self.shown = Some(board.moves());
        let summary = board.summary();
        let listeners = &self.spec.listeners;
        listeners.glances.health(&summary);
        if let Some((_, show, _)) = &listeners.connection {
            tell_recipient(show, ShowHealth(summary));
        }
    }
}
