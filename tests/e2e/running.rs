//! A running program: signals, and a configuration that is read again.

use std::fmt::Write as _;

use rustix::process::Signal;
use serde_json::Value;

use crate::peers::free_port::free_port;
use crate::peers::{Home, Listener, Program, Stage, until};

/// A configuration with ports of loopback, each checked so often.
fn ports(targets: &[(&str, u16, &str)]) -> String {
    let mut yaml = "language: en\nalerts: {fail_after: 1, batch_window: 0s}\ntargets:\n".to_owned();
    for (name, port, every) in targets {
        writeln!(
            yaml,
            "  - {{name: {name}, kind: port, host: 127.0.0.1, port: {port}, every: {every}}}"
        )
        .unwrap();
    }
    yaml
}

#[tokio::test]
async fn sigterm_and_sigint_end_it_with_0_and_it_says_stopped() {
    for signal in [Signal::TERM, Signal::INT] {
        let home = Home::with(&ports(&[("gone", free_port(), "1s")]));
        let mut program = Program::start(&home);
        program.logs("started").await;
        program.target_goes("gone", "DOWN").await;
        program.signal(signal);
        assert_eq!(program.ends().await, Some(0));
        assert_eq!(program.log().last().unwrap()["message"], "stopped");
    }
}

#[tokio::test]
async fn a_closed_standard_input_ends_nothing() {
    let home = Home::with(&ports(&[("gone", free_port(), "1s")]));
    let mut program = Program::with_console(&home);
    program.closes_input();
    program.target_goes("gone", "DOWN").await;
    assert_eq!(program.stop().await, Some(0));
}

#[tokio::test]
async fn sighup_restarts_a_changed_target_and_leaves_the_others_alone() {
    let (kept, moved, new) = (free_port(), free_port(), free_port());
    let _open = (
        Listener::on(kept).await,
        Listener::on(moved).await,
        Listener::on(new).await,
    );
    let home = Home::with(&ports(&[("kept", kept, "1s"), ("moved", moved, "1s")]));
    let mut program = Program::with_console(&home);
    program.target_goes("kept", "UP").await;
    program.target_goes("moved", "UP").await;
    let since = since(&program.ask("STATUS kept").await);
    let actor = since_actor(&program.ask("ACTORS").await, "probe/kept");

    home.configure(&ports(&[
        ("kept", kept, "1s"),
        ("moved", new, "1s"),
        ("new", new, "1s"),
    ]));
    program.signal(Signal::HUP);
    let line = program.logs("configuration reloaded").await;
    let result: Vec<&str> = line["result"].as_str().unwrap().lines().collect();
    for wanted in ["changed: moved", "added: new"] {
        assert!(result.contains(&wanted), "{result:?}");
    }
    assert!(
        !result.iter().any(|line| line.contains("kept")),
        "{result:?}"
    );
    program.target_goes("new", "UP").await;
    assert_eq!(self::since(&program.ask("STATUS kept").await), since);
    assert_eq!(
        since_actor(&program.ask("ACTORS").await, "probe/kept"),
        actor
    );
    let about_kept = |line: &&Value| line["message"] == "target changed" && line["probe"] == "kept";
    assert_eq!(program.log().iter().filter(about_kept).count(), 1);
    assert!(program.ask("CHECK moved").await.starts_with("moved: ok"));

    home.configure(&ports(&[("kept", kept, "1s")]));
    let answer = program.ask("RELOAD").await;
    assert!(
        answer.starts_with("removed: moved\nremoved: new"),
        "{answer}"
    );
    assert_eq!(program.ask("RELOAD").await, "Nothing changed.");
    assert_eq!(program.stop().await, Some(0));
}

/// The part of a line of STATUS that changes with the state alone.
fn since(line: &str) -> String {
    let end = line
        .find(" (")
        .unwrap_or_else(|| panic!("no line of STATUS: {line}"));
    line[..end].to_owned()
}

/// The line of ACTORS about this actor.
fn since_actor(lines: &str, actor: &str) -> String {
    let begin = format!("{actor}: running since ");
    let found = lines.lines().find(|line| line.starts_with(&begin));
    found
        .unwrap_or_else(|| panic!("no {begin:?} in {lines}"))
        .to_owned()
}

