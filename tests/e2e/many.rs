//! Many targets at once.

use std::collections::HashSet;
use std::fmt::Write;

use crate::peers::free_port::free_port;
use crate::peers::{Home, Listener, Program, until};

#[tokio::test]
async fn a_thousand_targets_are_all_checked_once_within_their_first_interval() {
    let port = free_port();
    let _open = Listener::on(port).await;
    let mut yaml = "language: en\ndefaults: {every: 30s, timeout: 10s}\ntargets:\n".to_owned();
    for n in 0..1_000 {
        let target = match n % 2 {
            0 => format!("kind: port, host: 127.0.0.1, port: {port}"),
            _ => "kind: disk, path: /, min_free: 1B".to_owned(),
        };
        writeln!(yaml, "  - {{name: t{n}, {target}}}").unwrap();
    }
    let home = Home::with(&yaml);
    let program = Program::start(&home);
    program.logs("started").await;
    // As long as one test waits at most is as long as their interval.
    until("all thousand are UP", || {
        let log = program.log();
        let up = log.iter().filter(|line| line["to"] == "UP");
        let names: HashSet<_> = up.filter_map(|line| line["probe"].as_str()).collect();
        (names.len() == 1_000).then_some(())
    })
    .await;
}
