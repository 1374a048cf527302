//! What a service manager is told, and what the journal gets to read.

use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::process::{Child, Stdio};

use rustix::process::Signal;

use crate::peers::free_port::free_port;
use crate::peers::manager::Manager;
use crate::peers::{Home, Listener, Program, RUN, Stage, until};

/// The program, told of this manager and this watchdog.
fn start(home: &Home, manager: &Manager, more: &[(&str, &str)]) -> Program {
    let mut command = home.command(&RUN);
    command
        .env("NOTIFY_SOCKET", &manager.socket)
        .envs(more.iter().copied());
    Program::of(&mut command)
}

fn one_port(port: u16) -> String {
    format!(
        "language: en
alerts: {{fail_after: 1, batch_window: 0s}}
targets: [{{name: shop, kind: port, host: 127.0.0.1, port: {port}, every: 1s}}]
"
    )
}

#[tokio::test]
async fn ready_comes_first_then_how_it_stands_and_stopping_at_the_end() {
    let port = free_port();
    let open = Listener::on(port).await;
    let home = Home::with(&one_port(port));
    let manager = Manager::listen(home.path());
    let mut program = start(&home, &manager, &[]);
    manager.hears("STATUS=all 1 up; no XMPP account").await;
    assert_eq!(manager.told()[0], "READY=1\n");
    open.close().await;
    manager.hears("STATUS=1 of 1 down: shop").await;
    // Nobody asked for it.
    assert_eq!(manager.count("WATCHDOG=1"), 0);

    program.signal(Signal::HUP);
    let told = manager.hears("RELOADING=1\n").await;
    let since = told
        .lines()
        .find_map(|line| line.strip_prefix("MONOTONIC_USEC="));
    let since: u128 = since.unwrap().parse().unwrap();
    assert!(since > 0);
    until("it is ready again", || {
        (manager.count("READY=1") == 2).then_some(())
    })
    .await;

    assert_eq!(program.stop().await, Some(0));
    let told = manager.told();
    assert_eq!(
        told[told.len() - 2..],
        ["STOPPING=1\n", "STATUS=stopping\n"]
    );
}

#[tokio::test]
async fn an_error_that_no_restart_can_mend_is_the_last_that_the_manager_shows() {
    let stage = Stage::set("").await;
    let yaml = stage.account("not-the-password");
    stage.home.configure(&format!("{yaml}language: en\n"));
    let manager = Manager::listen(stage.home.path());
    let mut program = start(&stage.home, &manager, &[]);
    assert_eq!(program.ends().await, Some(1));
    let told = manager.told();
    let [.., stopping, status] = &told[..] else {
        panic!("{told:?}")
    };
    assert_eq!(stopping, "STOPPING=1\n");
    assert!(status.contains("host@hm.test"), "{status}");
}

#[tokio::test]
async fn a_manager_that_is_gone_stops_nothing() {
    let home = Home::with(&one_port(free_port()));
    let manager = Manager::listen(home.path());
    std::fs::remove_file(&manager.socket).unwrap();
    let mut program = start(&home, &manager, &[("WATCHDOG_USEC", "20000")]);
    program.target_goes("shop", "DOWN").await;
    program.signal(Signal::HUP);
    program.logs("configuration reloaded").await;
    assert_eq!(program.stop().await, Some(0));
    let warned = "the service manager could not be told";
    let is = |line: &&serde_json::Value| line["message"] == warned;
    assert_eq!(program.log().iter().filter(is).count(), 1);
}

#[tokio::test]
async fn the_watchdog_of_another_process_is_not_fed() {
    let home = Home::with(&one_port(free_port()));
    let manager = Manager::listen(home.path());
    let others = [("WATCHDOG_USEC", "100000"), ("WATCHDOG_PID", "1")];
    let mut program = start(&home, &manager, &others);
    // The next look comes after five seconds: a hundred times what the watchdog asks for.
    manager.hears("STATUS=1 of 1 down: shop").await;
    assert_eq!(program.stop().await, Some(0));
    assert_eq!(manager.count("WATCHDOG=1"), 0);
}

