//! The actor: messages in, the board's decisions carried out, batches to the store.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use actix::prelude::*;
use hostmessenger_config::{Alerts, Language};

use super::audited::ViewersNoted;
use super::db::{self, Batch, NewMessage};
use super::listeners::Listeners;
use super::store::Store;
use super::{outbox, past, trail};
use crate::alerts::board::{Board, Effects};
use crate::alerts::digest::Content;
use crate::alerts::{Change, Link, TargetPolicy};
use crate::supervised;
use crate::supervision::{Child, Life};
use crate::time::Clock;
use crate::wording::alerts as say;

/// How often the history notes that the program runs.
const ALIVE_EVERY: Duration = Duration::from_secs(60);
/// How often history is thinned.
const PRUNE_EVERY: Duration = Duration::from_secs(24 * 3_600);

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
    pub(super) spec: JournalSpec,
    life: Life,
    pub(super) board: Option<Board>,
    /// When this run began, as it is noted.
    run: Option<jiff::Timestamp>,
    /// Since when this host is cut off, as it is stored.
    cut_since: Option<jiff::Timestamp>,
    /// When the board is asked again (monotonic).
    timer: Option<(Duration, SpawnHandle)>,
    /// What the summary was shown at.
    pub(super) shown: Option<u64>,
    /// Whether that was a moment ago.
    pub(super) just_shown: bool,
    /// Whether the console is being told what waits.
    pub(super) telling: bool,
    pub(super) viewers_noted: ViewersNoted,
}

impl Journal {
    /// Reads what is remembered; messages wait until it is there.
    fn recall(&mut self, ctx: &mut Context<Self>) {
        let now = self.spec.clock.now().wall;
        let dir = self.spec.store.dir();
        let recalled = self.spec.store.write(move |db| {
            db::alive(db, now, now)?;
            trail::take_over(db, &dir)?;
            db::remembered(db)
        });
        let recalled = recalled
            .into_actor(self)
            .map(move |recalled, journal, ctx| {
                let life = journal.life.clone();
                match recalled {
                    Ok(remembered) => {
                        journal.run = Some(now);
                        journal.remember(remembered, ctx);
                    }
                    Err(error) => life.fail(ctx, format!("journal not readable: {error}")),
                }
            });
        ctx.wait(recalled);
    }

    fn remember(&mut self, remembered: db::Remembered, ctx: &mut Context<Self>) {
        let spec = &self.spec;
        let mut board = Board::new(
            spec.targets.clone(),
            remembered.records,
            spec.alerts.clone(),
            spec.lang,
            spec.link.get(),
            spec.clock.now(),
        );
        board.remember_cut(remembered.cut_since);
        self.cut_since = remembered.cut_since;
        self.board = Some(board);
        ctx.run_interval(ALIVE_EVERY, Journal::note_alive);
        ctx.run_interval(PRUNE_EVERY, Journal::prune);
        self.prune(ctx);
        self.carry_out(Effects::default(), Vec::new(), ctx);
        self.outbox_grew(ctx);
    }

    fn note_alive(&mut self, ctx: &mut Context<Self>) {
        let now = self.spec.clock.now().wall;
        if let Some(run) = self.run {
            let dir = self.spec.store.dir();
            let noted = self.spec.store.write(move |db| {
                db::alive(db, run, now)?;
                trail::take_over(db, &dir)
            });
            ctx.spawn(noted.into_actor(self).map(|noted, journal, ctx| {
                log_failure(noted);
                journal.tell_troubles(ctx);
            }));
        }
    }

    fn prune(&mut self, ctx: &mut Context<Self>) {
        let (keep, now) = (self.spec.history_keep, self.spec.clock.now().wall);
        let pruned = self.spec.store.write(move |db| past::prune(db, keep, now));
        ctx.spawn(
            pruned
                .into_actor(self)
                .map(|pruned, _, _| log_failure(pruned)),
        );
    }

    /// Lets the board decide, then carries out what it decided.
    pub(super) fn decide<T>(
        &mut self,
        ctx: &mut Context<Self>,
        decide: impl FnOnce(&mut Board, crate::time::Now) -> (T, Effects),
    ) -> Option<T> {
        let now = self.spec.clock.now();
        let (answer, effects) = decide(self.board.as_mut()?, now);
        self.carry_out(effects, Vec::new(), ctx);
        Some(answer)
    }

