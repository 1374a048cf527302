//! One actor a target: it checks at its pace and tells the journal what it found.
//!
//! It decides nothing: the journal's board turns outcomes into states and says when the next check
//! is due. A newcomer's trap: the deadline is here, not in the kinds. A check that is over its
//! time is dropped, whatever it is doing.

use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use futures_util::FutureExt;
use hostmessenger_config::Target;
use tokio::sync::{Semaphore, oneshot};

use crate::journal::TargetChecked;
use crate::supervised;
use crate::supervision::{Child, Life, panics};
use crate::time::Clock;

pub mod kinds;
pub mod net;
mod pace;
pub mod ticks;
pub mod verdict;

use kinds::{Tools, Trace};
use pace::{first_tick, next_due, tick_for};
use ticks::Ticks;
use verdict::{Finding, Outcome, Reason};

/// Asks for a check now; answered with what it found, or `None` where it crashed. One that is under
/// way already is waited for.
#[derive(Message, Debug, Clone, Copy)]
#[rtype(result = "Option<Outcome>")]
pub struct ProbeNow;

/// How long [`ProbeNow`] may take: the longest sensible deadline of a check, and some.
pub const PROBE_PATIENCE: Duration = Duration::from_secs(90);

/// What a check may be late before the probe counts as stuck.
const SLACK: Duration = Duration::from_secs(15);

/// What all probes are made with.
pub struct Probing {
    /// What checks share.
    pub tools: Tools,
    /// Limits how many checks run at once, so that sockets do not run out.
    pub slots: Semaphore,
    /// Who wakes all whose time has come.
    pub ticks: Ticks,
    /// Who judges.
    pub journal: Recipient<TargetChecked>,
    /// The program's clock.
    pub clock: Clock,
}

impl Probing {
    /// `at_once`: how many checks may run at the same time.
    pub fn new(
        tools: Tools,
        at_once: usize,
        journal: Recipient<TargetChecked>,
        clock: Clock,
    ) -> Self {
        Self {
            tools,
            slots: Semaphore::new(at_once),
            ticks: Ticks::new(clock),
            journal,
            clock,
        }
    }
}

/// What a probe is made from.
#[derive(Clone)]
pub struct ProbeSpec {
    /// What is checked.
    pub target: Arc<Target>,
    /// What it shares with all others.
    pub with: Rc<Probing>,
    /// Delay of the first check, so that not all start at once.
    pub first_in: Duration,
}

/// Checks one target.
pub struct Probe {
    target: Arc<Target>,
    with: Rc<Probing>,
    life: Life,
    /// When the check that comes, or runs, was due (monotonic).
    due: Duration,
    work: Work,
    waiting: Vec<oneshot::Sender<Option<Outcome>>>,
}

/// What a probe is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    /// Has yet to begin.
    None,
    /// Waits for its time; this is its timer.
    Timer(SpawnHandle),
    /// Checks, and is to be over by then (monotonic) at the latest.
    Check(Duration),
    /// Waits for the journal, which has a supervisor of its own: there is no clock for that here.
    Judgement,
}

impl Probe {
    /// `probe/shop`.
    pub fn actor_name(target: &str) -> String {
        format!("probe/{target}")
    }

    /// Has the next check begin so long after the last one was due.
    fn schedule(&mut self, delay: Duration, ctx: &mut Context<Self>) {
        let now = self.with.clock.mono();
        self.due = next_due(self.due, delay, now);
        self.begin_at(tick_for(self.due), ctx);
    }

    fn begin_at(&mut self, moment: Duration, ctx: &mut Context<Self>) {
        let tick = self.with.ticks.at(moment).into_actor(self);
        let timer = ctx.spawn(tick.map(|(), probe, ctx| probe.begin_check(ctx)));
        self.work = Work::Timer(timer);
    }

    /// One that is under way already is not begun again.
    fn begin_now(&mut self, ctx: &mut Context<Self>) {
        match self.work {
            Work::Check(_) | Work::Judgement => return,
            Work::Timer(timer) => _ = ctx.cancel_future(timer),
            Work::None => {}
        }
        self.due = self.with.clock.mono();
        self.begin_check(ctx);
    }

    fn begin_check(&mut self, ctx: &mut Context<Self>) {
        #[cfg(feature = "faults")]
        kinds::fault::strike(&self.target.kind, ctx);
        let now = self.with.clock.mono();
        self.work = Work::Check(now + self.target.timeout + SLACK);
        let check = run_check(Arc::clone(&self.target), Rc::clone(&self.with)).into_actor(self);
        ctx.spawn(check.map(|checked, probe, ctx| probe.checked(checked, ctx)));
    }

