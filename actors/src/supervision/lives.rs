//! The task that a child lives in, one life after another, until it is stopped or the program ends.
//!
//! There are thousands of these that only wait, so what each holds is counted in bytes: a future of
//! our own, since an `async fn` holds its arguments twice, and in boxes what seldom is there.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{self, Poll, ready};

use actix::Context;
use actix::dev::ContextFut;
use tokio::time::Sleep;

use super::child::{Child, ChildPhase, ChildSpec};
use super::life::{Exit, Life};
use super::panics;
use crate::time::Clock;

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

/// See the module.
pub(super) struct Lives<A: Child> {
    life: Life,
    spec: Rc<ChildSpec>,
    house: Rc<House>,
    /// The actor in its context; gone after its last life.
    body: Option<ContextFut<A, Context<A>>>,
    /// There while it waits for its next life.
    pause: Option<Pin<Box<Sleep>>>,
}

impl<A: Child> Future for Lives<A> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        this.life.polled_by(cx.waker());
        while let Some(body) = &mut this.body {
            if let Some(pause) = &mut this.pause {
                if !this.life.is_hurried() {
                    ready!(pause.as_mut().poll(cx));
                }
                this.pause = None;
                this.go_on();
            } else {
                let exit = ready!(poll_life(body, &this.life, cx));
                this.follow(&exit);
            }
        }
        Poll::Ready(())
    }
}

impl<A: Child> Lives<A> {
    pub(super) fn new(
        life: Life,
        spec: Rc<ChildSpec>,
        house: Rc<House>,
        body: ContextFut<A, Context<A>>,
    ) -> Self {
        life.enter(ChildPhase::Running, house.clock.now());
        Self {
            life,
            spec,
            house,
            body: Some(body),
            pause: None,
        }
    }

    /// What comes after a life that ended so.
    fn follow(&mut self, exit: &Exit) {
        let name = self.life.name();
        match exit {
            Exit::Fatal(reason) => {
                self.house.parent.fatal(name, reason);
                self.end();
            }
            _ if self.life.is_closing() => self.end(),
            Exit::Renewed => {
                tracing::info!(target: "hostmessenger::supervision", actor = name, "actor renewed");
                self.go_on();
            }
            exit => {
                let pause = pause_after(exit, &self.life, &self.spec, &self.house);
                self.pause = Some(pause);
            }
        }
    }

    /// A fresh actor in the same context: addresses and queued messages stay good.
    fn go_on(&mut self) {
        if self.life.is_closing() {
            return self.end();
        }
        self.life.begin();
        self.life.enter(ChildPhase::Running, self.house.clock.now());
        let Some(body) = &mut self.body else { return };
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| body.restart())) {
            // The next poll starts what there is; if that panics too it is an ordinary restart.
            let panic = panics::caught(&*payload);
            self.life.interrupt(Exit::Panic(panic));
        }
    }

    /// There is no further life. What is left of the actor is dropped before anyone hears of it.
    fn end(&mut self) {
        self.life.enter(ChildPhase::Stopped, self.house.clock.now());
        let body = self.body.take();
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(body))) {
            let panic = panics::caught(&*payload);
            tracing::error!(target: "hostmessenger::supervision", actor = self.life.name(), panic, "actor panicked while it was dropped");
        }
    }
}

/// A life has ended and another will follow, after the pause that is returned.
fn pause_after(exit: &Exit, life: &Life, spec: &ChildSpec, house: &House) -> Pin<Box<Sleep>> {
    let now = house.clock.now();
    let lived = now.mono.saturating_sub(life.since().mono);
    let at_least = life.take_at_least();
    let reason = exit.to_string();
    let restart = life.remember(|past| {
        past.last_reason = Some(reason.clone());
        let (policy, jitter) = (&spec.restart, fastrand::f64());
        past.history
            .ended(policy, lived, now.mono, jitter, at_least)
    });
    tracing::warn!(
        target: "hostmessenger::supervision",
        actor = life.name(),
        reason,
        restarts = restart.restarts,
        delay_ms = u64::try_from(restart.delay.as_millis()).unwrap_or(u64::MAX),
        "actor restarting"
    );
    if restart.say_so {
        house.parent.keeps_failing(life.name(), spec, &reason);
    }
    life.enter(ChildPhase::Waiting, now);
    Box::pin(tokio::time::sleep(restart.delay))
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
