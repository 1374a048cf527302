//! Remote control on Windows: the programs beside this one as on a stick, what they are lent of the registry,
//! and that nothing of them survives. In their place: `stand_in.rs`, for the real ones cannot be had here.

use std::net::{TcpListener, TcpStream};

use rustix::process::Signal;

use crate::peers::until;
use crate::registry::{Registry, THEIRS};
use crate::stick::{PASSWORD, Stick, run};
use crate::viewer::{authenticates, looks};

#[tokio::test]
async fn each_program_starts_with_port_address_and_password_and_stops_with_its_child() {
    let _registry = Registry::lock().await;
    let files = [
        ("ultravnc", "UltraVNC", "ultravnc/winvnc.exe"),
        ("tightvnc", "TightVNC", "tightvnc/tvnserver.exe"),
        ("tigervnc", "TigerVNC", "vnc/winvnc4.exe"),
        ("realvnc", "RealVNC", "realvnc/vncserver.exe"),
    ];
    for (server, name, file) in files {
        let stick = Stick::with(&[file], &format!("server: {server}")).await;
        stick.starts(name).await;
        assert!(stick.lets_in(PASSWORD).await, "{name}");
        assert!(!stick.lets_in("secret13").await, "{name}");
        let processes = stick.processes();
        let children = processes
            .iter()
            .filter(|(_, line)| line.contains("--child"));
        assert_eq!(children.count(), 1, "{processes:?}");
        assert!(processes.iter().all(|(_, line)| !line.contains(PASSWORD)));
        stick.stops().await;
        assert_eq!(Registry::all(), "", "{name}");
    }
}

#[tokio::test]
async fn an_ultravnc_that_knows_no_config_runs_as_a_copy_and_the_users_own_file_stays() {
    let _registry = Registry::lock().await;
    let stick = Stick::with(&["vnc/winvnc.exe"], "server: ultravnc").await;
    let folder = stick.stage.home.path().join("vnc");
    let mut bytes = std::fs::read(folder.join("winvnc.exe")).unwrap();
    let places = |bytes: &[u8]| bytes.windows(8).position(|found| found == b"-config\0");
    while let Some(place) = places(&bytes) {
        bytes[place + 1] = b'C';
    }
    std::fs::write(folder.join("winvnc.exe"), bytes).unwrap();
    std::fs::write(folder.join("ultravnc.ini"), "theirs").unwrap();
    stick.starts("UltraVNC").await;
    assert!(stick.lets_in(PASSWORD).await);
    assert!(stick.data("vnc-ultravnc/ultravnc.ini").exists());
    stick.stops().await;
    let theirs = std::fs::read_to_string(folder.join("ultravnc.ini")).unwrap();
    assert_eq!(theirs, "theirs");
}

#[tokio::test]
async fn kill_9_of_the_program_ends_the_vnc_program_and_puts_the_registry_back() {
    let _registry = Registry::lock().await;
    Registry::set_theirs();
    let mut stick = Stick::with(&["vnc/tvnserver.exe"], "server: auto").await;
    stick.starts("TightVNC").await;
    assert_ne!(Registry::all(), THEIRS);
    stick.program.crash().await;
    stick.all_gone().await;
    until("the record is gone", || {
        (!stick.data("vnc.json").exists()).then_some(())
    })
    .await;
    assert_eq!(Registry::all(), THEIRS);
    stick.nothing_is_left();
}

#[tokio::test]
async fn killed_with_its_guard_the_next_start_puts_the_registry_back() {
    let _registry = Registry::lock().await;
    Registry::set_theirs();
    let mut stick = Stick::with(&["vnc/tvnserver.exe"], "server: auto").await;
    stick.starts("TightVNC").await;
    // A program that stands still sees nothing of its guard's end.
    stick.program.signal(Signal::STOP);
    stick.kill(true);
    stick.program.crash().await;
    stick.all_gone().await;
    assert_ne!(Registry::all(), THEIRS);
    let _program = run(&stick.stage).await;
    until("the record is gone", || {
        (!stick.data("vnc.json").exists()).then_some(())
    })
    .await;
    assert_eq!(Registry::all(), THEIRS);
}

