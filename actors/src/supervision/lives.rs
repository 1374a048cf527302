//! The task that a child lives in, one life after another, until it is stopped or the program ends.
//!
//! There are thousands of these that only wait, so what each holds is counted in bytes: a future of
//! our own, since an `async fn` holds its arguments twice, and in boxes what seldom is there.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{self, Poll, ready};

use actix::Context;
use actix::dev::ContextFut;
use tokio::time::Sleep;

use super::child::{Child, ChildPhase, ChildSpec, ChildStatus};
use super::life::{Exit, Life};
use super::panics;
use super::restart::RestartHistory;
use crate::time::{Clock, Now};

/// A child as its task and the supervisor see it; its address is of any actor.
pub(super) struct Shared<To: ?Sized = dyn Reached> {
    pub(super) life: Life,
    pub(super) spec: Rc<ChildSpec>,
    pub(super) phase: Cell<ChildPhase>,
    /// Set once: there will be no further life.
    pub(super) closing: Cell<bool>,
    /// Its next life is to begin at once.
    hurried: Cell<bool>,
    /// Since when it is in its phase.
    since: Cell<Now>,
    /// Nothing as long as it just lives.
    past: RefCell<Option<Box<Past>>>,
    house: Rc<House>,
    pub(super) to: To,
}

/// An address, whatever its actor is.
pub(super) trait Reached {
    /// Whether the mailbox took it.
    fn beat(&self) -> bool;
    fn stop(&self);
    fn as_any(&self) -> &dyn Any;
}

/// What is known of a child's earlier lives.
#[derive(Default)]
struct Past {
    history: RestartHistory,
    last_reason: Option<String>,
}

/// What all children have around them.
pub(super) struct House {
    pub(super) clock: Clock,
    pub(super) parent: Box<dyn Parent>,
}

/// What the supervisor wants to hear from its children.
pub(super) trait Parent {
    fn keeps_failing(&self, name: &str, spec: &ChildSpec, reason: &str);
    fn fatal(&self, name: &str, reason: &str);
}

impl<To: Reached> Shared<To> {
    pub(super) fn new(life: Life, spec: Rc<ChildSpec>, house: Rc<House>, to: To) -> Self {
        Self {
            life,
            spec,
            phase: Cell::new(ChildPhase::Running),
            closing: Cell::new(false),
            hurried: Cell::new(false),
            since: Cell::new(house.clock.now()),
            past: RefCell::default(),
            house,
            to,
        }
    }
}

impl Shared {
    pub(super) fn name(&self) -> &str {
        self.life.name()
    }

    /// Has its next life begin at once, where it waits for that.
    pub(super) fn hurry(&self) {
        self.hurried.set(true);
        self.life.wake();
    }

    pub(super) fn status(&self) -> ChildStatus {
        let past = self.past.borrow();
        let past = past.as_deref();
        ChildStatus {
            name: self.life.shared_name(),
            phase: self.phase.get(),
            since: self.since.get(),
            restarts: past.map_or(0, |past| past.history.restarts()),
            last_reason: past.and_then(|past| past.last_reason.clone()),
            keeps_failing: past.is_some_and(|past| past.history.keeps_failing()),
        }
    }

    fn enter(&self, phase: ChildPhase, since: Now) {
        self.phase.set(phase);
        self.since.set(since);
    }

    /// A life has ended and another will follow, after the pause that is returned.
    fn pause_after(&self, exit: &Exit) -> Pin<Box<Sleep>> {
        let now = self.house.clock.now();
        let lived = now.mono.saturating_sub(self.since.get().mono);
        let at_least = self.life.take_at_least();
        let reason = exit.to_string();
        let restart = {
            let mut past = self.past.borrow_mut();
            let past = past.get_or_insert_default();
            past.last_reason = Some(reason.clone());
            let (policy, jitter) = (&self.spec.restart, fastrand::f64());
            past.history
                .ended(policy, lived, now.mono, jitter, at_least)
        };
        tracing::warn!(
            target: "hostmessenger::supervision",
            actor = self.name(),
            reason,
            restarts = restart.restarts,
            delay_ms = u64::try_from(restart.delay.as_millis()).unwrap_or(u64::MAX),
            "actor restarting"
        );
        if restart.say_so {
            let (name, spec) = (self.name(), &self.spec);
            self.house.parent.keeps_failing(name, spec, &reason);
        }
        self.enter(ChildPhase::Waiting, now);
        self.hurried.set(false);
        Box::pin(tokio::time::sleep(restart.delay))
    }
}

