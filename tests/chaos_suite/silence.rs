//! A link that is silently dropped: noticed, and back, within ninety seconds, every time.
//!
//! As a router does that forgets a connection: what is sent goes nowhere, no end is told, new
//! connections work. Several programs at once, each with an account of its own, since each try is
//! mostly waiting.

use std::time::{Duration, Instant};

use futures_util::future::join_all;

use crate::peers::ejabberd::Ejabberd;
use crate::peers::server::{AnyServer, Server};
use crate::peers::{Home, Program, Prosody, Proxy};
use crate::scene::account;
use crate::settings::number;

const BACK_WITHIN: Duration = Duration::from_secs(90);
const TICK: Duration = Duration::from_millis(50);

struct Times {
    noticed: Duration,
    back: Duration,
}

#[tokio::test]
#[ignore = "minutes of waiting: tests/chaos --silence 20"]
async fn a_link_silently_dropped_is_back_within_ninety_seconds_with_prosody() {
    let accounts = accounts();
    let server = Prosody::with(&["smacks", "mam"], &accounts).await;
    all_are_back("prosody", &server.into(), &accounts).await;
}

#[tokio::test]
#[ignore = "minutes of waiting: tests/chaos --silence 20"]
async fn a_link_silently_dropped_is_back_within_ninety_seconds_with_ejabberd() {
    let accounts = accounts();
    let server = Ejabberd::with(&accounts).await;
    all_are_back("ejabberd", &server.into(), &accounts).await;
}

fn accounts() -> Vec<String> {
    let tries: usize = number("CHAOS_SILENCE", 20);
    (1..=tries).map(|n| format!("host{n:02}")).collect()
}

async fn all_are_back(flavour: &str, server: &AnyServer, accounts: &[String]) {
    let mut rng = fastrand::Rng::with_seed(number("CHAOS_SEED", 1));
    // Silence falls at any moment between two pings.
    let tries = accounts.iter().map(|name| {
        let age = Duration::from_millis(rng.u64(3_500..40_000));
        one_try(server, name, age)
    });
    let times = join_all(tries).await;
    let worst = |of: fn(&Times) -> Duration| times.iter().map(of).max().unwrap_or_default();
    let (noticed, back) = (worst(|times| times.noticed), worst(|times| times.back));
    println!(
        "{flavour}: {} links silently dropped; noticed after {noticed:.1?} at worst, back after {back:.1?}",
        times.len()
    );
    let tries: Vec<_> = times.iter().map(|times| times.back.as_secs_f64()).collect();
    println!(
        "{}",
        serde_json::json!({"server": flavour, "silence": tries.len(), "back_s": tries,
            "worst_s": back.as_secs_f64()})
    );
    assert!(back <= BACK_WITHIN, "{back:?}");
}

async fn one_try(server: &AnyServer, name: &str, age: Duration) -> Times {
    let proxy = Proxy::before(server.port()).await;
    let home = Home::empty();
    home.configure(&(account(name, server, &proxy) + TARGET));
    let program = Program::start(&home);
    program.logs("connected").await;
    tokio::time::sleep(age).await;
    let (_, mark) = program.log_after(0);
    proxy.forget();
    let begin = Instant::now();
    let noticed = after(&program, mark, "disconnected", begin).await;
    let back = after(&program, mark, "connected", begin).await;
    Times { noticed, back }
}

const TARGET: &str = "targets: [{name: disk, kind: disk, path: /, min_free: 1MB, every: 60s}]\n";

/// How long until the log says this. Twice the time that is allowed is waited, to tell the worst.
async fn after(program: &Program, mark: usize, message: &str, begin: Instant) -> Duration {
    loop {
        let (lines, _) = program.log_after(mark);
        if lines.iter().any(|line| line["message"] == message) || begin.elapsed() > 2 * BACK_WITHIN
        {
            return begin.elapsed();
        }
        tokio::time::sleep(TICK).await;
    }
}