#[tokio::test]
async fn a_program_or_guard_that_is_killed_is_told_and_nothing_is_left() {
    let _registry = Registry::lock().await;
    Registry::set_theirs();
    let stick = Stick::with(&["vnc/tvnserver.exe"], "server: auto").await;
    for (guard, told) in [
        (
            false,
            "Remote control ended unexpectedly: TightVNC exited with ",
        ),
        (
            true,
            "Remote control ended unexpectedly: the guard of TightVNC ",
        ),
    ] {
        stick.starts("TightVNC").await;
        stick.kill(guard);
        stick.owner.hears_line(told).await;
        stick.all_gone().await;
        assert_eq!(Registry::all(), THEIRS);
        stick.nothing_is_left();
    }
}

#[tokio::test]
async fn viewers_are_listed_and_logged_when_they_come_and_go() {
    let _registry = Registry::lock().await;
    let stick = Stick::with(&["tigervnc/winvnc4.exe"], "server: auto").await;
    stick.starts("TigerVNC").await;
    let viewer = TcpStream::connect(("127.0.0.1", stick.port)).unwrap();
    let by = viewer.local_addr().unwrap().to_string();
    let of = |line: &serde_json::Value| line["viewer"] == by;
    stick.program.logs_where("viewer connected", of).await;
    let answer = stick.owner.asks("VNC").await;
    assert!(answer.contains(&format!("Connected: {by}")), "{answer}");
    drop(viewer);
    stick.program.logs_where("viewer gone", of).await;
    let answer = stick.owner.asks("VNC").await;
    assert!(answer.contains("Nobody is connected."), "{answer}");
    stick.stops().await;
}

#[tokio::test]
async fn it_is_led_to_a_viewer_that_waits_and_ends_with_it() {
    let _registry = Registry::lock().await;
    let more = "server: auto, viewers: ['127.0.0.1']";
    let stick = Stick::with(&["vnc/tvnserver.exe"], more).await;
    let waiting = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = waiting.local_addr().unwrap();
    let viewer = tokio::task::spawn_blocking(move || {
        let (mut program, _) = waiting.accept().unwrap();
        assert!(authenticates(&mut program, PASSWORD));
        assert_eq!(looks(&mut program), (1, 1));
        program
    });
    let answer = stick
        .owner
        .asks(&format!("VNC START VIEWER {address}"))
        .await;
    if !answer.contains("connected") {
        // Nobody comes: the one that waits is to wait no longer.
        drop(TcpStream::connect(address));
    }
    let expected = format!("connected to the viewer {address} (TightVNC)");
    assert!(answer.contains(&expected), "{answer}");
    let viewer = viewer.await.unwrap();
    assert!(TcpStream::connect(("127.0.0.1", stick.port)).is_err());
    drop(viewer);
    stick
        .owner
        .hears_line("Remote control ended: the connection to the viewer ")
        .await;
    stick.all_gone().await;
    assert_eq!(Registry::all(), "");
}

#[tokio::test]
async fn a_one_time_password_is_told_once_and_serves_that_start_alone() {
    let _registry = Registry::lock().await;
    let more = "server: auto, one_time_password: true";
    let stick = Stick::with(&["vnc/tvnserver.exe"], more).await;
    let answer = stick.owner.asks("VNC START").await;
    let (_, password) = answer.rsplit_once(": ").unwrap();
    let password: &'static str = password.to_owned().leak();
    assert!(stick.lets_in(password).await, "{answer}");
    assert!(!stick.lets_in(PASSWORD).await);
    assert!(!stick.program.errors().contains(password));
    stick.stops().await;
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_what_to_do_and_leaves_nothing() {
    let _registry = Registry::lock().await;
    for (vnc, why) in [
        ("server: x11vnc", "x11vnc is for Linux"),
        ("server: tigervnc", "TigerVNC was not found in "),
        ("server: auto, address: 192.0.2.1", "192.0.2.1:"),
        (
            "server: custom, command: [nowhere]",
            "nowhere is not installed",
        ),
    ] {
        let stick = Stick::with(&["vnc/tvnserver.exe"], vnc).await;
        stick.refuses(why).await;
    }
}

#[tokio::test]
async fn a_port_that_is_taken_and_a_program_that_is_open_to_all_are_refused() {
    let _registry = Registry::lock().await;
    let stick = Stick::with(&["vnc/tvnserver.exe"], "server: auto").await;
    let taken = TcpListener::bind(("0.0.0.0", stick.port)).unwrap();
    stick.refuses("is taken by ").await;
    drop(taken);
    // Whatever it was told.
    let sign = stick.stage.home.path().join("vnc/open-to-all");
    std::fs::write(&sign, "").unwrap();
    stick.refuses("was also open on 0.0.0.0:").await;
    std::fs::remove_file(sign).unwrap();
    stick.starts("TightVNC").await;
    stick.stops().await;
}
