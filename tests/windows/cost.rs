//! What it costs to do nothing, under Wine: a number to look at, not a limit. Wine is no Windows.

use std::time::Duration;

use crate::peers::free_port::free_port;
use crate::peers::{Listener, Program};
use crate::scene::stage;

/// How long it is left alone.
const WHILE: Duration = Duration::from_secs(5);

/// Memory in use in KiB, and processor time so far in hundredths of a second.
fn cost(program: &Program) -> (u64, u64) {
    let read =
        |file: &str| std::fs::read_to_string(format!("/proc/{}/{file}", program.pid())).unwrap();
    let status = read("status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let memory = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
    let stat = read("stat");
    let fields: Vec<&str> = stat[stat.rfind(')').unwrap()..].split(' ').collect();
    (
        memory.unwrap(),
        fields[12].parse::<u64>().unwrap() + fields[13].parse::<u64>().unwrap(),
    )
}

#[tokio::test]
async fn what_it_costs_to_watch_two_targets_is_printed() {
    let port = free_port();
    let _open = Listener::on(port).await;
    let yaml = format!(
        "language: en\ntargets:
  - {{name: shop, kind: port, host: 127.0.0.1, port: {port}}}
  - {{name: drive, kind: disk, path: 'C:\\', min_free: 0%}}\n"
    );
    let begin = std::time::Instant::now();
    let stage = stage(&yaml).await;
    let set = begin.elapsed();
    let program = stage.program().await;
    let started = begin.elapsed().checked_sub(set).unwrap_or_default();
    program.target_goes("shop", "UP").await;
    let before = cost(&program);
    tokio::time::sleep(WHILE).await;
    let after = cost(&program);
    let idle = after.1 - before.1;
    eprintln!(
        "logged in {started:?} after the start; {} KiB; {idle} hundredths of a second of processor time in {WHILE:?}",
        after.0
    );
    assert!(after.0 > 0);
}