/// See the module.
pub(super) struct Lives<A: Child> {
    shared: Rc<Shared>,
    /// The actor in its context; gone after its last life.
    body: Option<ContextFut<A, Context<A>>>,
    /// There while it waits for its next life.
    pause: Option<Pin<Box<Sleep>>>,
}

impl<A: Child> Future for Lives<A> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        this.shared.life.polled_by(cx.waker());
        while let Some(body) = &mut this.body {
            if let Some(pause) = &mut this.pause {
                let hurried = this.shared.closing.get() || this.shared.hurried.get();
                if !hurried {
                    ready!(pause.as_mut().poll(cx));
                }
                this.pause = None;
                this.go_on();
            } else {
                let exit = ready!(poll_life(body, &this.shared.life, cx));
                this.follow(&exit);
            }
        }
        Poll::Ready(())
    }
}

impl<A: Child> Lives<A> {
    pub(super) fn new(shared: Rc<Shared>, body: ContextFut<A, Context<A>>) -> Self {
        Self {
            shared,
            body: Some(body),
            pause: None,
        }
    }

    /// What comes after a life that ended so.
    fn follow(&mut self, exit: &Exit) {
        let shared = &self.shared;
        match exit {
            Exit::Fatal(reason) => {
                shared.house.parent.fatal(shared.name(), reason);
                self.end();
            }
            _ if shared.closing.get() => self.end(),
            Exit::Renewed => {
                tracing::info!(target: "hostmessenger::supervision", actor = shared.name(), "actor renewed");
                self.go_on();
            }
            exit => self.pause = Some(shared.pause_after(exit)),
        }
    }

    /// A fresh actor in the same context: addresses and queued messages stay good.
    fn go_on(&mut self) {
        let shared = &self.shared;
        if shared.closing.get() {
            return self.end();
        }
        shared.life.begin();
        shared.enter(ChildPhase::Running, shared.house.clock.now());
        let Some(body) = &mut self.body else { return };
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| body.restart())) {
            // The next poll starts what there is; if that panics too it is an ordinary restart.
            let panic = panics::caught(&*payload);
            shared.life.interrupt(Exit::Panic(panic));
        }
    }

    /// There is no further life. What is left of the actor is dropped before anyone hears of it.
    fn end(&mut self) {
        let shared = &self.shared;
        shared.enter(ChildPhase::Stopped, shared.house.clock.now());
        let body = self.body.take();
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(body))) {
            let panic = panics::caught(&*payload);
            tracing::error!(target: "hostmessenger::supervision", actor = shared.name(), panic, "actor panicked while it was dropped");
        }
    }
}

/// Until the actor stops, panics, or is interrupted.
fn poll_life<A: Child>(
    body: &mut ContextFut<A, Context<A>>,
    life: &Life,
    cx: &mut task::Context<'_>,
) -> Poll<Exit> {
    let end = match catch_unwind(AssertUnwindSafe(|| Pin::new(body).poll(cx))) {
        Err(payload) => Some(Exit::Panic(panics::caught(&*payload))),
        Ok(Poll::Ready(())) => None,
        // After the actor had its turn: an interrupt is for those that no longer move.
        Ok(Poll::Pending) if life.is_interrupted() => None,
        Ok(Poll::Pending) => return Poll::Pending,
    };
    let said = life.take_exit();
    Poll::Ready(end.or(said).unwrap_or(Exit::Stopped))
}
