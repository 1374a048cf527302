//! Each actor restarts alone, whatever ended it; the log line of it is a promise (contract, 6).

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::peers::{Home, Program, until, wait::until_within};

/// Two neighbours, and one that misbehaves while the file `trigger` exists.
fn scene(mode: &str) -> Home {
    let home = Home::empty();
    home.configure(&format!(
        "language: en
alerts: {{fail_after: 1, batch_window: 0s, flapping: {{window: 0}}}}
defaults: {{every: 1s}}
targets:
  - {{name: faulty, kind: fault, trigger: trigger, mode: {mode}}}
  - {{name: left, kind: fault, trigger: never, mode: fail}}
  - {{name: right, kind: disk, path: /, min_free: 0%}}
"
    ));
    home
}

fn pull(trigger: &Path) {
    std::fs::write(trigger, "").unwrap();
}

async fn all_up(program: &Program) {
    for target in ["faulty", "left", "right"] {
        program.target_goes(target, "UP").await;
    }
}

/// The lines of ACTORS about all but this one.
async fn neighbours(program: &mut Program, but: &str) -> Vec<String> {
    let actors = program.ask("ACTORS").await;
    let others = actors
        .lines()
        .filter(|line| !line.starts_with(&format!("{but}:")));
    others.map(str::to_owned).collect()
}

fn restarts(program: &Program) -> Vec<Value> {
    let mut lines = program.log();
    lines.retain(|line| line["message"] == "actor restarting");
    lines
}

#[tokio::test]
async fn a_probe_that_panics_restarts_alone_and_its_neighbours_do_not_miss_a_beat() {
    let home = scene("panic");
    let trigger = home.path().join("trigger");
    let mut program = Program::with_console(&home);
    all_up(&program).await;
    let before = neighbours(&mut program, "probe/faulty").await;
    assert!(
        before
            .iter()
            .any(|line| line.starts_with("probe/left: running since "))
    );

    pull(&trigger);
    let line = program.logs("actor restarting").await;
    assert_eq!(line["level"], "WARN");
    assert_eq!(line["target"], "hostmessenger::supervision");
    assert_eq!(line["actor"], "probe/faulty");
    let reason = line["reason"].as_str().unwrap();
    assert!(
        reason.starts_with("panic: fault: panic asked for"),
        "{reason}"
    );
    assert_eq!(line["restarts"], 1);
    assert!(line["delay_ms"].is_u64(), "{line}");
    // While it is down and comes back, the others answer.
    for name in ["left", "right"] {
        let check = program.ask(&format!("CHECK {name}")).await;
        assert!(check.starts_with(&format!("{name}: ok")), "{check}");
    }
    program
        .logs_where("actor restarting", |line| line["restarts"] == 2)
        .await;
    std::fs::remove_file(&trigger).unwrap();
    comes_back(&mut program).await;
    assert_eq!(neighbours(&mut program, "probe/faulty").await, before);
    assert!(
        restarts(&program)
            .iter()
            .all(|line| line["actor"] == "probe/faulty")
    );
    log_and_actors_agree(&mut program).await;
}

/// The faulty one is checked again, and is fine.
async fn comes_back(program: &mut Program) {
    for _ in 0..20 {
        let answer = program.ask("CHECK faulty").await;
        if answer.starts_with("faulty: ok") {
            return;
        }
        // It waits for its next life; the next question comes when a second went by.
        let at = std::time::Instant::now();
        until("a second went by", || {
            (at.elapsed() > Duration::from_secs(1)).then_some(())
        })
        .await;
    }
    panic!("it did not come back");
}

async fn log_and_actors_agree(program: &mut Program) {
    let logged = restarts(program).len();
    let actors = program.ask("ACTORS").await;
    let line = actors
        .lines()
        .find(|line| line.starts_with("probe/faulty: "))
        .unwrap();
    assert!(
        line.contains(&format!(" {logged} restarts, last reason: panic: fault")),
        "{line}"
    );
}

#[tokio::test]
async fn a_check_that_panics_does_not_end_its_probe_or_the_program() {
    let home = scene("check-panic");
    let mut program = Program::with_console(&home);
    all_up(&program).await;
    pull(&home.path().join("trigger"));
    let what = "the panic is seen as a verdict or a restart, of this one alone";
    until(what, || {
        let gone = |line: &Value| line["probe"] == "faulty" && line["from"] == "UP";
        program
            .log()
            .iter()
            .any(gone)
            .then_some(())
            .or_else(|| restarts(&program).pop().map(drop))
    })
    .await;
    assert!(program.ask("CHECK left").await.starts_with("left: ok"));
    assert!(
        restarts(&program)
            .iter()
            .all(|line| line["actor"] == "probe/faulty")
    );
    assert_eq!(program.stop().await, Some(0));
}

#[tokio::test]
async fn an_actor_that_makes_no_progress_is_replaced() {
    let home = scene("hang");
    let trigger = home.path().join("trigger");
    let program = Program::start(&home);
    all_up(&program).await;
    pull(&trigger);
    let line = until_within(
        Duration::from_secs(90),
        "the deaf actor is replaced",
        || restarts(&program).pop(),
    )
    .await;
    assert_eq!(line["actor"], "probe/faulty");
    let reason = line["reason"].as_str().unwrap();
    assert!(reason.starts_with("no progress"), "{reason}");
    std::fs::remove_file(&trigger).unwrap();
}

#[tokio::test]
async fn an_actor_that_keeps_failing_is_told_to_the_owner_once() {
    let home = scene("panic");
    let mut program = Program::with_console(&home);
    all_up(&program).await;
    pull(&home.path().join("trigger"));
    let sentence = "A part of the program keeps failing: probe/faulty";
    until_within(Duration::from_secs(90), sentence, || {
        program.printed().contains(sentence).then_some(())
    })
    .await;
    let actors = program.ask("ACTORS").await;
    let keeps_failing =
        |line: &&str| line.starts_with("probe/faulty: ") && line.ends_with(", keeps failing");
    assert_eq!(actors.lines().filter(keeps_failing).count(), 1, "{actors}");
    assert_eq!(
        program.printed().matches(sentence).count(),
        1,
        "{}",
        program.printed()
    );
}
