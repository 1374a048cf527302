//! The supervisor: starts children, beats for those that hang, stops them in reverse order.

use std::any::Any;
use std::borrow::Borrow;
use std::cell::{Cell, RefCell};
use std::hash::{Hash, Hasher};
use std::rc::Rc;
use std::time::Duration;

use actix::{Addr, AsyncContext, Context};
use indexmap::IndexSet;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::child::{Child, ChildPhase, ChildSpec, ChildStatus};
use super::life::{Exit, Life};
use super::lives::{House, Lives, Parent, Reached, Shared};
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
    house: Rc<House>,
    beat_every: Duration,
    last_beat: Cell<Duration>,
    /// In the order of starting.
    children: RefCell<IndexSet<Running>>,
}

struct Running {
    shared: Rc<Shared>,
    /// Its task, until somebody waits for the end of it.
    task: Cell<Option<JoinHandle<()>>>,
}

/// Found by its name.
impl Borrow<str> for Running {
    fn borrow(&self) -> &str {
        self.shared.name()
    }
}

impl Hash for Running {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.shared.name().hash(state);
    }
}

impl PartialEq for Running {
    fn eq(&self, other: &Self) -> bool {
        self.shared.name() == other.shared.name()
    }
}

impl Eq for Running {}

impl<A: Child> Reached for Addr<A> {
    fn beat(&self) -> bool {
        self.try_send(Beat).is_ok()
    }

    fn stop(&self) {
        super::tell(self, Stop);
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
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

    /// Starts a child in its seat. One whose name is taken takes its place.
    pub fn start_child<A: Child>(
        &self,
        name: impl Into<Rc<str>>,
        spec: &Rc<ChildSpec>,
        seat: Seat<A>,
        origin: A::Spec,
    ) {
        let house = &self.inner.house;
        let life = Life::new(name);
        let to = seat.context.address();
        let shared = Shared::new(life.clone(), Rc::clone(spec), Rc::clone(house), to);
        let shared: Rc<Shared> = Rc::new(shared);
        let body = seat.context.into_future(A::new(origin, life));
        let running = Running {
            shared: Rc::clone(&shared),
            task: Cell::new(Some(actix_rt::spawn(Lives::new(shared, body)))),
        };
        self.inner.children.borrow_mut().replace(running);
    }

    /// The address of a child, by name.
    pub fn address<A: Child>(&self, name: &str) -> Option<Addr<A>> {
        let children = self.inner.children.borrow();
        let to = children.get(name)?.shared.to.as_any();
        to.downcast_ref::<Addr<A>>().cloned()
    }

    /// Gives a child another spec; it starts anew with that at once.
    pub fn renew<A: Child>(&self, name: &str, origin: A::Spec) {
        if let Some(child) = self.inner.children.borrow().get(name) {
            child.shared.life.renew(origin);
            child.shared.hurry();
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
                let last = group(last.shared.name());
                let alike = children.iter().rev();
                let alike = alike.take_while(|child| group(child.shared.name()) == last);
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
        children.iter().map(|child| child.shared.status()).collect()
    }

    /// Whether the tree gets on, for a watchdog outside: a child that is replaced is progress, one
    /// that cannot be is not.
    pub fn progress(&self) -> Result<(), Stuck> {
        let since_beat = self.inner.house.clock.mono();
        let since_beat = since_beat.saturating_sub(self.inner.last_beat.get());
        let children = self.inner.children.borrow();
        let pulses = children.iter().map(|child| Pulse {
            name: child.shared.name(),
            phase: child.shared.phase.get(),
            missed: child.shared.life.missed(),
        });
        judge(since_beat, self.inner.beat_every, pulses)
    }
}

impl Running {
    /// Asks it to wind down, waits for its grace, then drops it.
    fn end(&self) -> impl Future<Output = ()> + use<> {
        let shared = Rc::clone(&self.shared);
        shared.closing.set(true);
        shared.to.stop();
        shared.life.wake();
        let task = self.task.take();
        async move {
            let Some(mut task) = task else { return };
            let in_time = tokio::time::timeout(shared.spec.grace, &mut task).await;
            let ended = match in_time {
                Ok(ended) => ended,
                Err(_elapsed) => {
                    tracing::warn!(target: "hostmessenger::supervision", actor = shared.name(), "actor stopped after its grace");
                    shared.life.interrupt(Exit::Stopped);
                    task.await
                }
            };
            if let Err(error) = ended {
                tracing::error!(target: "hostmessenger::supervision", actor = shared.name(), %error, "the actor's task failed");
            }
        }
    }
}

/// `probe` of `probe/shop`.
fn group(name: &str) -> &str {
    name.split('/').next().unwrap_or(name)
}

impl Inner {
    fn beat_all(&self) {
        self.last_beat.set(self.house.clock.mono());
        for child in self.children.borrow().iter() {
            if child.shared.phase.get() != ChildPhase::Running {
                continue;
            }
            let missed = child.shared.life.beat();
            if missed >= MISSED_BEATS {
                child.shared.life.interrupt(Exit::NoProgress(missed));
            } else if !child.shared.to.beat() {
                tracing::debug!(actor = child.shared.name(), "beat not taken: mailbox full");
            }
        }
    }
}
