//! The console: on a pipe, and as a person has it.

use std::fmt::Write as _;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::peers::free_port::free_port;
use crate::peers::runner::Runner;
use crate::peers::{Home, Listener, Program, until};
use crate::scene::{NOTHING_WATCHED, home, stage};

#[tokio::test]
async fn the_console_on_a_pipe_speaks_german_with_umlauts() {
    let home =
        home("language: de\ntargets: [{name: Größe, kind: disk, path: 'C:\\', min_free: 0%}]\n");
    let mut program = Program::with_console(&home);
    program.prints("überwacht 1 Ziel").await;
    program.target_goes("Größe", "UP").await;
    program.types("prüfen größe");
    program.prints("Größe: ok").await;
    program.types("STUMM Größe 2h für später");
    program.prints("Stumm bis ").await;
    program.types("LAGE");
    program.prints("(für später)").await;
    program.types("OS");
    program.prints("Bildschirmauflösung: ").await;
    program.types("quit");
    assert_eq!(program.ends().await, Some(0));
    program.reads_all().await;
    assert_eq!(program.log().last().unwrap()["message"], "stopped");
}

#[tokio::test]
async fn a_closed_standard_input_ends_nothing() {
    let home =
        home("language: en\ntargets: [{name: disk, kind: disk, path: 'C:\\', min_free: 0%}]\n");
    let mut program = Program::with_console(&home);
    program.closes_input();
    program.target_goes("disk", "UP").await;
    assert!(!program.has_ended());
}

#[tokio::test]
async fn the_first_run_unpacks_a_configuration_and_watches_the_own_drives() {
    let home = Home::empty_for(Runner::Wine);
    let stick = home.path().join("stick");
    std::fs::create_dir(&stick).unwrap();
    let copy = stick.join("hostmessenger.exe");
    std::fs::copy(Runner::Wine.program(), &copy).unwrap();
    let mut program = Program::of(&mut home.command_of(&copy, &["--log-format", "json"]));
    let unpacked = program.logs("configuration unpacked").await;
    let file = stick.join("hostmessenger.yaml");
    assert_eq!(unpacked["file"], home.names(&file));
    assert!(file.exists() && stick.join("hostmessenger.schema.json").exists());
    program
        .prints("There is no XMPP account: this console is the only chat.")
        .await;
    // Whether this machine's disk is full is not the question.
    let checked = program.ask("CHECK ALL").await;
    let drive = checked.lines().find(|line| line.starts_with(r"disk C:\: "));
    assert!(
        drive.is_some_and(|line| line.contains(" free (")),
        "{checked}"
    );
    program.types("quit");
    assert_eq!(program.ends().await, Some(0));
}

/// What a person sees: the text without what moves the cursor.
fn seen(raw: &str) -> String {
    let mut text = String::new();
    let mut rest = raw;
    while let Some(at) = rest.find("\u{1b}[") {
        text.push_str(&rest[..at]);
        let sequence = &rest[at + 2..];
        let end = sequence.find(|c: char| c.is_ascii_alphabetic());
        rest = end.map_or("", |end| &sequence[end + 1..]);
    }
    text + rest
}

/// Runs it without arguments on a terminal, as a person has it, in its folder; what is shown is kept in `screen`.
fn on_a_terminal(home: &Home) -> Program {
    // `script` gives it a terminal, and keeps what is shown; Wine makes a Windows console of that.
    let inner = home.command(&[]);
    let mut line = "exec".to_owned();
    for word in std::iter::once(inner.get_program()).chain(inner.get_args()) {
        write!(line, " '{}'", word.display()).unwrap();
    }
    let mut command = Command::new("script");
    command.args([
        "--quiet",
        "--flush",
        "--return",
        "--command",
        &line,
        "screen",
    ]);
    command.env_clear().current_dir(home.path());
    let set = inner
        .get_envs()
        .filter_map(|(name, value)| Some((name, value?)));
    command.envs(set).env("TERM", "xterm");
    Program::of(&mut command)
}

#[tokio::test]
async fn a_person_at_the_console_types_umlauts_and_ends_it_with_ctrl_c() {
    let port = free_port();
    let home = home(&format!(
        "language: de
alerts: {{fail_after: 1, batch_window: 0s}}
targets: [{{name: Größe, kind: port, host: 127.0.0.1, port: {port}, every: 1s}}]
"
    ));
    let mut program = on_a_terminal(&home);
    let shows = async |parts: [&str; 2]| {
        until(&format!("the screen shows {parts:?}"), || {
            let raw = std::fs::read(home.path().join("screen")).ok()?;
            let screen = seen(&String::from_utf8_lossy(&raw));
            let rest = &screen[screen.find(parts[0])?..];
            rest.contains(parts[1]).then_some(())
        })
        .await;
    };
    shows(["AUSGEFALLEN Größe: ", "hostmessenger>"]).await;
    let _open = Listener::on(port).await;
    // A prompt that was drawn again below an alert reads keys; before the first one, the terminal echoes them.
    shows(["WIEDER DA Größe: ", "hostmessenger>"]).await;
    program.types("prüfen größe\r");
    // Where a prompt stands, Ctrl-C is a key; Wine may not show any more what comes after it.
    shows(["Größe: ok, ", "hostmessenger>"]).await;
    program.types("\u{3}");
    assert_eq!(program.ends().await, Some(0));
}

/// Waits until the screen shows an error with this in it and what is to be done, and does it.
async fn is_read(home: &Home, program: &mut Program, why: &str, code: i32) {
    until("the screen says what is to be done", || {
        let raw = std::fs::read(home.path().join("screen")).ok()?;
        let screen = seen(&String::from_utf8_lossy(&raw));
        let told = screen.contains(why) && screen.contains("Press Enter to close this window.");
        told.then_some(())
    })
    .await;
    assert!(!program.has_ended());
    // Wine loses a key that comes between the text and the program's waiting for it.
    let mut typed = None::<Instant>;
    until("Enter ends it", || {
        let again = typed.is_none_or(|typed| typed.elapsed() > Duration::from_secs(1));
        if again && !program.has_ended() {
            program.types("\r");
            typed = Some(Instant::now());
        }
        program.has_ended().then_some(())
    })
    .await;
    assert_eq!(program.ends().await, Some(code));
}

#[tokio::test]
async fn after_an_error_the_window_of_a_double_click_stays_until_it_was_read() {
    let home = home("language: fr\n");
    let mut program = on_a_terminal(&home);
    is_read(&home, &mut program, "'fr'", 2).await;
}

#[tokio::test]
async fn the_window_stays_as_well_where_the_console_waits_for_commands() {
    let stage = stage("").await;
    let yaml = stage.account("not-the-password");
    stage.home.configure(&format!("{yaml}{NOTHING_WATCHED}"));
    let mut program = on_a_terminal(&stage.home);
    is_read(&stage.home, &mut program, "password", 1).await;
}