    /// Stores in one transaction, then logs and tells who must know.
    pub(super) fn carry_out(
        &mut self,
        effects: Effects,
        mut messages: Vec<NewMessage>,
        ctx: &mut Context<Self>,
    ) {
        let Some(board) = &self.board else { return };
        for message in effects.messages {
            let content = Content::of(message.lines);
            let body = say::body(self.spec.lang, &content);
            messages.push(NewMessage {
                to: message.to,
                body,
                content,
                at: message.at,
            });
        }
        let record = |name: String| board.record(&name).cloned().map(|record| (name, record));
        let batch = Batch {
            records: effects.save.into_iter().filter_map(record).collect(),
            forget: effects.forget,
            changes: effects.changes,
            messages,
            cut: (board.cut_since() != self.cut_since).then(|| board.cut_since().into()),
            ..Batch::default()
        };
        self.cut_since = board.cut_since();
        self.write(batch, ctx);
        if !effects.recheck.is_empty() {
            (self.spec.listeners.recheck)(effects.recheck.into_iter().collect());
        }
        if effects.verify_link {
            self.verify_link(ctx);
        }
        self.show_health(ctx);
        self.set_timer(ctx);
    }

    pub(super) fn write(&mut self, batch: Batch, ctx: &mut Context<Self>) {
        let grew = !batch.messages.is_empty();
        if batch.is_empty() {
            return;
        }
        let pile = grew && self.spec.link.get() == Link::Down;
        let changes = batch.changes.clone();
        let written = self.spec.store.commit(batch);
        ctx.spawn(written.into_actor(self).map(move |written, journal, ctx| {
            log_failure(written);
            // Not before: what the log says is not forgotten by `kill -9`.
            changes.iter().for_each(log_change);
            journal.tell_troubles(ctx);
            if pile {
                journal.condense_many(ctx);
            } else if grew {
                journal.outbox_grew(ctx);
            }
        }));
    }

    /// Nobody can be told now: what waits must not grow without end.
    fn condense_many(&mut self, ctx: &mut Context<Self>) {
        let lang = self.spec.lang;
        let condensed = self
            .spec
            .store
            .write(move |db| outbox::condense_many(db, lang));
        ctx.spawn(condensed.into_actor(self).map(|condensed, journal, ctx| {
            log_failure(condensed);
            journal.outbox_grew(ctx);
        }));
    }

    /// Has the board asked again when it wants to be. A timer that is set already and comes no later
    /// will do: it sets the next one.
    fn set_timer(&mut self, ctx: &mut Context<Self>) {
        let now = self.spec.clock.now();
        let Some(next) = self.board.as_ref().and_then(|board| board.next_tick(now)) else {
            return;
        };
        // Never at once again: a tick that changes nothing must not spin.
        let next = next.max(now.mono + Duration::from_millis(20));
        match self.timer.take() {
            Some((at, timer)) if at <= next => {
                self.timer = Some((at, timer));
                return;
            }
            Some((_, timer)) => {
                ctx.cancel_future(timer);
            }
            None => {}
        }
        let timer = ctx.run_later(next.saturating_sub(now.mono), |journal, ctx| {
            journal.timer = None;
            journal.decide(ctx, |board, now| ((), board.tick(now)));
        });
        self.timer = Some((next, timer));
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

pub(super) fn log_failure<T>(result: Result<T, super::store::AskError>) {
    if let Err(error) = result {
        tracing::error!(%error, "journal not written");
    }
}

impl Child for Journal {
    type Spec = JournalSpec;

    fn begin(&mut self, ctx: &mut Context<Self>) {
        self.recall(ctx);
        self.tell_troubles(ctx);
    }

    fn new(spec: JournalSpec, life: Life) -> Self {
        Self {
            spec,
            life,
            board: None,
            run: None,
            cut_since: None,
            timer: None,
            shown: None,
            just_shown: false,
            telling: false,
            viewers_noted: ViewersNoted::default(),
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
