//! The icon of Linux desktops, on a session bus of the test's own: what a desktop reads of it, and
//! what a click does.
#![cfg(all(target_os = "linux", feature = "tray"))]
#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage fails")]
#![expect(
    clippy::print_stderr,
    reason = "a failed test shows the logs of all that took part"
)]

#[path = "../peers/mod.rs"]
#[expect(dead_code, reason = "most peers serve other suites")]
#[expect(unused_imports, reason = "most peers serve other suites")]
mod peers;

#[expect(
    clippy::unused_self,
    clippy::used_underscore_binding,
    reason = "the interfaces are the specification's, and the macro's expansion uses all"
)]
mod bus;
mod icon;
mod item;
mod notice;
mod others;
mod password;

use bus::Bus;
use peers::{Home, Program};

/// A program that says it speaks RFB, and nothing else.
const RFB: &str = r#"#!/usr/bin/env python3
import socket, sys
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
viewers = []
while True:
    viewers.append(server.accept()[0])
    viewers[-1].sendall(b"RFB 003.008\n")
"#;

/// A home with one target, a VNC program and its password.
fn home(target: u16, vnc: u16) -> Home {
    let home = Home::empty();
    let script = home.secret("rfb", RFB);
    let mode = <std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o700);
    std::fs::set_permissions(&script, mode).unwrap();
    home.configure(&format!(
        "language: en
data_dir: data
alerts: {{fail_after: 1, batch_window: 0s}}
targets: [{{name: shop, kind: port, host: 127.0.0.1, port: {target}, every: 1s}}]
vnc: {{server: custom, command: ['{}', '{{port}}'], port: {vnc}, stop_after: 20m}}
",
        script.display()
    ));
    let set = home.run(&["vnc-password", "--stdin"], "geheim12\n");
    assert_eq!(set.code, Some(0), "{set:?}");
    home
}

/// The program, on this bus.
fn start(home: &Home, bus: &Bus) -> Program {
    start_with(home, bus, &[])
}

fn start_with(home: &Home, bus: &Bus, more: &[(&str, &str)]) -> Program {
    let mut command = home.command(&["--log-format", "json", "-vv"]);
    command
        .env("DBUS_SESSION_BUS_ADDRESS", &bus.address)
        .envs(more.iter().copied());
    Program::of(&mut command)
}

/// Who did what, as `hostmessenger audit` tells it.
fn audit(home: &Home) -> String {
    home.run(&["audit", "--json"], "").out
}
