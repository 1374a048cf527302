//! When an actor is started again.

use std::hint::black_box;
use std::time::Duration;

use criterion::Criterion;
use hostmessenger_actors::supervision::restart::RestartHistory;
use hostmessenger_actors::supervision::tree::PROMPT;

/// One life ends: what is remembered, and how long to wait.
pub(crate) fn decision(c: &mut Criterion) {
    c.bench_function("restart/decision and back-off", |b| {
        let mut history = RestartHistory::default();
        let mut now = Duration::ZERO;
        b.iter(|| {
            now += Duration::from_secs(1);
            let lived = black_box(Duration::from_secs(1));
            history.ended(&PROMPT, lived, now, black_box(0.5), None)
        });
    });
}
