//! A link that is cut, a server that dies, a program that is killed: no alert is lost, none comes
//! twice.

use std::time::{Duration, Instant};

use serde_json::Value;
use tokio_xmpp::parsers::delay::Delay;
use tokio_xmpp::parsers::message::Message;

use crate::peers::free_port::free_port;
use crate::peers::stage::of_actor;
use crate::peers::wait::until_within;
use crate::peers::{Human, Listener, Program, Stage, until};

/// One port that is open, watched, and seen to be up.
async fn watching() -> (u16, Listener, Stage) {
    let port = free_port();
    let open = Listener::on(port).await;
    let stage = Stage::set(&shop(port)).await;
    (port, open, stage)
}

fn shop(port: u16) -> String {
    format!(
        "language: en\ntargets:\n  - {{name: shop, kind: port, host: 127.0.0.1, port: {port}}}\n"
    )
}

/// The alert was heard once, whatever happened on the way.
async fn heard_down_once(owner: &Human) -> Message {
    let alert = owner.hears_line("DOWN shop: ").await;
    owner.asks("VERSION").await;
    assert_eq!(owner.lines_heard("DOWN shop"), 1, "{:?}", owner.texts());
    alert
}

/// A link that is lost within three seconds of its login, again and again, is given up: whatever
/// ends it may come of what is resumed. What is tested here is links that are older.
async fn link_grows_up() {
    let begin = Instant::now();
    until("the link is four seconds old", || {
        (begin.elapsed() > Duration::from_secs(4)).then_some(())
    })
    .await;
}

fn restarted(program: &Program) -> Vec<String> {
    let log = program.log();
    let lines = log
        .iter()
        .filter(|line| line["message"] == "actor restarting");
    lines
        .map(|line| line["actor"].as_str().unwrap_or_default().to_owned())
        .collect()
}

#[tokio::test]
async fn a_cut_link_is_resumed_and_the_alert_that_fell_due_meanwhile_comes_once() {
    let (_, open, stage) = watching().await;
    let (owner, program) = stage.owner_and_program().await;
    program.target_goes("shop", "UP").await;
    let first = program.logs("connected").await;
    assert_eq!(first["jid"], "host@hm.test/hostmessenger");
    link_grows_up().await;
    let mark = program.mark();
    stage.proxy.refuse();
    let line = program.logs_after(mark, "disconnected", |_| true).await;
    assert!(line["reason"].is_string(), "{line}");
    open.close().await;
    program.target_goes("shop", "DOWN").await;
    assert_eq!(owner.lines_heard("DOWN shop"), 0);
    stage.proxy.carry();
    program
        .logs_after(mark, "connected", |line| line["resumed"] == true)
        .await;
    heard_down_once(&owner).await;
    assert_eq!(restarted(&program), Vec::<String>::new());
}

#[tokio::test]
async fn cuts_in_a_row_lose_nothing_and_double_nothing() {
    let (port, open, stage) = watching().await;
    let (owner, program) = stage.owner_and_program().await;
    program.target_goes("shop", "UP").await;
    let mut open = Some(open);
    for round in 1..=2 {
        link_grows_up().await;
        if let Some(listener) = open.take() {
            listener.close().await;
        }
        stage.proxy.cut();
        let down = || (owner.lines_heard("DOWN shop") == round).then_some(());
        until("the next DOWN is heard", down).await;
        link_grows_up().await;
        open = Some(Listener::on(port).await);
        stage.proxy.cut();
        let up = || (owner.lines_heard("UP shop") == round).then_some(());
        until("the next UP is heard", up).await;
    }
    let resumed = |line: &&Value| line["message"] == "connected" && line["resumed"] == true;
    let count = || (program.log().iter().filter(resumed).count() == 4).then_some(());
    until("all four cuts are mended", count).await;
    owner.asks("VERSION").await;
    assert_eq!(
        (owner.lines_heard("DOWN shop"), owner.lines_heard("UP shop")),
        (2, 2)
    );
    assert_eq!(restarted(&program), Vec::<String>::new());
}

#[tokio::test]
async fn a_link_that_is_cut_right_after_its_login_costs_no_alert() {
    let (_, open, stage) = watching().await;
    let (owner, program) = stage.owner_and_program().await;
    program.target_goes("shop", "UP").await;
    let mark = program.mark();
    stage.proxy.refuse();
    program.logs_after(mark, "disconnected", |_| true).await;
    open.close().await;
    program.target_goes("shop", "DOWN").await;
    stage.proxy.carry();
    program.logs_after(mark, "connected", |_| true).await;
    heard_down_once(&owner).await;
}