    fn checked(&mut self, checked: Result<Outcome, (Outcome, String)>, ctx: &mut Context<Self>) {
        let (outcome, panic) = match checked {
            Ok(outcome) => (outcome, None),
            Err((outcome, panic)) => (outcome, Some(panic)),
        };
        for waiting in self.waiting.drain(..) {
            // Who asked may have gone; then nobody misses the answer.
            let _gone = waiting.send(panic.is_none().then(|| outcome.clone()));
        }
        let message = TargetChecked {
            target: Arc::clone(&self.target.name),
            outcome,
        };
        self.work = Work::Judgement;
        let judged = self.with.journal.send(message);
        ctx.spawn(judged.into_actor(self).map(move |judged, probe, ctx| {
            if let Some(panic) = panic {
                let life = probe.life.clone();
                return life.panicked(ctx, panic);
            }
            probe.judged(judged.ok(), ctx);
        }));
    }

    /// The journal has said when the next check is due.
    fn judged(&mut self, pace: Option<Duration>, ctx: &mut Context<Self>) {
        self.work = Work::None;
        if self.waiting.is_empty() {
            return self.schedule(pace.unwrap_or(self.target.judging.every), ctx);
        }
        // Who asked while the last check was judged wants a fresh one.
        self.begin_now(ctx);
    }
}

async fn run_check(target: Arc<Target>, with: Rc<Probing>) -> Result<Outcome, (Outcome, String)> {
    // The semaphore is never closed.
    let _slot = with.slots.acquire().await;
    check_guarded(&target, &with.tools, with.clock).await
}

/// One check of a target, for `check --probe`: what a probe would find.
pub async fn check_once(target: &Target, tools: &Tools, clock: Clock) -> Outcome {
    check_guarded(target, tools, clock)
        .await
        .unwrap_or_else(|(outcome, _)| outcome)
}

/// Makes one check under its deadline. An error is a panic of the check: outcome and text.
async fn check_guarded(
    target: &Target,
    tools: &Tools,
    clock: Clock,
) -> Result<Outcome, (Outcome, String)> {
    let at = clock.now();
    let trace = Trace::default();
    let check = kinds::check(&target.kind, target.timeout, tools, &trace);
    let guarded = AssertUnwindSafe(check).catch_unwind();
    let result = tokio::time::timeout(target.timeout, guarded).await;
    let took = clock.mono().saturating_sub(at.mono);
    let outcome = |finding| Outcome {
        finding,
        at: at.wall,
        took,
    };
    match result {
        Ok(Ok(finding)) => Ok(outcome(finding)),
        Ok(Err(payload)) => {
            let panic = panics::caught(&*payload);
            let finding = Finding::unknown(None, Reason::Panicked(panic.clone()));
            Err((outcome(finding), panic))
        }
        Err(_elapsed) => Ok(outcome(timed_out(&trace, target.timeout))),
    }
}

/// The finding of a check that was over its time.
pub fn timed_out(trace: &Trace, after: Duration) -> Finding {
    let (phase, peer) = trace.reached();
    Finding::failed(phase, Reason::Timeout { after, peer })
}

impl Child for Probe {
    type Spec = ProbeSpec;

    fn begin(&mut self, ctx: &mut Context<Self>) {
        self.begin_at(first_tick(self.due), ctx);
    }

    fn new(spec: ProbeSpec, life: Life) -> Self {
        Self {
            due: spec.with.clock.mono() + spec.first_in,
            target: spec.target,
            with: spec.with,
            life,
            work: Work::None,
            waiting: Vec::new(),
        }
    }

    fn origin(&self) -> (ProbeSpec, Life) {
        let spec = ProbeSpec {
            target: Arc::clone(&self.target),
            with: Rc::clone(&self.with),
            // A life after the first one has waited long enough.
            first_in: Duration::ZERO,
        };
        (spec, self.life.clone())
    }

    fn gets_on(&mut self, _: &mut Context<Self>) -> bool {
        let now = self.with.clock.mono();
        match self.work {
            // Waiting for a slot is no trouble of this probe's.
            Work::Check(until) => now < until || self.with.slots.available_permits() == 0,
            Work::Timer(_) | Work::Judgement => true,
            Work::None => false,
        }
    }
}
supervised!(Probe);

impl Handler<ProbeNow> for Probe {
    type Result = ResponseFuture<Option<Outcome>>;

    fn handle(&mut self, _: ProbeNow, ctx: &mut Context<Self>) -> Self::Result {
        let (tx, rx) = oneshot::channel();
        self.waiting.push(tx);
        self.begin_now(ctx);
        // A probe that restarts meanwhile drops the sender.
        Box::pin(async { rx.await.ok().flatten() })
    }
}

#[cfg(test)]
mod tests;
