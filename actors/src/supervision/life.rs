//! What ties a child to its supervisor.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::Waker;
use std::time::Duration;

use actix::prelude::*;
use jiff::Timestamp;

use super::restart::RestartHistory;
use super::{Child, ChildPhase, ChildStatus};
use crate::time::Now;

/// How a life of a child ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exit {
    /// It was asked to stop, or stopped without a reason.
    Stopped,
    /// Its spec was replaced; a new life starts at once.
    Renewed,
    /// It gave up with an error that a new life may mend.
    Failed(String),
    /// It gave up with an error that no restart can mend; the program ends.
    Fatal(String),
    /// It panicked: message and place.
    Panic(String),
    /// It let this many beats in a row go unanswered.
    NoProgress(u32),
}

impl std::fmt::Display for Exit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Stopped => f.write_str("stopped"),
            Self::Renewed => f.write_str("configuration changed"),
            Self::Failed(reason) | Self::Fatal(reason) => f.write_str(reason),
            Self::Panic(what) => write!(f, "panic: {what}"),
            Self::NoProgress(beats) => write!(f, "no progress: {beats} beats unanswered"),
        }
    }
}

/// What a life that has not begun is since.
const NEVER: Now = Now {
    wall: Timestamp::UNIX_EPOCH,
    mono: Duration::ZERO,
};

/// A child's link to its supervisor. Clones speak of the same child.
#[derive(Clone)]
pub struct Life {
    inner: Rc<Inner>,
}

struct Inner {
    name: Rc<str>,
    /// Nothing as long as it just lives; most children do.
    end: RefCell<Option<Box<End>>>,
    missed: Cell<u32>,
    answered: Cell<bool>,
    /// This life is to end, whether the actor moves or not.
    interrupted: Cell<bool>,
    /// The next life is to begin at once.
    hurried: Cell<bool>,
    /// Set once: there is to be no further life.
    closing: Cell<bool>,
    phase: Cell<ChildPhase>,
    /// Since when it is in its phase.
    since: Cell<Now>,
    /// Wakes the task that the child lives in: one that hangs is woken by no message.
    task: Cell<Option<Waker>>,
}

/// What is known of how lives ended and what comes after that.
#[derive(Default)]
struct End {
    exit: Option<Exit>,
    at_least: Option<Duration>,
    next_spec: Option<Box<dyn Any>>,
    past: Past,
}

/// What is known of a child's earlier lives.
#[derive(Default)]
pub(super) struct Past {
    pub(super) history: RestartHistory,
    pub(super) last_reason: Option<String>,
}

impl std::fmt::Debug for Life {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Life").field(&self.inner.name).finish()
    }
}

impl Life {
    /// A link for the child of this name.
    pub fn new(name: impl Into<Rc<str>>) -> Self {
        Self {
            inner: Rc::new(Inner {
                name: name.into(),
                end: RefCell::default(),
                missed: Cell::new(0),
                answered: Cell::new(true),
                interrupted: Cell::new(false),
                hurried: Cell::new(false),
                closing: Cell::new(false),
                phase: Cell::new(ChildPhase::Running),
                since: Cell::new(NEVER),
                task: Cell::default(),
            }),
        }
    }

    /// The child's name in log and ACTORS, `probe/shop`.
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// Says that the child gets on.
    pub fn progress(&self) {
        self.inner.answered.set(true);
    }

    /// Ends this life; the supervisor starts another after its back-off.
    pub fn fail<A: Child>(&self, ctx: &mut Context<A>, reason: impl Into<String>) {
        self.end(ctx, Exit::Failed(reason.into()));
    }

    /// The same, but the next life starts no sooner than after this delay.
    pub fn fail_after_at_least<A: Child>(
        &self,
        ctx: &mut Context<A>,
        reason: impl Into<String>,
        delay: Duration,
    ) {
        self.note(|end| end.at_least = Some(delay));
        self.fail(ctx, reason);
    }

    /// Ends this life as a panic that was caught elsewhere.
    pub fn panicked<A: Child>(&self, ctx: &mut Context<A>, what: impl Into<String>) {
        self.end(ctx, Exit::Panic(what.into()));
    }

    /// Ends the whole program with exit code 1: for errors that no restart can mend.
    pub fn fatal<A: Child>(&self, ctx: &mut Context<A>, reason: impl Into<String>) {
        self.end(ctx, Exit::Fatal(reason.into()));
    }

