//! What is measured, one file each.

#![expect(clippy::unwrap_used, reason = "a bench that cannot set its stage ends")]
#![expect(
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a bench prints what it found, and its peers what they saw where it fails"
)]

use std::time::Duration;

mod alerts;
mod commands;
mod panics;
#[path = "../../../tests/peers/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "some peers serve the end-to-end tests alone"
)]
mod peers;
mod soak;

/// How fast it reacts, one thing after the other.
#[tokio::main]
pub(crate) async fn reactions() {
    commands::answered().await;
    alerts::told().await;
    panics::endured().await;
}

/// What it needs over so many minutes, or an hour.
#[tokio::main]
pub(crate) async fn memory(minutes: Option<u64>) {
    soak::endured(minutes.unwrap_or(60)).await;
}

/// A line: what, the goal, what was found.
fn print(what: &str, goal: &str, found: &str) {
    println!("{what}: {found} (goal: {goal})");
}

/// `12.3 ms`.
fn ms(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

/// Of these times.
fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
