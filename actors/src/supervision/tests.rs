//! A child that misbehaves in every way, and its neighbour that must not notice.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use actix::prelude::{
    ActorContext, Addr, AsyncContext, Context, Handler, MailboxError, Message, SpawnHandle,
    WrapFuture,
};

use super::restart::RestartPolicy;
use super::{Child, ChildPhase, ChildSpec, ChildStatus, Life, Report, Seat, Supervisor, panics};
use crate::supervised;
use crate::time::Clock;

const POLICY: RestartPolicy = RestartPolicy {
    base: Duration::from_millis(200),
    max: Duration::from_secs(60),
    settle: Duration::from_secs(120),
    intensity: 3,
    period: Duration::from_secs(60),
};

#[derive(Clone)]
struct Diary(Rc<RefCell<Vec<String>>>);

impl Diary {
    fn note(&self, text: impl Into<String>) {
        self.0.borrow_mut().push(text.into());
    }

    fn count(&self, text: &str) -> usize {
        self.0.borrow().iter().filter(|line| *line == text).count()
    }
}

/// What the test wants the child to do.
#[derive(Message, Debug, Clone, Copy, PartialEq)]
#[rtype(result = "u32")]
enum Do {
    Count,
    Panic,
    Fail,
    Fatal,
    Stop,
    Hang,
    PanicInTask,
    CancelAndPanic,
    StopLate,
}

#[derive(Clone)]
struct Spec {
    diary: Diary,
    panic_at_start: bool,
}

struct Worker {
    spec: Spec,
    life: Life,
    count: u32,
    late: bool,
    ticking: Option<SpawnHandle>,
}

impl Child for Worker {
    type Spec = Spec;

    fn begin(&mut self, ctx: &mut Context<Self>) {
        self.spec.diary.note("started");
        assert!(!self.spec.panic_at_start, "cannot start");
        self.ticking = Some(ctx.run_interval(Duration::from_secs(1), |worker, _| {
            worker.spec.diary.note("tick");
        }));
    }

    fn new(spec: Spec, life: Life) -> Self {
        Self {
            spec,
            life,
            count: 0,
            late: false,
            ticking: None,
        }
    }

    fn origin(&self) -> (Spec, Life) {
        (self.spec.clone(), self.life.clone())
    }

    fn wind_down(&mut self, ctx: &mut Context<Self>) {
        self.spec.diary.note("winding down");
        if !self.late {
            ctx.stop();
        }
    }
}
supervised!(Worker);

impl Drop for Worker {
    fn drop(&mut self) {
        self.spec.diary.note("gone");
    }
}

impl Handler<Do> for Worker {
    type Result = u32;

    fn handle(&mut self, what: Do, ctx: &mut Context<Self>) -> u32 {
        self.count += 1;
        let life = self.life.clone();
        match what {
            Do::Count => {}
            Do::Panic => panic!("asked to panic"),
            Do::Fail => life.fail(ctx, "asked to fail"),
            Do::Fatal => life.fatal(ctx, "asked for the end"),
            Do::Stop => ctx.stop(),
            Do::Hang => ctx.wait(std::future::pending::<()>().into_actor(self)),
            Do::PanicInTask => {
                ctx.spawn(async { panic!("asked to panic in a task") }.into_actor(self));
            }
            Do::CancelAndPanic => {
                self.ticking
                    .take()
                    .map(|ticking| ctx.cancel_future(ticking));
                panic!("asked to panic")
            }
            Do::StopLate => self.late = true,
        }
        self.count
    }
}

struct House {
    supervisor: Supervisor,
    reports: tokio::sync::mpsc::UnboundedReceiver<Report>,
    worker: Addr<Worker>,
    diary: Diary,
    neighbour: Addr<Worker>,
    neighbours_diary: Diary,
}

fn spec() -> Rc<ChildSpec> {
    Rc::new(ChildSpec {
        restart: POLICY,
        grace: Duration::from_secs(2),
        tell_owner: true,
    })
}

fn house() -> House {
    tokio::time::pause();
    panics::install_hook();
    let (supervisor, reports) = Supervisor::start(Clock::start(), Duration::from_secs(10));
    let start = |name: &str| {
        let diary = Diary(Rc::default());
        let (addr, seat) = Seat::<Worker>::new();
        supervisor.start_child(
            name,
            &spec(),
            seat,
            Spec {
                diary: diary.clone(),
                panic_at_start: false,
            },
        );
        (addr, diary)
    };
    let (worker, diary) = start("worker");
    let (neighbour, neighbours_diary) = start("neighbour");
    House {
        supervisor,
        reports,
        worker,
        diary,
        neighbour,
        neighbours_diary,
    }
}

impl House {
    fn status(&self) -> ChildStatus {
        self.supervisor.statuses().remove(0)
    }

    /// Does it, then waits until the child has been restarted so many times and runs.
    async fn restarts_after(&self, what: Do, times: u64) {
        // The answer is lost when the handler panics; that is part of the test.
        let _answer = self.worker.send(what).await;
        let restarted = async {
            while self.status().restarts < times || self.status().phase != ChildPhase::Running {
                tokio::time::sleep(Duration::from_millis(10)).await;
                // What the supervisor mends is none of a watchdog's business.
                assert_eq!(self.supervisor.progress(), Ok(()));
            }
        };
        tokio::time::timeout(Duration::from_secs(300), restarted)
            .await
            .expect("no restart");
    }
}

