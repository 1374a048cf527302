//! Plays the world to the real journal on a paused clock, and records what it does.
//!
//! A newcomer's trap: tokio moves a paused clock whenever the runtime is idle, and while SQLite's
//! thread works it *is* idle. So each time before the runtime parks it waits, in real time, until that
//! thread has done all that it was given: simulated time stands still while the store works, and a
//! seed is the same run every time.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::mpsc;
use std::time::Duration;

use actix::prelude::*;
use fastrand::Rng;
use jiff::Timestamp;
use tempfile::TempDir;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::trace::{End, Event, Trace, What};
use super::world::{Happening, World};
use crate::alerts::{Link, State};
use crate::journal::store::Store;
use crate::journal::{Journal, LinkChanged, MuteTarget, OutboxItem, TargetChecked, UnmuteTarget};
use crate::probe::net::NetReason;
use crate::probe::verdict::{Finding, Outcome, Phase, Reason, Verdict};

thread_local! {
    /// The store that is waited for before the runtime parks.
    #[cfg_attr(
        windows,
        expect(clippy::missing_const_for_thread_local, reason = "it is const; the lint does not see it there")
    )]
    pub(super) static STORE: RefCell<Option<Store>> = const { RefCell::new(None) };
}

/// Waits in real time until the store's thread has done all that it was given.
pub(super) fn settle() {
    STORE.with_borrow(|store| {
        let Some(store) = store else { return };
        let (done, wait) = mpsc::channel();
        drop(store.ask(move |_| Ok(done.send(()).is_ok())));
        wait.recv().unwrap();
    });
}

/// Runs the world of this seed for so long.
pub(super) fn run(seed: u64, length: Duration) -> Trace {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .on_thread_park(settle)
        .build()
        .unwrap();
    let trace = tokio::task::LocalSet::new().block_on(&runtime, async {
        let mut driver = Driver::new(seed, length);
        driver.start().await;
        while driver.step(length).await {}
        driver.trace()
    });
    STORE.set(None);
    trace
}

/// What the peers of the journal share with the driver.
pub(super) struct Shared {
    pub(super) world: World,
    pub(super) start: Instant,
    pub(super) events: RefCell<Vec<Event>>,
    pub(super) rng: RefCell<Rng>,
    /// Something waits to be looked at.
    pub(super) wake: Notify,
    /// The connection found out that the link is dead.
    pub(super) dead: Cell<bool>,
    /// Targets that are to be checked now.
    pub(super) recheck: RefCell<Vec<String>>,
}

impl Shared {
    pub(super) fn now(&self) -> Duration {
        self.start.elapsed()
    }

    pub(super) fn record(&self, what: What) {
        let at = self.now();
        self.events.borrow_mut().push(Event { at, what });
    }
}

pub(super) struct Program {
    pub(super) journal: Addr<Journal>,
    pub(super) life: JoinHandle<()>,
}

pub(super) struct Driver {
    pub(super) shared: Rc<Shared>,
    pub(super) dir: TempDir,
    pub(super) base: Timestamp,
    pub(super) program: Option<Program>,
    pub(super) link: Link,
    /// When each target is checked next.
    pub(super) due: Vec<Duration>,
    /// What happens next in [`World::plan`].
    pub(super) next: usize,
    /// When the program, or the link after a start, is back.
    pub(super) boot: Option<Duration>,
    pub(super) connect: Option<Duration>,
    /// What is known to wait in the outbox.
    pub(super) waiting: BTreeMap<i64, OutboxItem>,
    pub(super) last_seq: i64,
    pub(super) shown: Vec<(State, bool)>,
}

impl Driver {
    fn new(seed: u64, length: Duration) -> Self {
        let world = World::new(seed, length);
        let mut rng = Rng::with_seed(!seed);
        let due = world.targets.iter();
        let due = due
            .map(|_| Duration::from_millis(rng.u64(..10_000)))
            .collect();
        let shown = vec![(State::Pending, false); world.targets.len()];
        let shared = Shared {
            world,
            start: Instant::now(),
            events: RefCell::default(),
            rng: RefCell::new(rng),
            wake: Notify::new(),
            dead: Cell::new(false),
            recheck: RefCell::default(),
        };
        Self {
            shared: Rc::new(shared),
            dir: tempfile::tempdir_in("/dev/shm")
                .or_else(|_| tempfile::tempdir())
                .unwrap(),
            base: "2026-03-02T08:00:00Z".parse().unwrap(),
            program: None,
            link: Link::Down,
            due,
            next: 0,
            boot: None,
            connect: None,
            waiting: BTreeMap::new(),
            last_seq: 0,
            shown,
        }
    }

