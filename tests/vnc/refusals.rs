//! Whatever keeps remote control from starting has a clear answer, and leaves nothing running.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use crate::host::{Host, Setup};
use crate::screen::Screen;

fn refused(host: &mut Host, sign: &str) {
    let answer = host.ask("VNC START", "not started");
    assert!(answer.contains(sign), "{answer}");
    assert_eq!(host.of_vnc(), Vec::<i32>::new());
}

#[test]
fn without_a_password_set_on_the_host_nothing_starts() {
    let screen = Screen::start();
    let mut host = Setup::new("auto", &screen.display).run_without_password();
    refused(&mut host, "hostmessenger vnc-password");
    assert!(host.setup.set_password("kurz").status.success());
    host.start_vnc();
    host.stop_vnc();
    let file = host.setup.dir.path().join("data/vnc-password");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).expect("mode");
    refused(&mut host, "chmod 600");
}

#[test]
fn a_password_that_is_too_long_is_refused_with_the_reason() {
    let setup = Setup::new("auto", ":0");
    let output = setup.set_password("123456789");
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        error.contains("9 characters") && error.contains("first 8"),
        "{error}"
    );
    assert!(!error.contains("123456789"), "{error}");
    assert!(!setup.dir.path().join("data/vnc-password").exists());
}

#[test]
fn a_port_that_is_taken_is_named() {
    let screen = Screen::start();
    let mut host = Setup::new("x11vnc", &screen.display).run();
    let port = host.setup.port;
    let held = TcpListener::bind(("127.0.0.1", port)).expect("the port");
    refused(&mut host, &format!("127.0.0.1:{port} is taken"));
    drop(held);
    host.start_vnc();
    host.stop_vnc();
}

#[test]
fn a_display_without_an_x_server_is_named() {
    let mut host = Setup::new("x11vnc", ":4711").run();
    refused(&mut host, "no X server answers at :4711");
}

#[test]
fn a_wrong_x_authority_is_told_and_the_right_one_lets_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let authority = folder.path().join("cookie");
    let screen = Screen::locked(&authority);
    for server in ["x11vnc", "tigervnc"] {
        let mut host = Setup::new(server, &screen.display).run();
        refused(&mut host, "refuses access");
        let right = authority.to_str().expect("UTF-8");
        let mut host = Setup::new(server, &screen.display)
            .env("XAUTHORITY", right)
            .run();
        host.start_vnc();
        host.stop_vnc();
    }
}

#[test]
fn a_program_that_is_not_installed_is_named_with_its_package() {
    let nothing = tempfile::tempdir().expect("a folder");
    let path = nothing.path().to_str().expect("UTF-8");
    for (server, sign) in [
        ("x11vnc", "x11vnc is not installed (package x11vnc)"),
        ("tigervnc", "package tigervnc-scraping-server"),
        ("auto", "x11vnc, tigervnc-scraping-server"),
        ("ultravnc", "is for Windows"),
    ] {
        let mut host = Setup::new(server, ":0").env("PATH", path).run();
        refused(&mut host, sign);
    }
}

#[test]
fn a_program_that_ends_at_once_is_shown_with_its_last_lines() {
    let setup = Setup::new("custom", ":0");
    let script = setup.script(
        "ends",
        "#!/bin/sh\necho first\necho 'no \x1b[31mlicence' >&2\nexit 7\n",
    );
    let mut host = setup.with(&format!("command: ['{script}']")).run();
    refused(
        &mut host,
        "ends ended at once (exit code 7): first | no \\u{1b}[31mlicence",
    );
}

#[test]
fn a_program_that_does_not_speak_rfb_is_refused_and_ended() {
    let setup = Setup::new("custom", ":0");
    let script = "#!/usr/bin/env python3\nimport socket, sys\n\
                  s = socket.create_server(('127.0.0.1', int(sys.argv[1])))\n\
                  while True: s.accept()[0].sendall(b'SSH-2.0-OpenSSH\\n')\n";
    let script = setup.script("other", script);
    let mut host = setup
        .with(&format!("command: ['{script}', '{{port}}']"))
        .run();
    refused(&mut host, "SSH-2.0-");
}
