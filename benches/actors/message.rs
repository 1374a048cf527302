//! A message to an actor on the same arbiter, and its answer.

use std::time::Instant;

use actix::prelude::*;
use criterion::Criterion;

struct Counter(u64);

impl Actor for Counter {
    type Context = Context<Self>;
}

#[derive(Message)]
#[rtype(result = "u64")]
struct Count;

impl Handler<Count> for Counter {
    type Result = u64;

    fn handle(&mut self, _: Count, _: &mut Context<Self>) -> u64 {
        self.0 += 1;
        self.0
    }
}

/// One at a time: there and back through the runtime.
pub(crate) fn send(c: &mut Criterion) {
    let system = actix_rt::System::new();
    let counter = system.block_on(async { Counter(0).start() });
    c.bench_function("actor/a message and its answer", |b| {
        b.iter_custom(|times| {
            system.block_on(async {
                let (begin, before) = (Instant::now(), counter.send(Count).await.unwrap());
                for _ in 0..times {
                    counter.send(Count).await.unwrap();
                }
                let took = begin.elapsed();
                assert_eq!(counter.send(Count).await.unwrap(), before + times + 1);
                took
            })
        });
    });
}
