//! The supervisor: starts children, beats for those that hang, stops them in reverse order.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use actix::{Addr, AsyncContext, Context};
use indexmap::IndexSet;
use tokio::sync::mpsc;

use super::aside;
use super::child::{Child, ChildSpec, ChildStatus};
use super::life::Life;
use super::lives::{House, Lives, Parent};
use super::progress::{Pulse, Stuck, judge};
use super::running::Running;
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
    house: Rc<House>,
    beat_every: Duration,
    last_beat: Cell<Duration>,
    /// In the order of starting.
    children: RefCell<IndexSet<Running>>,
}

struct Reports {
    tx: mpsc::UnboundedSender<Report>,
}

impl Parent for Reports {
    fn keeps_failing(&self, actor: &str, spec: &ChildSpec, reason: &str) {
        tracing::error!(target: "hostmessenger::supervision", actor, reason, "actor keeps failing");
        if spec.tell_owner {
            self.report(Report::KeepsFailing {
                actor: actor.to_owned(),
                reason: reason.to_owned(),
            });
        }
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
        let parent = Box::new(Reports { tx });
        let supervisor = Self {
            inner: Rc::new(Inner {
                house: Rc::new(House { clock, parent }),
                beat_every,
                last_beat: Cell::new(clock.mono()),
                children: RefCell::default(),
            }),
        };
        let weak = Rc::downgrade(&supervisor.inner);
        aside(async move {
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

    /// Starts a child in its seat. One whose name is taken takes its place.
    pub fn start_child<A: Child>(
        &self,
        name: impl Into<Rc<str>>,
        spec: &Rc<ChildSpec>,
        seat: Seat<A>,
        origin: A::Spec,
    ) {
        let life = Life::new(name);
        let to = seat.context.address();
        let body = seat.context.into_future(A::new(origin, life.clone()));
        let (rule, house) = (Rc::clone(spec), Rc::clone(&self.inner.house));
        let lives = Lives::new(life.clone(), rule, house, body);
        let running = Running::new(life, spec, to, actix_rt::spawn(lives));
        self.inner.children.borrow_mut().replace(running);
    }

    /// The address of a child, by name.
    pub fn address<A: Child>(&self, name: &str) -> Option<Addr<A>> {
        let children = self.inner.children.borrow();
        children.get(name)?.address()
    }

    /// Gives a child another spec; it starts anew with that at once.
    pub fn renew<A: Child>(&self, name: &str, origin: A::Spec) {
        if let Some(child) = self.inner.children.borrow().get(name) {
            child.life.renew(origin);
            child.life.hurry();
        }
    }

    /// Stops a child: asks it to wind down, waits for its grace, then drops it. It is forgotten.
    pub async fn stop_child(&self, name: &str) {
        let end = {
            let children = self.inner.children.borrow();
            let Some(child) = children.get(name) else {
                return;
            };
            child.end()
        };
        end.await;
        self.inner.children.borrow_mut().shift_remove(name);
    }

    /// Stops all, the youngest first; neighbours whose names start alike (the probes) together.
    pub async fn stop_all(&self) {
        loop {
            let youngest: Vec<_> = {
                let children = self.inner.children.borrow();
                let Some(last) = children.last() else {
                    return;
                };
                let last = group(last.life.name());
                let alike = children.iter().rev();
                let alike = alike.take_while(|child| group(child.life.name()) == last);
                alike.map(Running::end).collect()
            };
            let ended = youngest.len();
            futures_util::future::join_all(youngest).await;
            let mut children = self.inner.children.borrow_mut();
            let left = children.len().saturating_sub(ended);
            children.truncate(left);
        }
    }

    /// What ACTORS shows, in the order of starting.
    pub fn statuses(&self) -> Vec<ChildStatus> {
        let children = self.inner.children.borrow();
        children.iter().map(|child| child.life.status()).collect()
    }

    /// Whether the tree gets on, for a watchdog outside: a child that is replaced is progress, one
    /// that cannot be is not.
    pub fn progress(&self) -> Result<(), Stuck> {
        let since_beat = self.inner.house.clock.mono();
        let since_beat = since_beat.saturating_sub(self.inner.last_beat.get());
        let children = self.inner.children.borrow();
        let pulses = children.iter().map(|child| Pulse {
            name: child.life.name(),
            phase: child.life.phase(),
            missed: child.life.missed(),
        });
        judge(since_beat, self.inner.beat_every, pulses)
    }
}

/// `probe` of `probe/shop`.
fn group(name: &str) -> &str {
    name.split('/').next().unwrap_or(name)
}

impl Inner {
    fn beat_all(&self) {
        self.last_beat.set(self.house.clock.mono());
        self.children.borrow().iter().for_each(Running::beat);
    }
}
