//! Viewers that come and go, as the log and the owner hear of them.

use std::net::{IpAddr, TcpStream, UdpSocket};

use crate::host::{Host, Setup};
use crate::processes::wait_until;
use crate::screen::Screen;

fn logged(host: &Host, message: &str, viewer: &str) -> usize {
    let message = format!(r#""message":"{message}""#);
    let viewer = format!(r#""viewer":"{viewer}""#);
    let log = host.log();
    log.lines()
        .filter(|line| line.contains(&message) && line.contains(&viewer))
        .count()
}

#[test]
fn viewers_are_logged_when_they_come_and_when_they_go_once_each() {
    let screen = Screen::start();
    let mut host = Setup::new("x11vnc", &screen.display).run();
    host.start_vnc();
    let connect = || TcpStream::connect(("127.0.0.1", host.setup.port)).expect("open");
    let address = |viewer: &TcpStream| viewer.local_addr().expect("bound").to_string();
    let (first, second) = (connect(), connect());
    let (one, two) = (address(&first), address(&second));
    wait_until("both there", || {
        logged(&host, "viewer connected", &one) == 1 && logged(&host, "viewer connected", &two) == 1
    });
    drop(first);
    wait_until("one gone", || logged(&host, "viewer gone", &one) == 1);
    assert_eq!(logged(&host, "viewer gone", &two), 0);
    // From this machine itself: nothing that the owner must hear of.
    nothing_of_viewers_until(&mut host, "VNC STOP", "is closed");
    wait_until("both gone", || logged(&host, "viewer gone", &two) == 1);
    assert_eq!(logged(&host, "viewer connected", &two), 1);
    nothing_of_viewers_until(&mut host, "VERSION", "HostMessenger");
}

/// Asks, and hears all that is said up to the answer.
fn nothing_of_viewers_until(host: &mut Host, command: &str, sign: &str) {
    host.tell(command);
    let mut said = String::new();
    while !said.contains(sign) {
        said = host.hear("");
        assert!(!said.contains("A viewer connected"), "{said}");
    }
}

/// An address of this machine that others can reach. Nothing is sent to find it out.
fn own_address() -> IpAddr {
    let socket = UdpSocket::bind("0.0.0.0:0").expect("bound");
    socket.connect("192.0.2.1:9").expect("a route");
    socket.local_addr().expect("bound").ip()
}

#[test]
fn the_owner_hears_once_a_start_of_a_viewer_from_elsewhere() {
    let screen = Screen::start();
    let address = own_address();
    assert!(!address.is_loopback(), "this machine has no network");
    let setup = Setup::new("x11vnc", &screen.display).with(&format!("address: {address}"));
    let mut host = setup.run();
    for _ in 0..2 {
        host.ask("VNC START", "is on: ");
        let connect = || TcpStream::connect((address, host.setup.port)).expect("open");
        let (first, second) = (connect(), connect());
        let mut both = [&first, &second].map(|one| one.local_addr().expect("bound").to_string());
        both.sort();
        let told = host.hear("A viewer connected to remote control");
        assert!(both.iter().any(|one| told.contains(one)), "{told}");
        let all = |what| both.iter().all(|one| logged(&host, what, one) == 1);
        wait_until("both seen", || all("viewer connected"));
        drop((first, second));
        wait_until("both gone", || all("viewer gone"));
        nothing_of_viewers_until(&mut host, "VNC STOP", "is closed");
    }
}
