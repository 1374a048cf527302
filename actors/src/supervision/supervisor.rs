//! The supervisor: starts children, beats for those that hang, stops them in reverse order.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use actix::{Addr, AsyncContext, Context};
use tokio::sync::{Notify, mpsc};

use super::child::{Child, ChildPhase, ChildSpec, ChildStatus, Parent, Shared, live};
use super::life::{Exit, Life};
use super::progress::{MISSED_BEATS, Pulse, Stuck, judge};
use super::{Beat, Stop};
use crate::time::Clock;

/// Messages that may wait for an actor; its senders wait beyond that.
const MAILBOX: usize = 256;

/// What the supervisor tells the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Report {
    /// A child keeps failing and is now tried at the slow pace.
    KeepsFailing {
        /// Its name.
        actor: String,
        /// Why its last life ended.
        reason: String,
    },
    /// A child met an error that no restart can mend.
    Fatal {
        /// Its name.
        actor: String,
        /// The error.
        reason: String,
    },
}

/// A mailbox made before its actor, so that actors can know each other from the start.
pub struct Seat<A: Child> {
    context: Context<A>,
}

impl<A: Child> Seat<A> {
    /// An empty seat and its address.
    pub fn new() -> (Addr<A>, Self) {
        let mut context = Context::new();
        context.set_mailbox_capacity(MAILBOX);
        (context.address(), Self { context })
    }
}

/// Starts, watches and stops children. Clones are the same supervisor.
#[derive(Clone)]
pub struct Supervisor {
    inner: Rc<Inner>,
}

struct Inner {
    clock: Clock,
    beat_every: Duration,
    last_beat: Cell<Duration>,
    children: RefCell<Vec<Rc<Running>>>,
    parent: Rc<Reports>,
}

struct Running {
    shared: Rc<Shared>,
    beat: Box<dyn Fn() -> bool>,
    stop: Box<dyn Fn()>,
    any_addr: Box<dyn std::any::Any>,
}

struct Reports {
    tx: mpsc::UnboundedSender<Report>,
    quiet: RefCell<Vec<String>>,
}

impl Parent for Reports {
    fn keeps_failing(&self, name: &str, reason: &str) {
        tracing::error!(target: "hostmessenger::supervision", actor = name, reason, "actor keeps failing");
        if self.quiet.borrow().iter().any(|quiet| quiet == name) {
            return;
        }
        self.report(Report::KeepsFailing {
            actor: name.to_owned(),
            reason: reason.to_owned(),
        });
    }

    fn fatal(&self, name: &str, reason: &str) {
        tracing::error!(target: "hostmessenger::supervision", actor = name, reason, "actor failed for good");
        self.report(Report::Fatal {
            actor: name.to_owned(),
            reason: reason.to_owned(),
        });
    }
}

impl Reports {
    fn report(&self, report: Report) {
        if self.tx.send(report).is_err() {
            tracing::debug!("report not delivered: the root is gone");
        }
    }
}

