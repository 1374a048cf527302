//! Wakes all whose moment has come together: one timer for all probes.
//!
//! Ten thousand targets that wait for their next check would else be ten thousand timers. Those that
//! are due on the same tick ([`super::pace`]) stand in one list.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::pace::TICK;
use crate::time::Clock;

/// See the module.
pub struct Ticks {
    inner: Rc<Inner>,
}

struct Inner {
    clock: Clock,
    /// Who waits for which moment (monotonic).
    waiting: RefCell<BTreeMap<Duration, Vec<Waiting>>>,
    /// The last moment that has come.
    reached: Cell<Duration>,
    /// The first moment is another one than it was.
    sooner: Notify,
    next_number: Cell<u64>,
    /// Whether the task that wakes them is there.
    awake: Cell<bool>,
}

struct Waiting {
    number: u64,
    task: Waker,
}

impl Ticks {
    /// Nobody waits yet.
    pub fn new(clock: Clock) -> Self {
        Self {
            inner: Rc::new(Inner {
                clock,
                waiting: RefCell::default(),
                reached: Cell::new(Duration::ZERO),
                sooner: Notify::new(),
                next_number: Cell::new(0),
                awake: Cell::new(false),
            }),
        }
    }

    /// Waits for this moment (monotonic).
    pub fn at(&self, moment: Duration) -> Tick {
        let number = self.inner.next_number.get();
        self.inner.next_number.set(number + 1);
        Tick {
            ticks: Rc::clone(&self.inner),
            moment,
            number,
        }
    }
}

/// Done once its moment has come.
#[must_use = "a moment that nobody waits for"]
pub struct Tick {
    ticks: Rc<Inner>,
    moment: Duration,
    number: u64,
}

impl Future for Tick {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.ticks.reached.get() >= self.moment {
            return Poll::Ready(());
        }
        self.ticks.wait(self.moment, self.number, cx.waker());
        Poll::Pending
    }
}

impl Drop for Tick {
    fn drop(&mut self) {
        if self.ticks.reached.get() < self.moment {
            self.ticks.forget(self.moment, self.number);
        }
    }
}

impl Inner {
    fn wait(self: &Rc<Self>, moment: Duration, number: u64, task: &Waker) {
        let mut waiting = self.waiting.borrow_mut();
        let is_first = waiting.keys().next().is_none_or(|first| moment < *first);
        let list = waiting.entry(moment).or_default();
        match list.iter_mut().find(|known| known.number == number) {
            Some(known) => known.task.clone_from(task),
            None => list.push(Waiting {
                number,
                task: task.clone(),
            }),
        }
        drop(waiting);
        if !self.awake.replace(true) {
            actix_rt::spawn(wake(OnDuty(Rc::clone(self))));
        } else if is_first {
            self.sooner.notify_one();
        }
    }

    fn forget(&self, moment: Duration, number: u64) {
        let mut waiting = self.waiting.borrow_mut();
        let Some(list) = waiting.get_mut(&moment) else {
            return;
        };
        list.retain(|known| known.number != number);
        if list.is_empty() {
            waiting.remove(&moment);
        }
        if waiting.is_empty() {
            self.sooner.notify_one();
        }
    }

    /// How long until the first moment; `None`: nobody waits.
    fn until_first(&self) -> Option<Duration> {
        let waiting = self.waiting.borrow();
        let first = waiting.keys().next()?;
        Some(first.saturating_sub(self.clock.mono()))
    }

    fn wake_those_due(&self) {
        let now = self.clock.mono();
        self.reached.set(now);
        loop {
            let list = {
                let mut waiting = self.waiting.borrow_mut();
                match waiting.first_entry() {
                    Some(first) if *first.key() <= now => first.remove(),
                    _ => return,
                }
            };
            for one in list {
                one.task.wake();
            }
        }
    }
}

/// The task that wakes; it ends when nobody waits, or with the program.
struct OnDuty(Rc<Inner>);

impl Drop for OnDuty {
    fn drop(&mut self) {
        self.0.awake.set(false);
    }
}

async fn wake(on_duty: OnDuty) {
    let ticks = &on_duty.0;
    let mut next = pin!(tokio::time::sleep(Duration::ZERO));
    while let Some(delay) = ticks.until_first() {
        // For each timer that comes before all that the runtime knows of it wakes itself, by a call of the
        // system: for the deadline of each check that begins now, did it not know of the next tick.
        next.as_mut().reset(Instant::now() + delay + TICK);
        tokio::select! {
            biased;
            () = &mut next => ticks.wake_those_due(),
            () = tokio::time::sleep(delay) => ticks.wake_those_due(),
            () = ticks.sooner.notified() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::future::{Either, select};

    const SECOND: Duration = Duration::from_secs(1);

    fn ticks() -> (Ticks, Clock) {
        tokio::time::pause();
        let clock = Clock::start();
        (Ticks::new(clock), clock)
    }

    #[actix_rt::test]
    async fn each_is_woken_at_its_moment_whoever_came_first() {
        let (ticks, clock) = ticks();
        let at = |moment| {
            let tick = ticks.at(moment);
            async move {
                tick.await;
                (moment, clock.mono())
            }
        };
        let moments = [5, 1, 5, 3, 0, 2].map(|n| SECOND * n);
        let woken = futures_util::future::join_all(moments.map(at)).await;
        for (moment, now) in woken {
            let late = now.checked_sub(moment).expect("not early");
            assert!(late < SECOND / 100, "{late:?}");
        }
        assert!(!ticks.inner.awake.get() || ticks.inner.waiting.borrow().is_empty());
    }

    #[actix_rt::test]
    async fn one_that_no_longer_waits_is_forgotten_and_holds_nobody_else_up() {
        let (ticks, clock) = ticks();
        let first = ticks.at(SECOND);
        let other = select(first, Box::pin(tokio::time::sleep(SECOND / 2))).await;
        let Either::Right(((), first)) = other else {
            panic!("early")
        };
        let second = actix_rt::spawn(ticks.at(SECOND));
        let third = actix_rt::spawn(ticks.at(SECOND * 3));
        tokio::task::yield_now().await;
        drop(first);
        second.await.expect("it is woken");
        assert!(clock.mono() < SECOND * 2);
        third.abort();
        // Nobody waits: neither does the task that wakes, and it comes back when somebody does.
        while ticks.inner.awake.get() {
            tokio::task::yield_now().await;
        }
        assert!(ticks.inner.waiting.borrow().is_empty());
        ticks.at(SECOND * 5).await;
        assert!(clock.mono() >= SECOND * 5);
    }

    #[actix_rt::test]
    async fn one_whose_moment_is_over_need_not_wait() {
        let (ticks, clock) = ticks();
        ticks.at(SECOND).await;
        let before = clock.mono();
        ticks.at(SECOND / 2).await;
        assert_eq!(clock.mono(), before);
    }
}
