//! A child as its supervisor holds it, whatever its actor is.

use std::any::Any;
use std::borrow::Borrow;
use std::cell::Cell;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use actix::Addr;
use tokio::task::JoinHandle;

use super::child::{Child, ChildPhase, ChildSpec};
use super::life::{Exit, Life};
use super::progress::MISSED_BEATS;
use super::{Beat, Stop};

/// A child that was started, found by its name.
pub(super) struct Running {
    pub(super) life: Life,
    spec: Rc<ChildSpec>,
    to: Box<dyn Reached>,
    /// Its task, until somebody waits for the end of it.
    task: Cell<Option<JoinHandle<()>>>,
}

impl Borrow<str> for Running {
    fn borrow(&self) -> &str {
        self.life.name()
    }
}

impl Hash for Running {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.life.name().hash(state);
    }
}

impl PartialEq for Running {
    fn eq(&self, other: &Self) -> bool {
        self.life.name() == other.life.name()
    }
}

impl Eq for Running {}

impl Running {
    pub(super) fn new<A: Child>(
        life: Life,
        spec: &Rc<ChildSpec>,
        to: Addr<A>,
        task: JoinHandle<()>,
    ) -> Self {
        Self {
            life,
            spec: Rc::clone(spec),
            to: Box::new(to),
            task: Cell::new(Some(task)),
        }
    }

    /// Its address, where it is an actor of this type.
    pub(super) fn address<A: Child>(&self) -> Option<Addr<A>> {
        self.to.as_any().downcast_ref::<Addr<A>>().cloned()
    }

    /// Asks whether it gets on, and replaces it where it does not.
    pub(super) fn beat(&self) {
        if self.life.phase() != ChildPhase::Running {
            return;
        }
        let missed = self.life.beat();
        if missed >= MISSED_BEATS {
            self.life.interrupt(Exit::NoProgress(missed));
        } else if !self.to.beat() {
            tracing::debug!(actor = self.life.name(), "beat not taken: mailbox full");
        }
    }

    /// Asks it to wind down, waits for its grace, then drops it.
    pub(super) fn end(&self) -> impl Future<Output = ()> + use<> {
        let (life, grace) = (self.life.clone(), self.spec.grace);
        // First the flag: what comes after this life is decided where it ends.
        life.close();
        self.to.stop();
        let task = self.task.take();
        async move {
            let Some(mut task) = task else { return };
            let in_time = tokio::time::timeout(grace, &mut task).await;
            let ended = match in_time {
                Ok(ended) => ended,
                Err(_elapsed) => {
                    tracing::warn!(target: "hostmessenger::supervision", actor = life.name(), "actor stopped after its grace");
                    life.interrupt(Exit::Stopped);
                    task.await
                }
            };
            if let Err(error) = ended {
                tracing::error!(target: "hostmessenger::supervision", actor = life.name(), %error, "the actor's task failed");
            }
        }
    }
}

/// An address, whatever its actor is.
trait Reached {
    /// Whether the mailbox took it.
    fn beat(&self) -> bool;
    fn stop(&self);
    fn as_any(&self) -> &dyn Any;
}

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
