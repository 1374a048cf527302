//! The audit trail: who did what is there afterwards, in chat and from the command line.

use std::time::SystemTime;

use rustix::process::Signal;
use serde_json::Value;

use crate::peers::{Home, Human, Program, Stage};

const NOTHING_WATCHED: &str = "language: en\ntargets: []\n";
const TOTP_SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

/// The trail as `hostmessenger audit --json` shows it.
fn trail(home: &Home) -> Vec<Value> {
    let done = home.run(&["audit", "--json"], "");
    assert_eq!(done.code, Some(0), "{done:?}");
    let line = |line: &str| serde_json::from_str(line).unwrap();
    done.out.lines().map(line).collect()
}

fn of<'a>(trail: &'a [Value], deed: &str, by: &str) -> Vec<&'a Value> {
    let is = |entry: &&Value| entry["deed"] == deed && entry["by"] == by;
    trail.iter().filter(is).collect()
}

/// Owner, support and a stranger, after each has done or tried something.
async fn after_a_day(stage: &Stage) -> (Human, Human, Human, Program) {
    let made = r#"{"jid":"host@hm.test","owner":"owner@hm.test","by":"boss@hm.test","at":"2026-01-02T03:04:05Z","version":"0.1.0"}"#;
    stage.home.secret("enrolment.json", made);
    let (owner, program) = stage.owner_and_program().await;
    let support = stage.meeting("support").await;
    let stranger = stage.human("stranger").await;
    owner.asks("STATUS").await;
    support.asks("MUTE ALL for-ever").await;
    owner.asks("statsu").await;
    for _ in 0..3 {
        stranger.says("a secret word of a stranger");
    }
    owner.hears_line("stranger@hm.test tried").await;
    owner.asks("RELOAD").await;
    stage.configure(&format!("{NOTHING_WATCHED}nonsense: 1\n"));
    program.signal(Signal::HUP);
    program.logs("configuration reloaded").await;
    stage.configure(NOTHING_WATCHED);
    let set = stage.home.run(&["vnc-password", "--stdin"], "secret12\n");
    assert_eq!(set.code, Some(0), "{set:?}");
    (owner, support, stranger, program)
}

#[tokio::test]
async fn every_kind_of_deed_is_in_the_trail_as_json() {
    let stage = Stage::set(NOTHING_WATCHED).await;
    let (_owner, _support, _stranger, _program) = after_a_day(&stage).await;
    let all = trail(&stage.home);
    let enrolled = of(&all, "enrolled", "boss@hm.test");
    assert_eq!(enrolled[0]["at"], "2026-01-02T03:04:05.000Z");
    assert_eq!(of(&all, "command", "owner@hm.test")[0]["line"], "STATUS");
    let refused = of(&all, "refused", "support@hm.test");
    assert_eq!(refused[0]["what"], "MUTE ALL for-ever");
    assert_eq!(refused[0]["reason"], "only the owner may");
    let unknown = of(&all, "refused", "owner@hm.test");
    assert_eq!(unknown[0]["what"], "statsu");
    assert_eq!(unknown[0]["reason"], "no such command");
    let strange = of(&all, "refused", "stranger@hm.test");
    assert_eq!(strange.len(), 1);
    assert_eq!(strange[0]["what"], "");
    let good = of(&all, "reloaded", "owner@hm.test");
    assert_eq!(good[0]["outcome"], "Nothing changed.");
    let bad = of(&all, "reloaded", "signal");
    assert_eq!(bad[0]["outcome"], "nothing changed, 1 mistakes");
    assert_eq!(of(&all, "vnc-password-set", "command line").len(), 1);
    assert!(!format!("{all:?}").contains("secret word"));
    let time = |entry: &Value| entry["at"].as_str().unwrap().to_owned();
    let times: Vec<String> = all.iter().map(time).collect();
    assert!(times.is_sorted(), "{times:?}");
}

#[tokio::test]
async fn the_trail_is_told_newest_first_and_goes_on_after_a_restart() {
    let stage = Stage::set(NOTHING_WATCHED).await;
    let (owner, support, _stranger, mut program) = after_a_day(&stage).await;
    let answer = owner.asks("AUDIT").await;
    let lines: Vec<&str> = answer.lines().collect();
    assert!(lines[0].ends_with(" owner@hm.test: AUDIT"), "{answer}");
    assert!(
        lines[1].ends_with(" command line: VNC password set"),
        "{answer}"
    );
    let enrolment = "boss@hm.test: made this client, host@hm.test";
    assert!(lines.last().unwrap().ends_with(enrolment), "{answer}");
    assert!(answer.contains("stranger@hm.test: refused (not the owner and not support)"));
    assert_eq!(owner.asks("PROTOKOLL 2").await.lines().count(), 2);
    assert!(owner.asks("AUDIT 501").await.contains("from 1 to 500"));
    let answer = support.asks("AUDIT").await;
    assert_eq!(answer, "Only the owner may give this command.");
    let last = stage.home.run(&["audit", "--last", "1"], "");
    assert!(
        last.out.contains("support@hm.test: refused: AUDIT"),
        "{last:?}"
    );
    let since = stage.home.run(&["audit", "--json", "--since", "1d"], "");
    assert!(since.out.contains("STATUS"), "{since:?}");
    assert!(!since.out.contains("enrolled"), "{since:?}");

    assert_eq!(program.stop().await, Some(0));
    let _program = stage.program_for(&owner).await;
    owner.asks("VERSION").await;
    let all = trail(&stage.home);
    assert_eq!(
        of(&all, "enrolled", "boss@hm.test").len(),
        1,
        "not a second time"
    );
    assert_eq!(of(&all, "vnc-password-set", "command line").len(), 1);
}