impl Supervisor {
    /// A supervisor that beats at this pace. Reports come out of the receiver.
    pub fn start(clock: Clock, beat_every: Duration) -> (Self, mpsc::UnboundedReceiver<Report>) {
        let (tx, rx) = mpsc::unbounded_channel();
        let supervisor = Self {
            inner: Rc::new(Inner {
                clock,
                beat_every,
                last_beat: Cell::new(clock.now().mono),
                children: RefCell::default(),
                parent: Rc::new(Reports {
                    tx,
                    quiet: RefCell::default(),
                }),
            }),
        };
        let weak = Rc::downgrade(&supervisor.inner);
        actix_rt::spawn(async move {
            let mut ticks = tokio::time::interval(beat_every);
            // After the machine slept, one beat, not all that were missed.
            ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                let Some(inner) = weak.upgrade() else { break };
                inner.beat_all();
            }
        });
        (supervisor, rx)
    }

    /// Starts a child in its seat.
    pub fn start_child<A: Child>(&self, spec: ChildSpec, seat: Seat<A>, origin: A::Spec) {
        let life = Life::new(spec.name.clone());
        let addr = seat.context.address();
        let status = ChildStatus {
            name: spec.name.clone(),
            phase: ChildPhase::Running,
            since: self.inner.clock.now(),
            restarts: 0,
            last_reason: None,
            keeps_failing: false,
        };
        if !spec.tell_owner {
            self.inner.parent.quiet.borrow_mut().push(spec.name.clone());
        }
        let shared = Rc::new(Shared {
            spec,
            life: life.clone(),
            status: RefCell::new(status),
            closing: Cell::new(false),
            hurry: Notify::new(),
            ended: Notify::new(),
        });
        let body = seat.context.into_future(A::new(origin, life));
        let (beat, stop) = (addr.clone(), addr.clone());
        self.inner.children.borrow_mut().push(Rc::new(Running {
            shared: Rc::clone(&shared),
            beat: Box::new(move || beat.try_send(Beat).is_ok()),
            stop: Box::new(move || super::tell(&stop, Stop)),
            any_addr: Box::new(addr),
        }));
        let parent: Rc<dyn Parent> = Rc::clone(&self.inner.parent) as Rc<dyn Parent>;
        actix_rt::spawn(live(shared, body, self.inner.clock, parent));
    }

    /// The address of a child, by name.
    pub fn address<A: Child>(&self, name: &str) -> Option<Addr<A>> {
        self.find(name)?.any_addr.downcast_ref::<Addr<A>>().cloned()
    }

    /// Gives a child another spec; it starts anew with that at once.
    pub fn renew<A: Child>(&self, name: &str, origin: A::Spec) {
        if let Some(child) = self.find(name) {
            child.shared.life.renew(origin);
            child.shared.hurry.notify_one();
        }
    }

    /// Stops a child: asks it to wind down, waits for its grace, then drops it. It is forgotten.
    pub async fn stop_child(&self, name: &str) {
        let Some(child) = self.find(name) else { return };
        child.shared.closing.set(true);
        (child.stop)();
        child.shared.hurry.notify_one();
        let ended = child.shared.ended.notified();
        tokio::pin!(ended);
        if tokio::time::timeout(child.shared.spec.grace, &mut ended)
            .await
            .is_err()
        {
            tracing::warn!(target: "hostmessenger::supervision", actor = name, "actor stopped after its grace");
            child.shared.life.interrupt(Exit::Stopped);
            ended.await;
        }
        self.inner
            .children
            .borrow_mut()
            .retain(|other| !Rc::ptr_eq(other, &child));
    }

    /// Stops all, the youngest first; neighbours whose names start alike (the probes) together.
    pub async fn stop_all(&self) {
        loop {
            let names: Vec<String> = {
                let children = self.inner.children.borrow();
                let Some(last) = children.last() else { return };
                let group = group(&last.shared.spec.name).to_owned();
                children
                    .iter()
                    .rev()
                    .map(|child| child.shared.spec.name.clone())
                    .take_while(|name| self::group(name) == group)
                    .collect()
            };
            futures_util::future::join_all(names.iter().map(|name| self.stop_child(name))).await;
        }
    }

    /// What ACTORS shows, in the order of starting.
    pub fn statuses(&self) -> Vec<ChildStatus> {
        let children = self.inner.children.borrow();
        children
            .iter()
            .map(|child| child.shared.status.borrow().clone())
            .collect()
    }

    /// Whether the tree gets on, for a watchdog outside: a child that is replaced is progress, one
    /// that cannot be is not.
    pub fn progress(&self) -> Result<(), Stuck> {
        let since_beat = self.inner.clock.now().mono;
        let since_beat = since_beat.saturating_sub(self.inner.last_beat.get());
        let children = self.inner.children.borrow();
        let pulses = children.iter().map(|child| Pulse {
            name: &child.shared.spec.name,
            phase: child.shared.status.borrow().phase,
            missed: child.shared.life.missed(),
        });
        judge(since_beat, self.inner.beat_every, pulses)
    }

    fn find(&self, name: &str) -> Option<Rc<Running>> {
        let children = self.inner.children.borrow();
        children
            .iter()
            .find(|child| child.shared.spec.name == name)
            .cloned()
    }
}

/// `probe` of `probe/shop`.
fn group(name: &str) -> &str {
    name.split('/').next().unwrap_or(name)
}

impl Inner {
    fn beat_all(&self) {
        self.last_beat.set(self.clock.now().mono);
        for child in self.children.borrow().iter() {
            if child.shared.status.borrow().phase != ChildPhase::Running {
                continue;
            }
            let missed = child.shared.life.beat();
            if missed >= MISSED_BEATS {
                child.shared.life.interrupt(Exit::NoProgress(missed));
            } else if !(child.beat)() {
                tracing::debug!(
                    actor = child.shared.spec.name,
                    "beat not taken: mailbox full"
                );
            }
        }
    }
}
