//! The supervisor: starts children, beats for those that hang, stops them in reverse order.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use actix::{Addr, AsyncContext, Context};
use indexmap::IndexMap;
use tokio::sync::mpsc;

use super::child::{Child, ChildPhase, ChildSpec, ChildStatus, Parent, Shared, live};
use super::life::{Exit, Life};
use super::progress::{MISSED_BEATS, Pulse, Stuck, judge};
use super::{Beat, Stop, aside};
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
    /// In the order of starting.
    children: RefCell<IndexMap<Rc<str>, Rc<Running>>>,
    parent: Rc<Reports>,
}

struct Running {
    shared: Rc<Shared>,
    to: Box<dyn Reached>,
}

/// An address, whatever its actor is.
trait Reached {
    /// Whether the mailbox took it.
    fn beat(&self) -> bool;
    fn stop(&self);
    fn as_any(&self) -> &dyn std::any::Any;
}

impl<A: Child> Reached for Addr<A> {
    fn beat(&self) -> bool {
        self.try_send(Beat).is_ok()
    }

    fn stop(&self) {
        super::tell(self, Stop);
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

struct Reports {
    tx: mpsc::UnboundedSender<Report>,
}

impl Parent for Reports {
    fn keeps_failing(&self, spec: &ChildSpec, reason: &str) {
        let actor = &*spec.name;
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
        let supervisor = Self {
            inner: Rc::new(Inner {
                clock,
                beat_every,
                last_beat: Cell::new(clock.mono()),
                children: RefCell::default(),
                parent: Rc::new(Reports { tx }),
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
    pub fn start_child<A: Child>(&self, spec: ChildSpec, seat: Seat<A>, origin: A::Spec) {
        let name = Rc::clone(&spec.name);
        let life = Life::new(Rc::clone(&name));
        let to = seat.context.address();
        let parent: Rc<dyn Parent> = Rc::clone(&self.inner.parent) as Rc<dyn Parent>;
        let shared = Shared::new(spec, life.clone(), self.inner.clock, parent);
        let shared = Rc::new(shared);
        let body = seat.context.into_future(A::new(origin, life));
        let running = Running {
            shared: Rc::clone(&shared),
            to: Box::new(to),
        };
        let mut children = self.inner.children.borrow_mut();
        children.insert(name, Rc::new(running));
        actix_rt::spawn(live(shared, Box::new(body)));
    }

    /// The address of a child, by name.
    pub fn address<A: Child>(&self, name: &str) -> Option<Addr<A>> {
        let child = self.find(name)?;
        child.to.as_any().downcast_ref::<Addr<A>>().cloned()
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
        end(&child).await;
        self.inner.children.borrow_mut().shift_remove(name);
    }

    /// Stops all, the youngest first; neighbours whose names start alike (the probes) together.
    pub async fn stop_all(&self) {
        loop {
            let youngest: Vec<Rc<Running>> = {
                let children = self.inner.children.borrow();
                let Some((last, _)) = children.last() else {
                    return;
                };
                let last = group(last);
                let alike = children
                    .iter()
                    .rev()
                    .take_while(|(name, _)| group(name) == last);
                alike.map(|(_, child)| Rc::clone(child)).collect()
            };
            futures_util::future::join_all(youngest.iter().map(|child| end(child))).await;
            let mut children = self.inner.children.borrow_mut();
            let left = children.len().saturating_sub(youngest.len());
            children.truncate(left);
        }
    }

    /// What ACTORS shows, in the order of starting.
    pub fn statuses(&self) -> Vec<ChildStatus> {
        let children = self.inner.children.borrow();
        children
            .values()
            .map(|child| child.shared.status.borrow().clone())
            .collect()
    }

    /// Whether the tree gets on, for a watchdog outside: a child that is replaced is progress, one
    /// that cannot be is not.
    pub fn progress(&self) -> Result<(), Stuck> {
        let since_beat = self.inner.clock.mono();
        let since_beat = since_beat.saturating_sub(self.inner.last_beat.get());
        let children = self.inner.children.borrow();
        let pulses = children.values().map(|child| Pulse {
            name: &child.shared.spec.name,
            phase: child.shared.status.borrow().phase,
            missed: child.shared.life.missed(),
        });
        judge(since_beat, self.inner.beat_every, pulses)
    }

    fn find(&self, name: &str) -> Option<Rc<Running>> {
        self.inner.children.borrow().get(name).cloned()
    }
}

/// Asks a child to wind down, waits for its grace, then drops it.
async fn end(child: &Running) {
    let shared = &child.shared;
    shared.closing.set(true);
    child.to.stop();
    shared.hurry.notify_one();
    let ended = shared.ended.notified();
    tokio::pin!(ended);
    if tokio::time::timeout(shared.spec.grace, &mut ended)
        .await
        .is_err()
    {
        tracing::warn!(target: "hostmessenger::supervision", actor = &*shared.spec.name, "actor stopped after its grace");
        shared.life.interrupt(Exit::Stopped);
        ended.await;
    }
}

/// `probe` of `probe/shop`.
fn group(name: &str) -> &str {
    name.split('/').next().unwrap_or(name)
}

impl Inner {
    fn beat_all(&self) {
        self.last_beat.set(self.clock.mono());
        for child in self.children.borrow().values() {
            if child.shared.status.borrow().phase != ChildPhase::Running {
                continue;
            }
            let missed = child.shared.life.beat();
            if missed >= MISSED_BEATS {
                child.shared.life.interrupt(Exit::NoProgress(missed));
            } else if !child.to.beat() {
                tracing::debug!(
                    actor = &*child.shared.spec.name,
                    "beat not taken: mailbox full"
                );
            }
        }
    }
}
