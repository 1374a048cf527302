//! A child: what it must be able to do, and what is to be known of it.

use std::rc::Rc;
use std::time::Duration;

use actix::{Actor, ActorContext, ActorFutureExt, AsyncContext, Context, Handler, Supervised};

use super::life::Life;
use super::restart::RestartPolicy;
use super::{Beat, Stop};
use crate::time::Now;

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

/// How a child is treated; a row of the tree. All probes have the same.
#[derive(Debug, Clone)]
pub struct ChildSpec {
    /// When it is started again.
    pub restart: RestartPolicy,
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
