//! Supervision as OTP means it, over actix: each child restarts alone, whatever ended it.
//!
//! Why not `actix::Supervisor`: it does not survive a panic, keeps the old state, and restarts
//! without back-off. Here the context and its mailbox outlive the actor's value, so that addresses
//! stay good and queued messages wait for the next life.
//!
//! A newcomer's trap: an actor's fields are gone after a restart. What must survive is in the
//! spec that the child is made from, or in the journal.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Instant;

use actix::dev::ToEnvelope;
use actix::prelude::*;

/// How a life of a child ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exit {
    /// It was asked to stop, or stopped without a reason.
    Stopped,
    /// It gave up with an error that a new life may mend.
    Failed(String),
    /// It gave up with an error that no restart can mend; the program ends.
    Fatal(String),
    /// It panicked: message and place.
    Panic(String),
    /// It made no progress for longer than its child spec allows.
    NoProgress(String),
}

/// Sent to a child now and then; one that gets on answers by [`Life::progress`].
#[derive(Message, Debug, Clone, Copy)]
#[rtype(result = "()")]
pub struct Beat;

/// Asks a child to bring its work to an end and then stop.
#[derive(Message, Debug, Clone, Copy)]
#[rtype(result = "()")]
pub struct Stop;

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

    /// Whether its work gets on; asked at every [`Beat`]. `false` for too long means a restart.
    fn gets_on(&mut self, _ctx: &mut Context<Self>) -> bool {
        true
    }

    /// Ends its work, then calls `ctx.stop()`, at once or later (within the grace of its spec).
    fn wind_down(&mut self, ctx: &mut Context<Self>) {
        ctx.stop();
    }
}

/// A child's link to its supervisor. Clones speak of the same child.
#[derive(Debug, Clone)]
pub struct Life {
    inner: Rc<LifeInner>,
}

#[derive(Debug)]
struct LifeInner {
    name: String,
    exit: RefCell<Option<Exit>>,
    progress: Cell<Instant>,
}

impl Life {
    /// A link for the child of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            inner: Rc::new(LifeInner {
                name: name.into(),
                exit: RefCell::new(None),
                progress: Cell::new(Instant::now()),
            }),
        }
    }

    /// The child's name in log and ACTORS, `probe/shop`.
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// Says that the child gets on.
    pub fn progress(&self) {
        self.inner.progress.set(Instant::now());
    }

    /// Ends this life; the supervisor starts another after its back-off.
    pub fn fail<A: Child>(&self, ctx: &mut Context<A>, reason: impl Into<String>) {
        self.end(ctx, Exit::Failed(reason.into()));
    }

    /// Ends the whole program with exit code 1: for errors that no restart can mend.
    pub fn fatal<A: Child>(&self, ctx: &mut Context<A>, reason: impl Into<String>) {
        self.end(ctx, Exit::Fatal(reason.into()));
    }

    fn end<A: Child>(&self, ctx: &mut Context<A>, exit: Exit) {
        self.inner.exit.borrow_mut().get_or_insert(exit);
        ctx.stop();
    }
}

/// Sends without waiting for the answer. A full mailbox is waited for; a closed one (the program
/// is ending) is logged, because a message lost in silence is the worst of both.
pub fn tell<A, M>(to: &Addr<A>, message: M)
where
    A: Actor + Handler<M>,
    A::Context: ToEnvelope<A, M>,
    M: Message + Send + 'static,
    M::Result: Send,
{
    let send = to.send(message);
    actix_rt::spawn(async move {
        if send.await.is_err() {
            tracing::debug!(
                message_type = std::any::type_name::<M>(),
                "message not delivered"
            );
        }
    });
}

/// Writes what every [`Child`] has alike: fresh state after a restart, and the two handlers.
#[macro_export]
macro_rules! supervised {
    ($actor:ty) => {
        impl actix::Supervised for $actor {
            fn restarting(&mut self, _ctx: &mut actix::Context<Self>) {
                let (spec, life) = $crate::supervision::Child::origin(self);
                *self = <Self as $crate::supervision::Child>::new(spec, life);
            }
        }

        impl actix::Handler<$crate::supervision::Beat> for $actor {
            type Result = ();

            fn handle(&mut self, _: $crate::supervision::Beat, ctx: &mut actix::Context<Self>) {
                if $crate::supervision::Child::gets_on(self, ctx) {
                    let (_, life) = $crate::supervision::Child::origin(self);
                    life.progress();
                }
            }
        }

        impl actix::Handler<$crate::supervision::Stop> for $actor {
            type Result = ();

            fn handle(&mut self, _: $crate::supervision::Stop, ctx: &mut actix::Context<Self>) {
                $crate::supervision::Child::wind_down(self, ctx);
            }
        }
    };
}
