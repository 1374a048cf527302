//! An alert on its way: killed at every step, merged after an outage, read or not.

use std::time::{Duration, Instant};

use tokio_xmpp::Stanza;
use tokio_xmpp::parsers::displayed_markers::Displayed;
use tokio_xmpp::parsers::message::{Id, Message, MessageType};
use tokio_xmpp::parsers::receipts::Received;

use crate::peers::free_port::free_port;
use crate::peers::human::body;
use crate::peers::{Human, Listener, Program, RUN, Stage, until};

fn ports(ports: &[u16]) -> String {
    let target = |(n, port): (usize, &u16)| {
        format!("  - {{name: port{n}, kind: port, host: 127.0.0.1, port: {port}}}\n")
    };
    let targets: String = ports.iter().enumerate().map(target).collect();
    format!("language: en\ntargets:\n{targets}")
}

/// Starts the program so that it dies, as by `kill -9`, before or after the journal write with this
/// number; false where it made fewer writes.
#[cfg(feature = "faults")]
async fn dies_at_write(stage: &Stage, when: &str, number: u32, open: Listener) -> bool {
    let mut command = stage.home.command(&RUN);
    let variable = format!("HOSTMESSENGER_FAULT_KILL_{when}_WRITE");
    let mut program = Program::of(command.env(variable, number.to_string()));
    let mut open = Some(open);
    let begin = Instant::now();
    loop {
        let gone = program.has_ended();
        if gone || begin.elapsed() > Duration::from_secs(6) {
            return gone;
        }
        // It has seen the port open, and is logged in: now it is closed.
        let up = program.log().iter().any(|line| line["to"] == "UP");
        let connected = program
            .log()
            .iter()
            .any(|line| line["message"] == "connected");
        if up
            && connected
            && let Some(listener) = open.take()
        {
            listener.close().await;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Every write of the journal, from the start to the alert's acknowledgement: whatever was on disk
/// when the program died, the alert comes, and comes once.
#[cfg(feature = "faults")]
async fn killed_at_every_write(when: &str) {
    let port = free_port();
    let mut stage = Stage::set(&ports(&[port])).await;
    let owner = stage.human("owner").await;
    let mut died = 0;
    for number in 1.. {
        let heard = owner.lines_heard("DOWN port0");
        let open = Listener::on(port).await;
        if !dies_at_write(&stage, when, number, open).await {
            break;
        }
        died += 1;
        let mut program = stage.program_for(&owner).await;
        let once = || (owner.lines_heard("DOWN port0") > heard).then_some(());
        until("the alert is heard", once).await;
        let open = Listener::on(port).await;
        let up = || (owner.lines_heard("UP port0") > heard).then_some(());
        until("the end is heard", up).await;
        owner.asks("VERSION").await;
        let counts = (
            owner.lines_heard("DOWN port0"),
            owner.lines_heard("UP port0"),
        );
        assert_eq!(
            counts,
            (heard + 1, heard + 1),
            "killed {when} write {number}"
        );
        drop(open);
        program.stop().await;
        stage.home.forget("data");
    }
    assert!(died >= 6, "only {died} writes");
    stage.prosody.kill();
}

#[cfg(feature = "faults")]
#[tokio::test]
async fn kill_9_before_any_write_of_the_journal_costs_no_alert_and_doubles_none() {
    killed_at_every_write("BEFORE").await;
}

#[cfg(feature = "faults")]
#[tokio::test]
async fn kill_9_after_any_write_of_the_journal_costs_no_alert_and_doubles_none() {
    killed_at_every_write("AFTER").await;
}

#[tokio::test]
async fn after_an_outage_one_message_tells_what_is_true_and_then_what_came_and_went() {
    let numbers = [free_port(), free_port(), free_port()];
    let stage = Stage::set(&ports(&numbers)).await;
    let mut open = Vec::new();
    for port in &numbers {
        open.push(Listener::on(*port).await);
    }
    let (owner, program) = stage.owner_and_program().await;
    for n in 0..3 {
        program.target_goes(&format!("port{n}"), "UP").await;
    }
    let mark = program.mark();
    stage.proxy.refuse();
    program.logs_after(mark, "disconnected", |_| true).await;
    open.pop().unwrap().close().await;
    program.target_goes("port2", "DOWN").await;
    let mark = program.mark();
    let again = Listener::on(numbers[2]).await;
    let up = |line: &serde_json::Value| line["probe"] == "port2" && line["to"] == "UP";
    program.logs_after(mark, "target changed", up).await;
    open.pop().unwrap().close().await;
    program.target_goes("port1", "DOWN").await;
    // Each waits as a message of its own once its batch is told.
    until("both batches are told", || owner_waits(&program)).await;
    stage.proxy.carry();
    let digest = owner.hears_line("Waiting since ").await;
    let text = body(&digest);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(lines[1].starts_with("DOWN port1: "), "{text}");
    assert!(lines[2].starts_with("was DOWN port2: "), "{text}");
    owner.asks("VERSION").await;
    let told: Vec<String> = owner.texts();
    let alerts = told.iter().filter(|text| text.contains("port"));
    assert_eq!(alerts.count(), 1, "{told:?}");
    drop((open, again));
}

/// The batch window is over since the last change.
fn owner_waits(program: &Program) -> Option<()> {
    let changed = |line: &&serde_json::Value| line["message"] == "target changed";
    let last = program.log().iter().rfind(changed)?["timestamp"]
        .as_str()?
        .parse::<jiff::Timestamp>();
    let age = jiff::Timestamp::now().duration_since(last.ok()?);
    (age > jiff::SignedDuration::from_millis(1_500)).then_some(())
}

fn about(owner: &Human, alert: &Message, payload: impl Into<tokio_xmpp::minidom::Element>) {
    let from = alert.from.clone().map(|from| from.to_bare().into());
    let mut mark = Message::new_with_type(MessageType::Chat, from);
    mark.payloads.push(payload.into());
    owner.send(Stanza::Message(mark));
}

#[tokio::test]
async fn what_arrived_and_was_read_is_in_the_history() {
    let port = free_port();
    let open = Listener::on(port).await;
    let stage = Stage::set(&ports(&[port])).await;
    let (owner, program) = stage.owner_and_program().await;
    let support = stage.meeting("support").await;
    program.target_goes("port0", "UP").await;
    open.close().await;
    let alert = owner.hears_line("DOWN port0: ").await;
    let id = alert.id.clone().unwrap().0;
    let has = |name: &str| alert.payloads.iter().any(|payload| payload.name() == name);
    assert!(has("request") && has("markable"), "{alert:?}");
    let history = support.asks("HISTORY port0").await;
    assert!(
        !history.contains("arrived") && !history.contains(", read"),
        "{history}"
    );
    about(&owner, &alert, Received { id: id.clone() });
    let shows = async |what: &str| {
        let begin = Instant::now();
        loop {
            let history = support.asks("HISTORY port0").await;
            if history
                .lines()
                .any(|line| line.contains("UP → DOWN") && line.contains(what))
            {
                return;
            }
            assert!(
                begin.elapsed() < Duration::from_secs(20),
                "{what}: {history}"
            );
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    shows(", arrived ").await;
    about(&owner, &alert, Displayed { id: Id(id) });
    shows(", read ").await;
}

#[tokio::test]
async fn an_alert_that_nobody_reads_goes_on_to_others_who_hear_the_end_too() {
    let port = free_port();
    let open = Listener::on(port).await;
    let stage = Stage::set("").await;
    let escalating = stage.account("host-secret").replace(
        "alerts: {",
        "alerts: {escalate_after: 3s, escalate_to: [support], ",
    );
    stage
        .home
        .configure(&format!("{escalating}{}", ports(&[port])));
    let (owner, program) = stage.owner_and_program().await;
    let support = stage.meeting("support").await;
    program.target_goes("port0", "UP").await;
    open.close().await;
    owner.hears_line("DOWN port0: ").await;
    let text = body(&support.hears_line("DOWN port0: ").await);
    assert!(text.contains("nobody has read this since"), "{text}");
    assert_eq!(owner.lines_heard("DOWN port0"), 1);
    let open = Listener::on(port).await;
    support.hears_line("UP port0: ").await;
    owner.hears_line("UP port0: ").await;
    // The next one is answered by its reader, and so goes to nobody else.
    open.close().await;
    let twice = || (owner.lines_heard("DOWN port0") == 2).then_some(());
    until("the next alert is heard", twice).await;
    owner.asks("STATUS").await;
    let begin = Instant::now();
    let over = || (begin.elapsed() > Duration::from_secs(5)).then_some(());
    until("the time to read it is over", over).await;
    support.asks("VERSION").await;
    assert_eq!(support.lines_heard("DOWN port0"), 1);
}

/// The hour is set back by a day, then forward by two: nothing is said twice, nothing is held back.
#[cfg(feature = "faults")]
#[tokio::test]
async fn a_clock_that_jumps_makes_no_alert_and_holds_none_back() {
    let port = free_port();
    let mut open = Some(Listener::on(port).await);
    let stage = Stage::set(&ports(&[port])).await;
    let owner = stage.human("owner").await;
    let clock = stage.home.secret("clock", "0");
    let mut command = stage.home.command(&RUN);
    let program = Program::of(command.env("HOSTMESSENGER_FAULT_CLOCK", &clock));
    owner.meets(0).await;
    program.target_goes("port0", "UP").await;
    for (heard, seconds) in (1..).zip([-86_400i64, 86_400, 0]) {
        std::fs::write(&clock, seconds.to_string()).unwrap();
        open.take().unwrap().close().await;
        let down = || (owner.lines_heard("DOWN port0") == heard).then_some(());
        until("the next DOWN is heard", down).await;
        // A jump while it is down.
        std::fs::write(&clock, (seconds / 2).to_string()).unwrap();
        open = Some(Listener::on(port).await);
        let up = || (owner.lines_heard("UP port0") == heard).then_some(());
        until("the next UP is heard", up).await;
        owner.asks("STATUS").await;
    }
    let counts = (
        owner.lines_heard("DOWN"),
        owner.lines_heard("UP"),
        owner.lines_heard("still"),
    );
    assert_eq!(counts, (3, 3, 0), "{:?}", owner.texts());
}
