//! The actor: messages in, the board's decisions carried out, batches to the store.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use actix::prelude::*;
use hostmessenger_config::{AlertTo, Alerts, Language};

use super::db::{self, Batch, NewMessage};
use super::store::{Store, Trouble};
use super::{
    AskHistory, AskOutbox, AskStatus, AskSummary, History, ItemDelivered, LinkChanged, MuteTarget,
    Notify, OutboxItem, TargetChecked, UnmuteTarget, WatchTargets,
};
use crate::alerts::board::{Board, Effects};
use crate::alerts::{Change, HealthSummary, Link, TargetPolicy, TargetStatus};
use crate::connection::{OutboxGrew, ShowHealth, VerifyLink};
use crate::supervised;
use crate::supervision::{Child, Life, tell_recipient};
use crate::time::Clock;
use crate::wording::{alerts as say, journal as say_journal};

/// How often the history notes that the program runs.
const ALIVE_EVERY: Duration = Duration::from_secs(60);
/// How often history is thinned.
const PRUNE_EVERY: Duration = Duration::from_secs(24 * 3_600);
/// Items read from the outbox at once.
const OUTBOX_PAGE: u32 = 100;

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
    /// Has these targets checked now.
    pub recheck: Rc<dyn Fn(Vec<String>)>,
}

/// What the journal is made from.
#[derive(Clone)]
pub struct JournalSpec {
    /// The file.
    pub store: Store,
    /// Language of alerts.
    pub lang: Language,
    /// How alerts are told.
    pub alerts: Alerts,
    /// What is watched.
    pub targets: Vec<TargetPolicy>,
    /// How long history is kept.
    pub history_keep: Duration,
    /// The link as it was last heard of; it outlives a life.
    pub link: Rc<Cell<Link>>,
    /// The program's clock.
    pub clock: Clock,
    /// Who hears from the journal.
    pub listeners: Listeners,
}

/// Keeps what must not be lost.
pub struct Journal {
    spec: JournalSpec,
    life: Life,
    board: Option<Board>,
    run: Option<i64>,
    timer: Option<SpawnHandle>,
    shown: Option<HealthSummary>,
    /// Whether the console is being told what waits.
    telling: bool,
}

impl Journal {
    /// Reads what is remembered; messages wait until it is there.
    fn recall(&mut self, ctx: &mut Context<Self>) {
        let now = self.spec.clock.now().wall;
        let recalled = self
            .spec
            .store
            .ask(move |db| Ok((db::records(db)?, db::begin_run(db, now)?)));
        let recalled = recalled.into_actor(self).map(|recalled, journal, ctx| {
            let life = journal.life.clone();
            match recalled {
                Ok((records, run)) => {
                    journal.run = Some(run);
                    journal.begin(records, ctx);
                }
                Err(error) => life.fail(ctx, format!("journal not readable: {error}")),
            }
        });
        ctx.wait(recalled);
    }

    fn begin(
        &mut self,
        records: std::collections::HashMap<String, crate::alerts::record::TargetRecord>,
        ctx: &mut Context<Self>,
    ) {
        let spec = &self.spec;
        self.board = Some(Board::new(
            spec.targets.clone(),
            records,
            spec.alerts.clone(),
            spec.lang,
            spec.link.get(),
            spec.clock.now(),
        ));
        ctx.run_interval(ALIVE_EVERY, Journal::note_alive);
        ctx.run_interval(PRUNE_EVERY, Journal::prune);
        self.prune(ctx);
        self.carry_out(Effects::default(), Vec::new(), ctx);
        self.outbox_grew(ctx);
    }

    /// The owner hears once that the journal's file is not used.
    fn tell_trouble(&mut self, ctx: &mut Context<Self>) {
        let text = match self.spec.store.take_trouble() {
            None => return,
            Some(Trouble::NotUsable(why)) => say_journal::not_usable(self.spec.lang, why),
            Some(Trouble::NotWritable(why)) => say_journal::not_writable(self.spec.lang, why),
        };
        ctx.notify(Notify {
            to: vec![AlertTo::Owner],
            text,
        });
    }

    fn note_alive(&mut self, ctx: &mut Context<Self>) {
        let now = self.spec.clock.now().wall;
        if let Some(run) = self.run {
            let noted = self.spec.store.ask(move |db| db::alive(db, run, now));
            ctx.spawn(noted.into_actor(self).map(|noted, _, _| log_failure(noted)));
        }
    }

    fn prune(&mut self, ctx: &mut Context<Self>) {
        let (keep, now) = (self.spec.history_keep, self.spec.clock.now().wall);
        let pruned = self.spec.store.ask(move |db| db::prune(db, keep, now));
        ctx.spawn(
            pruned
                .into_actor(self)
                .map(|pruned, _, _| log_failure(pruned)),
        );
    }

    /// Lets the board decide, then carries out what it decided.
    fn decide<T>(
        &mut self,
        ctx: &mut Context<Self>,
        decide: impl FnOnce(&mut Board, crate::time::Now) -> (T, Effects),
    ) -> Option<T> {
        let now = self.spec.clock.now();
        let (answer, effects) = decide(self.board.as_mut()?, now);
        self.carry_out(effects, Vec::new(), ctx);
        Some(answer)
    }