#[tokio::test]
async fn a_bad_file_changes_nothing_and_sighup_says_why() {
    let port = free_port();
    let _open = Listener::on(port).await;
    let home = Home::with(&ports(&[("shop", port, "1s")]));
    let mut program = Program::with_console(&home);
    program.target_goes("shop", "UP").await;
    let before = since(&program.ask("STATUS").await);
    home.configure("targets:\n  - {name: shop, kind: port, host: 127.0.0.1, port: 99999}\n");
    program.signal(Signal::HUP);
    let line = program.logs("configuration reloaded").await;
    let result = line["result"].as_str().unwrap();
    assert!(result.starts_with("Nothing was changed"), "{result}");
    assert!(result.contains("targets[0].port"), "{result}");
    assert_eq!(since(&program.ask("STATUS").await), before);
    assert!(program.ask("CHECK shop").await.starts_with("shop: ok"));
}

#[tokio::test]
async fn an_alert_comes_on_the_console_and_states_survive_kill_9() {
    let port = free_port();
    let open = Listener::on(port).await;
    let home = Home::with(&ports(&[("shop", port, "1s")]));
    let mut program = Program::with_console(&home);
    program.target_goes("shop", "UP").await;
    open.close().await;
    let down = format!("DOWN shop: connection refused by 127.0.0.1:{port}");
    program.prints(&down).await;
    // Answered once it is written down that this was told: a line that a crash cuts off from that comes again.
    program.ask("HISTORY shop").await;
    program.crash().await;

    let mut program = Program::with_console(&home);
    let status = program.ask("CHECK shop\nSTATUS shop").await;
    assert!(status.contains("shop: DOWN since "), "{status}");
    let _back = Listener::on(port).await;
    program.prints("UP shop: ").await;
    assert!(
        !program.printed().contains("DOWN shop: "),
        "no second DOWN: {}",
        program.printed()
    );
    let history = program.ask("HISTORY shop").await;
    for change in ["shop: PENDING → UP", "shop: UP → DOWN", "shop: DOWN → UP"] {
        assert_eq!(history.matches(change).count(), 1, "{change}: {history}");
    }
}

#[tokio::test]
async fn a_mute_holds_back_alerts_not_checks_and_survives_a_restart() {
    let port = free_port();
    let open = Listener::on(port).await;
    let home = Home::with(&ports(&[("shop", port, "1s")]));
    let mut program = Program::with_console(&home);
    program.target_goes("shop", "UP").await;
    assert!(
        program
            .ask("MUTE shop 2h works")
            .await
            .starts_with("Muted until ")
    );
    open.close().await;
    program.target_goes("shop", "DOWN").await;
    assert_eq!(program.stop().await, Some(0));

    let mut program = Program::with_console(&home);
    let status = program.ask("STATUS shop").await;
    assert!(
        status.contains("muted until ") && status.contains("(works)"),
        "{status}"
    );
    assert!(
        !program.printed().contains("DOWN shop: "),
        "{}",
        program.printed()
    );
    program.types("LAUT shop");
    program.prints("DOWN shop: connection refused").await;
    let printed = || program.printed().matches("DOWN shop: ").count();
    until("told once", || (printed() == 1).then_some(())).await;
}

#[tokio::test]
async fn a_log_that_nobody_reads_holds_up_nothing() {
    let port = free_port();
    let open = Listener::on(port).await;
    let target = format!("{{name: shop, kind: port, host: 127.0.0.1, port: {port}}}");
    let stage = Stage::set(&format!("language: en\ntargets: [{target}]\n")).await;
    let owner = stage.human("owner").await;
    // On Windows a console is such a log for as long as somebody marks text in its window.
    let (mut program, log) = Program::unread(&stage.home);
    owner.meets(0).await;
    let answer = owner.asks("CHECK shop").await;
    assert!(answer.starts_with("shop: ok"), "{answer}");
    open.close().await;
    owner.hears_line("DOWN shop: connection refused").await;
    program.reads(log);
    program.target_goes("shop", "DOWN").await;
    program.signal(Signal::INT);
    assert_eq!(program.ends().await, Some(0));
    program.logs("stopped").await;
}
