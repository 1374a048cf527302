//! What only the actor's mailbox can show: commands that come while another is at work.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use actix::prelude::*;
use hostmessenger_actors::audit::{Audited, Deed};
use hostmessenger_actors::glance::Glances;
use hostmessenger_actors::journal::Notify;
use hostmessenger_actors::supervision::{Child, Life, Stop};
use hostmessenger_actors::vnc_supervisor::{
    AskVnc, START_DEADLINE, StartVnc, StopVnc, VncSpec, VncSupervisor, set_password,
};
use hostmessenger_config::{Language, Viewer, ViewerAddress, Vnc, VncServer};

use crate::free_port::free_port;
use crate::host::of_vnc;
use crate::processes::is_open;
use crate::screen::Screen;

/// Hears what the owner would.
struct Owner;

impl Actor for Owner {
    type Context = Context<Self>;
}

impl Handler<Notify> for Owner {
    type Result = ();

    fn handle(&mut self, _: Notify, _: &mut Context<Self>) {}
}

/// Keeps the audit trail.
#[derive(Default)]
struct Trail(Vec<Audited>);

impl Actor for Trail {
    type Context = Context<Self>;
}

impl Handler<Audited> for Trail {
    type Result = ();

    fn handle(&mut self, audited: Audited, _: &mut Context<Self>) {
        self.0.push(audited);
    }
}

/// All that was noted so far.
#[derive(Message)]
#[rtype(result = "Vec<Audited>")]
struct Read;

impl Handler<Read> for Trail {
    type Result = Vec<Audited>;

    fn handle(&mut self, _: Read, _: &mut Context<Self>) -> Vec<Audited> {
        self.0.clone()
    }
}

const START: StartVnc = StartVnc {
    lang: Language::De,
    minutes: Some(3),
    viewer: None,
};
const STOP: StopVnc = StopVnc { lang: Language::De };
const ASK: AskVnc = AskVnc { lang: Language::De };

fn spec(dir: &tempfile::TempDir, server: VncServer, command: &[&str], display: &str) -> VncSpec {
    audited(dir, server, command, display, &Trail::default().start())
}

fn audited(
    dir: &tempfile::TempDir,
    server: VncServer,
    command: &[&str],
    display: &str,
    trail: &Addr<Trail>,
) -> VncSpec {
    set_password(dir.path(), "geheim12").expect("set");
    VncSpec {
        vnc: Vnc {
            server,
            command: command.iter().map(ToString::to_string).collect(),
            display: Some(display.to_owned()),
            listen: ([127, 0, 0, 1], free_port()).into(),
            stop_after: Duration::from_secs(60),
            view_only: false,
            viewers: Vec::new(),
            one_time_password: false,
        },
        data_dir: dir.path().to_owned(),
        guard: vec![
            env!("CARGO_BIN_EXE_hostmessenger").into(),
            "vnc-guard".into(),
        ],
        lang: Rc::new(Cell::new(Language::De)),
        notify: Owner.start().recipient(),
        audit: trail.clone().recipient(),
        glances: Glances::default(),
    }
}

fn start(spec: VncSpec) -> Addr<VncSupervisor> {
    VncSupervisor::new(spec, Life::new("vnc-supervisor")).start()
}

#[test]
fn two_starts_at_once_start_one_program_and_a_stop_behind_them_ends_it() {
    System::new().block_on(async {
        let (screen, dir) = (Screen::start(), tempfile::tempdir().expect("a folder"));
        let spec = spec(&dir, VncServer::Auto, &[], &screen.display);
        let port = spec.vnc.listen.port();
        let vnc = start(spec);
        let (first, second) = tokio::join!(vnc.send(START), vnc.send(START));
        let (first, second) = (first.expect("answered"), second.expect("answered"));
        assert!(
            first.contains("läuft: ") && second.contains("läuft schon: "),
            "{first} {second}"
        );
        let (first, second) = tokio::join!(vnc.send(STOP), vnc.send(STOP));
        let (first, second) = (first.expect("answered"), second.expect("answered"));
        assert!(
            first.contains("beendet") && second.contains("ist aus"),
            "{first} {second}"
        );
        assert!(!is_open(port));
    });
}

#[test]
fn a_start_under_way_is_shown_and_called_off_by_a_stop() {
    System::new().block_on(async {
        let dir = tempfile::tempdir().expect("a folder");
        let word = dir.path().to_str().expect("UTF-8").to_owned();
        let silent = ["sh", "-c", "sleep 60", &word];
        let vnc = start(spec(&dir, VncServer::Custom, &silent, ":0"));
        let began = Instant::now();
        let starting = vnc.send(START);
        let meanwhile = async {
            while of_vnc(dir.path()).len() < 2 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            let shown = vnc.send(ASK).await.expect("answered");
            assert!(shown.contains("gerade gestartet"), "{shown}");
            vnc.send(STOP).await.expect("answered")
        };
        let (started, stopped) = tokio::join!(starting, meanwhile);
        assert!(started.expect("answered").contains("kam dazwischen"));
        assert!(stopped.contains("abgebrochen"), "{stopped}");
        assert!(began.elapsed() < START_DEADLINE / 2);
        assert_eq!(of_vnc(dir.path()), Vec::<i32>::new());
    });
}