    /// Logs, stores in one transaction, then tells who must know.
    fn carry_out(
        &mut self,
        effects: Effects,
        mut messages: Vec<NewMessage>,
        ctx: &mut Context<Self>,
    ) {
        let Some(board) = &self.board else { return };
        effects.changes.iter().for_each(log_change);
        for message in effects.messages {
            messages.extend(message.to.iter().map(|to| NewMessage {
                to: to.clone(),
                body: message.body.clone(),
                at: message.at,
            }));
        }
        let record = |name: String| board.record(&name).cloned().map(|record| (name, record));
        let batch = Batch {
            records: effects.save.into_iter().filter_map(record).collect(),
            forget: effects.forget,
            changes: effects.changes,
            messages,
        };
        self.write(batch, ctx);
        if !effects.recheck.is_empty() {
            (self.spec.listeners.recheck)(effects.recheck.into_iter().collect());
        }
        if effects.verify_link {
            self.verify_link(ctx);
        }
        self.show_health();
        self.set_timer(ctx);
    }

    fn write(&mut self, batch: Batch, ctx: &mut Context<Self>) {
        let grew = !batch.messages.is_empty();
        if !grew && batch.records.is_empty() && batch.forget.is_empty() && batch.changes.is_empty()
        {
            return;
        }
        let written = self.spec.store.commit(batch);
        ctx.spawn(written.into_actor(self).map(move |written, journal, ctx| {
            log_failure(written);
            journal.tell_trouble(ctx);
            if grew {
                journal.outbox_grew(ctx);
            }
        }));
    }

    /// Something waits: for the link, or for the console where that is the only chat.
    fn outbox_grew(&mut self, ctx: &mut Context<Self>) {
        match &self.spec.listeners.connection {
            Some((grew, ..)) => tell_recipient(grew, OutboxGrew),
            None => self.tell_console(ctx),
        }
    }

    fn tell_console(&mut self, ctx: &mut Context<Self>) {
        if std::mem::replace(&mut self.telling, true) {
            return;
        }
        let waiting = self.spec.store.ask(|db| db::outbox(db, 0, OUTBOX_PAGE));
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

    fn delivered(&mut self, seq: i64, ctx: &mut Context<Self>) {
        let deleted = self.spec.store.ask(move |db| db::delivered(db, seq));
        ctx.spawn(
            deleted
                .into_actor(self)
                .map(|deleted, _, _| log_failure(deleted)),
        );
    }

    fn verify_link(&mut self, ctx: &mut Context<Self>) {
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

    fn show_health(&mut self) {
        let (Some(board), Some((_, show, _))) = (&self.board, &self.spec.listeners.connection)
        else {
            return;
        };
        let summary = board.summary();
        if self.shown.as_ref() != Some(&summary) {
            tell_recipient(show, ShowHealth(summary.clone()));
            self.shown = Some(summary);
        }
    }

    fn set_timer(&mut self, ctx: &mut Context<Self>) {
        if let Some(timer) = self.timer.take() {
            ctx.cancel_future(timer);
        }
        let now = self.spec.clock.now();
        let next = self.board.as_ref().and_then(|board| board.next_tick(now));
        self.timer = next.map(|at| {
            // Never at once again: a tick that changes nothing must not spin.
            let delay = at.saturating_sub(now.mono).max(Duration::from_millis(20));
            ctx.run_later(delay, |journal, ctx| {
                journal.timer = None;
                journal.decide(ctx, |board, now| ((), board.tick(now)));
            })
        });
    }
}

/// Contract, section 6: scripts rely on this line.
fn log_change(change: &Change) {
    let reason = say::evidence(Language::En, change.outcome.as_ref());
    tracing::info!(
        probe = change.target,
        from = change.from.as_str(),
        to = change.to.as_str(),
        reason,
        "target changed"
    );
}

fn log_failure<T>(result: Result<T, super::store::AskError>) {
    if let Err(error) = result {
        tracing::error!(%error, "journal not written");
    }
}

impl Child for Journal {
    type Spec = JournalSpec;

    fn begin(&mut self, ctx: &mut Context<Self>) {
        self.recall(ctx);
        self.tell_trouble(ctx);
    }

    fn new(spec: JournalSpec, life: Life) -> Self {
        Self {
            spec,
            life,
            board: None,
            run: None,
            timer: None,
            shown: None,
            telling: false,
        }
    }

    fn origin(&self) -> (JournalSpec, Life) {
        (self.spec.clone(), self.life.clone())
    }

    /// What waits in an open batch goes into the outbox; the next run sends it.
    fn wind_down(&mut self, ctx: &mut Context<Self>) {
        self.decide(ctx, |board, now| ((), board.flush_now(now)));
        let (run, now) = (self.run, self.spec.clock.now().wall);
        let last = self
            .spec
            .store
            .ask(move |db| run.map_or(Ok(()), |run| db::alive(db, run, now)));
        ctx.spawn(last.into_actor(self).map(|last, _, ctx| {
            log_failure(last);
            ctx.stop();
        }));
    }
}
supervised!(Journal);

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
        self.decide(ctx, |board, now| ((), board.link_changed(link, now)));
    }
}

impl Handler<Notify> for Journal {
    type Result = ();

    fn handle(&mut self, notice: Notify, ctx: &mut Context<Self>) {
        let at = self.spec.clock.now().wall;
        let message = |to| NewMessage {
            to,
            body: notice.text.clone(),
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
            .ask(move |db| db::outbox(db, after, OUTBOX_PAGE));
        Box::pin(async {
            waiting.await.unwrap_or_else(|error| {
                tracing::error!(%error, "outbox not read");
                Vec::new()
            })
        })
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
            .ask(move |db| db::history(db, &targets, ask.limit, now));
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
            board.mute(mute.target.as_deref(), until, mute.reason)
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