#[actix_rt::test]
async fn a_panic_restarts_the_child_alone_with_fresh_state_and_the_same_address() {
    let house = house();
    assert_eq!(house.worker.send(Do::Count).await, Ok(1));
    assert_eq!(house.neighbour.send(Do::Count).await, Ok(1));
    let queued = house.worker.clone();
    house.restarts_after(Do::Panic, 1).await;
    assert_eq!(queued.send(Do::Count).await, Ok(1), "state is fresh");
    assert_eq!(
        house.neighbour.send(Do::Count).await,
        Ok(2),
        "the neighbour kept its state"
    );
    let reason = house.status().last_reason.unwrap();
    assert!(
        reason.starts_with("panic: asked to panic at ") && reason.contains("tests.rs:"),
        "{reason}"
    );
    assert_eq!(house.neighbours_diary.count("started"), 1);
}

#[actix_rt::test]
async fn every_way_to_end_is_a_restart_with_its_reason() {
    let house = house();
    let cases = [
        (Do::Fail, "asked to fail"),
        (Do::Stop, "stopped"),
        (Do::PanicInTask, "panic: asked to panic in a task"),
        (Do::Hang, "no progress: 3 beats unanswered"),
    ];
    for (n, (what, reason)) in cases.into_iter().enumerate() {
        house.restarts_after(what, n as u64 + 1).await;
        let told = house.status().last_reason.unwrap();
        assert!(told.starts_with(reason), "{told}");
        assert_eq!(house.worker.send(Do::Count).await, Ok(1));
    }
    assert_eq!(house.neighbours_diary.count("started"), 1);
}

#[actix_rt::test]
async fn messages_sent_while_it_waits_are_answered_in_the_next_life() {
    let house = house();
    house.worker.send(Do::Fail).await.unwrap();
    while house.status().phase != ChildPhase::Waiting {
        tokio::task::yield_now().await;
    }
    assert_eq!(house.worker.send(Do::Count).await, Ok(1));
    assert_eq!(house.status().restarts, 1);
}

#[actix_rt::test]
async fn the_neighbour_does_not_miss_a_beat() {
    let house = house();
    for n in 1..=3 {
        house.restarts_after(Do::Panic, n).await;
    }
    let before = house.neighbours_diary.count("tick");
    tokio::time::sleep(Duration::from_millis(10_500)).await;
    let ticks = house.neighbours_diary.count("tick") - before;
    assert!((10..=11).contains(&ticks), "{ticks}");
}

#[actix_rt::test]
async fn what_was_cancelled_before_a_panic_does_not_hit_the_next_life() {
    let house = house();
    house.restarts_after(Do::CancelAndPanic, 1).await;
    let before = house.diary.count("tick");
    tokio::time::sleep(Duration::from_millis(3_500)).await;
    assert!(house.diary.count("tick") >= before + 2);
}

#[actix_rt::test]
async fn a_child_that_cannot_start_is_tried_at_the_slow_pace_and_told_of_once() {
    let mut house = house();
    house.supervisor.renew::<Worker>(
        "worker",
        Spec {
            diary: house.diary.clone(),
            panic_at_start: true,
        },
    );
    tokio::time::sleep(Duration::from_secs(600)).await;
    let starts = house.diary.count("started");
    assert!(
        (10..=20).contains(&starts),
        "{starts} starts in ten minutes"
    );
    assert!(house.status().keeps_failing);
    let report = house.reports.try_recv().unwrap();
    assert!(matches!(report, Report::KeepsFailing { ref actor, .. } if actor == "worker"));
    assert!(house.reports.try_recv().is_err(), "told once");
    // And it comes back as soon as it can.
    house.supervisor.renew::<Worker>(
        "worker",
        Spec {
            diary: house.diary.clone(),
            panic_at_start: false,
        },
    );
    assert_eq!(house.worker.send(Do::Count).await, Ok(1));
}

#[actix_rt::test]
async fn an_error_that_no_restart_can_mend_is_reported() {
    let mut house = house();
    house.worker.send(Do::Fatal).await.unwrap();
    let report = house.reports.recv().await.unwrap();
    assert_eq!(
        report,
        Report::Fatal {
            actor: "worker".into(),
            reason: "asked for the end".into()
        }
    );
}

#[actix_rt::test]
async fn all_wind_down_in_reverse_and_one_that_will_not_is_dropped_after_its_grace() {
    let house = house();
    house.worker.send(Do::StopLate).await.unwrap();
    let before = tokio::time::Instant::now();
    house.supervisor.stop_all().await;
    assert!(before.elapsed() >= Duration::from_secs(2));
    assert!(before.elapsed() < Duration::from_secs(3));
    assert_eq!(house.diary.count("winding down"), 1);
    assert_eq!(house.neighbours_diary.count("gone"), 1);
    assert!(house.supervisor.statuses().is_empty());
    assert_eq!(
        house.worker.send(Do::Count).await,
        Err(MailboxError::Closed)
    );
}
