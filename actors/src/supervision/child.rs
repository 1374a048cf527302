//! A child: what it must be able to do, and the task that it lives in.

use std::cell::RefCell;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use actix::dev::ContextFut;
use actix::{Actor, ActorContext, ActorFutureExt, AsyncContext, Context, Handler, Supervised};
use tokio::sync::Notify;

use super::life::{Exit, Life};
use super::restart::{RestartHistory, RestartPolicy};
use super::{Beat, Stop, panics};
use crate::time::{Clock, Now};

/// A child of the tree. Write `supervised!(Name);` beside the `impl`.
pub trait Child:
    Actor<Context = Context<Self>> + Supervised + Handler<Beat> + Handler<Stop>
{
    /// All that a new life is made from.
    type Spec: Clone + 'static;

    /// A fresh actor, with nothing of an earlier life.
    fn new(spec: Self::Spec, life: Life) -> Self;

    /// What it was made from and its life, for the next one.
    fn origin(&self) -> (Self::Spec, Life);

    /// Begins a life: starts timers and tasks. Not `Actor::started`, see [`begin_life`].
    fn begin(&mut self, _ctx: &mut Context<Self>) {}

    /// Whether its work gets on; asked at every [`Beat`]. `false` for too long means a restart.
    fn gets_on(&mut self, _ctx: &mut Context<Self>) -> bool {
        true
    }

    /// Ends its work, then calls `ctx.stop()`, at once or later (within the grace of its spec).
    fn wind_down(&mut self, ctx: &mut Context<Self>) {
        ctx.stop();
    }
}

/// Has a life begin after the cancellations that a panic left over were spent.
///
/// `ContextFut::restart` of actix 0.13.5 keeps the cancellations that were pending when an actor
/// panicked, and gives its handles anew from the first one on: they would hit the timers of the
/// next life, which would then be deaf for ever. They are spent on nothing when this runs.
pub fn begin_life<A: Child>(ctx: &mut Context<A>) {
    ctx.wait(actix::fut::ready(()).map(|(), actor, ctx| A::begin(actor, ctx)));
}

/// How a child is treated; a row of the tree.
#[derive(Debug, Clone)]
pub struct ChildSpec {
    /// Its name in log and ACTORS.
    pub name: Rc<str>,
    /// When it is started again; there are many children and few policies.
    pub restart: Rc<RestartPolicy>,
    /// How long it may take to wind down.
    pub grace: Duration,
    /// Whether the owner hears of it when it keeps failing.
    pub tell_owner: bool,
}

/// What ACTORS shows of a child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChildStatus {
    /// Its name.
    pub name: Rc<str>,
    /// Running, waiting for its next life, or ended.
    pub phase: ChildPhase,
    /// Since when.
    pub since: Now,
    /// How often it was restarted.
    pub restarts: u64,
    /// Why its last life ended.
    pub last_reason: Option<String>,
    /// Whether it keeps failing.
    pub keeps_failing: bool,
}

/// What a child does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChildPhase {
    /// It works.
    Running,
    /// It waits for its next life.
    Waiting,
    /// It was stopped.
    Stopped,
}

/// What a child's task shares with the supervisor.
pub(super) struct Shared {
    pub(super) spec: ChildSpec,
    pub(super) life: Life,
    pub(super) status: RefCell<ChildStatus>,
    /// Here and not in the task: that one's size comes in steps of 128 bytes.
    history: RefCell<RestartHistory>,
    /// Set once: there will be no further life.
    pub(super) closing: std::cell::Cell<bool>,
    /// Wakes a child that waits for its next life.
    pub(super) hurry: Notify,
    pub(super) ended: Notify,
    clock: Clock,
    parent: Rc<dyn Parent>,
}

impl Shared {
    pub(super) fn new(spec: ChildSpec, life: Life, clock: Clock, parent: Rc<dyn Parent>) -> Self {
        let status = ChildStatus {
            name: Rc::clone(&spec.name),
            phase: ChildPhase::Running,
            since: clock.now(),
            restarts: 0,
            last_reason: None,
            keeps_failing: false,
        };
        Self {
            spec,
            life,
            status: RefCell::new(status),
            history: RefCell::default(),
            closing: std::cell::Cell::new(false),
            hurry: Notify::new(),
            ended: Notify::new(),
            clock,
            parent,
        }
    }
}