#[test]
fn a_start_that_waits_for_its_viewer_is_called_off_by_a_stop() {
    System::new().block_on(async {
        let (screen, dir) = (Screen::start(), tempfile::tempdir().expect("a folder"));
        let (_waiting, address) = crate::reverse::deaf();
        let wanted = ViewerAddress::parse(&address.to_string()).expect("an address");
        let mut spec = spec(&dir, VncServer::Tigervnc, &[], &screen.display);
        spec.vnc.viewers = vec![Viewer::Host(wanted.clone())];
        let vnc = start(spec);
        let began = Instant::now();
        let viewer = Some(wanted);
        let starting = vnc.send(StartVnc { viewer, ..START });
        let meanwhile = async {
            while of_vnc(dir.path()).len() < 2 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            vnc.send(STOP).await.expect("answered")
        };
        let (started, stopped) = tokio::join!(starting, meanwhile);
        let started = started.expect("answered");
        assert!(started.contains("kam dazwischen"), "{started}");
        assert!(stopped.contains("abgebrochen"), "{stopped}");
        assert!(began.elapsed() < START_DEADLINE / 2);
        assert_eq!(of_vnc(dir.path()), Vec::<i32>::new());
    });
}

#[test]
fn a_program_that_never_greets_is_given_up_at_the_deadline() {
    System::new().block_on(async {
        let dir = tempfile::tempdir().expect("a folder");
        let word = dir.path().to_str().expect("UTF-8").to_owned();
        let silent = ["sh", "-c", "trap '' TERM; echo on my way; sleep 60", &word];
        let vnc = start(spec(&dir, VncServer::Custom, &silent, ":0"));
        let began = Instant::now();
        let answer = vnc.send(START).await.expect("answered");
        assert!(answer.contains("spricht kein RFB"), "{answer}");
        assert!(answer.contains("on my way"), "{answer}");
        let lasting = began.elapsed();
        assert!(lasting >= START_DEADLINE && lasting < START_DEADLINE + Duration::from_secs(5));
        assert_eq!(of_vnc(dir.path()), Vec::<i32>::new());
    });
}

#[test]
fn winding_down_ends_the_program_before_the_actor() {
    System::new().block_on(async {
        let (screen, dir) = (Screen::start(), tempfile::tempdir().expect("a folder"));
        let spec = spec(&dir, VncServer::Tigervnc, &[], &screen.display);
        let port = spec.vnc.listen.port();
        let vnc = start(spec);
        vnc.send(START).await.expect("answered");
        assert!(is_open(port));
        vnc.send(Stop).await.expect("taken");
        while vnc.connected() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(!is_open(port));
        assert_eq!(of_vnc(dir.path()), Vec::<i32>::new());
    });
}

#[test]
fn starts_ends_and_viewers_with_their_times_are_in_the_audit_trail() {
    System::new().block_on(async {
        let (screen, dir) = (Screen::start(), tempfile::tempdir().expect("a folder"));
        let trail = Trail::default().start();
        let spec = audited(&dir, VncServer::X11vnc, &[], &screen.display, &trail);
        let listen = spec.vnc.listen;
        let vnc = start(spec);
        vnc.send(START).await.expect("answered");
        let noted = async |count: usize| {
            loop {
                let trail = trail.send(Read).await.expect("answered");
                if trail.len() >= count {
                    break trail;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let viewer = tokio::net::TcpStream::connect(listen).await.expect("open");
        let by = viewer.local_addr().expect("bound").to_string();
        noted(2).await;
        tokio::time::sleep(Duration::from_millis(2_100)).await;
        drop(viewer);
        noted(3).await;
        vnc.send(STOP).await.expect("answered");
        let trail = noted(4).await;
        let deed = |by: &str, deed| Audited {
            by: by.to_owned(),
            deed,
        };
        let Deed::ViewerGone { seconds } = trail[2].deed else {
            panic!("{trail:?}");
        };
        assert!((1..=4).contains(&seconds), "{seconds}");
        let (program, at) = ("x11vnc".to_owned(), listen.to_string());
        let why = "asked".to_owned();
        let expected = [
            deed("hostmessenger", Deed::VncStarted { program, at }),
            deed(&by, Deed::ViewerConnected),
            deed(&by, Deed::ViewerGone { seconds }),
            deed("hostmessenger", Deed::VncStopped { why }),
        ];
        assert_eq!(trail, expected);
    });
}