#[cfg(feature = "faults")]
#[tokio::test]
async fn the_watchdog_is_fed_while_the_actors_get_on_and_not_while_their_thread_is_blocked() {
    use std::time::{Duration, Instant};

    let home = Home::with(
        "language: en
defaults: {every: 1s}
targets: [{name: faulty, kind: fault, trigger: trigger, mode: block}]
",
    );
    let manager = Manager::listen(home.path());
    let mut program = start(&home, &manager, &[("WATCHDOG_USEC", "200000")]);
    let fed = || manager.count("WATCHDOG=1");
    until("it is fed", || (fed() > 20).then_some(())).await;

    let trigger = home.path().join("trigger");
    std::fs::write(&trigger, "").unwrap();
    let mut last = (fed(), Instant::now());
    until(
        "it is no longer fed: thirty times in a row it was due",
        || {
            if fed() != last.0 {
                last = (fed(), Instant::now());
            }
            (last.1.elapsed() > Duration::from_secs(3)).then_some(())
        },
    )
    .await;
    std::fs::remove_file(&trigger).unwrap();
    until("it is fed again", || (fed() > last.0 + 5).then_some(())).await;
    assert_eq!(program.stop().await, Some(0));
}

/// Ends with its value, whatever becomes of the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill().and_then(|()| self.0.wait()));
    }
}

/// Runs until it has logged this, with a file as its standard error that is said to be the journal.
async fn in_journal(home: &Home, arguments: &[&str], last: &str, named: bool) -> String {
    let path = home.path().join("log");
    let log = File::create(&path).unwrap();
    let meta = log.metadata().unwrap();
    let inode = if named { meta.ino() } else { meta.ino() + 1 };
    let mut command = home.command(arguments);
    command
        .env("JOURNAL_STREAM", format!("{}:{inode}", meta.dev()))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log);
    let _running = Running(command.spawn().unwrap());
    let what = format!("the log says {last:?}");
    until(&what, || {
        let text = std::fs::read_to_string(&path).unwrap();
        text.contains(last).then_some(text)
    })
    .await
}

#[tokio::test]
async fn in_the_journal_each_line_begins_with_its_level_and_has_no_time_and_no_colour() {
    // A change of state is told once: each run has a folder of its own.
    let home = || Home::with(&one_port(free_port()));
    let run = ["run", "--no-console"];
    let text = in_journal(&home(), &run, "target changed", true).await;
    let line = |with: &str| text.lines().find(|line| line.contains(with)).unwrap();
    assert!(
        line("started").starts_with("<6> INFO started version="),
        "{text}"
    );
    assert!(line("target changed").starts_with("<6> INFO "), "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
    // A redirected standard error is none, though the variable was inherited.
    let text = in_journal(&home(), &run, "target changed", false).await;
    assert!(!text.contains('<'), "{text}");
    assert!(text.starts_with("20"), "{text}");
    // JSON has a field for the level.
    let text = in_journal(&home(), &RUN, "target changed", true).await;
    assert!(text.lines().all(|line| line.starts_with('{')), "{text}");
}

#[tokio::test]
async fn in_the_journal_the_mistakes_of_a_configuration_are_errors() {
    let home = Home::with("language: fr\nlangage: en\n");
    let text = in_journal(&home, &["run", "--no-console"], "langage", true).await;
    assert_eq!(text.lines().count(), 2, "{text}");
    assert!(text.lines().all(|line| line.starts_with("<3>")), "{text}");
}

#[cfg(feature = "faults")]
#[tokio::test]
async fn a_panic_whose_message_has_two_lines_is_one_line_of_the_log() {
    let home =
        Home::with("targets: [{name: faulty, kind: fault, trigger: ., mode: panic, every: 1s}]\n");
    let run = ["run", "--no-console"];
    for named in [true, false] {
        let text = in_journal(&home, &run, "restarts=2", named).await;
        let restarting = text.lines().find(|line| line.contains("actor restarting"));
        let whole = restarting.is_some_and(|line| line.contains("asked for and a second line"));
        assert!(whole, "{text}");
        let begins_well = |line: &str| line.starts_with(if named { "<" } else { "20" });
        assert!(text.lines().all(begins_well), "{text}");
    }
}
