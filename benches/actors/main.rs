//! What actors cost: a message, a restart, a start, and the journal with its file. Times, by criterion;
//! nothing is asserted of them, since machines differ. What each shows stands in benches/README.md.

#![expect(clippy::unwrap_used, reason = "a bench that cannot set its stage ends")]

mod journal;
mod message;
mod probes;
mod restart;
#[expect(
    dead_code,
    reason = "some of it serves the benches of the decisions alone"
)]
#[path = "../stage/mod.rs"]
mod stage;

use criterion::{criterion_group, criterion_main};

criterion_group!(
    benches,
    message::send,
    restart::failed,
    restart::panicked,
    probes::start,
    journal::steady_check,
    journal::outbox
);
criterion_main!(benches);

/// What the program logs is put into words here too, and then thrown away.
fn log_to_nowhere() {
    // Another bench may have been here before.
    let _there = tracing_subscriber::fmt()
        .with_writer(std::io::sink)
        .try_init();
}
