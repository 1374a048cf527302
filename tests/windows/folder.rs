//! The folder it lives in: a user's name with umlauts, a stick, files beside the configuration.

use serde_json::Value;

use crate::peers::Program;
use crate::scene::{NOTHING_WATCHED, home, stage};

#[tokio::test]
async fn a_folder_with_spaces_and_umlauts_serves_and_files_are_found_from_there() {
    let stage = stage("").await;
    let account = stage.account("host-secret").replace(
        "  password: host-secret\n",
        "  password_file: secrets\\xmpp\n",
    );
    let yaml = format!("{account}data_dir: Gedächtnis\n{NOTHING_WATCHED}");
    let home = &stage.home;
    home.secret("Jörg Müller/hostmessenger.yaml", &yaml);
    home.secret("Jörg Müller/secrets/xmpp", "host-secret\r\n");
    let config = home.names(&home.path().join("Jörg Müller/hostmessenger.yaml"));
    let arguments = [
        "--config",
        &config,
        "--log-format",
        "json",
        "run",
        "--no-console",
    ];
    let owner = stage.human("owner").await;
    let program = Program::of(&mut home.command(&arguments));
    let started = program.logs("started").await;
    assert_eq!(started["config"], config);
    program.logs("connected").await;
    owner.meets(0).await;
    assert!(owner.asks("VERSION").await.starts_with("HostMessenger "));
    assert!(home.path().join("Jörg Müller/Gedächtnis").is_dir());
}

/// The names of all targets.
fn targets(yaml: &str) -> Vec<String> {
    let done = home(yaml).run(&["check", "--probe", "--output", "json"], "");
    let table: Value = serde_json::from_str(&done.out).unwrap_or_else(|_| panic!("{done:?}"));
    let rows = table["targets"].as_array().unwrap();
    rows.iter()
        .map(|row| row["name"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn own_drives_stand_beside_the_targets_where_they_are_wanted() {
    const MINE: &str = "targets: [{name: mine, kind: disk, path: 'C:\\windows', min_free: 0%}]\n";
    let drive = r"disk C:\".to_owned();
    assert!(targets("targets:\n").contains(&drive));
    assert_eq!(targets(MINE), ["mine"]);
    assert_eq!(targets("own_disks: false\n"), Vec::<String>::new());
    let both = targets(&format!("own_disks: true\n{MINE}"));
    assert_eq!(both[0], "mine");
    assert!(both.contains(&drive), "{both:?}");
}

#[tokio::test]
async fn a_stick_keeps_what_it_remembers_in_a_folder_for_this_machine() {
    let home = home(&format!("data_by_machine: true\n{NOTHING_WATCHED}"));
    let mut folders = Vec::new();
    for _ in 0..2 {
        let mut program = Program::with_console(&home);
        program.logs("started").await;
        program.types("quit");
        assert_eq!(program.ends().await, Some(0));
        let entries = std::fs::read_dir(home.path().join("data")).unwrap();
        folders = entries.map(|entry| entry.unwrap().path()).collect();
        assert_eq!(folders.len(), 1, "{folders:?}");
    }
    assert!(folders[0].join("lock").is_file(), "{folders:?}");
}

#[test]
fn the_vnc_password_is_set_from_a_pipe_and_shown_nowhere() {
    let home = home("language: en\ntargets: []\n");
    let done = home.run(&["vnc-password", "--stdin"], "secret12\r\n");
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(!format!("{done:?}").contains("secret12"), "{done:?}");
    let long = home.run(&["vnc-password", "--stdin"], "secret-of-16-chr\n");
    assert_eq!(long.code, Some(1), "{long:?}");
    assert!(long.err.contains('8'), "{long:?}");
}

#[tokio::test]
async fn the_audit_trail_tells_afterwards_who_did_what() {
    let stage = stage(NOTHING_WATCHED).await;
    let (owner, program) = stage.owner_and_program().await;
    owner.asks("RELOAD").await;
    drop(program);
    let done = stage.home.run(&["audit", "--json"], "");
    assert_eq!(done.code, Some(0), "{done:?}");
    let entries: Vec<Value> = done
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let by_owner = entries.iter().any(|entry| entry["by"] == "owner@hm.test");
    assert!(by_owner, "{entries:?}");
}
