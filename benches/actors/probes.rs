//! The start of many probes.

use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix::prelude::*;
use criterion::Criterion;
use hostmessenger_actors::journal::TargetChecked;
use hostmessenger_actors::probe::{Probe, ProbeSpec, Probing};
use hostmessenger_actors::supervision::tree::PROMPT;
use hostmessenger_actors::supervision::{Beat, ChildSpec, Seat, Supervisor};
use hostmessenger_config::{Config, Target};

use crate::stage;

const PROBES: usize = 10_000;
/// Nothing is checked meanwhile.
const FIRST_CHECK: Duration = Duration::from_secs(3_600);

/// Stands where the journal would.
struct Judge;

impl Actor for Judge {
    type Context = Context<Self>;
}

impl Handler<TargetChecked> for Judge {
    type Result = MessageResult<TargetChecked>;

    fn handle(&mut self, _: TargetChecked, _: &mut Context<Self>) -> Self::Result {
        MessageResult(FIRST_CHECK)
    }
}

/// As the tree does it. Returns the last one.
fn start_all(supervisor: &Supervisor, config: &Config, with: &Rc<Probing>) -> Addr<Probe> {
    let spec = Rc::new(ChildSpec {
        restart: PROMPT,
        grace: Duration::from_secs(1),
        tell_owner: true,
    });
    let start = |target: &Arc<Target>| {
        let (address, seat) = Seat::<Probe>::new();
        let origin = ProbeSpec {
            target: Arc::clone(target),
            with: Rc::clone(with),
            first_in: FIRST_CHECK,
        };
        let name = Probe::actor_name(&target.name);
        supervisor.start_child(name, &spec, seat, origin);
        address
    };
    let mut all: Vec<Addr<Probe>> = config.targets.iter().map(start).collect();
    all.pop().unwrap()
}

/// From no probe to ten thousand that have set their timers.
pub(crate) fn start(c: &mut Criterion) {
    let (system, config) = (actix_rt::System::new(), stage::config(PROBES));
    let with = system.block_on(async { stage::probing(Judge.start().recipient()) });
    let started = async || {
        let (supervisor, _) = Supervisor::start(with.clock, FIRST_CHECK);
        let begin = Instant::now();
        let last = start_all(&supervisor, &config, &with);
        // Tasks begin in the order in which they were made: all others have begun when it answers.
        last.send(Beat).await.unwrap();
        let took = begin.elapsed();
        assert_eq!(supervisor.statuses().len(), PROBES);
        supervisor.stop_all().await;
        took
    };
    let mut group = c.benchmark_group("actor");
    group.sample_size(10);
    group.bench_function("start of 10000 probes", |b| {
        b.iter_custom(|times| {
            system.block_on(async {
                let mut took = Duration::ZERO;
                for _ in 0..times {
                    took += started().await;
                }
                took
            })
        });
    });
    group.finish();
}