#[tokio::test]
async fn a_link_that_falls_silent_is_noticed_and_what_was_said_into_the_silence_comes() {
    let (_, open, stage) = watching().await;
    let (owner, program) = stage.owner_and_program().await;
    program.target_goes("shop", "UP").await;
    let mark = program.mark();
    stage.proxy.stall();
    open.close().await;
    program.target_goes("shop", "DOWN").await;
    let noticed = || {
        program
            .log()
            .into_iter()
            .skip(mark)
            .find(|line| line["message"] == "disconnected")
    };
    until_within(Duration::from_secs(120), "the silence is noticed", noticed).await;
    assert_eq!(owner.lines_heard("DOWN shop"), 0);
    stage.proxy.carry();
    let back = |line: &Value| line["message"] == "connected";
    let again = || program.log().into_iter().skip(mark).find(back);
    until_within(Duration::from_secs(90), "the link is back", again).await;
    heard_down_once(&owner).await;
}

#[tokio::test]
async fn a_server_that_was_killed_costs_the_connection_alone_a_restart_and_no_alert() {
    let (_, open, mut stage) = watching().await;
    let (owner, program) = stage.owner_and_program().await;
    program.target_goes("shop", "UP").await;
    drop(owner);
    let mark = program.mark();
    stage.prosody.kill();
    program.logs_after(mark, "disconnected", |_| true).await;
    open.close().await;
    program.target_goes("shop", "DOWN").await;
    let down = Instant::now();
    // Later than ten seconds an alert says when it happened.
    until("ten seconds went by", || {
        (down.elapsed() > Duration::from_secs(11)).then_some(())
    })
    .await;
    stage.prosody.resume().await;
    let owner = stage.meeting("owner").await;
    let alert = heard_down_once(&owner).await;
    let delayed = |payload: &&tokio_xmpp::minidom::Element| payload.is("delay", "urn:xmpp:delay");
    let delay = alert
        .payloads
        .iter()
        .find(delayed)
        .expect("stamped with the time it happened");
    Delay::try_from(delay.clone()).unwrap();

    let line = program
        .logs_after(mark, "actor restarting", of_actor("connection"))
        .await;
    let reason = line["reason"].as_str().unwrap();
    assert!(reason.starts_with("link lost: "), "{reason}");
    assert!(
        restarted(&program)
            .iter()
            .all(|actor| actor == "connection")
    );
    let connected = |line: &Value| line["resumed"] != true;
    program.logs_after(mark, "connected", connected).await;
    let actors = owner.asks("ACTORS").await;
    let count = restarted(&program).len();
    let row = format!(" {count} restarts, last reason: link lost: ");
    let connection = actors
        .lines()
        .find(|line| line.starts_with("connection: "))
        .unwrap();
    assert!(connection.contains(&row), "{connection}");
}

#[tokio::test]
async fn kill_9_of_the_program_loses_no_alert_that_was_not_delivered() {
    let (_, open, stage) = watching().await;
    let (owner, mut program) = stage.owner_and_program().await;
    program.target_goes("shop", "UP").await;
    stage.proxy.refuse();
    program.logs("disconnected").await;
    open.close().await;
    program.target_goes("shop", "DOWN").await;
    program.crash().await;
    stage.proxy.carry();
    let _again = stage.program_for(&owner).await;
    heard_down_once(&owner).await;
}

#[tokio::test]
async fn an_alert_to_an_owner_who_is_away_waits_on_the_server() {
    let (_, open, stage) = watching().await;
    let (owner, program) = stage.owner_and_program().await;
    program.target_goes("shop", "UP").await;
    drop(owner);
    open.close().await;
    program.target_goes("shop", "DOWN").await;
    let owner = stage.human("owner").await;
    owner.hears_line("DOWN shop: ").await;
}

#[tokio::test]
async fn a_server_that_is_not_there_at_first_is_found_later_and_watching_goes_on_meanwhile() {
    let (_, open, stage) = watching().await;
    stage.proxy.refuse();
    let owner = stage.human("owner").await;
    let program = Program::start(&stage.home);
    program.target_goes("shop", "UP").await;
    open.close().await;
    program.target_goes("shop", "DOWN").await;
    program
        .logs_where("actor restarting", of_actor("connection"))
        .await;
    stage.proxy.carry();
    owner.meets(0).await;
    heard_down_once(&owner).await;
}
