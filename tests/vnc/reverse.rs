//! VNC START VIEWER: a viewer that waits is connected to, and nobody else; no port is open.

use std::io::Read;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use crate::host::{Host, Setup, of_vnc};
use crate::processes::{listening, wait_until};
use crate::screen::Screen;
use crate::viewer::{authenticates, looks};

const ALLOWED: &str = "viewers: ['127.0.0.1', 'localhost']";

/// A viewer that waits to be connected to (`vncviewer -listen`).
pub(crate) struct Waiting {
    listener: TcpListener,
    pub(crate) port: u16,
}

impl Waiting {
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("bound");
        listener.set_nonblocking(true).expect("set");
        let port = listener.local_addr().expect("bound").port();
        Self { listener, port }
    }

    pub(crate) fn command(&self) -> String {
        format!("VNC START VIEWER 127.0.0.1:{}", self.port)
    }

    pub(crate) fn accept(&self) -> TcpStream {
        let mut viewer = None;
        wait_until("connected to the viewer", || {
            viewer = self.listener.accept().ok();
            viewer.is_some()
        });
        let (viewer, _) = viewer.expect("there");
        viewer.set_nonblocking(false).expect("set");
        let patience = Some(Duration::from_secs(20));
        viewer.set_read_timeout(patience).expect("set");
        viewer
    }

    fn nobody_came(&self) -> bool {
        self.listener.accept().is_err()
    }
}

fn hangs_up(mut viewer: TcpStream) {
    let mut rest = Vec::new();
    // A reset is as good as an end.
    let _reset = viewer.read_to_end(&mut rest);
}

fn led(server: &str, screen: &Screen, more: &str) -> (Host, Waiting, TcpStream) {
    let waiting = Waiting::new();
    let setup = Setup::new(server, &screen.display).with(ALLOWED).with(more);
    let mut host = setup.run();
    host.tell(&waiting.command());
    let viewer = waiting.accept();
    let sign = format!("connected to the viewer 127.0.0.1:{}", waiting.port);
    let answer = host.hear(&sign);
    assert!(answer.contains("stops by itself"), "{answer}");
    (host, waiting, viewer)
}

fn nothing_left(host: &Host) {
    wait_until("nothing left", || host.of_vnc().is_empty());
    let data = host.setup.dir.path().join("data");
    assert!(!data.join("vnc-socket/rfb").exists());
    assert!(!data.join("vnc.json").exists());
}

fn shows_the_screen_to_a_waiting_viewer(server: &str) {
    let screen = Screen::start();
    let (mut host, waiting, mut viewer) = led(server, &screen, "view_only: true");
    assert_eq!(listening(&host.of_vnc()), Vec::<String>::new());
    assert_eq!(listening(&[host.pid()]), Vec::<String>::new());
    assert!(authenticates(&mut viewer, "geheim12"));
    assert_eq!(looks(&mut viewer), (320, 240));

    let address = format!("127.0.0.1:{}", waiting.port);
    let shown = host.ask("VNC", "is connected to the viewer");
    assert!(
        shown.contains(&address) && shown.contains("No port is open"),
        "{shown}"
    );
    host.hear(&format!("Connected: {address}"));
    for again in ["VNC START", "VNC START VIEWER localhost 5"] {
        let again = host.ask(again, "is on already");
        assert!(again.contains(&address), "{again}");
    }
    assert!(waiting.nobody_came());

    let stopped = host.ask("VNC STOP", "Remote control is off");
    assert!(stopped.contains(&address), "{stopped}");
    hangs_up(viewer);
    assert_eq!(host.of_vnc(), Vec::<i32>::new());
    nothing_left(&host);
    // The usual way works as before.
    host.start_vnc();
    host.stop_vnc();
}

#[test]
fn x11vnc_shows_the_screen_to_a_waiting_viewer() {
    shows_the_screen_to_a_waiting_viewer("x11vnc");
}

#[test]
fn tigervnc_shows_the_screen_to_a_waiting_viewer() {
    shows_the_screen_to_a_waiting_viewer("tigervnc");
}

#[test]
fn it_ends_when_the_viewer_hangs_up_or_gives_a_wrong_password() {
    let screen = Screen::start();
    for server in ["x11vnc", "tigervnc"] {
        let (mut host, waiting, viewer) = led(server, &screen, "view_only: false");
        drop(viewer);
        let told = host.hear("Remote control ended: the connection to the viewer");
        assert!(told.contains(&waiting.port.to_string()), "{told}");
        nothing_left(&host);
        host.tell(&waiting.command());
        let mut viewer = waiting.accept();
        host.hear("connected to the viewer");
        assert!(!authenticates(&mut viewer, "falsch12"));
        hangs_up(viewer);
        host.hear("Remote control ended: the connection to the viewer");
        nothing_left(&host);
        assert!(!host.log().contains("actor restarting"), "{}", host.log());
    }
}

