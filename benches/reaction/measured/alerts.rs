//! A thousand targets that fail at once: how long until the owner has heard of all of them.

use std::fmt::Write;
use std::time::{Duration, SystemTime};

use super::peers::free_port::free_port;
use super::peers::human::body;
use super::peers::wait::until_within;
use super::peers::{Human, Listener, Stage};
use super::{ms, print};

const TARGETS: usize = 1_000;

pub(super) async fn told() {
    let port = free_port();
    let open = Listener::on(port).await;
    let mut yaml = "targets:\n".to_owned();
    for n in 0..TARGETS {
        // Of another machine, so that all that there is to judging a thousand failures is done.
        let target =
            format!("{{name: t{n}, kind: port, host: 127.0.0.1, port: {port}, scope: remote}}");
        writeln!(yaml, "  - {target}").unwrap();
    }
    let stage = Stage::set(&yaml).await;
    let (owner, program) = stage.owner_and_program().await;
    until_within(Duration::from_secs(60), "all are UP", || {
        let log = program.log();
        (log.iter().filter(|line| line["to"] == "UP").count() == TARGETS).then_some(())
    })
    .await;
    let mark = owner.messages().len();
    let begun = SystemTime::now();
    open.close().await;
    let last = until_within(Duration::from_secs(60), "all are told", || {
        all_told(&owner, mark)
    })
    .await;
    let found = ms(last.duration_since(begun).unwrap_or_default());
    let goal = "3 s; 1 s of it until the last is checked";
    print("a thousand failures at once, all told", goal, &found);
}

/// When the last message came, once all targets are told of: by a line, or counted at the end of one.
fn all_told(owner: &Human, mark: usize) -> Option<SystemTime> {
    let messages = owner.messages_after(mark);
    let lines = |text: String| text.lines().map(told_by).sum::<usize>();
    let told: usize = messages
        .iter()
        .map(|(_, message)| lines(body(message)))
        .sum();
    (told >= TARGETS).then(|| messages.last().map(|(at, _)| *at))?
}

/// Of how many targets a line tells.
fn told_by(line: &str) -> usize {
    if line.starts_with("DOWN ") {
        return 1;
    }
    let more = line
        .strip_prefix("… ")
        .and_then(|rest| rest.split(' ').next());
    more.and_then(|count| count.parse().ok())
        .unwrap_or_default()
}
