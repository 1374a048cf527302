//! How it ends and goes on: Ctrl-C, `kill -9`, a wrong password, a folder that is held.
//!
//! Wine makes Ctrl-C of SIGINT; it knows no Ctrl-Break, and a console that is closed ends it at once.

use rustix::process::Signal;
use tokio_xmpp::parsers::presence::Type;

use crate::peers::free_port::free_port;
use crate::peers::human::RESOURCE;
use crate::peers::proxy::Way;
use crate::peers::{Human, Listener, Program, until};
use crate::scene::{NOTHING_WATCHED, home, stage, watching};

/// One port that is checked often.
fn port(port: u16) -> String {
    format!("kind: port, host: 127.0.0.1, port: {port}")
}

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
    let (stage, owner, mut program) = watching(&port(number)).await;
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

/// `kill -9` while the line keeps back what goes this way: the alert comes, and comes once.
async fn killed_while_held(way: Way) {
    let number = free_port();
    let open = Listener::on(number).await;
    let (stage, owner, mut program) = watching(&port(number)).await;
    stage.proxy.hold(way, true);
    open.close().await;
    program.target_goes("shop", "DOWN").await;
    if way == Way::ToProgram {
        owner.hears_line("DOWN shop: ").await;
    }
    program.crash().await;
    // What the line still holds is lost with it.
    stage.proxy.cut();
    stage.proxy.ease();
    let _program = stage.program_for(&owner).await;
    owner.hears_line("DOWN shop: connection refused").await;
    let _back = Listener::on(number).await;
    owner.hears_line("UP shop: ").await;
    owner.asks("VERSION").await;
    told_once(&owner);
}

fn told_once(owner: &Human) {
    let heard = (owner.lines_heard("DOWN shop"), owner.lines_heard("UP shop"));
    assert_eq!(heard, (1, 1), "{:?}", owner.texts());
}

#[tokio::test]
async fn kill_9_before_the_server_has_an_alert_costs_none() {
    killed_while_held(Way::ToServer).await;
}

#[tokio::test]
async fn kill_9_before_the_server_has_acknowledged_an_alert_doubles_none() {
    killed_while_held(Way::ToProgram).await;
}

#[tokio::test]
async fn a_link_that_is_cut_comes_back_and_tells_what_happened_meanwhile() {
    let number = free_port();
    let open = Listener::on(number).await;
    let (stage, owner, program) = watching(&port(number)).await;
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
    let (stage, owner, program) = watching(&port(number)).await;
    let other = format!(
        "language: en\ntargets: [{{name: other, {}}}]\n",
        port(number)
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
    let (mut stage, owner, program) = watching(&port(number)).await;
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
