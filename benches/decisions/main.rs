//! What the program decides and says, without an actor or a socket: times, by criterion. Nothing is
//! asserted of them, since machines differ. What each shows stands in benches/README.md.

#![expect(clippy::unwrap_used, reason = "a bench that cannot set its stage ends")]

mod board;
mod chat;
mod configuration;
mod outbox;
mod restart;
#[expect(
    dead_code,
    reason = "some of it serves the benches of the actors alone"
)]
#[path = "../stage/mod.rs"]
mod stage;
mod words;

use criterion::{criterion_group, criterion_main};

criterion_group!(
    benches,
    board::verdict,
    board::steady,
    board::one_down_and_up,
    board::all_down,
    board::gateways_down,
    chat::commands,
    words::alerts,
    words::crowd,
    words::status,
    restart::decision,
    outbox::delivery,
    configuration::reading
);
criterion_main!(benches);
