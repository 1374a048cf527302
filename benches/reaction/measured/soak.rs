//! Memory over a long time of targets that flap: it must not grow.

use std::fmt::Write;
use std::time::{Duration, Instant};

use super::peers::free_port::free_port;
use super::peers::{Listener, Program, Stage};

/// Targets that share one port, which opens and closes.
const TARGETS: usize = 100;
/// How long it stays open, or closed: long enough for all to be checked.
const PHASE: Duration = Duration::from_secs(3);

/// Prints the memory of each minute.
pub(super) async fn endured(minutes: u64) {
    let port = free_port();
    let mut yaml = "targets:\n".to_owned();
    for n in 0..TARGETS {
        let target = format!("{{name: t{n}, kind: port, host: 127.0.0.1, port: {port}}}");
        writeln!(yaml, "  - {target}").unwrap();
    }
    let stage = Stage::set(&yaml).await;
    let (owner, program) = stage.owner_and_program().await;
    let begun = Instant::now();
    for minute in 0..=minutes {
        let changes = program
            .log()
            .iter()
            .filter(|line| line["message"] == "target changed")
            .count();
        let heard = owner.messages().len();
        println!(
            "minute {minute}: {} KiB, {changes} changes, {heard} messages",
            pss(&program)
        );
        while minute < minutes && begun.elapsed() < Duration::from_secs(60 * (minute + 1)) {
            let open = Listener::on(port).await;
            tokio::time::sleep(PHASE).await;
            open.close().await;
            tokio::time::sleep(PHASE).await;
        }
    }
}

/// Proportional set size in KiB.
fn pss(program: &Program) -> u64 {
    let path = format!("/proc/{}/smaps_rollup", program.pid());
    let text = std::fs::read_to_string(path).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok())
        .unwrap()
}
