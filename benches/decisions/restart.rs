//! When an actor is started again.

use std::hint::black_box;
use std::time::Duration;

use criterion::Criterion;
use hostmessenger_actors::supervision::restart::{RestartHistory, RestartPolicy};

/// One life ends: what is remembered, and how long to wait.
pub(crate) fn decision(c: &mut Criterion) {
    let policy = RestartPolicy {
        base: Duration::from_millis(200),
        max: Duration::from_secs(60),
        settle: Duration::from_secs(120),
        intensity: 8,
        period: Duration::from_secs(60),
    };
    c.bench_function("restart/decision and back-off", |b| {
        let mut history = RestartHistory::default();
        let mut now = Duration::ZERO;
        b.iter(|| {
            now += Duration::from_secs(1);
            let lived = black_box(Duration::from_secs(1));
            history.ended(&policy, lived, now, black_box(0.5), None)
        });
    });
}