#[tokio::test]
async fn what_was_answered_survives_kill_9_and_the_trail_is_told_in_german() {
    let stage = Stage::set("language: de\ntargets: []\n").await;
    let (owner, mut program) = stage.owner_and_program().await;
    owner.asks("LAGE").await;
    program.crash().await;
    let all = trail(&stage.home);
    assert_eq!(of(&all, "command", "owner@hm.test")[0]["line"], "LAGE");
    let _program = stage.program_for(&owner).await;
    let support = stage.meeting("support").await;
    support.asks("RELOAD").await;
    let answer = owner.asks("PROTOKOLL").await;
    let refused = "support@hm.test: abgelehnt: RELOAD (das darf nur der Besitzer)";
    assert!(answer.contains(refused), "{answer}");
}

#[tokio::test]
async fn a_code_is_nowhere_in_the_journal() {
    let stage = Stage::set(NOTHING_WATCHED).await;
    let yaml = std::fs::read_to_string(stage.home.config()).unwrap();
    let code_key = format!("vnc_code: {{totp_secret: {TOTP_SECRET}}}, support: [");
    stage.home.configure(&yaml.replace("support: [", &code_key));
    let (owner, mut program) = stage.owner_and_program().await;
    let secret = totp_rs::Secret::try_from_base32(TOTP_SECRET).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap();
    let right = totp.generate(now.as_secs()).to_string();
    for line in [
        format!("VNC START {right}"),
        format!("VNC STRAT {right}"),
        right.clone(),
        format!("VNC START 30 {}", "987650"),
        format!("VNC START {} {}", &right[..3], &right[3..]),
    ] {
        owner.asks(&line).await;
    }
    assert_eq!(program.stop().await, Some(0));
    let all = trail(&stage.home);
    let wrong = of(&all, "refused", "owner@hm.test");
    assert!(
        wrong
            .iter()
            .any(|entry| entry["what"] == "VNC START 30 ······"),
        "{all:?}"
    );
    let began = of(&all, "command", "owner@hm.test");
    assert_eq!(began[0]["line"], "VNC START ······");
    let split = format!("{} {}", &right[..3], &right[3..]);
    for file in std::fs::read_dir(stage.home.path().join("data")).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        for code in [right.as_str(), "987650", &split] {
            let found = bytes
                .windows(code.len())
                .any(|part| part == code.as_bytes());
            assert!(!found, "{code} in {}", path.display());
        }
    }
}

#[tokio::test]
async fn too_many_commands_are_one_entry_and_the_console_has_a_name() {
    let stage = Stage::set(NOTHING_WATCHED).await;
    let owner = stage.human("owner").await;
    let mut program = Program::with_console(&stage.home);
    program.logs("connected").await;
    owner.meets(0).await;
    for _ in 0..14 {
        owner.says("VERSION");
    }
    owner.hears_line("Please slow down").await;
    let refused = |line: &Value| line["reason"] == "more than 10 commands a minute";
    crate::peers::until("four are refused", || {
        let log = program.log();
        let lines = log
            .iter()
            .filter(|line| line["message"] == "command refused");
        (lines.filter(|line| refused(line)).count() == 4).then_some(())
    })
    .await;
    program.ask("HD /").await;
    let all = trail(&stage.home);
    assert_eq!(of(&all, "command", "owner@hm.test").len(), 10);
    let slow = of(&all, "refused", "owner@hm.test");
    assert_eq!(
        (slow.len(), &slow[0]["reason"]),
        (1, &"more than 10 commands a minute".into())
    );
    assert_eq!(of(&all, "command", "console")[0]["line"], "HD /");
}

#[test]
fn without_a_journal_or_with_one_that_cannot_be_read_it_says_so_and_ends_with_1() {
    let home = Home::with("language: en\ntargets: []\n");
    let done = home.run(&["audit"], "");
    assert_eq!(done.code, Some(1));
    assert!(done.err.contains("there is no journal"), "{done:?}");
    assert!(!home.path().join("data").exists());
    home.secret("data/journal.db", &"Z".repeat(8_192));
    let done = home.run(&["audit", "--json"], "");
    assert_eq!((done.code, done.out.as_str()), (Some(1), ""));
    assert!(done.err.contains("journal.db cannot be read"), "{done:?}");
    let done = home.run(&["audit", "--since", "yesterday"], "");
    assert_eq!(done.code, Some(2));
}
