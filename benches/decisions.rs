//! What the program decides, without I/O: the restart of an actor and the grammar of the chat.
//! `cargo bench` prints times; nothing is asserted, since machines differ.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use hostmessenger_actors::commands::grammar;
use hostmessenger_actors::supervision::restart::{RestartHistory, RestartPolicy};

fn restart(c: &mut Criterion) {
    let policy = RestartPolicy {
        base: Duration::from_millis(200),
        max: Duration::from_secs(60),
        settle: Duration::from_secs(120),
        intensity: 8,
        period: Duration::from_secs(60),
    };
    c.bench_function("restart decision", |b| {
        let mut history = RestartHistory::default();
        let mut now = Duration::ZERO;
        b.iter(|| {
            now += Duration::from_secs(1);
            black_box(history.ended(&policy, Duration::from_secs(1), now, 0.5, None))
        });
    });
}

fn chat(c: &mut Criterion) {
    c.bench_function("parse a command", |b| {
        b.iter(|| {
            matches!(
                grammar::parse(black_box("vnc start 30")),
                grammar::Parsed::Command(..)
            )
        });
    });
    c.bench_function("parse a typing mistake", |b| {
        b.iter(|| {
            matches!(
                grammar::parse(black_box("statsu")),
                grammar::Parsed::Command(..)
            )
        });
    });
}

criterion_group!(benches, restart, chat);
criterion_main!(benches);
