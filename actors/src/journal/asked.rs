//! What others tell the journal, and ask of it.

use std::time::Duration;

use actix::prelude::*;

use super::actor::Journal;
use super::db::NewMessage;
use super::listeners::OUTBOX_PAGE;
use super::{
    AskHistory, AskOutbox, AskStatus, AskSummary, BeginDelivery, History, ItemDelivered,
    LinkChanged, MuteTarget, Notify, OpenOutbox, OutboxItem, Receipt, TargetChecked, UnmuteTarget,
    WatchTargets, outbox, past,
};
use crate::alerts::TargetStatus;
use crate::alerts::board::{Board, Effects};
use crate::alerts::digest::Content;
use crate::alerts::line::Line;
use crate::wording::alerts as say;

/// So many of the items that the server may have are asked about; the others are as old as they
/// are many.
const MOST_DOUBTFUL: u32 = 1_000;

impl Handler<TargetChecked> for Journal {
    type Result = MessageResult<TargetChecked>;

    fn handle(&mut self, message: TargetChecked, ctx: &mut Context<Self>) -> Self::Result {
        let next = self.decide(ctx, |board, now| {
            let effects = board.checked(&message.target, &message.outcome, now);
            (effects.next_check, effects)
        });
        // A target that was removed meanwhile; its probe ends any moment.
        MessageResult(next.flatten().unwrap_or(Duration::from_secs(60)))
    }
}

impl Handler<WatchTargets> for Journal {
    type Result = ();

    fn handle(&mut self, WatchTargets(targets): WatchTargets, ctx: &mut Context<Self>) {
        self.spec.targets.clone_from(&targets);
        self.decide(ctx, |board, now| ((), board.retarget(targets, now)));
    }
}

impl Handler<LinkChanged> for Journal {
    type Result = ();

    fn handle(&mut self, LinkChanged(link): LinkChanged, ctx: &mut Context<Self>) {
        self.spec.link.set(link);
        self.spec.listeners.glances.link(link);
        self.decide(ctx, |board, now| ((), board.link_changed(link, now)));
    }
}

impl Handler<Notify> for Journal {
    type Result = ();

    fn handle(&mut self, notice: Notify, ctx: &mut Context<Self>) {
        let at = self.spec.clock.now().wall;
        let content = Content::of(vec![Line::notice(notice.text.clone(), at)]);
        let message = |to| NewMessage {
            to,
            body: say::body(self.spec.lang, &content),
            content: content.clone(),
            at,
        };
        let messages = notice.to.iter().cloned().map(message).collect();
        self.carry_out(Effects::default(), messages, ctx);
    }
}

impl Handler<AskOutbox> for Journal {
    type Result = ResponseFuture<Vec<OutboxItem>>;

    fn handle(&mut self, AskOutbox { after }: AskOutbox, _: &mut Context<Self>) -> Self::Result {
        let waiting = self
            .spec
            .store
            .ask(move |db| outbox::waiting(db, after, OUTBOX_PAGE));
        Box::pin(async {
            waiting.await.unwrap_or_else(|error| {
                tracing::error!(%error, "outbox not read");
                Vec::new()
            })
        })
    }
}

impl Handler<OpenOutbox> for Journal {
    type Result = ResponseFuture<Vec<OutboxItem>>;

    fn handle(&mut self, _: OpenOutbox, _: &mut Context<Self>) -> Self::Result {
        let lang = self.spec.lang;
        let opened = self.spec.store.write(move |db| {
            outbox::condense(db, lang)?;
            outbox::doubtful(db, MOST_DOUBTFUL)
        });
        Box::pin(async {
            opened.await.unwrap_or_else(|error| {
                tracing::error!(%error, "outbox not read");
                Vec::new()
            })
        })
    }
}

impl Handler<BeginDelivery> for Journal {
    type Result = ResponseFuture<Vec<i64>>;

    fn handle(
        &mut self,
        BeginDelivery { seqs }: BeginDelivery,
        _: &mut Context<Self>,
    ) -> Self::Result {
        let now = self.spec.clock.now().wall;
        let begun = self
            .spec
            .store
            .write(move |db| outbox::begin(db, &seqs, now));
        Box::pin(async {
            begun.await.unwrap_or_else(|error| {
                tracing::error!(%error, "journal not written");
                Vec::new()
            })
        })
    }
}

impl Handler<Receipt> for Journal {
    type Result = ();

    fn handle(&mut self, receipt: Receipt, ctx: &mut Context<Self>) {
        let now = self.spec.clock.now().wall;
        let noted = self
            .spec
            .store
            .write(move |db| outbox::receipt(db, &receipt, now));
        ctx.spawn(noted.into_actor(self).map(|read, journal, ctx| match read {
            Ok(lines) => {
                journal.decide(ctx, |board, _| ((), board.was_read(&lines)));
            }
            Err(error) => tracing::error!(%error, "journal not written"),
        }));
    }
}

impl Handler<ItemDelivered> for Journal {
    type Result = ();

    fn handle(&mut self, ItemDelivered { seq }: ItemDelivered, ctx: &mut Context<Self>) {
        self.delivered(seq, ctx);
    }
}

impl Handler<AskStatus> for Journal {
    type Result = MessageResult<AskStatus>;

    fn handle(&mut self, _: AskStatus, _: &mut Context<Self>) -> Self::Result {
        MessageResult(self.board.as_ref().map(Board::status).unwrap_or_default())
    }
}

impl Handler<AskSummary> for Journal {
    type Result = MessageResult<AskSummary>;

    fn handle(&mut self, _: AskSummary, _: &mut Context<Self>) -> Self::Result {
        MessageResult(self.board.as_ref().map(Board::summary).unwrap_or_default())
    }
}

impl Handler<AskHistory> for Journal {
    type Result = ResponseFuture<Result<History, String>>;

    fn handle(&mut self, ask: AskHistory, _: &mut Context<Self>) -> Self::Result {
        let now = self.spec.clock.now().wall;
        let all: Vec<TargetStatus> = self.board.as_ref().map(Board::status).unwrap_or_default();
        let wanted =
            |status: &TargetStatus| ask.target.as_ref().is_none_or(|name| *name == status.name);
        let targets = all
            .into_iter()
            .filter(wanted)
            .map(|status| (status.name, status.state))
            .collect::<Vec<_>>();
        let history = self
            .spec
            .store
            .ask(move |db| past::history(db, &targets, ask.limit, now));
        Box::pin(async { history.await.map_err(|error| error.to_string()) })
    }
}

impl Handler<MuteTarget> for Journal {
    type Result = MessageResult<MuteTarget>;

    fn handle(&mut self, mute: MuteTarget, ctx: &mut Context<Self>) -> Self::Result {
        let names = self.decide(ctx, |board, now| {
            let until = now
                .wall
                .saturating_add(mute.for_)
                .unwrap_or(jiff::Timestamp::MAX);
            board.mute(mute.target.as_deref(), until, mute.reason, now)
        });
        MessageResult(names.unwrap_or_default())
    }
}

impl Handler<UnmuteTarget> for Journal {
    type Result = MessageResult<UnmuteTarget>;

    fn handle(&mut self, unmute: UnmuteTarget, ctx: &mut Context<Self>) -> Self::Result {
        let names = self.decide(ctx, |board, now| {
            board.unmute(unmute.target.as_deref(), now)
        });
        MessageResult(names.unwrap_or_default())
    }
}
