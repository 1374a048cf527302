//! The program's lives: started on the store that the last one left, asked to stop, killed.

use std::cell::Cell;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use actix::prelude::*;
use hostmessenger_config::Language;

use super::peer::Peer;
use super::run::{Driver, Program, STORE, settle};
use super::trace::{End, Event, What};
use crate::alerts::Link;
use crate::journal::store::{Store, StoreError};
use crate::journal::{AskOutbox, Journal, JournalSpec, Listeners};
use crate::supervision::{Child, Life, Stop};
use crate::time::Clock;

impl Driver {
    pub(super) async fn start(&mut self) {
        let store = reopen(self.dir.path());
        STORE.set(Some(store.clone()));
        self.link = Link::Down;
        let shared = Rc::clone(&self.shared);
        let recheck = Rc::clone(&shared);
        let policies = shared.world.targets.iter();
        let peer = Peer(Rc::clone(&shared)).start();
        let listeners = Listeners {
            connection: Some((
                peer.clone().recipient(),
                peer.clone().recipient(),
                peer.recipient(),
            )),
            say: Rc::new(|_| {}),
            glances: crate::glance::Glances::default(),
            recheck: Rc::new(move |names| {
                recheck.recheck.borrow_mut().extend(names);
                recheck.wake.notify_one();
            }),
        };
        let spec = JournalSpec {
            store,
            lang: Language::En,
            alerts: shared.world.alerts.clone(),
            targets: policies.map(|target| target.policy.clone()).collect(),
            history_keep: Duration::from_secs(90 * 86_400),
            link: Rc::new(Cell::new(Link::Down)),
            clock: Clock::simulated(self.base + shared.now()),
            listeners,
        };
        let ctx = Context::new();
        let journal = ctx.address();
        let life = actix_rt::spawn(ctx.into_future(Journal::new(spec, Life::new("journal"))));
        self.program = Some(Program { journal, life });
        let came = self.boot.take();
        self.recover(came.is_some()).await;
        self.shared.record(What::Link(Link::Down));
        self.shared.record(What::Started);
        self.observe().await;
        let now = shared.now();
        let mut rng = shared.rng.borrow_mut();
        self.connect = Some(now + Duration::from_millis(rng.u64(200..5_000)));
        for due in &mut self.due {
            *due = now + Duration::from_millis(rng.u64(..10_000));
        }
    }

    /// What waited must wait still. What was written in the last moment is of before the end.
    async fn recover(&mut self, again: bool) {
        let mut all = Vec::new();
        let mut after = 0;
        loop {
            let page = self.journal().send(AskOutbox { after }).await.unwrap();
            let Some(last) = page.last() else { break };
            after = last.seq;
            all.extend(page);
        }
        let (old, new): (Vec<_>, _) = all.into_iter().partition(|item| item.seq <= self.last_seq);
        assert!(
            old.iter().eq(self.waiting.values()),
            "the outbox is the same after a restart: {old:?} {:?}",
            self.waiting
        );
        if again {
            let ended = |event: &Event| matches!(event.what, What::Stopped(_));
            let stop = self.shared.events.borrow().iter().rposition(ended).unwrap();
            self.drain(Some((stop, new))).await;
        }
    }

    pub(super) async fn stop(&mut self, away: Duration, end: End) {
        let program = self.program.take().unwrap();
        if end == End::Killed {
            program.life.abort();
        } else {
            program.journal.send(Stop).await.unwrap();
        }
        // An aborted task says so.
        let _ended = program.life.await;
        self.shared.record(What::Stopped(end));
        settle();
        STORE.set(None);
        self.boot = Some(self.shared.now() + away);
        self.connect = None;
        self.shared.dead.set(false);
        self.shared.recheck.take();
    }
}

/// The lock of the store is released by its thread, shortly after the last handle is gone.
fn reopen(dir: &Path) -> Store {
    loop {
        match Store::open(dir) {
            Ok(store) => return store,
            Err(StoreError::InUse { .. }) => std::thread::yield_now(),
            Err(error) => panic!("{error}"),
        }
    }
}
