//! Stands for the connection: hears that something waits, and is asked whether the link lives.

use std::rc::Rc;
use std::time::Duration;

use actix::prelude::*;

use super::run::Shared;
use super::trace::What;
use crate::connection::{OutboxGrew, ShowHealth, VerifyLink};

pub(super) struct Peer(pub(super) Rc<Shared>);

impl Actor for Peer {
    type Context = Context<Self>;
}

impl Handler<OutboxGrew> for Peer {
    type Result = ();

    fn handle(&mut self, _: OutboxGrew, _: &mut Context<Self>) {
        self.0.wake.notify_one();
    }
}

impl Handler<ShowHealth> for Peer {
    type Result = ();

    fn handle(&mut self, _: ShowHealth, _: &mut Context<Self>) {}
}

impl Handler<VerifyLink> for Peer {
    type Result = ResponseFuture<bool>;

    fn handle(&mut self, _: VerifyLink, _: &mut Context<Self>) -> Self::Result {
        let shared = Rc::clone(&self.0);
        shared.record(What::VerifyAsked);
        Box::pin(async move {
            let asked = shared.now();
            // An answer comes soon; that none comes is known after the deadline.
            let lives = shared.world.link_lives(asked);
            let takes = shared.rng.borrow_mut().u64(1..2_000);
            let takes = if lives { takes } else { 5_000 };
            tokio::time::sleep(Duration::from_millis(takes)).await;
            shared.record(What::Verified(lives));
            let after = Rc::clone(&shared);
            // Looked at once the journal has heard it.
            actix_rt::spawn(async move {
                tokio::time::sleep(Duration::from_millis(1)).await;
                after.wake.notify_one();
                if !lives {
                    // The connection gives the dead link up a little later.
                    let later = after.rng.borrow_mut().u64(..2_000);
                    tokio::time::sleep(Duration::from_millis(later)).await;
                    after.dead.set(true);
                    after.wake.notify_one();
                }
            });
            lives
        })
    }
}