#[test]
fn it_ends_at_its_time_and_with_this_program() {
    let screen = Screen::start();
    let (host, _waiting, viewer) = led("x11vnc", &screen, "stop_after: 2s");
    let told = host.hear("its time is over");
    assert!(told.contains("the connection to the viewer"), "{told}");
    hangs_up(viewer);
    nothing_left(&host);
    for signal in ["-TERM", "-KILL"] {
        let (host, _waiting, viewer) = led("tigervnc", &screen, "view_only: false");
        host.signal(signal);
        hangs_up(viewer);
        let setup = host.wait();
        wait_until("nothing left", || of_vnc(setup.dir.path()).is_empty());
    }
}

#[test]
fn only_viewers_that_are_listed_are_connected_to() {
    let screen = Screen::start();
    let waiting = Waiting::new();
    let listed = [
        "viewers: []".to_owned(),
        "viewers: ['localhost']".to_owned(),
        "viewers: ['127.0.0.1:5500']".to_owned(),
        format!("viewers: ['127.0.0.10:{}', '192.0.2.0/24']", waiting.port),
    ];
    for listed in listed {
        let mut host = Setup::new("x11vnc", &screen.display).with(&listed).run();
        let answer = host.ask(&waiting.command(), "not started");
        assert!(answer.contains("vnc.viewers"), "{listed}: {answer}");
        assert!(waiting.nobody_came(), "{listed}");
        assert_eq!(host.of_vnc(), Vec::<i32>::new());
    }
    for listed in ["viewers: ['LOCALHOST']", "viewers: ['127.0.0.0/8']"] {
        let mut host = Setup::new("x11vnc", &screen.display).with(listed).run();
        let by_name = listed.contains("LOCAL");
        let name = if by_name { "Localhost." } else { "127.0.0.1" };
        host.tell(&format!("VNC START VIEWER {name}:{}", waiting.port));
        let _viewer = waiting.accept();
        host.hear("connected to the viewer");
    }
}

#[test]
fn a_viewer_that_does_not_answer_is_told_with_its_reason_and_nothing_is_left() {
    let screen = Screen::start();
    let waiting = Waiting::new();
    let command = waiting.command();
    drop(waiting);
    let mut host = Setup::new("x11vnc", &screen.display).with(ALLOWED).run();
    let began = Instant::now();
    let answer = host.ask(&command, "not started");
    assert!(
        answer.contains("is not reached (connection refused by 127.0.0.1"),
        "{answer}"
    );
    assert!(began.elapsed() < Duration::from_secs(10));
    nothing_left(&host);
    assert!(host.ask("VNC", "Remote control").contains("is off"));
    for nonsense in [
        "VNC START VIEWER",
        "VNC START VIEWER a b",
        "VNC START VIEWER ::1",
    ] {
        host.ask(nonsense, "VNC START [VIEWER HOST[:PORT]] [MINUTES] [CODE]");
    }
}

/// One that never answers: its queue is full with the first connection.
pub(crate) fn deaf() -> ((socket2::Socket, TcpStream), SocketAddr) {
    let listener = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None);
    let listener = listener.expect("a socket");
    let any: SocketAddr = ([127, 0, 0, 1], 0).into();
    listener.bind(&any.into()).expect("bound");
    listener.listen(0).expect("listening");
    let address = listener.local_addr().expect("bound");
    let address = address.as_socket().expect("TCP");
    let queued = TcpStream::connect(address).expect("queued");
    ((listener, queued), address)
}

#[test]
fn a_viewer_that_never_answers_is_given_up_at_the_deadline() {
    let screen = Screen::start();
    let (_waiting, address) = deaf();
    let mut host = Setup::new("x11vnc", &screen.display).with(ALLOWED).run();
    let began = Instant::now();
    let answer = host.ask(&format!("VNC START VIEWER {address}"), "not started");
    assert!(
        answer.contains(&format!("no answer from {address}")),
        "{answer}"
    );
    let lasting = began.elapsed();
    assert!(
        lasting > Duration::from_secs(10) && lasting < Duration::from_secs(19),
        "{lasting:?}"
    );
    nothing_left(&host);
}

#[test]
fn a_program_of_ones_own_is_refused_since_it_only_listens() {
    let setup = Setup::new("custom", ":0").with(ALLOWED);
    let script = setup.script("mine", "#!/bin/sh\nsleep 60\n");
    let mut host = setup.with(&format!("command: ['{script}']")).run();
    let answer = host.ask("VNC START VIEWER 127.0.0.1", "not started");
    assert!(
        answer.contains("mine (vnc.command) cannot be connected"),
        "{answer}"
    );
    assert_eq!(host.of_vnc(), Vec::<i32>::new());
}
