//! However it ends: nothing is left running.

use std::time::{Duration, Instant};

use crate::host::{Host, Setup, of_vnc};
use crate::processes::{command_line, is_open, signal, wait_until};
use crate::programs::forking;
use crate::screen::Screen;

/// The program itself and its guard.
fn program_and_guard(host: &Host) -> (i32, i32) {
    let pids = host.of_vnc();
    let is_guard = |pid: &i32| command_line(*pid).contains("vnc-guard");
    let guard = *pids.iter().find(|pid| is_guard(pid)).expect("a guard");
    let program = *pids.iter().find(|pid| !is_guard(pid)).expect("a program");
    (program, guard)
}

fn nothing_left(setup: &Setup) {
    wait_until("nothing left", || of_vnc(setup.dir.path()).is_empty());
    wait_until("closed", || !is_open(setup.port));
}

#[test]
fn after_kill_9_of_this_program_all_of_it_ends_at_once() {
    let screen = Screen::start();
    let host = forking(&screen);
    host.signal("-KILL");
    let killed = Instant::now();
    let setup = host.wait();
    nothing_left(&setup);
    assert!(killed.elapsed() < Duration::from_secs(5));
}

/// Speaks as much RFB as is waited for, writes nothing, and has a child that ignores SIGTERM.
const QUIET: &str = r#"#!/usr/bin/env python3
import signal, socket, subprocess, sys
subprocess.Popen(["setsid", "sh", "-c", "trap '' TERM; while :; do sleep 0.1; done", sys.argv[0]])
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True: server.accept()[0].sendall(b"RFB 003.008\n")
"#;

#[test]
fn what_is_left_when_the_guard_was_killed_too_ends_at_the_next_start() {
    let setup = Setup::new("custom", ":0");
    let script = setup.script("quiet", QUIET);
    let setup = setup.with(&format!("command: ['{script}', '{{port}}']"));
    let mut host = setup.run();
    host.start_vnc();
    let is_guard = |pid: &i32| command_line(*pid).contains("vnc-guard");
    let guard = *host
        .of_vnc()
        .iter()
        .find(|pid| is_guard(pid))
        .expect("a guard");
    // Stopped, so that it cannot act in between.
    host.signal("-STOP");
    signal(guard, "-KILL");
    host.signal("-KILL");
    let setup = host.wait();
    let left = || of_vnc(setup.dir.path());
    wait_until("the guard gone", || !left().iter().any(is_guard));
    assert!(left().len() >= 2 && is_open(setup.port));
    let mut host = setup.run_without_password();
    wait_until("nothing left", || host.of_vnc().is_empty());
    host.start_vnc();
    host.stop_vnc();
    assert!(!host.setup.dir.path().join("data/vnc.json").exists());
}

#[test]
fn after_sigterm_nothing_is_left() {
    let screen = Screen::start();
    let mut host = Setup::new("tigervnc", &screen.display).run();
    host.start_vnc();
    host.signal("-TERM");
    let log = host.log_until_its_end();
    assert!(log.contains("remote control stopped"), "{log}");
    let setup = host.wait();
    assert_eq!(of_vnc(setup.dir.path()), Vec::<i32>::new());
    assert!(!is_open(setup.port));
}

#[test]
fn a_crash_is_told_and_restarts_the_actor_alone() {
    let screen = Screen::start();
    let mut host = Setup::new("x11vnc", &screen.display).run();
    host.start_vnc();
    let (program, _) = program_and_guard(&host);
    signal(program, "-KILL");
    let told = host.hear("unexpectedly");
    assert!(told.contains("x11vnc exited with signal 9"), "{told}");
    wait_until("the restart", || {
        let log = host.log();
        log.lines().any(|line| {
            line.contains(r#""message":"actor restarting""#)
                && line.contains(r#""actor":"vnc-supervisor""#)
                && line.contains("x11vnc exited: signal 9")
        })
    });
    assert_eq!(host.log().matches("actor restarting").count(), 1);
    nothing_left(&host.setup);
    host.start_vnc();
    host.stop_vnc();
}

#[test]
fn when_the_guard_is_killed_the_program_is_ended_and_the_owner_told() {
    let screen = Screen::start();
    let mut host = Setup::new("x11vnc", &screen.display).run();
    host.start_vnc();
    let (_, guard) = program_and_guard(&host);
    signal(guard, "-KILL");
    host.hear("guard of x11vnc was ended");
    nothing_left(&host.setup);
}

#[test]
fn it_stops_by_itself_and_says_so() {
    let screen = Screen::start();
    let setup = Setup::new("x11vnc", &screen.display).with("stop_after: 2s");
    let mut host = setup.run();
    host.start_vnc();
    let began = Instant::now();
    host.hear("its time is over");
    assert!(began.elapsed() > Duration::from_millis(1_500));
    nothing_left(&host.setup);
    assert!(host.ask("VNC", "Remote control").contains("is off"));
}

#[test]
fn a_changed_configuration_stops_it() {
    let screen = Screen::start();
    let mut host = Setup::new("x11vnc", &screen.display).run();
    host.start_vnc();
    let config = host.setup.dir.path().join("hostmessenger.yaml");
    let text = std::fs::read_to_string(&config).expect("read");
    std::fs::write(&config, text + "  view_only: true\n").expect("written");
    host.ask("RELOAD", "remote control was stopped");
    nothing_left(&host.setup);
    host.start_vnc();
    host.stop_vnc();
}
