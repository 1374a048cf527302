//! The restart of a supervised child, beside its back-off. A thousand fall at once: a timer that is due
//! at once still fires only with the next millisecond, and so that is shared by all of them.

use std::rc::Rc;
use std::time::{Duration, Instant};

use actix::prelude::*;
use criterion::Criterion;
use hostmessenger_actors::supervised;
use hostmessenger_actors::supervision::restart::RestartPolicy;
use hostmessenger_actors::supervision::{Child, ChildSpec, Life, Seat, Supervisor, panics, tell};
use hostmessenger_actors::time::Clock;

const CHILDREN: u32 = 1_000;
/// No back-off, and never tired of it.
const AT_ONCE: RestartPolicy = RestartPolicy {
    base: Duration::ZERO,
    max: Duration::ZERO,
    settle: Duration::from_secs(120),
    intensity: 1_000_000,
    period: Duration::ZERO,
};

struct Worker {
    life: Life,
    answers: u32,
}

#[derive(Message, Clone, Copy)]
#[rtype(result = "()")]
enum Fall {
    Fail,
    Panic,
}

/// Answered with how many were answered in this life.
#[derive(Message)]
#[rtype(result = "u32")]
struct Answer;

impl Child for Worker {
    type Spec = ();

    fn new((): (), life: Life) -> Self {
        Self { life, answers: 0 }
    }

    fn origin(&self) -> ((), Life) {
        ((), self.life.clone())
    }
}
supervised!(Worker);

impl Handler<Fall> for Worker {
    type Result = ();

    fn handle(&mut self, fall: Fall, ctx: &mut Context<Self>) {
        match fall {
            Fall::Fail => self.life.clone().fail(ctx, "asked to fail"),
            Fall::Panic => panic!("asked to panic"),
        }
    }
}

impl Handler<Answer> for Worker {
    type Result = u32;

    fn handle(&mut self, _: Answer, _: &mut Context<Self>) -> u32 {
        self.answers += 1;
        self.answers
    }
}

fn start_all(supervisor: &Supervisor) -> Vec<Addr<Worker>> {
    let spec = Rc::new(ChildSpec {
        restart: AT_ONCE,
        grace: Duration::from_secs(1),
        tell_owner: false,
    });
    let start = |n| {
        let (address, seat) = Seat::<Worker>::new();
        supervisor.start_child(format!("worker/{n}"), &spec, seat, ());
        address
    };
    (0..CHILDREN).map(start).collect()
}

/// All fall; what is sent behind that is answered by their next lives, and first by them.
async fn round(workers: &[Addr<Worker>], fall: Fall) {
    for worker in workers {
        tell(worker, fall);
    }
    for worker in workers {
        assert_eq!(worker.send(Answer).await.unwrap(), 1);
    }
}

fn restart(c: &mut Criterion, what: &str, fall: Fall) {
    crate::log_to_nowhere();
    let system = actix_rt::System::new();
    let (supervisor, workers) = system.block_on(async {
        // No beat comes between.
        let (supervisor, _) = Supervisor::start(Clock::start(), Duration::from_secs(3_600));
        let workers = start_all(&supervisor);
        (supervisor, workers)
    });
    let mut group = c.benchmark_group("actor");
    group.sample_size(20);
    group.bench_function(what, |b| {
        b.iter_custom(|times| {
            let begin = Instant::now();
            system.block_on(async {
                for _ in 0..times {
                    round(&workers, fall).await;
                }
            });
            begin.elapsed() / CHILDREN
        });
    });
    group.finish();
    system.block_on(supervisor.stop_all());
}

/// It gives up with an error.
pub(crate) fn failed(c: &mut Criterion) {
    restart(c, "one restart after an error", Fall::Fail);
}

/// It panics.
pub(crate) fn panicked(c: &mut Criterion) {
    panics::install_hook();
    restart(c, "one restart after a panic", Fall::Panic);
    // Whatever panics from here on is to be seen.
    drop(std::panic::take_hook());
}
