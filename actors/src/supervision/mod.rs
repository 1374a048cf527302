//! Supervision as OTP means it, over actix: each child restarts alone, whatever ended it.
//!
//! Why not `actix::Supervisor`: it does not survive a panic, keeps the old state, and restarts
//! without back-off. Here the context and its mailbox outlive the actor's value, so that addresses
//! stay good and queued messages wait for the next life.
//!
//! A newcomer's trap: an actor's fields are gone after a restart. What must survive is in the
//! spec that the child is made from, or in the journal.

use std::pin::Pin;

use actix::dev::ToEnvelope;
use actix::prelude::*;

mod child;
mod first_check;
mod life;
mod lives;
pub mod panics;
pub mod policies;
mod progress;
pub mod reload;
pub mod restart;
mod running;
pub mod seats;
mod supervisor;
#[cfg(test)]
mod tests;
pub mod tree;
pub mod wiring;

pub use child::{Child, ChildPhase, ChildSpec, ChildStatus, begin_life};
pub use life::{Exit, Life};
pub use progress::Stuck;
pub use supervisor::{Report, Seat, Supervisor};

/// Sent to a child now and then; one that gets on answers by [`Life::progress`].
#[derive(Message, Debug, Clone, Copy)]
#[rtype(result = "()")]
pub struct Beat;

/// Asks a child to bring its work to an end and then stop.
#[derive(Message, Debug, Clone, Copy)]
#[rtype(result = "()")]
pub struct Stop;

/// Sends without waiting for the answer. A full mailbox is waited for; a closed one means that the
/// program ends, and is logged.
pub fn tell<A, M>(to: &Addr<A>, message: M)
where
    A: Actor + Handler<M>,
    A::Context: ToEnvelope<A, M>,
    M: Message + Send + 'static,
    M::Result: Send,
{
    match to.try_send(message) {
        Ok(()) => {}
        Err(SendError::Full(message)) => {
            let send = to.send(message);
            aside(async move { delivered::<M>(send.await.is_ok()) });
        }
        Err(SendError::Closed(_)) => delivered::<M>(false),
    }
}

/// The same for a recipient.
pub fn tell_recipient<M>(to: &Recipient<M>, message: M)
where
    M: Message + Send + 'static,
    M::Result: Send,
{
    match to.try_send(message) {
        Ok(()) => {}
        Err(SendError::Full(message)) => {
            let send = to.send(message);
            aside(async move { delivered::<M>(send.await.is_ok()) });
        }
        Err(SendError::Closed(_)) => delivered::<M>(false),
    }
}

/// A task that is seldom begun, in one type for all: the runtime compiles what carries a task for each type
/// anew, three kilobytes each.
pub fn aside(task: impl Future<Output = ()> + 'static) -> actix_rt::task::JoinHandle<()> {
    let task: Pin<Box<dyn Future<Output = ()>>> = Box::pin(task);
    actix_rt::spawn(task)
}

fn delivered<M>(arrived: bool) {
    if !arrived {
        let kind = std::any::type_name::<M>();
        tracing::debug!(kind, "message not delivered: the actor has ended");
    }
}

/// Writes what every [`Child`] has alike: a life that begins, fresh state after a
/// restart, and the two handlers.
#[macro_export]
macro_rules! supervised {
    ($actor:ty) => {
        impl actix::Actor for $actor {
            type Context = actix::Context<Self>;

            fn started(&mut self, ctx: &mut actix::Context<Self>) {
                $crate::supervision::begin_life(ctx);
            }
        }

        impl actix::Supervised for $actor {
            fn restarting(&mut self, _ctx: &mut actix::Context<Self>) {
                let (old, life) = $crate::supervision::Child::origin(self);
                let spec = life.take_next_spec().unwrap_or(old);
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
