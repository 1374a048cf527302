//! Each program: starts, greets, listens where it should and nowhere else, stops wholly.

use std::io::Read;
use std::net::TcpStream;

use crate::host::{Host, Setup};
use crate::processes::{listening, wait_until};
use crate::screen::Screen;
use crate::viewer::is_let_in;

fn starts_shows_who_is_connected_and_stops(server: &str) {
    let screen = Screen::start();
    let mut host = Setup::new(server, &screen.display).run();
    assert!(host.ask("VNC", "Remote control").contains("is off"));
    host.start_vnc();
    let port = host.setup.port;
    assert_eq!(listening(&host.of_vnc()), [format!("127.0.0.1:{port}")]);
    let lines: Vec<String> = host
        .of_vnc()
        .into_iter()
        .map(crate::processes::command_line)
        .collect();
    assert!(!lines.join("\n").contains("geheim12"), "{lines:?}");

    let mut viewer = TcpStream::connect(("127.0.0.1", port)).expect("a connection");
    let mut greeting = [0; 12];
    viewer.read_exact(&mut greeting).expect("a greeting");
    assert!(greeting.starts_with(b"RFB 003."));
    host.tell("VNC");
    host.hear("is on:");
    let peers = host.hear("onnected");
    assert!(
        peers.contains(&viewer.local_addr().expect("bound").to_string()),
        "{peers}"
    );
    let again = host.ask("VNC START 5", "Remote control");
    assert!(again.contains("is on already"), "{again}");

    assert!(!is_let_in(port, "falsch12"));
    assert!(is_let_in(port, "geheim12"));

    host.stop_vnc();
    assert!(host.ask("VNC STOP", "Remote control").contains("is off"));
    host.start_vnc();
    host.stop_vnc();
}

#[test]
fn x11vnc_starts_shows_who_is_connected_and_stops() {
    starts_shows_who_is_connected_and_stops("x11vnc");
}

#[test]
fn tigervnc_starts_shows_who_is_connected_and_stops() {
    starts_shows_who_is_connected_and_stops("tigervnc");
}

#[test]
fn on_an_ipv6_address_both_listen_there_alone() {
    let screen = Screen::start();
    for server in ["x11vnc", "tigervnc"] {
        let setup = Setup::new(server, &screen.display).with("address: '::1'");
        let mut host = setup.run();
        let address = format!("[::1]:{}", host.setup.port);
        host.ask("VNC START", &format!("is on: {address}"));
        assert_eq!(listening(&host.of_vnc()), [address], "{server}");
        host.ask("VNC STOP", "is closed");
    }
}

/// Grandchildren in sessions of their own, with the file name of the folder on their command line.
const FORKS: &str = r#"#!/bin/sh
setsid sh -c 'trap "" TERM; while :; do sleep 0.1; done' "$0" &
(setsid sh -c 'setsid sh -c "while :; do sleep 0.1; done" "$0" & exit 0' "$0" &)
exec x11vnc -norc -quiet -display "$1" -rfbauth "$2" -listen "$3" -rfbport "$4" -no6 -noipv6 -rfbportv6 -1 -forever
"#;

/// A host with that script as its program; it runs with all of its children when this returns.
pub(crate) fn forking(screen: &Screen) -> Host {
    let setup = Setup::new("custom", &screen.display);
    let script = setup.script("forks", FORKS);
    let words = "'{display}', '{password_file}', '{address}', '{port}'";
    let mut host = setup.with(&format!("command: ['{script}', {words}]")).run();
    host.start_vnc();
    wait_until("the grandchildren", || host.of_vnc().len() >= 4);
    host
}

#[test]
fn all_that_a_custom_program_forks_into_sessions_of_their_own_is_ended() {
    let screen = Screen::start();
    forking(&screen).stop_vnc();
}
