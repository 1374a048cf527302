//! How it ends and goes on: Ctrl-C, a lost link, a wrong password, a folder that is held.
//!
//! Wine makes Ctrl-C of SIGINT; it knows no Ctrl-Break, and a console that is closed ends it at once.

use std::time::{Duration, Instant};

use rustix::process::Signal;
use tokio_xmpp::parsers::presence::Type;

use crate::peers::free_port::free_port;
use crate::peers::human::RESOURCE;
use crate::peers::{Listener, Program, until};
use crate::scene::{NOTHING_WATCHED, home, stage, watching, watching_port};

/// Ctrl-C, and all that must follow.
async fn ctrl_c(program: &mut Program) {
    program.signal(Signal::INT);
    assert_eq!(program.ends().await, Some(0));
    program.reads_all().await;
    let log = program.log();
    assert_eq!(log.last().unwrap()["message"], "stopped", "{log:?}");
}

#[tokio::test]
async fn ctrl_c_ends_it_with_0_the_owner_sees_it_go_and_the_next_start_goes_on() {
    let number = free_port();
    let open = Listener::on(number).await;
    let (stage, owner, mut program) = watching(&watching_port(number)).await;
    open.close().await;
    owner.hears_line("DOWN shop: connection refused").await;
    ctrl_c(&mut program).await;
    owner
        .sees("that the program went", |presence| {
            presence.type_ == Type::Unavailable
                && presence.from.as_ref().map(ToString::to_string).as_deref() == Some(RESOURCE)
        })
        .await;

    let mut program = stage.program_for(&owner).await;
    let status = owner.asks("STATUS shop").await;
    assert!(status.starts_with("shop: DOWN since "), "{status}");
    let _back = Listener::on(number).await;
    owner.hears_line("UP shop: ").await;
    let history = owner.asks("HISTORY shop").await;
    for change in ["shop: PENDING → UP", "shop: UP → DOWN", "shop: DOWN → UP"] {
        assert_eq!(history.matches(change).count(), 1, "{change}: {history}");
    }
    assert_eq!(owner.lines_heard("DOWN shop"), 1);
    ctrl_c(&mut program).await;
}

#[tokio::test]
async fn a_link_that_is_cut_comes_back_and_tells_what_happened_meanwhile() {
    let number = free_port();
    let open = Listener::on(number).await;
    let (stage, owner, program) = watching(&watching_port(number)).await;
    let mark = program.mark();
    stage.proxy.refuse();
    program.logs_after(mark, "disconnected", |_| true).await;
    open.close().await;
    program.target_goes("shop", "DOWN").await;
    stage.proxy.carry();
    program.logs_after(mark, "connected", |_| true).await;
    owner.hears_line("DOWN shop: connection refused").await;
}

#[tokio::test]
async fn a_wrong_password_ends_with_1_and_says_so() {
    let stage = stage("").await;
    let yaml = stage.account("not-the-password");
    stage.home.configure(&format!("{yaml}{NOTHING_WATCHED}"));
    let mut program = Program::start(&stage.home);
    assert_eq!(program.ends().await, Some(1));
    program.reads_all().await;
    let errors = program.errors();
    let last = errors.lines().last().unwrap_or_default();
    assert!(
        last.starts_with("hostmessenger: ") && last.contains("password"),
        "{errors}"
    );
    assert!(!errors.contains("not-the-password"), "{errors}");
    assert!(stage.proxy.taken() < 3, "{} logins", stage.proxy.taken());
}

#[tokio::test]
async fn a_second_program_on_the_same_data_folder_ends_with_1_and_says_who_holds_it() {
    let home = home(NOTHING_WATCHED);
    let mut first = Program::start(&home);
    first.logs("started").await;
    let mut second = Program::start(&home);
    assert_eq!(second.ends().await, Some(1));
    second.reads_all().await;
    let told = second.errors();
    assert!(
        told.contains("is in use by another hostmessenger (process "),
        "{told}"
    );
    ctrl_c(&mut first).await;
    // The lock goes with its holder, however that ended.
    let mut third = Program::start(&home);
    third.logs("started").await;
    third.crash().await;
    let mut fourth = Program::start(&home);
    fourth.logs("started").await;
    ctrl_c(&mut fourth).await;
}

#[tokio::test]
async fn reload_takes_what_changed_and_refuses_a_bad_file() {
    let number = free_port();
    let _open = Listener::on(number).await;
    let (stage, owner, program) = watching(&watching_port(number)).await;
    let other = format!(
        "language: en\ntargets: [{{name: other, {}}}]\n",
        watching_port(number)
    );
    stage.configure(&other);
    let answer = owner.asks("RELOAD").await;
    assert!(
        answer.contains("removed: shop") && answer.contains("added: other"),
        "{answer}"
    );
    program.target_goes("other", "UP").await;
    stage.configure("language: xx\n");
    let answer = owner.asks("RELOAD").await;
    assert!(
        answer.contains("language") && !answer.contains("host-secret"),
        "{answer}"
    );
    until("it goes on as before", || {
        (program
            .log()
            .iter()
            .filter(|line| line["message"] == "connected")
            .count()
            == 1)
            .then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_server_that_dies_and_comes_back_is_logged_in_to_again_and_no_alert_is_lost() {
    let number = free_port();
    let open = Listener::on(number).await;
    let (mut stage, owner, program) = watching(&watching_port(number)).await;
    drop(owner);
    let mark = program.mark();
    stage.prosody.kill();
    program.logs_after(mark, "disconnected", |_| true).await;
    open.close().await;
    program.target_goes("shop", "DOWN").await;
    stage.prosody.resume().await;
    let owner = stage.human("owner").await;
    program.logs_after(mark, "connected", |_| true).await;
    owner.hears_line("DOWN shop: connection refused").await;
    owner.asks("VERSION").await;
    assert_eq!(owner.lines_heard("DOWN shop"), 1);
}

#[tokio::test]
async fn a_server_with_the_certificate_of_someone_else_is_not_told_the_password() {
    let stage = stage("").await;
    let trusted = format!(
        "  ca_file: {}\n",
        stage.home.names(&stage.prosody.ca_file())
    );
    let yaml = stage.account("host-secret").replace(&trusted, "");
    assert!(!yaml.contains("ca_file"), "{yaml}");
    stage.home.configure(&format!("{yaml}{NOTHING_WATCHED}"));
    let program = Program::start(&stage.home);
    let connection = |line: &serde_json::Value| line["actor"] == "connection";
    let line = program.logs_where("actor restarting", connection).await;
    let reason = line["reason"].as_str().unwrap().to_lowercase();
    assert!(reason.contains("certificate"), "{reason}");
    let connected = |line: &serde_json::Value| line["message"] == "connected";
    assert!(!program.log().iter().any(connected));
}

#[tokio::test]
async fn ctrl_c_ends_it_although_the_server_has_fallen_silent_before_windows_would() {
    let stage = stage(NOTHING_WATCHED).await;
    let (_owner, mut program) = stage.owner_and_program().await;
    stage.proxy.stall();
    let begin = Instant::now();
    ctrl_c(&mut program).await;
    // So long Windows waits for a program whose console is closed.
    assert!(
        begin.elapsed() < Duration::from_secs(5),
        "{:?}",
        begin.elapsed()
    );
}

#[tokio::test]
async fn a_log_that_nobody_reads_holds_up_nothing() {
    let port = free_port();
    let open = Listener::on(port).await;
    let target = format!("{{name: shop, kind: port, host: 127.0.0.1, port: {port}}}");
    let stage = stage(&format!("language: en\ntargets: [{target}]\n")).await;
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