/// What the supervisor wants to hear from its children.
pub(super) trait Parent {
    fn keeps_failing(&self, spec: &ChildSpec, reason: &str);
    fn fatal(&self, name: &str, reason: &str);
}

/// Lives one life after another until it is stopped or the program ends. There are thousands of these
/// that only wait: the actor is boxed, since a future holds its arguments twice, and so is what
/// seldom runs.
pub(super) async fn live<A: Child>(shared: Rc<Shared>, mut body: Box<ContextFut<A, Context<A>>>) {
    loop {
        let born = shared.clock.now();
        shared.life.begin();
        shared.note(ChildPhase::Running, born, None);
        let exit = one_life(&mut body, &shared.life).await;
        let now = shared.clock.now();
        if let Exit::Fatal(reason) = &exit {
            shared.parent.fatal(&shared.spec.name, reason);
            break;
        }
        if shared.closing.get() {
            break;
        }
        if exit == Exit::Renewed {
            tracing::info!(target: "hostmessenger::supervision", actor = &*shared.spec.name, "actor renewed");
        } else {
            let lived = now.mono.saturating_sub(born.mono);
            Box::pin(wait_for_next_life(&shared, exit, lived, now)).await;
            if shared.closing.get() {
                break;
            }
        }
        revive(&mut body, &shared.life);
    }
    shared.note(ChildPhase::Stopped, shared.clock.now(), None);
    // What is left of the actor is dropped before anyone hears that it ended.
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(body))) {
        let panic = panics::caught(&*payload);
        tracing::error!(target: "hostmessenger::supervision", actor = &*shared.spec.name, panic, "actor panicked while it was dropped");
    }
    shared.ended.notify_one();
}

async fn wait_for_next_life(shared: &Shared, exit: Exit, lived: Duration, now: Now) {
    let at_least = shared.life.take_at_least();
    let restart = shared.history.borrow_mut().ended(
        &shared.spec.restart,
        lived,
        now.mono,
        fastrand::f64(),
        at_least,
    );
    let reason = exit.to_string();
    tracing::warn!(
        target: "hostmessenger::supervision",
        actor = &*shared.spec.name,
        reason,
        restarts = restart.restarts,
        delay_ms = u64::try_from(restart.delay.as_millis()).unwrap_or(u64::MAX),
        "actor restarting"
    );
    if restart.say_so {
        shared.parent.keeps_failing(&shared.spec, &reason);
    }
    shared.note(ChildPhase::Waiting, now, Some(reason));
    tokio::select! {
        () = tokio::time::sleep(restart.delay) => {}
        () = shared.hurry.notified() => {}
    }
}

/// Runs until the actor stops, panics, or is interrupted.
async fn one_life<A: Child>(body: &mut ContextFut<A, Context<A>>, life: &Life) -> Exit {
    let polled =
        poll_fn(
            |cx| match catch_unwind(AssertUnwindSafe(|| Pin::new(&mut *body).poll(cx))) {
                Ok(Poll::Pending) => Poll::Pending,
                Ok(Poll::Ready(())) => Poll::Ready(None),
                Err(payload) => Poll::Ready(Some(Exit::Panic(panics::caught(&*payload)))),
            },
        );
    let end = tokio::select! {
        // The actor first: an interrupt is for those that no longer move.
        biased;
        end = polled => end,
        () = life.interrupted() => None,
    };
    let said = life.take_exit();
    end.or(said).unwrap_or(Exit::Stopped)
}

/// A fresh actor in the same context: addresses and queued messages stay good.
fn revive<A: Child>(body: &mut ContextFut<A, Context<A>>, life: &Life) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| body.restart())) {
        // The next poll starts what there is; if that panics too it is an ordinary restart.
        life.interrupt(Exit::Panic(panics::caught(&*payload)));
    }
}

impl Shared {
    fn note(&self, phase: ChildPhase, since: Now, reason: Option<String>) {
        let history = self.history.borrow();
        let mut status = self.status.borrow_mut();
        status.phase = phase;
        status.since = since;
        status.restarts = history.restarts();
        status.keeps_failing = history.keeps_failing();
        if reason.is_some() {
            status.last_reason = reason;
        }
    }
}