    fn end<A: Child>(&self, ctx: &mut Context<A>, exit: Exit) {
        self.exits(exit);
        ctx.stop();
    }

    /// The spec that the next life is made from, where it was replaced.
    pub fn take_next_spec<S: 'static>(&self) -> Option<S> {
        let next = self.take(|end| end.next_spec.take())?;
        next.downcast().ok().map(|spec| *spec)
    }

    /// Replaces the spec and ends this life, for a new one at once.
    pub(super) fn renew<S: 'static>(&self, spec: S) {
        self.note(|end| end.next_spec = Some(Box::new(spec)));
        self.interrupt(Exit::Renewed);
    }

    pub(super) fn interrupt(&self, exit: Exit) {
        self.exits(exit);
        self.inner.interrupted.set(true);
        self.wake();
    }

    /// Has the child's task look at what was asked of it.
    pub(super) fn wake(&self) {
        if let Some(task) = self.inner.task.take() {
            task.wake();
        }
    }

    /// The task that the child lives in is polled.
    pub(super) fn polled_by(&self, task: &Waker) {
        let known = self.inner.task.take();
        let known = known.filter(|known| known.will_wake(task));
        self.inner
            .task
            .set(Some(known.unwrap_or_else(|| task.clone())));
    }

    /// The first reason counts.
    fn exits(&self, exit: Exit) {
        self.note(|end| {
            end.exit.get_or_insert(exit);
        });
    }

    fn note(&self, note: impl FnOnce(&mut End)) {
        note(self.inner.end.borrow_mut().get_or_insert_default());
    }

    fn take<T>(&self, part: impl FnOnce(&mut End) -> Option<T>) -> Option<T> {
        self.inner.end.borrow_mut().as_deref_mut().and_then(part)
    }

    pub(super) fn is_interrupted(&self) -> bool {
        self.inner.interrupted.get()
    }

    /// Has the next life begin at once, where the child waits for that.
    pub(super) fn hurry(&self) {
        self.inner.hurried.set(true);
        self.wake();
    }

    /// Whether there is nothing to wait for between two lives.
    pub(super) fn is_hurried(&self) -> bool {
        self.inner.hurried.get() || self.inner.closing.get()
    }

    /// There is to be no further life.
    pub(super) fn close(&self) {
        self.inner.closing.set(true);
        self.wake();
    }

    pub(super) fn is_closing(&self) -> bool {
        self.inner.closing.get()
    }

    pub(super) fn phase(&self) -> ChildPhase {
        self.inner.phase.get()
    }

    /// Since when it is in its phase.
    pub(super) fn since(&self) -> Now {
        self.inner.since.get()
    }

    pub(super) fn enter(&self, phase: ChildPhase, since: Now) {
        self.inner.phase.set(phase);
        self.inner.since.set(since);
    }

    pub(super) fn status(&self) -> ChildStatus {
        let end = self.inner.end.borrow();
        let past = end.as_ref().map(|end| &end.past);
        ChildStatus {
            name: Rc::clone(&self.inner.name),
            phase: self.phase(),
            since: self.since(),
            restarts: past.map_or(0, |past| past.history.restarts()),
            last_reason: past.and_then(|past| past.last_reason.clone()),
            keeps_failing: past.is_some_and(|past| past.history.keeps_failing()),
        }
    }

    /// Takes note of the end of a life.
    pub(super) fn remember<T>(&self, what: impl FnOnce(&mut Past) -> T) -> T {
        let mut end = self.inner.end.borrow_mut();
        what(&mut end.get_or_insert_default().past)
    }

    /// Called at every beat: how many in a row were not answered before it.
    pub(super) fn beat(&self) -> u32 {
        let missed = if self.inner.answered.replace(false) {
            0
        } else {
            self.inner.missed.get() + 1
        };
        self.inner.missed.set(missed);
        missed
    }

    /// Beats in a row that were not answered, as of the last one.
    pub(super) fn missed(&self) -> u32 {
        self.inner.missed.get()
    }

    /// Another life begins: what was asked of the last one is done.
    pub(super) fn begin(&self) {
        self.inner.missed.set(0);
        self.inner.answered.set(true);
        self.inner.interrupted.set(false);
        self.inner.hurried.set(false);
        let _done = self.take_exit();
    }

    pub(super) fn take_exit(&self) -> Option<Exit> {
        self.take(|end| end.exit.take())
    }

    pub(super) fn take_at_least(&self) -> Option<Duration> {
        self.take(|end| end.at_least.take())
    }
}