    fn trace(&mut self) -> Trace {
        let world = &self.shared.world;
        let policies = world.targets.iter().map(|target| target.policy.clone());
        let mut trace = Trace {
            policies: policies.collect(),
            alerts: world.alerts.clone(),
            events: Vec::new(),
        };
        trace.events = self.shared.events.take();
        trace
    }

    /// Waits for what comes next and does it; `false` at the end.
    async fn step(&mut self, length: Duration) -> bool {
        let shared = Rc::clone(&self.shared);
        let plan = &shared.world.plan;
        let planned = plan.get(self.next).map(|(at, _)| *at);
        let checks = self
            .program
            .as_ref()
            .and_then(|_| self.due.iter().min().copied());
        let next = [planned, checks, self.boot, self.connect];
        let next = next
            .into_iter()
            .flatten()
            .min()
            .unwrap_or(length)
            .min(length);
        tokio::select! {
            biased;
            () = shared.wake.notified() => {}
            () = tokio::time::sleep_until(shared.start + next) => {}
        }
        let now = shared.now();
        if self.boot.is_some_and(|at| at <= now) {
            self.start().await;
        }
        if self.program.is_some() {
            self.observe().await;
            self.drain(None).await;
            self.link_events(now).await;
            self.checks(now).await;
        }
        if planned.is_some_and(|at| at <= now) {
            self.next += 1;
            self.happen(plan[self.next - 1].1).await;
        }
        now < length
    }

    async fn link_events(&mut self, now: Duration) {
        if self.shared.dead.take() {
            self.link(Link::Down).await;
        }
        if self.connect.is_some_and(|at| at <= now) {
            self.connect = None;
            if self.shared.world.link_lives(now) {
                self.link(Link::Up).await;
            }
        }
    }

    async fn checks(&mut self, now: Duration) {
        for name in self.shared.recheck.take() {
            let target = name[1..].parse::<usize>().unwrap();
            self.due[target] = now;
        }
        let due: Vec<_> = (0..self.due.len())
            .filter(|n| self.due[*n] <= now)
            .collect();
        for target in due {
            let verdict = self.shared.world.verdict(target, now);
            let policy = &self.shared.world.targets[target].policy;
            let message = TargetChecked {
                target: policy.name.clone(),
                outcome: outcome(verdict, self.base + now),
            };
            let pace = self.journal().send(message).await.unwrap();
            self.due[target] = now + pace.max(Duration::from_millis(10));
            self.shared.record(What::Checked(target, verdict, pace));
            self.observe().await;
        }
    }

    async fn happen(&mut self, what: Happening) {
        if self.program.is_none() {
            return;
        }
        match what {
            Happening::LinkDown => self.link(Link::Down).await,
            Happening::LinkUp => self.link(Link::Up).await,
            Happening::Mute(target, for_) => self.mute(target, for_).await,
            Happening::Unmute(target) => self.unmute(target).await,
            Happening::Stop(away) => self.stop(away, End::Asked).await,
            Happening::Kill(away) => self.stop(away, End::Killed).await,
        }
    }

    async fn mute(&mut self, target: Option<usize>, for_: Duration) {
        let message = MuteTarget {
            target: target.map(|n| format!("t{n}")),
            for_,
            reason: None,
        };
        let until = self.shared.now() + for_;
        for name in self.journal().send(message).await.unwrap() {
            self.shared
                .record(What::Muted(name[1..].parse().unwrap(), until));
        }
        self.observe().await;
    }

    async fn unmute(&mut self, target: Option<usize>) {
        let target = target.map(|n| format!("t{n}"));
        for name in self.journal().send(UnmuteTarget { target }).await.unwrap() {
            self.shared
                .record(What::Unmuted(name[1..].parse().unwrap()));
        }
        self.observe().await;
    }

    async fn link(&mut self, link: Link) {
        if self.link == link {
            return;
        }
        self.link = link;
        self.shared.record(What::Link(link));
        self.journal().send(LinkChanged(link)).await.unwrap();
        self.observe().await;
        self.deliver().await;
    }

    pub(super) fn journal(&self) -> Addr<Journal> {
        self.program.as_ref().unwrap().journal.clone()
    }
}

fn outcome(verdict: Verdict, at: Timestamp) -> Outcome {
    let peer = "h:1".into();
    Outcome {
        finding: Finding {
            verdict,
            phase: Some(Phase::Connect),
            reason: Reason::Net(NetReason::Refused { peer }),
        },
        at,
        took: Duration::ZERO,
    }
}
