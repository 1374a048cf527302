//! The notice while remote control runs.

use crate::bus::{Bus, Desktop, Notice};
use crate::item::Item;
use crate::peers::free_port::free_port;
use crate::{audit, home, start};

fn stays(notice: &Notice) -> bool {
    notice.title == "Remote control is on"
}

#[tokio::test]
async fn a_session_is_told_on_the_screen_while_it_runs_and_ended_from_there() {
    let (bus, port) = (Bus::start(), free_port());
    let desktop = Desktop::on(&bus).await;
    let home = home(free_port(), port);
    let mut program = start(&home, &bus);
    let answer = program.ask("VNC START").await;
    assert!(answer.contains("is on: 127.0.0.1:"), "{answer}");
    let notice = desktop.notice("the notice", stays).await;
    assert!(
        notice.text.contains("until ") && notice.text.contains("Nobody is"),
        "{notice:?}"
    );
    assert_eq!(
        (notice.urgency, &notice.actions[..]),
        (2, &["stop".to_owned(), "Stop".to_owned()][..])
    );

    let viewer = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    let who = format!("Connected: {}", viewer.local_addr().unwrap());
    let told = desktop
        .notice("who sees it", |notice| {
            stays(notice) && notice.text.contains(&who)
        })
        .await;
    assert_eq!(told.id, notice.id);
    desktop.expire(notice.id).await;
    let again = desktop.notice("the notice again", stays).await;
    assert_ne!(again.id, notice.id);

    desktop.press(again.id, "stop").await;
    program.logs("remote control stopped").await;
    desktop.closed(again.id).await;
    let answer = desktop
        .notice("the answer", |notice| notice.title == "Stop VNC")
        .await;
    assert!(
        answer.text.starts_with("Remote control is off"),
        "{answer:?}"
    );
    assert_eq!(program.stop().await, Some(0));
    let trail = audit(&home);
    assert!(
        trail.contains(r#""by":"tray","deed":"command","line":"VNC STOP""#),
        "{trail}"
    );
}

/// `kill -9` for the interpreter that runs this script, and not for its guard.
fn kill(script: &std::path::Path) {
    use std::os::unix::ffi::OsStrExt;
    let script = script.as_os_str().as_bytes();
    let runs_it = |pid: &i32| {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let mut words = line.split(|&byte| byte == 0);
        let interpreter = words.next().unwrap_or_default().ends_with(b"python3");
        interpreter && words.next() == Some(script)
    };
    let names = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let mut pids = names.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let pid = pids.find(runs_it).unwrap();
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
}

#[tokio::test]
async fn after_a_crash_of_the_program_the_notice_is_gone_and_comes_with_the_next_start() {
    let (bus, port) = (Bus::start(), free_port());
    let desktop = Desktop::on(&bus).await;
    let home = home(free_port(), port);
    let mut program = start(&home, &bus);
    program.ask("VNC START").await;
    let notice = desktop.notice("the notice", stays).await;
    kill(&home.path().join("rfb"));
    desktop.closed(notice.id).await;
    program
        .logs_where("actor restarting", |line| line["actor"] == "vnc-supervisor")
        .await;
    // The supervisor pauses before it restarts; a start waits for that.
    program.ask("VNC START").await;
    let next = desktop.notice("the next notice", stays).await;
    assert_ne!(next.id, notice.id);

    let icon = Item::of(&desktop.bus, &desktop.item().await).await;
    icon.says("remote control is on").await;
    icon.click("Stop VNC").await;
    program.logs("remote control stopped").await;
    desktop.closed(next.id).await;
    assert_eq!(program.stop().await, Some(0));
}
